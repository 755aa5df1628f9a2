"""The beat of a dance: a regular grid that may drift, through accents of which some are missing and some too many."""

import numpy as np
import numpy.typing as npt
from scipy.linalg import solveh_banded

from workflow_scripts.motion.skeleton import Floats

FPS = 100.0  # frames per second in which beats are sought
SLOWEST_BPM, FASTEST_BPM = 60.0, 180.0
# Accents are known to a frame of video, and dancers are not exact.
TOLERANCE_S = 0.04
# What a beat costs where the dancer accents, and the most it gains (on an accent): a beat must meet an accent in two of
# five cases to be worth it, the trade-off of an F-measure of .8. What a change of the period costs per factor e, over
# how many frames at once; what the distance from a usual tempo costs, per octave squared and beat of that tempo.
BEAT_COST, BEAT_GAIN = 0.8, 2.0
STEADINESS, NEAR = 6.0, 6
USUAL_BPM, TEMPO_WEIGHT = 115.0, 0.1
# A stretch of so much to either side without an accent says nothing: beats cost nothing there.
SILENT_S = 1.5
SECOND = (1, -2, 1)  # a second difference


def dance_grid(accents: Floats, seconds: float, stiffness: float) -> Floats:
    """Return the beats of a dance that cover it: the first at or before 0, the last at or after `seconds`.

    Beats are the likeliest sequence of nearly equal intervals, found by dynamic programming (Ellis, "Beat tracking by
    dynamic programming", 2007, with the tempo free), then drawn smoothly through the accents that are near one
    (Whittaker's smoother, whose penalty is on changes of the interval).

    Args:
        accents: (N,) seconds, at least one.
        seconds: how long the dance is.
        stiffness: of the smoothing; 0 puts beats on accents exactly, larger values keep a steadier tempo.
    """
    found = _path(accents, seconds)
    for _ in range(2):  # what is near a smoothed beat may be nearer than what was near the first guess
        found = _smoothed(found, accents, stiffness)
    period_first, period_last = _pace(found[:5]), _pace(found[-5:])
    before = max(int(np.ceil(found[0] / period_first - 1e-9)), 0)
    after = max(int(np.ceil((seconds - found[-1]) / period_last - 1e-9)), 0)
    steps = [
        found[0] - period_first * np.arange(before, 0, -1),
        found,
        found[-1] + period_last * np.arange(1, after + 1),
    ]
    grid = np.concatenate(steps)
    first = int(np.searchsorted(grid, 1e-9, side="right")) - 1
    last = int(np.searchsorted(grid, seconds - 1e-9))
    return grid[first : last + 1]


def _pace(beats: Floats) -> float:
    return float(np.mean(np.diff(beats)))


def near_accent(times: Floats, accents: Floats) -> Floats:
    """Return the distance (seconds) of each time from the accent nearest to it."""
    if not len(accents):
        return np.full(len(times), np.inf)
    place = np.clip(np.searchsorted(accents, times), 1, max(len(accents) - 1, 1))
    left, right = accents[np.minimum(place - 1, len(accents) - 1)], accents[np.minimum(place, len(accents) - 1)]
    return np.minimum(np.abs(times - left), np.abs(times - right))


def _path(accents: Floats, seconds: float) -> Floats:
    """Return the best sequence of at least two beats, seconds."""
    shortest, longest = round(60 * FPS / FASTEST_BPM), round(60 * FPS / SLOWEST_BPM)
    lengths = np.arange(shortest, longest + 1)
    frames = max(int(np.ceil(max(seconds, float(accents[-1]) + 0.1) * FPS)), 0) + longest + 1
    distance = near_accent(np.arange(frames) / FPS, accents)
    worth = BEAT_GAIN * np.exp(-0.5 * (distance / TOLERANCE_S) ** 2) - BEAT_COST * (distance < SILENT_S)
    usual = TEMPO_WEIGHT * np.log2(60 * FPS / lengths / USUAL_BPM) ** 2 * (lengths * USUAL_BPM / FPS / 60)
    change = STEADINESS * np.abs(np.log(lengths[:, None] / lengths[None, :])) + usual[None, :]
    change[np.abs(lengths[:, None] - lengths[None, :]) > NEAR] = np.inf
    # The best score of a path whose last beat is in a frame and whose next interval is known, and the interval before.
    onward = np.empty((frames, len(lengths)), dtype=np.float32)
    interval = np.empty((frames, len(lengths)), dtype=np.uint8)
    total = np.empty((frames, len(lengths)), dtype=np.float32)
    number = np.arange(len(lengths))
    for start in range(0, frames, shortest):  # no interval is shorter: these do not depend on each other
        here = np.arange(start, min(start + shortest, frames))
        earlier = here[:, None] - lengths
        score = np.where(earlier >= 0, onward[np.maximum(earlier, 0), number], 0.0) + worth[here, None]
        total[here] = score
        changed = score[:, :, None] - change
        interval[here] = changed.argmax(axis=1)
        onward[here] = changed.max(axis=1)
    tail = total[frames - longest :]
    place, last = np.unravel_index(int(np.argmax(tail)), tail.shape)
    frame, length = frames - longest + int(place), int(last)
    path = [frame]
    while (frame := frame - int(lengths[length])) >= 0:
        path.append(frame)
        length = int(interval[frame, length])
    if len(path) == 1:
        path.append(path[0] - int(lengths[length]))
    return np.array(path[::-1]) / FPS


def _smoothed(beats: Floats, accents: Floats, stiffness: float) -> Floats:
    """Return beats (K,) drawn to the accents near them, while their intervals change slowly."""
    count = len(beats)
    half = 0.5 * np.diff(beats).min()
    place = np.clip(np.searchsorted(accents, beats), 0, len(accents) - 1)
    before = np.maximum(place - 1, 0)
    nearest = np.where(np.abs(accents[before] - beats) < np.abs(accents[place] - beats), before, place)
    offset = accents[nearest] - beats
    weight = (np.abs(offset) <= min(3 * TOLERANCE_S, half)).astype(np.float64)
    if count < 3:
        return beats + float(np.sum(weight * offset) / max(weight.sum(), 1))
    # (W + s D'D + e) x = W offset: banded, in time linear in the number of beats.
    bands: npt.NDArray[np.float64] = np.zeros((3, count))
    bands[2] = weight + 1e-6
    for row, factor in enumerate(SECOND):
        bands[2, row : count - 2 + row] += stiffness * factor**2
        if row < 2:
            bands[1, row + 1 : count - 1 + row] += stiffness * factor * SECOND[row + 1]
    bands[0, 2:] += stiffness * SECOND[0] * SECOND[2]
    # The penalty is on the beats, not on how far they move.
    curvature = np.diff(beats, 2)
    pull = weight * offset
    for row, factor in enumerate(SECOND):
        pull[row : count - 2 + row] -= stiffness * factor * curvature
    return beats + solveh_banded(bands, pull)
