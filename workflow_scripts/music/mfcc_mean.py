"""The music group `mfcc_mean`: the mean of the MFCC within the time that a video frame is shown, as in Kakashi.

Kakashi (our ancestor) computes MFCC at a finer hop than that of the picture and takes the mean over each picture.
"""

from typing import Any

import numpy as np

from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.music.mel_scale import COEFFICIENTS, MEL_BANDS, POWER_FLOOR, TOP_DB, mel_bands, mfcc
from workflow_scripts.music.sound import Sound
from workflow_scripts.music.windows import FFT_SIZE, HOP, RATE, power_spectra

FINE_HOP = 128
PARAMETERS: dict[str, Any] = {
    "mfcc_mean": {
        "rate": RATE, "hop": FINE_HOP, "fft": FFT_SIZE, "mel_bands": MEL_BANDS, "count": COEFFICIENTS,
        "mean_over": HOP, "unit": "dB",
    }
}  # fmt: skip


def extract(sound: Sound, settings: dict[str, Any]) -> dict[str, Floats]:
    """Return {"mfcc_mean": (T, 20)} of the mono sound; there are no settings.

    Frame t is the mean over the windows centred on the samples t * HOP to (t + 1) * HOP, without the latter. In the
    last frame they are those that begin within the sound.
    """
    per_frame = HOP // FINE_HOP
    # A first pass for the loudest band alone: what lies 80 dB below is cut before the mean is taken, and to hold all
    # fine frames would take four times the memory.
    loudest = max(float(_mel(rows, sound).max()) for _, rows in sound.blocks(hop=FINE_HOP))
    floor = max(loudest, POWER_FLOOR) * 10 ** (-TOP_DB / 10)

    def coefficients(rows: Floats) -> Floats:
        decibels = 10 * np.log10(np.maximum(_mel(rows, sound), np.float32(max(floor, POWER_FLOOR))))
        fine = mfcc(decibels)
        # Blocks hold whole video frames, except the last one.
        starts = np.arange(0, len(fine), per_frame)
        counts = np.minimum(per_frame, len(fine) - starts)
        return np.asarray(np.add.reduceat(fine, starts, axis=0) / counts[:, None])

    means = [coefficients(rows) for _, rows in sound.blocks(hop=FINE_HOP)]
    return {"mfcc_mean": np.concatenate(means)}


def _mel(rows: Floats, sound: Sound) -> Floats:
    return mel_bands(power_spectra(rows), sound.rate)
