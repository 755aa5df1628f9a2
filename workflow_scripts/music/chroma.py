"""The music group `chroma`: CENS, energy of the twelve pitch classes, normalised, quantised and smoothed.

Definition and defaults are those of `librosa.feature.chroma_cens` 0.11 (Mueller & Ewert, ISMIR 2011; constant-Q
transform by octaves after Schoerkhuber & Klapuri, SMC 2010), written with NumPy: importing librosa takes longer.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import soxr

from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.music.sound import Sound
from workflow_scripts.music.windows import HOP, RATE, consecutive, hann

LOWEST_HZ, OCTAVES, BINS_PER_OCTAVE = 32.70319566257483, 7, 36  # from C1
PITCH_CLASSES = 12
QUANTISATION = (0.4, 0.2, 0.1, 0.05)
SMOOTHING_FRAMES = 41
SPARSITY = 0.01
# Frames that are transformed at once, and samples on either side: half a window at 1/64 of the rate are 16,384, and the
# filters that halve the rate reach 256 * 64 at most.
SEGMENT, CONTEXT = 2048, 1 << 15
PARAMETERS: dict[str, Any] = {
    "chroma_cens": {
        "rate": RATE, "hop": HOP, "octaves": OCTAVES, "bins_per_octave": BINS_PER_OCTAVE, "smoothing": SMOOTHING_FRAMES,
        "unit": "of a row of length 1",
    }
}  # fmt: skip


def extract(sound: Sound, settings: dict[str, Any]) -> dict[str, Floats]:
    """Return {"chroma_cens": (T, 12)} of the mono sound; there are no settings."""
    return {"chroma_cens": chroma_cens(sound)}


def chroma_cens(sound: Sound) -> Floats:
    """Return CENS (T, 12) from C to B, unit rows (zero rows in silence), of the mono sound at `RATE`."""
    chroma = pitch_classes(sound)
    total = chroma.sum(axis=1, keepdims=True)
    chroma = chroma / np.where(total < np.finfo(np.float32).tiny, 1.0, total)
    levels = np.mean([chroma > step for step in QUANTISATION], axis=0)
    window = np.hanning(SMOOTHING_FRAMES + 2)
    half = len(window) // 2
    smooth = [np.convolve(column, window / window.sum())[half : half + len(levels)] for column in np.transpose(levels)]
    cens = np.stack(smooth, axis=1)
    norm = np.linalg.norm(cens, axis=1, keepdims=True)
    return cens / np.where(norm < np.finfo(np.float32).tiny, 1.0, norm)


def pitch_classes(sound: Sound) -> Floats:
    """Return the magnitude (T, 12) of every pitch class, from C to B: the sum of its bins of all octaves."""
    # Some frames at a time: the bins take twenty times the memory.
    folded = [bins.reshape(len(bins), OCTAVES, BINS_PER_OCTAVE).sum(axis=1) for bins in constant_q(sound)]
    # Three bins per semitone, the middle one in tune: the first bin belongs to the class above the last.
    whole = np.roll(np.concatenate(folded), 1, axis=1)
    return np.asarray(whole.reshape(len(whole), PITCH_CLASSES, -1).sum(axis=2))


def constant_q(sound: Sound) -> Iterator[npt.NDArray[np.float32]]:
    """Yield the magnitudes of a constant-Q transform, (frames, OCTAVES * BINS_PER_OCTAVE) from low to high, in order.

    The filters of the top octave are used for every octave, on a signal of half the rate each time. They are as long
    in samples then, so that they are the same. Done for some frames at a time, aligned to the samples of the lowest
    rate: the result is that of the whole.
    """
    filters = _filters(tuning(sound))
    for first in range(0, sound.frames, SEGMENT):
        frames = np.arange(first, min(first + SEGMENT, sound.frames))
        # Where the sound begins and ends, nothing is added: halving the rate makes its own silence there, as it does
        # for the whole.
        start = max(0, first * HOP - CONTEXT)
        signal = sound.mono(start, max(start, min(sound.length, int(frames[-1]) * HOP + CONTEXT)))
        bins = np.empty((len(frames), OCTAVES * BINS_PER_OCTAVE), dtype=np.float32)
        for octave in range(OCTAVES):
            columns = slice((OCTAVES - 1 - octave) * BINS_PER_OCTAVE, (OCTAVES - octave) * BINS_PER_OCTAVE)
            hop, origin = HOP >> octave, (first * HOP - start) >> octave
            bins[:, columns] = _magnitudes(signal, origin, hop, len(frames), filters)
            signal = (soxr.resample(signal, 2, 1, quality="HQ") * np.sqrt(2)).astype(np.float32)
        yield bins


def tuning(sound: Sound) -> float:
    """Return how far the music is out of tune, in bins of a third of a semitone, [-0.5, 0.5)."""
    pitch, height = sound.overview.pitches.T
    if not len(pitch):
        return 0.0
    strong = pitch[height >= np.median(height)]
    residual = np.mod(BINS_PER_OCTAVE * np.log2(strong / 27.5), 1.0)
    residual[residual >= 0.5] -= 1.0
    counts, edges = np.histogram(residual, np.linspace(-0.5, 0.5, 101))
    return float(edges[np.argmax(counts)])


def _magnitudes(signal: Floats, origin: int, hop: int, count: int, filters: Floats) -> Floats:
    """Magnitudes (count, bins) at samples origin, origin + hop, ... of filters (size, real and imaginary, bins)."""
    size, _, bins = filters.shape
    before = max(0, size // 2 - origin)
    after = max(0, origin + (count - 1) * hop + size - size // 2 - len(signal))
    rows = consecutive(np.pad(signal, (before, after))[origin + before - size // 2 :], size, hop)[:count]
    # As a product of matrices in time: the spectra of so short windows cost more than what their sparsity saves.
    parts = np.ascontiguousarray(rows) @ filters.reshape(size, -1)
    np.square(parts, out=parts)
    return np.asarray(np.sqrt(parts[:, :bins] + parts[:, bins:]))


@lru_cache(maxsize=1)
def _filters(out_of_tune: float) -> npt.NDArray[np.float32]:
    """The top octave's filters (size, 2, bins) in time, real and imaginary part.

    They are Hann-windowed tones of as many periods as tell neighbouring bins apart.
    """
    step = 2.0 ** (1 / BINS_PER_OCTAVE)
    quality = (step**2 + 1) / (step**2 - 1)
    hertz = LOWEST_HZ * step ** (out_of_tune + np.arange(BINS_PER_OCTAVE)) * 2.0 ** (OCTAVES - 1)
    lengths = quality * RATE / hertz
    size = int(2 ** np.ceil(np.log2(lengths.max())))
    basis = np.zeros((len(hertz), size), dtype=np.complex64)
    for row, frequency, length in zip(basis, hertz, lengths, strict=True):
        time = np.arange(-length // 2, length // 2)
        tone = np.exp(2j * np.pi * frequency / RATE * time) * hann(len(time))
        start = (size - len(time)) // 2
        row[start : start + len(time)] = tone / np.abs(tone).sum() * length / size
    spectra = np.fft.fft(basis, axis=1)[:, : size // 2 + 1]
    # librosa drops the smallest values of a filter that make up one per cent of its magnitude.
    magnitude = np.abs(spectra)
    ordered = np.sort(magnitude, axis=1)
    first_kept = np.argmin(np.cumsum(ordered / ordered.sum(axis=1, keepdims=True), axis=1) < SPARSITY, axis=1)
    threshold = np.take_along_axis(ordered, first_kept[:, None], axis=1)
    kept = np.where(magnitude >= threshold, spectra, 0)
    # The product of spectra over the positive frequencies is one with this in time.
    in_time = np.fft.fft(kept, n=size, axis=1).T
    # Magnitude per square root of the filter's length at the full rate: the same for every octave, because `constant_q`
    # makes the signal of half the rate louder by the root of two.
    return (np.stack([in_time.real, in_time.imag], axis=1) / np.sqrt(lengths)).astype(np.float32)
