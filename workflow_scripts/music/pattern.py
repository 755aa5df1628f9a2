"""Beats as the likeliest sequence of beat lengths, given what the onsets of a beat look like from one beat to the next.

A hidden Markov model of tempo and position in the beat, in the spirit of Whiteley, Cemgil and Godsill ("Bayesian
modelling of temporal structure in musical audio", ISMIR 2006) and Krebs, Boeck and Widmer (ISMIR 2013), solved a beat
at a time: a path is a sequence of whole beats, each of a constant length. A wrong octave or an off-beat has to explain
strong onsets where the pattern has none, so that neither needs a rule of its own.
"""

import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.music.bands import FPS

Frames = npt.NDArray[np.intp]
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
    """Return the frames (K,) of the beats of the likeliest path through `likelihood` (T, POSITIONS).

    Time and memory grow with T: of the scores only those within one longest beat are kept.
    """
    count, step, longest = len(likelihood), int(PERIODS[0]), int(PERIODS[-1])
    lengths = np.arange(len(PERIODS))
    parts, cost = _Parts(likelihood), _changes()
    # The score of a beat that begins in a frame (the last `longest` frames) and lasts a period, itself included.
    recent = np.full((longest, len(PERIODS)), -np.inf)
    before = np.full((count, len(PERIODS)), -1, dtype=np.int8)
    for start in range(0, count, step):
        # No beat is shorter than `step`, so that these frames do not depend on each other.
        frames = np.arange(start, min(start + step, count))
        ended = recent[longest - start + frames[:, None] - PERIODS, lengths]
        ended = np.pad(ended, ((0, 0), (NEAR, NEAR)), constant_values=-np.inf)
        changed = np.lib.stride_tricks.sliding_window_view(ended, 2 * NEAR + 1, axis=1) + cost
        score = changed.max(axis=2)
        # The first beat is anywhere in the first period.
        first = (frames[:, None] < PERIODS) & ~(score > 0)
        score[first] = 0.0
        before[frames] = np.where(first, -1, changed.argmax(axis=2) + lengths - NEAR)
        recent = np.concatenate([recent[len(frames) :], score + parts.of(start, len(frames))])
    return _path(recent, before)


def _path(recent: Floats, before: npt.NDArray[np.int8]) -> Frames:
    """Follow the best path back from a last beat that lasts beyond the end."""
    count = len(before)
    lasting = np.arange(len(recent))[:, None] + PERIODS >= len(recent)
    row, length = np.unravel_index(np.argmax(np.where(lasting, recent, -np.inf)), recent.shape)
    frame, k = count - len(recent) + int(row), int(length)
    beats = [frame]
    while before[frame, k] >= 0:
        k = int(before[frame, k])
        frame -= int(PERIODS[k])
        beats.append(frame)
    return np.array(beats[::-1], dtype=np.intp)


class _Parts:
    """The evidence for a beat of each period that begins in a frame: its positions are stretches of frames."""

    def __init__(self, likelihood: Floats) -> None:
        sums = np.pad(np.cumsum(likelihood, axis=0), ((1, int(PERIODS[-1])), (0, 0)), mode="edge")
        sums[0] = 0.0
        # The first position is halved by the beat. Where one stretch ends, the next begins.
        sums = np.concatenate([sums, sums[:, :1]], axis=1)
        self.steps = -np.diff(np.pad(sums, ((0, 0), (1, 1))), axis=1).ravel()
        edges = np.ceil((np.arange(POSITIONS + 2) - 0.5) / POSITIONS * PERIODS[:, None]).astype(np.intp)
        edges[:, 0], edges[:, -1] = 0, PERIODS
        width = POSITIONS + 2
        self.places = (np.arange(PERIODS[0])[:, None, None] + edges) * width + np.arange(width)
        bpm = 60 * FPS / PERIODS
        self.prior = -0.5 * (np.log2(bpm / USUAL_BPM) / OCTAVES) ** 2 * PERIODS / FPS

    def of(self, start: int, count: int) -> Floats:
        """Return the evidence (count, periods) from frame `start` on; what lies beyond the end counts nothing."""
        parts = self.steps[self.places[:count] + start * (POSITIONS + 2)]
        return np.asarray(EVIDENCE * parts.sum(axis=-1) + self.prior)


def _changes() -> Floats:
    """Log-probability (periods, 2 * NEAR + 1) that a beat of a period follows one of each near period."""
    change = -STEADINESS * np.abs(np.log(PERIODS[:, None] / PERIODS))
    change -= np.log(np.exp(change).sum(axis=1, keepdims=True))
    padded = np.pad(change.T, ((0, 0), (NEAR, NEAR)), constant_values=-np.inf)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * NEAR + 1, axis=1)
    return np.asarray(windows[np.arange(len(PERIODS)), np.arange(len(PERIODS))])


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
