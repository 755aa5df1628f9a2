"""The music group `hpss`: what Bailando (Siyao et al., CVPR 2022) feeds besides MFCC, of separated sound.

Chroma of the harmonic part, onsets, beats and tempogram of the percussive part, and how MFCC change.
"""

from typing import Any

import numpy as np

from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.music.chroma import BINS_PER_OCTAVE, OCTAVES, pitch_classes
from workflow_scripts.music.mel_scale import COEFFICIENTS, MEL_BANDS, mfcc
from workflow_scripts.music.separation import KERNEL, separated
from workflow_scripts.music.sound import Sound
from workflow_scripts.music.spectral import onset_strength
from workflow_scripts.music.tempogram import LAGS, tempogram
from workflow_scripts.music.tracking import MAX_BPM, TIGHTNESS, beat_frames, tempo
from workflow_scripts.music.windows import FFT_SIZE, FPS, HOP, RATE

# Frames over which the slope of a curve is taken.
SLOPE_FRAMES = 9
_GRID = {"rate": RATE, "hop": HOP}
_SEPARATION = _GRID | {"fft": FFT_SIZE, "median": KERNEL}
PARAMETERS: dict[str, Any] = {
    "mfcc_delta": _GRID | {"count": COEFFICIENTS, "frames": SLOPE_FRAMES, "unit": "dB per frame"},
    "harmonic_chroma": _SEPARATION
    | {"octaves": OCTAVES, "bins_per_octave": BINS_PER_OCTAVE, "unit": "of the frame's maximum"},
    "percussive_onset": _SEPARATION | {"mel_bands": MEL_BANDS, "unit": "dB"},
    "percussive_beats": _SEPARATION | {"tightness": TIGHTNESS, "max_bpm": MAX_BPM, "unit": "none"},
    "percussive_tempogram": _SEPARATION | {"lags": LAGS, "unit": "of the maximum"},
}


def extract(sound: Sound, settings: dict[str, Any]) -> dict[str, Floats]:
    """Return mfcc_delta (T, 20), harmonic_chroma (T, 12), percussive_onset, percussive_beats (T, 1) and
    percussive_tempogram (T, 384) of the mono sound; there are no settings.
    """
    with separated(sound) as (harmonic, percussive):
        chroma = pitch_classes(harmonic)
        strength = onset_strength(percussive.overview.decibels)
    loudest = chroma.max(axis=1, keepdims=True)
    beats = np.zeros((len(strength), 1))
    beats[beat_frames(strength, FPS, tempo(strength, FPS))] = 1.0
    return {
        "mfcc_delta": slopes(mfcc(sound.overview.decibels)),
        "harmonic_chroma": chroma / np.where(loudest < np.finfo(np.float32).tiny, 1.0, loudest),
        "percussive_onset": strength[:, None],
        "percussive_beats": beats,
        "percussive_tempogram": tempogram(strength),
    }


def slopes(curves: Floats) -> Floats:
    """Return the slope (T, d) per frame of the line fitted to the `SLOPE_FRAMES` around each frame of curves (T, d).

    As in `librosa.feature.delta` the first and last half of them have the slope of the first and last line. A clip
    shorter than that has one line.
    """
    half = min(SLOPE_FRAMES, len(curves) - 1 + len(curves) % 2) // 2
    if not half:
        return np.zeros_like(curves)
    steps = np.arange(-half, half + 1)
    rows = np.lib.stride_tricks.sliding_window_view(curves, 2 * half + 1, axis=0)
    inner = rows @ (steps / (steps**2).sum())
    return np.pad(inner, ((half, len(curves) - len(inner) - half), (0, 0)), mode="edge")
