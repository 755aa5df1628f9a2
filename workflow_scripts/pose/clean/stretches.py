"""Which frames of a clip belong together: runs in which one person was seen in one shot without longer gaps."""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import numpy.typing as npt

# Shorter runs say little of a dance, and what is done to them (a floor, a lean, a path) rests on too little.
SHORTEST_S = 1.0


def shots_of(frames: int, shots: Iterable[int]) -> list[slice]:
    """Return the frames of each shot of a clip, given the frames at which a new one begins; those outside are nobody's.

    >>> shots_of(10, (4, 12, 4))
    [slice(0, 4, None), slice(4, 10, None)]
    """
    edges = sorted({0, frames, *(shot for shot in shots if 0 < shot < frames)})
    return [slice(start, stop) for start, stop in pairwise(edges)]


def stretches(
    found: npt.NDArray[np.bool_], shots: Iterable[int], longest_gap: int, fps: float
) -> npt.NDArray[np.int32]:
    """Return the stretches of a clip, (S, 2) frames [start, stop): each begins and ends with a frame that was found.

    Args:
        found: (T,), true in frames where the person was found.
        shots: frames at which a new shot begins.
        longest_gap: frames; longer gaps part stretches.
        fps: frames per second. Stretches of less than `SHORTEST_S` are left out.
    """
    result = []
    for shot in shots_of(len(found), shots):
        seen = shot.start + np.flatnonzero(found[shot])
        for run in np.split(seen, np.flatnonzero(np.diff(seen) > longest_gap + 1) + 1):
            if len(run) and run[-1] + 1 - run[0] >= SHORTEST_S * fps - 0.5:
                result.append((run[0], run[-1] + 1))
    return np.array(result, dtype=np.int32).reshape(-1, 2)


def nearest_inside(frames: int, runs: npt.NDArray[np.int32]) -> npt.NDArray[np.intp]:
    """Return for each frame (T,) itself where it lies in a stretch, else the nearest frame that does.

    Args:
        frames: T.
        runs: (S, 2), at least one.
    """
    inside = np.concatenate([np.arange(start, stop) for start, stop in runs])
    where = np.arange(frames)
    after = np.clip(np.searchsorted(inside, where), 0, len(inside) - 1)
    before = np.maximum(after - 1, 0)
    nearer = np.abs(inside[before] - where) < np.abs(inside[after] - where)
    return np.where(nearer, inside[before], inside[after])
