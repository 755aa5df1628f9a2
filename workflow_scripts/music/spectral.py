"""The music group `spectral`: onset strength, MFCC and loudness.

The definitions are librosa's (0.11, McFee et al., SciPy 2015) with its defaults, written with NumPy alone: importing
librosa takes longer than computing these features for a whole song.
"""

from typing import Any

import numpy as np

from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.music.mel_scale import COEFFICIENTS, MEL_BANDS, mfcc
from workflow_scripts.music.sound import Sound
from workflow_scripts.music.windows import FFT_SIZE, HOP, RATE

_BLOCK = 1024

PARAMETERS: dict[str, Any] = {
    "onset": {"rate": RATE, "hop": HOP, "fft": FFT_SIZE, "mel_bands": MEL_BANDS, "unit": "dB"},
    "mfcc": {"rate": RATE, "hop": HOP, "fft": FFT_SIZE, "mel_bands": MEL_BANDS, "count": COEFFICIENTS, "unit": "dB"},
    "rms": {"rate": RATE, "hop": HOP, "window": FFT_SIZE, "unit": "of full scale"},
}


def extract(sound: Sound, settings: dict[str, Any]) -> dict[str, Floats]:
    """Return onset (T, 1), mfcc (T, 20) and rms (T, 1) of the mono sound; there are no settings."""
    found = sound.overview
    return {"onset": onset_strength(found.decibels)[:, None], "mfcc": mfcc(found.decibels), "rms": found.rms}


def onset_strength(decibels: Floats) -> Floats:
    """Return the mean rise over the mel bands since the frame before, (T,) for (T, MEL_BANDS), in dB.

    As in librosa the curve is shifted by half a window (2 frames), so that a value stands near the end of the rise.
    """
    rises = [
        # Some frames at a time, each beginning with the last one of those before: a copy of all takes as much memory.
        np.maximum(0.0, np.diff(decibels[start : start + _BLOCK + 1], axis=0)).mean(axis=1)
        for start in range(0, len(decibels), _BLOCK)
    ]
    return np.pad(np.concatenate(rises), (1 + FFT_SIZE // (2 * HOP), 0))[: len(decibels)]
