"""The grid that all music features share: sample rate, hop, and windows centred on every frame."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from workflow_scripts.motion.skeleton import Floats

# Exactly 30 frames per second, as FACT (Li et al., ICCV 2021) and EDGE (Tseng et al., CVPR 2023) have them.
RATE, HOP, FFT_SIZE = 15_360, 512, 2048
FPS = RATE / HOP


def windows(samples: Floats, size: int = FFT_SIZE, hop: int = HOP) -> Floats:
    """Return a view (1 + (N - size) // hop, ..., size) of samples (N, ...): window t begins with sample t * hop."""
    return np.lib.stride_tricks.sliding_window_view(samples, size, axis=0)[::hop]


def hann(size: int) -> Floats:
    """Return the periodic Hann window (size,)."""
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)


@lru_cache
def _hann32(size: int) -> Floats:
    return hann(size).astype(np.float32)


def power_spectra(rows: Floats) -> Floats:
    """Return the power spectra (..., size // 2 + 1) float32 of rows (..., size) under a Hann window."""
    spectra = np.fft.rfft(rows * _hann32(rows.shape[-1]))
    # Squares of the parts: the magnitude would cost a root that is squared away again.
    return np.asarray(spectra.real**2 + spectra.imag**2, dtype=np.float32)


def in_blocks(rows: Floats, function: Callable[[Floats], Floats], size: int = 1024) -> Floats:
    """Apply `function` to blocks of `size` rows and join the results: a long recording needs no more memory."""
    return np.concatenate([function(rows[start : start + size]) for start in range(0, len(rows), size)])
