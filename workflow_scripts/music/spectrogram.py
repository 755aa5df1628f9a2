"""The music group `spectrogram`: linear-frequency spectrograms of the left and the right channel, normalised."""

from typing import Any

import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.music.mel_scale import TOP_DB, in_decibels
from workflow_scripts.music.sound import Sound
from workflow_scripts.music.windows import FPS, HOP, RATE, power_spectra
from workflow_scripts.workflow.errors import UserError

FFT = 1024
BANDS = FFT // 2 + 1
NORMALISATIONS = ("per_band", "global", "pcen")
# Of per-channel energy normalisation (Wang et al., "Trainable frontend for robust and far-field keyword spotting",
# ICASSP 2017): librosa.pcen's values, for samples of 32 bits as its documentation recommends.
GAIN, BIAS, POWER, FLOOR, TIME_CONSTANT_S, FULL_SCALE = 0.98, 2.0, 0.5, 1e-6, 0.4, 2.0**31
_DECIBELS = {"below_maximum": TOP_DB, "unit": "standard deviations of dB"}
PARAMETERS: dict[str, Any] = {
    "spectrogram": {
        "rate": RATE, "hop": HOP, "fft": FFT, "channels": ["left", "right"], "normalise": "per_band",
        # What holds for the one that `normalise` names.
        "per_band": _DECIBELS, "global": _DECIBELS,
        "pcen": {
            "gain": GAIN, "bias": BIAS, "power": POWER, "floor": FLOOR, "time_constant_s": TIME_CONSTANT_S,
            "full_scale": FULL_SCALE, "unit": "none",
        },
        "unit": "that of the normalisation",
    }
}  # fmt: skip


def extract(sound: Sound, settings: dict[str, Any]) -> dict[str, Floats]:
    """Return {"spectrogram": (T, 2 * 513)}: the left bands, then the right ones.

    Args:
        sound: both channels are used.
        settings: `normalise` is "per_band" (log magnitude; every band of every channel has mean 0 and standard
            deviation 1 over the clip, or is 0 where it never changes), "global" (one mean and one standard deviation
            for all), or "pcen" (per-channel energy normalisation of the magnitude).

    Raises:
        UserError: `normalise` is none of these.
    """
    normalise = settings.get("normalise", NORMALISATIONS[0])
    if normalise not in NORMALISATIONS:
        raise UserError(f'spectrogram: normalise is "{normalise}", not one of {", ".join(NORMALISATIONS)}')
    power = sound.framewise(lambda rows: power_spectra(rows).reshape(len(rows), -1), size=FFT, stereo=True)
    if normalise == "pcen":
        np.sqrt(power, out=power)
        power *= np.float32(FULL_SCALE)
        return {"spectrogram": energy_normalised(power)}
    return {"spectrogram": _standardised(in_decibels(power), 0 if normalise == "per_band" else None)}


def energy_normalised(magnitude: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Turn magnitudes (T, bands) into PCEN in place and return them: each is divided by its band's past loudness."""
    frames = TIME_CONSTANT_S * FPS
    speed = (np.sqrt(1 + 4 * frames**2) - 1) / (2 * frames**2)
    past = np.ones(magnitude.shape[1])
    for row in magnitude:
        past += speed * (row - past)
        level = np.exp(-GAIN * (np.log(FLOOR) + np.log1p(past / FLOOR)))
        row[:] = BIAS**POWER * np.expm1(POWER * np.log1p(row * level / BIAS))
    return magnitude


def _standardised(values: npt.NDArray[np.float32], axis: int | None) -> npt.NDArray[np.float32]:
    """Bring values to mean 0 and standard deviation 1 along `axis` (over all if None) in place and return them."""
    values -= values.mean(axis=axis, keepdims=True, dtype=np.float64).astype(np.float32)
    # Of what is left after the mean: no second copy of the whole, as np.std makes one.
    square = np.einsum("tb,tb->b", values, values, dtype=np.float64) / len(values)
    deviation = np.sqrt(square if axis == 0 else square.mean())
    # Rounding alone makes a band of silence deviate by some millionths of a dB.
    values /= np.where(deviation > 1e-3, deviation, np.inf).astype(np.float32)
    return values
