"""Harmonic and percussive part of a sound, by median filters (Fitzgerald, DAFx 2010).

What lasts is a line along time in the spectrogram, what strikes one along frequency: the median along the one removes
the other. Kernel and soft mask are the defaults of `librosa.effects.hpss` 0.11.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.music.sound import Sound
from workflow_scripts.music.windows import FFT_SIZE, HOP, consecutive, hann

KERNEL = 31
# Frames that are separated at once.
BLOCK = 256
_OVERLAP = FFT_SIZE // HOP


class _Spool:
    """A `Source` of mono samples in a temporary file: for an hour they take 220 MB, which memory need not hold."""

    channels = 1

    def __init__(self, file: IO[bytes], rate: int, count: int) -> None:
        self._file, self.rate, self.count = file, rate, count

    def read(self, start: int, stop: int) -> Floats:
        """Return samples (stop - start, 1) float32."""
        self._file.seek(4 * start)
        return np.frombuffer(self._file.read(4 * (stop - start)), dtype=np.float32)[:, None]


@contextmanager
def separated(sound: Sound) -> Iterator[tuple[Sound, Sound]]:
    """Give the harmonic and the percussive part of the mono sound, for as long as the context lasts."""
    with tempfile.TemporaryFile() as harmonic, tempfile.TemporaryFile() as percussive:
        for parts in _parts(sound):
            harmonic.write(parts[0].tobytes())
            percussive.write(parts[1].tobytes())
        spools = [_Spool(file, sound.rate, sound.length) for file in (harmonic, percussive)]
        yield Sound(spools[0], sound.rate), Sound(spools[1], sound.rate)


def _parts(sound: Sound) -> Iterator[tuple[Floats, Floats]]:
    """Samples of both parts, some frames at a time, from the sound's first to its last."""
    # To the frames of a block are added those whose windows reach into it, and those the medians look at.
    reach = _OVERLAP // 2
    margin = reach + KERNEL // 2
    for first in range(0, sound.frames, BLOCK):
        low, high = max(0, first - margin), min(sound.frames, first + BLOCK + margin)
        samples = sound.mono(low * HOP - FFT_SIZE // 2, (high - 1) * HOP + FFT_SIZE // 2)
        spectra = np.fft.rfft(consecutive(samples) * hann(FFT_SIZE).astype(np.float32), axis=1)
        share = harmonic_share(np.abs(spectra))
        inner = slice(max(0, first - reach) - low, min(sound.frames, first + BLOCK + reach) - low)
        start = first * HOP - ((low + inner.start) * HOP - FFT_SIZE // 2)
        length = min(BLOCK * HOP, sound.length - first * HOP)
        harmonic, percussive = (
            _resynthesised((spectra * part)[inner])[start : start + length] for part in (share, 1 - share)
        )
        yield harmonic, percussive


def harmonic_share(magnitude: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return how much (0..1) of every bin of a spectrogram (T, bins) is harmonic: a soft mask of power 2."""
    harmonic = _median(magnitude.T).T
    percussive = _median(magnitude)
    larger = np.maximum(harmonic, percussive)
    silent = larger < np.finfo(np.float32).tiny
    larger[silent] = 1.0
    harmonic, percussive = (harmonic / larger) ** 2, (percussive / larger) ** 2
    # Where there is neither, the two share alike.
    both = np.where(silent, 1.0, harmonic + percussive)
    return np.where(silent, np.float32(0.5), harmonic / both).astype(np.float32)


def _median(rows: Floats) -> Floats:
    """The running median over `KERNEL` columns of rows (n, columns), mirrored at the ends."""
    from scipy.ndimage import median_filter

    # As one long row: SciPy keeps a sorted window for one axis only, and is ten times as fast there.
    half = KERNEL // 2
    padded = np.pad(rows, ((0, 0), (half, half)), mode="symmetric")
    return np.asarray(median_filter(padded.ravel(), size=KERNEL).reshape(padded.shape)[:, half:-half])


def _resynthesised(spectra: npt.NDArray[np.complexfloating[Any, Any]]) -> Floats:
    """Samples of spectra (n, bins) by overlap and add, from the first window's begin to the last one's end."""
    window = hann(FFT_SIZE).astype(np.float32)
    pieces = (np.fft.irfft(spectra, axis=1).astype(np.float32) * window).reshape(len(spectra), _OVERLAP, HOP)
    weights = (window**2).reshape(_OVERLAP, HOP)
    samples, weight = np.zeros((2, len(spectra) + _OVERLAP - 1, HOP), dtype=np.float32)
    for step in range(_OVERLAP):
        samples[step : step + len(spectra)] += pieces[:, step]
        weight[step : step + len(spectra)] += weights[step]
    return (samples / np.where(weight > np.finfo(np.float32).tiny, weight, 1.0)).ravel()
