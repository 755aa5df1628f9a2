"""The mel scale, decibels and cepstra; the definitions are librosa's (0.11, McFee et al., SciPy 2015), its defaults."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.music.windows import FFT_SIZE

MEL_BANDS, COEFFICIENTS = 128, 20
POWER_FLOOR, TOP_DB = 1e-10, 80.0
_TOGETHER = 16  # filters that are multiplied at once


def in_decibels(power: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Turn power (float32) into dB in place, at most `TOP_DB` below its maximum, and return it."""
    np.maximum(power, POWER_FLOOR, out=power)
    np.log10(power, out=power)
    power *= 10
    return np.maximum(power, power.max() - np.float32(TOP_DB), out=power)


def mfcc(decibels: Floats) -> Floats:
    """Return mel-frequency cepstral coefficients (T, COEFFICIENTS): the orthonormal DCT-II over the mel bands."""
    bands = decibels.shape[1]
    basis = np.cos(np.pi / bands * np.outer(np.arange(bands) + 0.5, np.arange(COEFFICIENTS))) * np.sqrt(2 / bands)
    basis[:, 0] /= np.sqrt(2)
    return np.asarray(decibels @ basis)


def mel_bands(power: Floats, rate: int) -> npt.NDArray[np.float32]:
    """Return the power (..., MEL_BANDS) in the mel bands of power spectra (..., bins) float32 of sound at a rate."""
    bands = np.empty((*power.shape[:-1], MEL_BANDS), dtype=np.float32)
    for bins, part, filters in _stretches(rate, 2 * (power.shape[-1] - 1)):
        np.matmul(power[..., bins], filters, out=bands[..., part])
    return bands


@lru_cache(maxsize=3)
def _stretches(rate: int, size: int) -> list[tuple[slice, slice, npt.NDArray[np.float32]]]:
    """Some filters at a time, and the bins they reach: neighbours have few in common, and the rest is zeros."""
    filters, stretches = mel_filters(rate, size), []
    for first in range(0, MEL_BANDS, _TOGETHER):
        part = filters[first : first + _TOGETHER]
        reached = np.flatnonzero(part.any(axis=0))
        bins = slice(int(reached[0]), int(reached[-1]) + 1) if len(reached) else slice(0, 1)
        stretches.append((bins, slice(first, first + len(part)), np.ascontiguousarray(part[:, bins].T)))
    return stretches


@lru_cache(maxsize=3)
def mel_filters(rate: int, size: int = FFT_SIZE) -> npt.NDArray[np.float32]:
    """Return Slaney's (Auditory Toolbox, 1998) triangular filters of equal area, (MEL_BANDS, size // 2 + 1)."""
    edges = _mel_to_hertz(np.linspace(0.0, _hertz_to_mel(rate / 2), MEL_BANDS + 2))
    bins = np.arange(size // 2 + 1) * rate / size
    ramps = edges[:, None] - bins
    widths = np.diff(edges)[:, None]
    rising, falling = -ramps[:-2] / widths[:-1], ramps[2:] / widths[1:]
    area = 2.0 / (edges[2:] - edges[:-2])
    return (np.maximum(0.0, np.minimum(rising, falling)) * area[:, None]).astype(np.float32)


# Slaney's mel scale: linear below 1000 Hz (200/3 Hz per mel), above it 27 mels for a factor of 6.4.
_LINEAR, _BREAK_HZ, _LOG_STEP = 200 / 3, 1000.0, float(np.log(6.4)) / 27


def _hertz_to_mel(hertz: float) -> float:
    if hertz < _BREAK_HZ:
        return hertz / _LINEAR
    return _BREAK_HZ / _LINEAR + float(np.log(hertz / _BREAK_HZ)) / _LOG_STEP


def _mel_to_hertz(mel: Floats) -> Floats:
    knee = _BREAK_HZ / _LINEAR
    return np.where(mel < knee, mel * _LINEAR, _BREAK_HZ * np.exp(_LOG_STEP * (mel - knee)))
