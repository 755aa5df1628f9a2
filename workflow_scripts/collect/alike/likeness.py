"""How alike two recordings are when one is laid over the other at some offset and speed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workflow_scripts.collect.alike.sound_code import CODES_PER_S, NOTHING, Codes

Indices = npt.NDArray[np.int64]
Errors = npt.NDArray[np.float64]

BITS = 64
# Codes over which errors are averaged: four seconds, which with the span of a code is the sound of six.
WINDOW = 32
MAX_SPEED_CHANGE = 0.035
_SHIFTS = (0, -1, 1, -2, 2)  # codes beside an estimated offset, the nearest first: of equals it stays
_TOLERANCE = 4  # codes by which hits of one alignment may be apart: 2 % of speed over half a minute


@dataclass(frozen=True)
class Line:
    """Where code i of one timeline lies in another: at `speed * i + shift`, in codes."""

    speed: float
    shift: float

    def times(self, size: int, other: int) -> tuple[Indices, Indices]:
        """Return the codes of a timeline of `size` codes that have a partner in one of `other`, and those partners."""
        here = np.arange(size)
        there = np.rint(self.speed * here + self.shift).astype(np.int64)
        inside = (there >= 0) & (there < other)
        return here[inside], there[inside]

    def reversed(self) -> "Line":
        """Return where the codes of the other timeline lie in the first."""
        return Line(1 / self.speed, -self.shift / self.speed)

    @property
    def offset_s(self) -> float:
        """The second of the other recording that belongs to second 0 of the first."""
        return self.shift / CODES_PER_S


@dataclass(frozen=True)
class Overlap:
    """Two timelines laid over each other: the share (0..1) of different bits of every code that both have, (N,)."""

    line: Line
    errors: Errors

    @property
    def seconds(self) -> float:
        """How long both have something there at once."""
        return len(self.errors) / CODES_PER_S

    @property
    def error(self) -> float:
        """The mean share of different bits, 1 where nothing overlaps."""
        return float(self.errors.mean()) if len(self.errors) else 1.0

    def alike(self, limit: float) -> "Overlap":
        """Return the parts of `WINDOW` codes and more in which the mean error is at most `limit`, joined."""
        if len(self.errors) < WINDOW:
            return Overlap(self.line, self.errors[:0])
        sums = np.concatenate([[0.0], np.cumsum(self.errors)])
        good = (sums[WINDOW:] - sums[:-WINDOW]) / WINDOW <= limit
        return Overlap(self.line, self.errors[np.convolve(good, np.ones(WINDOW)) > 0.5])


def overlap(first: Codes, second: Codes, lines: Sequence[Line]) -> Overlap:
    """Return how two timelines compare along the best of some lines, or a little beside it where they agree better."""
    tried = (Line(line.speed, line.shift + shift) for line in lines for shift in _SHIFTS)
    # By how much better than chance (half of all bits), so that a shorter overlap is not better for being short.
    return min((_along(first, second, line) for line in tried), key=lambda found: float((found.errors - 0.5).sum()))


def _along(first: Codes, second: Codes, line: Line) -> Overlap:
    here, there = line.times(len(first), len(second))
    one, other = first[here], second[there]
    both = (one != NOTHING) & (other != NOTHING)
    return Overlap(line, np.bitwise_count(one[both] ^ other[both]) / BITS)


def lines_through(here: Indices, there: Indices) -> list[Line]:
    """Return the lines on which most of the hits (here[k], there[k]) lie: at equal speed, and at one that fits better.

    The second is there only if the hits reach over enough time to tell a speed.
    """
    offsets = np.sort(there - here)
    ends = np.searchsorted(offsets, offsets + _TOLERANCE, side="right")
    best = int(np.argmax(ends - np.arange(len(offsets))))
    level = Line(1.0, float(np.median(offsets[best : ends[best]])))
    fitted, near = level, np.abs(there - here - level.shift) <= 2 * _TOLERANCE
    for _ in range(3):  # farther hits come near as the line gets better
        if not near.any() or np.ptp(here[near]) < WINDOW:
            break
        fitted = Line(*(float(value) for value in np.polyfit(here[near], there[near], 1)))
        near = np.abs(there - fitted.speed * here - fitted.shift) <= _TOLERANCE / 2
    return [level, fitted] if 0 < abs(fitted.speed - 1) <= MAX_SPEED_CHANGE else [level]
