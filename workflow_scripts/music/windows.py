"""The grid that all music features share: sample rate, hop, and windows."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.skeleton import Floats

# Exactly 30 frames per second, as FACT (Li et al., ICCV 2021) and EDGE (Tseng et al., CVPR 2023) have them.
RATE, HOP, FFT_SIZE = 15_360, 512, 2048
FPS = RATE / HOP
Frames = npt.NDArray[np.intp]  # numbers of frames


def consecutive(samples: Floats, size: int = FFT_SIZE, hop: int = HOP) -> Floats:
    """Return a view (1 + (N - size) // hop, ..., size) of samples (N, ...): window t begins with sample t * hop."""
    return np.lib.stride_tricks.sliding_window_view(samples, size, axis=0)[::hop]


@lru_cache(maxsize=64)
def hann(size: int) -> Floats:
    """Return the periodic Hann window (size,), read-only: it is computed once."""
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
    window.setflags(write=False)
    return np.asarray(window)


def power_spectra(rows: Floats) -> Floats:
    """Return the power spectra (..., size // 2 + 1) float32 of rows (..., size) under a Hann window."""
    size = rows.shape[-1]
    window = hann(size).astype(np.float32)
    power = np.empty((*rows.shape[:-1], size // 2 + 1), dtype=np.float32)
    # Few at a time, so that what lies between stays in the processor's cache. And the magnitude squared again is faster
    # than the sum of squares of parts that lie apart in memory.
    for start in range(0, len(rows), 32):
        here = slice(start, start + 32)
        np.abs(np.fft.rfft(rows[here] * window), out=power[here])
    return np.square(power, out=power)
