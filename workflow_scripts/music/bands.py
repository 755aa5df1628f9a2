"""How much the sound rises in five bands, at twice the rate of the features: what beats are tracked on.

Spectral flux of a logarithmic spectrum, with a maximum over neighbouring bands before the difference so that vibrato is
no onset (Boeck and Widmer, "Maximum filter vibrato suppression for onset detection", DAFx 2013).
"""

from itertools import pairwise

import numpy as np

from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.music.spectral import mel_filters
from workflow_scripts.music.windows import RATE, hann, windows

HOP = 256
FPS = RATE / HOP
# Windows of 67 ms, frames compared over 33 ms, mel bands joined to five. Chosen on the tuning half of GTZAN (see
# benchmarks/beats.py); so are floor and span, to which the beats are indifferent within a factor of two.
WINDOW, LAG = 1024, 2
EDGES = (0, 4, 12, 30, 60, 128)
FLOOR_DB = -50.0
SPAN_S = 6.0
_BLOCK = 1024


def rises(samples: Floats) -> Floats:
    """Return the mean rise in dB over `LAG` frames in each band, (1 + N // HOP, len(EDGES) - 1).

    Args:
        samples: (N,) mono at `RATE`. Frame t is centred on sample t * HOP; silence is assumed outside.
    """
    samples = np.asarray(samples, dtype=np.float32)
    rows = windows(samples, WINDOW, HOP)
    level = float(np.dot(samples, samples)) / len(samples)
    # A block begins with the last frames of the one before it.
    blocks = [rises_of_windows(rows[max(0, k - LAG) : k + _BLOCK], level) for k in range(0, len(rows), _BLOCK)]
    joined = [blocks[0], *(block[LAG:] for block in blocks[1:])]
    return np.concatenate(joined)


def rises_of_windows(rows: Floats, level: float) -> Floats:
    """Return the rises (T, bands) of consecutive windows (T, WINDOW); zero in the first `LAG` of them.

    Args:
        level: mean square of the whole recording's samples, to which `FLOOR_DB` relates.
    """
    window = hann(WINDOW).astype(np.float32)
    mel = np.abs(np.fft.rfft(rows * window, axis=1)) ** 2 @ mel_filters(RATE, WINDOW).T
    # What a filter (of area 1 per Hz) passes of white noise of this level.
    reference = level * float(np.sum(window**2)) * WINDOW / RATE
    decibels = 10 * np.log10(mel / max(reference, 1e-12) + 10 ** (FLOOR_DB / 10))
    before = decibels[:-LAG].copy()
    before[:, 1:] = np.maximum(before[:, 1:], decibels[:-LAG, :-1])
    before[:, :-1] = np.maximum(before[:, :-1], decibels[:-LAG, 1:])
    rise = np.maximum(0.0, decibels[LAG:] - before)
    joined = np.stack([rise[:, a:b].mean(axis=1) for a, b in pairwise(EDGES)], axis=1)
    return np.pad(joined, ((LAG, 0), (0, 0)))[: len(rows)]


def standardised(rise: Floats) -> Floats:
    """Return the square roots of rises (T, bands) less their mean in deviations, both of the `SPAN_S` around a frame.

    Quiet passages count like loud ones, but not below a third of the usual deviation: silence stays silent.
    """
    curve = np.sqrt(rise)
    curve = curve - _mean_around(curve)
    usual = np.sqrt(np.mean(curve**2, axis=0))
    return np.asarray(curve / np.maximum(np.sqrt(_mean_around(curve**2)), 0.3 * usual + 1e-9))


def _mean_around(curve: Floats) -> Floats:
    half = round(SPAN_S * FPS / 2)
    sums = np.concatenate([np.zeros((1, curve.shape[1])), np.cumsum(curve, axis=0)])
    frames = np.arange(len(curve))
    first, last = np.maximum(frames - half, 0), np.minimum(frames + half + 1, len(curve))
    return np.asarray((sums[last] - sums[first]) / (last - first)[:, None])
