"""Who dances, and in which colour: performers keep their looks, and no two of a scene are alike while colours last."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workflow_scripts.figure.appearance import Appearance

Colour = tuple[float, float, float]

# Linear RGB.
ACCENTS: tuple[Colour, ...] = (
    (0.12, 0.72, 1.0),
    (1.0, 0.25, 0.62),
    (0.55, 0.35, 1.0),
    (0.15, 0.85, 0.55),
    (1.0, 0.55, 0.15),
    (0.95, 0.85, 0.25),
)


@dataclass(frozen=True)
class Look:
    """`accent` (linear RGB) is the colour of a dancer's light and words; `appearance` is who it is."""

    accent: Colour
    appearance: Appearance

    @property
    def display(self) -> tuple[int, int, int]:
        """A pale display colour (0..255) of the accent's hue, for words."""
        red, green, blue = (round(255 * (0.25 + 0.75 * part) ** (1 / 2.2)) for part in self.accent)
        return red, green, blue


def choose_looks(performers: Sequence[str]) -> list[Look]:
    """Give every performer (a model's name, say) its own dancer and colour: equal names, equal looks.

    A colour that a dancer further left has taken is left to it as long as others are free.
    """
    looks, taken = [], dict.fromkeys(range(len(ACCENTS)), 0)
    for performer in performers:
        digest = hashlib.sha256(performer.encode("utf-8", "surrogatepass")).digest()
        own = digest[16] % len(ACCENTS)
        number = min(taken, key=lambda accent: (taken[accent], (accent - own) % len(ACCENTS)))
        taken[number] += 1
        looks.append(Look(ACCENTS[number], Appearance.random(np.random.default_rng(list(digest[:16])))))
    return looks
