"""What a dancer looks like: skin, hair, clothes and build, as data. Colours are linear RGB reflectances (0..1)."""

from dataclasses import dataclass

import numpy as np

Colour = tuple[float, float, float]

SKINS: tuple[Colour, ...] = (
    (0.80, 0.52, 0.38),
    (0.66, 0.41, 0.28),
    (0.50, 0.29, 0.18),
    (0.36, 0.19, 0.11),
    (0.86, 0.60, 0.47),
)
HAIRS: tuple[Colour, ...] = (
    (0.040, 0.024, 0.015),
    (0.014, 0.012, 0.012),
    (0.36, 0.20, 0.07),
    (0.14, 0.065, 0.030),
    (0.30, 0.09, 0.03),
)
SHIRTS: tuple[Colour, ...] = (
    (0.72, 0.07, 0.09),
    (0.88, 0.58, 0.06),
    (0.06, 0.44, 0.41),
    (0.82, 0.82, 0.84),
    (0.10, 0.20, 0.62),
    (0.55, 0.16, 0.50),
    (0.10, 0.42, 0.12),
    (0.85, 0.32, 0.22),
)
TROUSERS: tuple[Colour, ...] = (
    (0.050, 0.072, 0.16),
    (0.075, 0.075, 0.080),
    (0.26, 0.26, 0.29),
    (0.05, 0.14, 0.32),
    (0.34, 0.26, 0.16),
    (0.11, 0.12, 0.07),
)
SHOES: tuple[Colour, ...] = ((0.82, 0.82, 0.82), (0.62, 0.06, 0.07), (0.06, 0.06, 0.07), (0.10, 0.22, 0.50))
HAIR_STYLES = ("short", "bob", "bun", "long")
PATTERNS = ("plain", "stripes", "band")


@dataclass(frozen=True)
class Appearance:
    """One dancer.

    Attributes:
        hair_style: one of HAIR_STYLES.
        pattern: of the shirt, one of PATTERNS.
        sleeve: length along the arm, 1 at the elbow, 2 at the wrist.
        leg: length of the trousers along the leg, 1 at the knee, 2 at the ankle.
        width: factor on all thicknesses (0.92 slim .. 1.1 stocky).
        curve: 0 straight .. 1 curved torso.
    """

    skin: Colour = SKINS[0]
    hair: Colour = HAIRS[0]
    shirt: Colour = SHIRTS[0]
    trousers: Colour = TROUSERS[0]
    shoe: Colour = SHOES[0]
    hair_style: str = "short"
    pattern: str = "plain"
    sleeve: float = 0.62
    leg: float = 1.93
    width: float = 1.0
    curve: float = 0.0

    @classmethod
    def random(cls, rng: np.random.Generator) -> "Appearance":
        """Draw one at random."""
        curve = float(rng.choice([0.0, 0.9]))
        styles = HAIR_STYLES[1:] if curve else HAIR_STYLES[:1]
        return cls(
            skin=SKINS[rng.integers(len(SKINS))],
            hair=HAIRS[rng.integers(len(HAIRS))],
            shirt=SHIRTS[rng.integers(len(SHIRTS))],
            trousers=TROUSERS[rng.integers(len(TROUSERS))],
            shoe=SHOES[rng.integers(len(SHOES))],
            hair_style=str(rng.choice(styles)),
            pattern=str(rng.choice(PATTERNS, p=[0.6, 0.2, 0.2])),
            sleeve=float(rng.choice([0.5, 0.62, 1.9], p=[0.3, 0.5, 0.2])),
            leg=float(rng.choice([1.93, 0.85], p=[0.75, 0.25])),
            width=float(rng.uniform(0.95, 1.06)) * (0.96 if curve else 1.0),
            curve=curve,
        )
