"""Beats as the likeliest sequence of beat lengths, given what the onsets of a beat look like from one beat to the next.

A hidden Markov model of tempo and position in the beat, in the spirit of Whiteley, Cemgil and Godsill ("Bayesian
modelling of temporal structure in musical audio", ISMIR 2006) and Krebs, Boeck and Widmer (ISMIR 2013), solved a beat
at a time: a path is a sequence of whole beats, each of a constant length. A wrong octave or an off-beat has to explain
strong onsets where the pattern has none, so that neither needs a rule of its own.
"""

from typing import Any

import numpy as np

from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.music.bands import FPS
from workflow_scripts.music.windows import Frames

# Lengths of a beat in frames: 225 to 48 bpm.
PERIODS = np.arange(16, 76)
POSITIONS = 12
# From one beat to the next the period changes by so many frames at most; it may go on changing.
NEAR = 4
# How much one frame counts (frames are not independent), what a change of tempo costs (times the absolute logarithm of
# the ratio), and a log-normal prior of the tempo per second of music. Chosen on the tuning half of GTZAN and the demo
# songs 500-505, with the pattern learned without the clip in question; the middle of where they give the same.
EVIDENCE, STEADINESS = 0.125, 50.0
USUAL_BPM, OCTAVES = 120.0, 0.6
# Mean (POSITIONS, bands) of `bands.standardised` from one beat to the next, and its covariance (bands, bands) about it:
# learned on the tuning half of GTZAN and, a fifth of their weight each, the demo songs 500-505, as
# `python benchmarks/beats.py --learn` prints them. Positions are centred: the first one is the beat.
MEANS = np.array(
    [
        [1.29, 1.43, 1.14, 1.12, 1.41],
        [0.37, -0.15, -0.19, -0.29, -0.36],
        [-0.19, -0.34, -0.38, -0.27, -0.47],
        [-0.32, -0.37, -0.26, -0.19, -0.29],
        [-0.29, -0.33, -0.29, -0.27, -0.33],
        [-0.16, -0.13, -0.11, -0.10, -0.09],
        [0.04, 0.42, 0.46, 0.43, 0.59],
        [-0.11, -0.05, -0.06, -0.06, -0.09],
        [-0.19, -0.24, -0.19, -0.21, -0.21],
        [-0.29, -0.24, -0.16, -0.16, -0.19],
        [-0.27, -0.28, -0.20, -0.19, -0.21],
        [0.13, 0.30, 0.30, 0.24, 0.32],
    ]
)
COVARIANCE = np.array(
    [
        [0.670, 0.237, 0.112, 0.087, 0.066],
        [0.237, 0.641, 0.305, 0.222, 0.201],
        [0.112, 0.305, 0.726, 0.386, 0.309],
        [0.087, 0.222, 0.386, 0.733, 0.388],
        [0.066, 0.201, 0.309, 0.388, 0.617],
    ]
)
# Beats of a human follow no frame grid: each is drawn towards the line through its neighbours this many times.
SMOOTHINGS = 4
# A beat before the first or after the last peak of this share of the usual one on a beat stands in silence.
FAINT = 0.25


def beat_times(rise: Floats, curve: Floats) -> Floats:
    """Return the beats (K,) in seconds.

    Args:
        rise, curve: (T, bands) of `bands.rises` and `bands.standardised`.
    """
    frames = beat_path(evidence(curve))
    frames = _between_onsets(frames, rise.mean(axis=1))
    return _smooth(frames / FPS)


def evidence(curve: Floats) -> Floats:
    """Return how much better than an average frame each frame fits each position in the beat, (T, POSITIONS).

    The logarithm of the ratio of two Gaussians with the same covariance, so that it is linear in curve (T, bands).
    """
    weights = MEANS @ np.linalg.inv(COVARIANCE)
    return np.asarray(curve @ weights.T - 0.5 * np.sum(weights * MEANS, axis=1))


def beat_path(likelihood: Floats) -> Frames:
    """Return the frames (K,) of the beats of the likeliest path through `likelihood` (T, POSITIONS)."""
    count, step, longest = len(likelihood), int(PERIODS[0]), int(PERIODS[-1])
    lengths = np.arange(len(PERIODS))
    parts, cost = _Parts(likelihood), _changes()
    # The score of a beat that begins in a frame (the last `longest` frames) and lasts a period, itself included.
    recent = np.full((longest, len(PERIODS)), -np.inf)
    scores = _Scores(count, step)
    # Where in `recent` the beats stand that end in each of the next frames, no matter which these are.
    ending = ((longest + np.arange(step))[:, None] - PERIODS) * len(PERIODS) + lengths
    ended = np.full((step, NEAR + len(PERIODS) + NEAR), -np.inf)
    # The same, once for every change of period: (changes, frames, periods).
    near = np.lib.stride_tricks.sliding_window_view(ended, len(PERIODS), axis=1).transpose(1, 0, 2)
    changed = np.empty(near.shape)
    for start in range(0, count, step):
        # No beat is shorter than `step`, so that these frames do not depend on each other.
        recent.take(ending, out=ended[:, NEAR:-NEAR], mode="clip")
        np.add(near, cost[:, None], out=changed)
        score = changed.max(axis=0)
        if start < longest:  # the first beat is anywhere in the first period
            frames = np.arange(start, start + step)
            score[_is_first(frames[:, None], PERIODS, score)] = 0.0
        score += parts.of(start, step)
        scores.keep(start, score)
        recent = np.concatenate([recent[step:], score])
    return _path(scores, cost)


def _is_first(frame: Any, period: Any, score: Any) -> Any:
    """Whether a beat of a period in a frame is the first: nothing before it is worth more."""
    return (frame < period) & ~(np.asarray(score) > 0)


class _Scores:
    """The scores of all beats, with those of each stretch of frames in float32 about their largest."""

    def __init__(self, count: int, step: int) -> None:
        stretches = -(-count // step)
        self.count, self.step = count, step
        self.levels = np.empty(stretches)
        self.rest = np.empty((stretches * step, len(PERIODS)), dtype=np.float32)

    def keep(self, start: int, scores: Floats) -> None:
        """Keep the scores (step, periods) of the stretch that begins with a frame."""
        level = scores.max()
        self.levels[start // self.step] = level
        np.subtract(scores, level, out=self.rest[start : start + self.step], casting="same_kind")

    def of(self, frames: Frames, lengths: Frames) -> Floats:
        """Return the scores of beats (K,); -inf where one would begin before the music."""
        inside = np.maximum(frames, 0)
        found = self.levels[inside // self.step] + self.rest[inside, lengths]
        return np.asarray(np.where(frames >= 0, found, -np.inf))


def _path(scores: _Scores, cost: Floats) -> Frames:
    """Follow the best path back from a last beat that lasts beyond the end."""
    last = scores.count - 1 - np.arange(int(PERIODS[-1]))[:, None]
    recent = scores.of(last, np.arange(len(PERIODS)))
    row, length = np.unravel_index(np.argmax(np.where(last + PERIODS >= scores.count, recent, -np.inf)), recent.shape)
    frame, k = int(last[row, 0]), int(length)
    beats = [frame]
    while True:
        lengths = np.arange(max(0, k - NEAR), min(len(PERIODS), k + NEAR + 1))
        before = scores.of(frame - PERIODS[lengths], lengths) + cost[lengths - k + NEAR, k]
        best = int(np.argmax(before))
        if _is_first(frame, int(PERIODS[k]), before[best]):
            return np.array(beats[::-1], dtype=np.intp)
        k = int(lengths[best])
        frame -= int(PERIODS[k])
        beats.append(frame)


class _Parts:
    """The evidence for a beat of each period that begins in a frame: its positions are stretches of frames."""

    BLOCK = 128 * int(PERIODS[0])

    def __init__(self, likelihood: Floats) -> None:
        # Beyond the end there are beats that last into it, and frames that fill up the last stretch.
        after = int(PERIODS[-1] + PERIODS[0])
        sums = np.pad(np.cumsum(likelihood, axis=0), ((1, after), (0, 0)), mode="edge")
        sums[0] = 0.0
        # The first position is halved by the beat. Where one stretch ends, the next begins.
        edged = np.concatenate([np.zeros((len(sums), 1)), sums, sums[:, :1], np.zeros((len(sums), 1))], axis=1)
        self.steps = np.ascontiguousarray(-np.diff(edged, axis=1).T)
        self.edges = np.ceil((np.arange(POSITIONS + 2) - 0.5) / POSITIONS * PERIODS[:, None]).astype(np.intp)
        self.edges[:, 0], self.edges[:, -1] = 0, PERIODS
        bpm = 60 * FPS / PERIODS
        self.prior = -0.5 * (np.log2(bpm / USUAL_BPM) / OCTAVES) ** 2 * PERIODS / FPS
        self.first = 0
        self.block: Floats = np.empty((0, len(PERIODS)))

    def of(self, start: int, count: int) -> Floats:
        """Return the evidence (count, periods) from frame `start` on; what lies beyond the end counts nothing.

        Asked for in order: a block of frames is computed at once.
        """
        if start + count > self.first + len(self.block):
            self.first, self.block = start, self._block(start)
        return self.block[start - self.first :][:count]

    def _block(self, start: int) -> Floats:
        count = min(self.BLOCK, self.steps.shape[1] - int(PERIODS[-1]) - start)
        total = np.zeros((len(PERIODS), count))
        for row, edges in zip(total, self.edges, strict=True):
            for steps, edge in zip(self.steps, edges.tolist(), strict=True):
                row += steps[start + edge : start + edge + count]
        return np.ascontiguousarray((EVIDENCE * total + self.prior[:, None]).T)


def _changes() -> Floats:
    """Log-probability (2 * NEAR + 1, periods) that a beat of a period follows one of each near period."""
    change = -STEADINESS * np.abs(np.log(PERIODS[:, None] / PERIODS))
    change -= np.log(np.exp(change).sum(axis=1, keepdims=True))
    padded = np.pad(change.T, ((0, 0), (NEAR, NEAR)), constant_values=-np.inf)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * NEAR + 1, axis=1)
    return np.ascontiguousarray(windows[np.arange(len(PERIODS)), np.arange(len(PERIODS))].T)


def _between_onsets(frames: Frames, strength: Floats) -> Frames:
    """Drop the beats before the first and after the last onset of `strength` (T,), give or take 50 ms."""
    around = np.clip(frames[:, None] + np.arange(-2, 3), 0, len(strength) - 1)
    usual = float(strength[around].max(axis=1).mean())
    loud = np.flatnonzero(strength > FAINT * usual) if usual > 0 else np.empty(0)
    if not len(loud):
        return frames[:0]
    return frames[(frames >= loud[0] - 3) & (frames <= loud[-1] + 3)]


def _smooth(beats: Floats) -> Floats:
    for _ in range(SMOOTHINGS if len(beats) > 2 else 0):
        beats = np.concatenate([beats[:1], (beats[:-2] + 2 * beats[1:-1] + beats[2:]) / 4, beats[-1:]])
    return beats
