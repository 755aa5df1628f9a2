"""The music group `chroma`: CENS, energy of the twelve pitch classes, normalised, quantised and smoothed.

Definition and defaults are those of `librosa.feature.chroma_cens` 0.11 (Mueller & Ewert, ISMIR 2011; constant-Q
transform by octaves after Schoerkhuber & Klapuri, SMC 2010), written with NumPy: importing librosa takes longer.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import soxr

from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.music.windows import FFT_SIZE, HOP, RATE, hann, in_blocks, windows

LOWEST_HZ, OCTAVES, BINS_PER_OCTAVE = 32.70319566257483, 7, 36  # from C1
PITCH_CLASSES = 12
QUANTISATION = (0.4, 0.2, 0.1, 0.05)
SMOOTHING_FRAMES = 41
SPARSITY = 0.01
PARAMETERS: dict[str, Any] = {
    "chroma_cens": {
        "rate": RATE, "hop": HOP, "octaves": OCTAVES, "bins_per_octave": BINS_PER_OCTAVE, "smoothing": SMOOTHING_FRAMES,
    }
}  # fmt: skip


def extract(samples: Floats, settings: dict[str, Any]) -> dict[str, Floats]:
    """Return {"chroma_cens": (1 + N // HOP, 12)} of mono samples (N,) at `RATE`; there are no settings."""
    return {"chroma_cens": chroma_cens(samples)}


def chroma_cens(samples: Floats) -> Floats:
    """Return CENS (1 + N // HOP, 12) from C to B, unit rows (zero rows in silence), of mono samples (N,) at `RATE`."""
    bins = constant_q(samples)
    # Three bins per semitone, the middle one in tune: the first bin belongs to the class above the last.
    folded = np.roll(bins.reshape(len(bins), OCTAVES, BINS_PER_OCTAVE).sum(axis=1), 1, axis=1)
    chroma = folded.reshape(len(bins), PITCH_CLASSES, -1).sum(axis=2)
    total = chroma.sum(axis=1, keepdims=True)
    chroma = chroma / np.where(total < np.finfo(np.float32).tiny, 1.0, total)
    levels = sum((chroma > step).astype(np.float64) for step in QUANTISATION) / len(QUANTISATION)
    window = np.hanning(SMOOTHING_FRAMES + 2)
    half = len(window) // 2
    smooth = [np.convolve(column, window / window.sum())[half : half + len(levels)] for column in np.transpose(levels)]
    cens = np.stack(smooth, axis=1)
    norm = np.linalg.norm(cens, axis=1, keepdims=True)
    return cens / np.where(norm < np.finfo(np.float32).tiny, 1.0, norm)


def constant_q(samples: Floats) -> Floats:
    """Return the magnitudes of a constant-Q transform, (1 + N // HOP, OCTAVES * BINS_PER_OCTAVE), from low to high.

    The filters of the top octave are used for every octave, on a signal of half the rate each time.
    """
    signal, rate, hop = np.asarray(samples, dtype=np.float32), float(RATE), HOP
    step = 2.0 ** (1 / BINS_PER_OCTAVE)
    quality = (step**2 + 1) / (step**2 - 1)
    lowest = LOWEST_HZ * step ** tuning(signal)
    octaves = []
    for octave in range(OCTAVES - 1, -1, -1):
        hertz = lowest * 2.0**octave * step ** np.arange(BINS_PER_OCTAVE)
        filters, size = _filters(hertz, rate, quality)
        # Magnitude per square root of the filter's length at the full rate.
        scale = np.sqrt(RATE / rate) / np.sqrt(quality * RATE / hertz)
        octaves.append(_magnitudes(signal, size, hop, filters) * scale.astype(np.float32))
        signal = (soxr.resample(signal, 2, 1, quality="HQ") * np.sqrt(2)).astype(np.float32)
        rate, hop = rate / 2, hop // 2
    frames = min(len(octave) for octave in octaves)
    return np.concatenate([octave[:frames] for octave in octaves[::-1]], axis=1)


def tuning(samples: Floats) -> float:
    """Return how far the music is out of tune, in bins of a third of a semitone, [-0.5, 0.5)."""
    pitch, height = in_blocks(windows(samples), _spectral_peaks).T
    if not len(pitch):
        return 0.0
    strong = pitch[height >= np.median(height)]
    residual = np.mod(BINS_PER_OCTAVE * np.log2(strong / 27.5), 1.0)
    residual[residual >= 0.5] -= 1.0
    counts, edges = np.histogram(residual, np.linspace(-0.5, 0.5, 101))
    return float(edges[np.argmax(counts)])


def _spectral_peaks(rows: Floats) -> Floats:
    """Frequency (Hz) and magnitude of the peaks from 150 to 4000 Hz in windows (T, FFT_SIZE): (K, 2)."""
    magnitude = np.abs(np.fft.rfft(rows * hann(FFT_SIZE).astype(np.float32), axis=1))
    left, middle, right = magnitude[:, :-2], magnitude[:, 1:-1], magnitude[:, 2:]
    loud = np.where(magnitude > 0.1 * magnitude.max(axis=1, keepdims=True), magnitude, 0.0)
    hertz = np.arange(1, magnitude.shape[1] - 1) * RATE / FFT_SIZE
    peaks = (loud[:, 1:-1] > loud[:, :-2]) & (loud[:, 1:-1] >= loud[:, 2:]) & (hertz >= 150) & (hertz < 4000)
    # A parabola through three bins places the peak between them.
    bend, slope = (left + right - 2 * middle)[peaks], (right - left)[peaks] / 2
    shift = np.where(np.abs(slope) >= np.abs(bend), 0.0, -slope / np.where(bend == 0, 1.0, bend))
    pitch = np.broadcast_to(hertz, peaks.shape)[peaks] + shift * RATE / FFT_SIZE
    return np.stack([pitch, middle[peaks] + 0.5 * slope * shift], axis=1)


def _magnitudes(signal: Floats, size: int, hop: int, filters: npt.NDArray[np.complex64]) -> Floats:
    return in_blocks(windows(signal, size, hop), lambda block: np.abs(np.fft.rfft(block, axis=1) @ filters.T))


def _filters(hertz: Floats, rate: float, quality: float) -> tuple[npt.NDArray[np.complex64], int]:
    """Spectra (bins, size // 2 + 1) of Hann-windowed tones of `quality` periods, and the window size."""
    lengths = quality * rate / hertz
    size = int(2 ** np.ceil(np.log2(lengths.max())))
    basis = np.zeros((len(hertz), size), dtype=np.complex64)
    for row, frequency, length in zip(basis, hertz, lengths, strict=True):
        time = np.arange(-length // 2, length // 2)
        tone = np.exp(2j * np.pi * frequency / rate * time) * hann(len(time))
        start = (size - len(time)) // 2
        row[start : start + len(time)] = tone / np.abs(tone).sum() * length / size
    spectra = np.fft.fft(basis, axis=1)[:, : size // 2 + 1]
    # librosa drops the smallest values of a filter that make up one per cent of its magnitude.
    magnitude = np.abs(spectra)
    ordered = np.sort(magnitude, axis=1)
    first_kept = np.argmin(np.cumsum(ordered / ordered.sum(axis=1, keepdims=True), axis=1) < SPARSITY, axis=1)
    threshold = np.take_along_axis(ordered, first_kept[:, None], axis=1)
    return np.where(magnitude >= threshold, spectra, 0).astype(np.complex64), size
