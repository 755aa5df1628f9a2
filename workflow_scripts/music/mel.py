"""The music group `mel`: the mel spectrogram of the left and the right channel, in dB."""

from typing import Any

from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.music.mel_scale import MEL_BANDS, TOP_DB, in_decibels, mel_bands
from workflow_scripts.music.sound import Sound
from workflow_scripts.music.windows import FFT_SIZE, HOP, RATE, power_spectra

PARAMETERS: dict[str, Any] = {
    "mel": {
        "rate": RATE, "hop": HOP, "fft": FFT_SIZE, "mel_bands": MEL_BANDS, "channels": ["left", "right"],
        "unit": "dB", "below_maximum": TOP_DB,
    }
}  # fmt: skip


def extract(sound: Sound, settings: dict[str, Any]) -> dict[str, Floats]:
    """Return {"mel": (T, 2 * 128)}: the left bands, then the right ones; there are no settings.

    The floor lies 80 dB below the maximum of both, so that the channels' difference in loudness stays.
    """
    power = sound.framewise(lambda rows: mel_bands(power_spectra(rows), sound.rate).reshape(len(rows), -1), stereo=True)
    return {"mel": in_decibels(power)}
