"""How much the sound rises in five bands, at twice the rate of the features: what beats are tracked on.

Spectral flux of a logarithmic spectrum, with a maximum over neighbouring bands before the difference so that vibrato is
no onset (Boeck and Widmer, "Maximum filter vibrato suppression for onset detection", DAFx 2013).
"""

from itertools import pairwise

import numpy as np

from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.music.mel_scale import MEL_BANDS, mel_bands
from workflow_scripts.music.sound import Sound
from workflow_scripts.music.windows import RATE, hann, power_spectra

HOP = 256
FPS = RATE / HOP
# Windows of 67 ms, frames compared over 33 ms, mel bands joined to five. Chosen on the tuning half of GTZAN (see
# benchmarks/beats.py); so are floor and span, to which the beats are indifferent within a factor of two.
WINDOW, LAG = 1024, 2
EDGES = (0, 4, 12, 30, 60, 128)
FLOOR_DB = -50.0
SPAN_S = 6.0
_JOINING = np.stack(
    [(np.arange(EDGES[-1]) >= a) * (np.arange(EDGES[-1]) < b) / np.float32(b - a) for a, b in pairwise(EDGES)], axis=1
).astype(np.float32)


def rises(sound: Sound) -> Floats:
    """Return the mean rise in dB over `LAG` frames in each band, (1 + N // HOP, bands); none in the first frames.

    Frame t is centred on sample t * HOP of the mono sound.
    """
    # The mean power of the whole recording, to which `FLOOR_DB` relates.
    level = float(np.mean(np.square(sound.overview.rms, dtype=np.float64)))
    rise = np.zeros((1 + sound.length // HOP, len(EDGES) - 1))
    before = np.empty((0, MEL_BANDS), dtype=np.float32)
    for first, rows in sound.blocks(WINDOW, HOP):
        decibels = np.concatenate([before, _decibels(rows, level)])
        rise[first + len(rows) - max(len(decibels) - LAG, 0) : first + len(rows)] = _rises(decibels)
        before = decibels[-LAG:]
    return rise


def _decibels(rows: Floats, level: float) -> Floats:
    """Mel bands (n, MEL_BANDS) in dB above white noise of the power `level`, at least `FLOOR_DB`."""
    # What a filter (of area 1 per Hz) passes of such noise.
    reference = max(level * float(np.sum(hann(WINDOW) ** 2)) * WINDOW / RATE, 1e-12)
    mel = mel_bands(power_spectra(rows), RATE)
    mel *= np.float32(1 / reference)
    mel += np.float32(10 ** (FLOOR_DB / 10))
    return np.asarray(10 * np.log10(mel, out=mel))


def _rises(decibels: Floats) -> Floats:
    """Mean rises (n, bands) of all frames (LAG + n, MEL_BANDS) but the first `LAG`."""
    earlier = decibels[:-LAG]
    before = earlier.copy()
    np.maximum(before[:, 1:], earlier[:, :-1], out=before[:, 1:])
    np.maximum(before[:, :-1], earlier[:, 1:], out=before[:, :-1])
    rise = np.maximum(0.0, decibels[LAG:] - before)
    # As means of stretches of columns: a product of matrices is one pass.
    return np.asarray(rise @ _JOINING)


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
