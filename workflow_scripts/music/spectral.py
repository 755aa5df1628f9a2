"""The music group `spectral`: mel spectrogram in decibels, onset strength and MFCC.

The definitions are librosa's (0.11, McFee et al., SciPy 2015) with its defaults, written with NumPy alone: importing
librosa takes longer than computing these features for a whole song.
"""

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.music.windows import FFT_SIZE, HOP, RATE, hann, in_blocks, windows

MEL_BANDS = 128
_POWER_FLOOR, _TOP_DB = 1e-10, 80.0

PARAMETERS: dict[str, Any] = {
    "onset": {"rate": RATE, "hop": HOP, "fft": FFT_SIZE, "mel_bands": MEL_BANDS, "unit": "dB"},
    "mfcc": {"rate": RATE, "hop": HOP, "fft": FFT_SIZE, "mel_bands": MEL_BANDS, "count": 20},
}


def extract(samples: Floats, settings: dict[str, Any]) -> dict[str, Floats]:
    """Return onset (1 + N // HOP, 1) and mfcc (1 + N // HOP, 20) of mono samples (N,) at `RATE`; no settings."""
    decibels = mel_decibels(samples)
    return {"onset": onset_strength(decibels)[:, None], "mfcc": mfcc(decibels)}


def mel_decibels(samples: Floats, rate: int = RATE) -> npt.NDArray[np.float32]:
    """Return the mel power spectrogram in dB, (1 + N // HOP, MEL_BANDS), at most 80 dB below its maximum.

    Args:
        samples: (N,) mono. Frame t is centred on sample t * HOP; silence is assumed outside.
        rate: samples per second.
    """
    window, filters = hann(FFT_SIZE).astype(np.float32), mel_filters(rate).T
    mel = in_blocks(
        windows(np.asarray(samples, dtype=np.float32)),
        lambda block: np.abs(np.fft.rfft(block * window, axis=1)) ** 2 @ filters,
    )
    decibels = 10 * np.log10(np.maximum(mel, _POWER_FLOOR))
    return np.maximum(decibels, decibels.max() - _TOP_DB).astype(np.float32)


def onset_strength(decibels: Floats) -> Floats:
    """Return the mean rise over the mel bands since the frame before, (T,) for (T, MEL_BANDS), in dB.

    As in librosa the curve is shifted by half a window (2 frames), so that a value stands near the end of the rise.
    """
    rise = np.maximum(0.0, np.diff(decibels, axis=0)).mean(axis=1)
    return np.pad(rise, (1 + FFT_SIZE // (2 * HOP), 0))[: len(decibels)]


def mfcc(decibels: Floats, count: int = 20) -> Floats:
    """Return mel-frequency cepstral coefficients (T, count): the orthonormal DCT-II over the mel bands."""
    bands = decibels.shape[1]
    basis = np.cos(np.pi / bands * np.outer(np.arange(bands) + 0.5, np.arange(count))) * np.sqrt(2 / bands)
    basis[:, 0] /= np.sqrt(2)
    return np.asarray(decibels @ basis)


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
