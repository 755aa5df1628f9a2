"""Who dances, and in which colour: performers keep their looks, the same in videos, files and pages."""

import hashlib
from collections.abc import Sequence

import numpy as np

from workflow_scripts.figure.appearance import Appearance

Colour = tuple[float, float, float]

# Linear RGB: the colours of dancers' lights, rings and words.
ACCENTS: tuple[Colour, ...] = (
    (0.12, 0.72, 1.0),
    (1.0, 0.25, 0.62),
    (0.55, 0.35, 1.0),
    (0.15, 0.85, 0.55),
    (1.0, 0.55, 0.15),
    (0.95, 0.85, 0.25),
)


def looks_of(performer: str) -> Appearance:
    """Return what a performer (a model's name, say) looks like: equal names, equal looks."""
    return Appearance.random(np.random.default_rng(list(_digest(performer)[:16])))


def accents_of(performers: Sequence[str]) -> list[Colour]:
    """Return the colours of those who dance side by side, from left to right.

    Each has its own, given by its name, if nobody further left has taken it; else the next of those that were taken
    least often. So no two are alike as long as there are colours.
    """
    chosen, taken = [], dict.fromkeys(range(len(ACCENTS)), 0)
    for performer in performers:
        own = _digest(performer)[16] % len(ACCENTS)
        number = min(taken, key=lambda accent: (taken[accent], (accent - own) % len(ACCENTS)))
        taken[number] += 1
        chosen.append(ACCENTS[number])
    return chosen


def _digest(performer: str) -> bytes:
    return hashlib.sha256(performer.encode("utf-8", "surrogatepass")).digest()
