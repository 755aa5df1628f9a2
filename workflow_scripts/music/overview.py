"""What several groups need of the mono sound, from one pass over its spectra: mel bands, loudness and pitches."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.music.mel_scale import MEL_BANDS, in_decibels, mel_bands
from workflow_scripts.music.windows import FFT_SIZE, power_spectra

PITCH_HZ = (150.0, 4000.0)
# A peak is this much of the strongest of its frame at least (librosa.piptrack's default).
PEAK_SHARE = 0.1


@dataclass(frozen=True)
class Overview:
    """Curves and peaks of the mono sound.

    Attributes:
        decibels: (T, MEL_BANDS) mel power spectrogram in dB, at most 80 dB below its maximum.
        rms: (T, 1) root mean square of the samples of every window.
        pitches: (K, 2) Hz and magnitude of the peaks of all spectra in `PITCH_HZ`, in no way joined over time.
    """

    decibels: npt.NDArray[np.float32]
    rms: npt.NDArray[np.float32]
    pitches: npt.NDArray[np.float32]


def overview(blocks: Iterator[tuple[int, Floats]], frames: int, rate: int) -> Overview:
    """Compute an overview of windows (n, FFT_SIZE), given in blocks with their first frame, `rate` samples a second."""
    mel = np.empty((frames, MEL_BANDS), dtype=np.float32)
    rms = np.empty((frames, 1), dtype=np.float32)
    pitches = []
    for first, rows in blocks:
        power = power_spectra(rows)
        here = slice(first, first + len(rows))
        mel[here] = mel_bands(power, rate)
        rms[here, 0] = np.sqrt(np.einsum("ts,ts->t", rows, rows) / FFT_SIZE)
        pitches.append(_peaks(power, rate))
    return Overview(in_decibels(mel), rms, np.concatenate(pitches))


def _peaks(power: Floats, rate: int) -> npt.NDArray[np.float32]:
    """Frequency (Hz) and magnitude of the peaks within `PITCH_HZ` of power spectra (n, bins): (K, 2)."""
    width = rate / FFT_SIZE
    low, high = (int(np.ceil(hertz / width)) for hertz in PITCH_HZ)
    middle = power[:, low:high]
    peaks = middle > PEAK_SHARE**2 * power.max(axis=1, keepdims=True)
    peaks &= middle > power[:, low - 1 : high - 1]
    peaks &= middle >= power[:, low + 1 : high + 1]
    frame, bin_ = np.divmod(np.flatnonzero(peaks), high - low)
    bin_ += low
    # A parabola through the magnitudes of three bins places the peak between them.
    place, flat = frame * power.shape[1] + bin_, power.ravel()
    left, top, right = (np.sqrt(flat[place + step]) for step in (-1, 0, 1))
    bend, slope = left + right - 2 * top, (right - left) / 2
    shift = np.where(np.abs(slope) >= np.abs(bend), 0.0, -slope / np.where(bend == 0, 1.0, bend))
    return np.stack([(bin_ + shift) * width, top + 0.5 * slope * shift], axis=1).astype(np.float32)
