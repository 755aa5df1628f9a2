"""What is heard in a sound: everything that any measure asks of it, found once.

All of it is of mono samples at 22,050 Hz, in frames of 2,048 samples every 512 (23 ms). Sounds longer than 7.5 minutes
are analysed in pieces of 5 minutes or more, which bounds memory; what librosa takes relative to the loudest moment
(onsets) is then relative to that of the piece.
"""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workflow_scripts.evaluate.beats_again import RATE, beats_again
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.workflow.media import MediaError

FFT, HOP, BANDS = 2048, 512, 128
FRAME_RATE = RATE / HOP
PIECE = 12920 * HOP  # samples: 300 s
SILENT = 1e-4  # a sound that never exceeds this (-80 dB of full scale: rounding noise) is taken for digital silence
FLOOR_DB = -60.0  # of the log spectrum, below the sound's own mean

# Settings of librosa's onset detection, 0.11, by whose evaluation uses them; its other settings are its defaults, and
# its onset strength is scaled to 0..1 first. Frames, but for delta (of that strength).
ONSETS: dict[str, dict[str, Any]] = {
    "d2mgan": {"delta": 0.2, "wait": 1, "pre_avg": 1, "post_avg": 1, "post_max": 1},
    "loris": {"delta": 0.2, "wait": 1, "pre_avg": 3, "post_avg": 3, "pre_max": 3, "post_max": 3},
}

# The embedding of the Frechet distance: of each window of a second, mean and standard deviation over its frames of 20
# cepstral coefficients of the log spectrum and of librosa's spectral contrast (7 bands). Windows are 43 frames long and
# begin every 22.
WINDOW_S, WINDOW_HOP_S = 1.0, 0.5
COEFFICIENTS, CONTRASTS = 20, 7
DIMENSIONS = 2 * (COEFFICIENTS + CONTRASTS)


@dataclass(frozen=True)
class Heard:
    """A sound, as measures see it; T = 1 + samples // HOP frames at `FRAME_RATE`, none in an empty sound.

    Attributes:
        seconds: its length.
        onsets: {name of `ONSETS`: strong onsets, seconds, ascending}.
        beats: librosa's, seconds, as they come (`evaluate.beats_again`).
        envelope: (T,) onset strength (mean rise of the log-mel spectrum, dB).
        spectrum: (T, BANDS) log-mel power, dB of the sound's mean power, not below `FLOOR_DB`: loudness plays no part.
        windows: (W, DIMENSIONS) embedding; a sound of less than a second is one window.
    """

    seconds: float
    onsets: dict[str, Floats]
    beats: Floats
    envelope: npt.NDArray[np.float32]
    spectrum: npt.NDArray[np.float16]
    windows: npt.NDArray[np.float32]


def read_sound(path: Path, seconds: float) -> npt.NDArray[np.float32]:
    """Return the first `seconds` of a WAV file as mono samples (N,) at `RATE`; fewer where it ends before.

    It is read and resampled (soxr, high quality) in blocks: only the result is ever whole in memory.

    Raises:
        MediaError: it is no readable WAV file.
    """
    import soundfile
    import soxr

    count = round(seconds * RATE)
    samples, filled = np.zeros(count, dtype=np.float32), 0
    try:
        with soundfile.SoundFile(path) as file:
            stream = soxr.ResampleStream(file.samplerate, RATE, 1, dtype="float32", quality="HQ")
            # A little more than asked for, so that the end is not the resampler's.
            wanted = min(file.frames, round((seconds + 0.1) * file.samplerate))
            while wanted > 0:
                block = file.read(min(wanted, 1 << 20), dtype="float32", always_2d=True)
                wanted = wanted - len(block) if len(block) else 0
                part = stream.resample_chunk(np.ascontiguousarray(block.mean(axis=1)), last=wanted == 0)
                part = part[: count - filled]
                samples[filled : filled + len(part)] = part
                filled += len(part)
    except soundfile.LibsndfileError as error:
        raise MediaError(f"{path}: not a readable WAV file ({error})") from error
    samples = samples[:filled]
    samples[~np.isfinite(samples)] = 0.0  # what is no number is not heard
    return samples


def hear(samples: Floats) -> Heard:
    """Return what is heard in mono samples (N,) at `RATE`, N from 0 on."""
    samples = np.asarray(samples, dtype=np.float32)
    if not len(samples):
        nothing = np.empty(0)
        return Heard(
            0.0,
            dict.fromkeys(ONSETS, nothing),
            nothing,
            np.empty(0, np.float32),
            np.empty((0, BANDS), np.float16),
            np.empty((0, DIMENSIONS), np.float32),
        )
    if max(samples.max(), -samples.min()) < SILENT:
        samples = np.zeros_like(samples)
    beats = beats_again(samples)
    edges = _edges(len(samples))
    pieces = [_piece(samples[start:stop], last=stop == len(samples)) for start, stop in pairwise(edges)]
    onsets = {
        name: np.concatenate([piece.onsets[name] + start / RATE for piece, start in zip(pieces, edges, strict=False)])
        for name in ONSETS
    }
    decibels = np.concatenate([piece.decibels for piece in pieces])
    levelled = _levelled(decibels)
    return Heard(
        seconds=len(samples) / RATE,
        onsets=onsets,
        beats=beats,
        envelope=np.concatenate([piece.envelope for piece in pieces]),
        spectrum=levelled.astype(np.float16),
        windows=_windows(np.concatenate([_cepstrum(levelled), np.concatenate([p.contrast for p in pieces])], axis=1)),
    )


@dataclass(frozen=True)
class _Piece:
    """Of one piece: onsets from its start, envelope (T,), decibels (T, BANDS) of no level, contrast (T, CONTRASTS)."""

    onsets: dict[str, Floats]
    envelope: npt.NDArray[np.float32]
    decibels: npt.NDArray[np.float32]
    contrast: npt.NDArray[np.float32]


def _edges(length: int) -> list[int]:
    """Return where pieces begin and end: a rest of less than half a piece belongs to the piece before."""
    count = max((length + PIECE // 2) // PIECE, 1)
    return [*(number * PIECE for number in range(count)), length]


def _piece(samples: npt.NDArray[np.float32], last: bool) -> _Piece:
    import librosa

    frames = 1 + len(samples) // HOP if last else len(samples) // HOP  # the frame on the edge is the next one's
    # Zeros up to one window are what the transform would see beyond the end in any case.
    padded = np.pad(samples, (0, max(FFT - len(samples), 0)))
    magnitude = np.abs(librosa.stft(padded, n_fft=FFT, hop_length=HOP))[:, : 1 + len(samples) // HOP]
    power = librosa.feature.melspectrogram(S=magnitude**2, sr=RATE, n_mels=BANDS, fmax=RATE / 2)
    strength = librosa.onset.onset_strength(S=librosa.power_to_db(power), sr=RATE, hop_length=HOP, n_fft=FFT)
    onsets: dict[str, Floats] = {
        name: np.asarray(
            librosa.onset.onset_detect(onset_envelope=strength, sr=RATE, hop_length=HOP, units="time", **settings),
            dtype=np.float64,
        )
        for name, settings in ONSETS.items()
    }
    contrast = librosa.feature.spectral_contrast(S=magnitude, sr=RATE, n_fft=FFT, hop_length=HOP)
    return _Piece(
        onsets,
        strength[:frames].astype(np.float32),
        10 * np.log10(np.maximum(power.T[:frames], 1e-20)).astype(np.float32),
        contrast.T[:frames].astype(np.float32),
    )


def _levelled(decibels: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return decibels (T, BANDS) relative to those of the mean power, cut off below at `FLOOR_DB`."""
    loudest = float(decibels.max())
    if loudest <= -199:  # silence: 1e-20 everywhere
        return np.full_like(decibels, FLOOR_DB)
    mean = loudest + 10 * np.log10(float(np.mean(10 ** ((decibels - loudest) / 10))))
    return np.maximum(decibels - np.float32(mean), np.float32(FLOOR_DB))


def _cepstrum(levelled: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    from scipy.fft import dct

    return np.asarray(dct(levelled, axis=1, norm="ortho")[:, :COEFFICIENTS], dtype=np.float32)


def _windows(features: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return mean and standard deviation, (W, 2 F), of features (T, F) over windows that lie inside the sound."""
    length = round(WINDOW_S * FRAME_RATE)
    starts = range(0, max(len(features) - length, 0) + 1, round(WINDOW_HOP_S * FRAME_RATE))
    parts = [features[start : start + length] for start in starts]
    return np.stack([np.concatenate([part.mean(axis=0), part.std(axis=0)]) for part in parts]).astype(np.float32)
