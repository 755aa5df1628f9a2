"""The music group `tempogram`: at every frame, how well the onsets around it repeat after each lag."""

from typing import Any

import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.music.sound import Sound
from workflow_scripts.music.spectral import onset_strength
from workflow_scripts.music.windows import HOP, RATE, hann

LAGS = 384
BLOCK = 512
PARAMETERS: dict[str, Any] = {"tempogram": {"rate": RATE, "hop": HOP, "lags": LAGS, "unit": "of the maximum"}}


def extract(sound: Sound, settings: dict[str, Any]) -> dict[str, Floats]:
    """Return {"tempogram": (T, 384)} of the mono sound; there are no settings."""
    return {"tempogram": tempogram(onset_strength(sound.overview.decibels))}


def tempogram(strength: Floats) -> npt.NDArray[np.float32]:
    """Return the local autocorrelation (T, LAGS) of onset strength (T,), 1 at its maximum, 0 in silence.

    As `librosa.feature.tempogram` defines it (Grosche, Mueller & Kurth, ICASSP 2010): of `LAGS` frames under a Hann
    window; beyond the ends the curve falls to zero in a line. Column k is the lag of k frames, k / 30 s.
    """
    padded = np.pad(np.asarray(strength, dtype=np.float64), LAGS // 2, mode="linear_ramp")
    rows = np.lib.stride_tricks.sliding_window_view(padded, LAGS)[: len(strength)]
    found = np.empty((len(strength), LAGS), dtype=np.float32)
    for start in range(0, len(found), BLOCK):
        here = slice(start, start + BLOCK)
        # Twice as long as the window, so that its end does not meet its beginning.
        spectra = np.fft.rfft(rows[here] * hann(LAGS), n=2 * LAGS, axis=1)
        correlation = np.fft.irfft(spectra.real**2 + spectra.imag**2, axis=1)[:, :LAGS]
        peak = np.abs(correlation).max(axis=1, keepdims=True)
        found[here] = correlation / np.where(peak > np.finfo(np.float64).tiny, peak, 1.0)
    return found
