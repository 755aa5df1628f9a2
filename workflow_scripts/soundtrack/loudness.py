"""How loud a sound is to the ear, and sounds of equal loudness: ITU-R BS.1770-4."""

import numpy as np
from scipy.signal import lfilter, resample_poly

from workflow_scripts.motion.skeleton import Floats

TARGET_LUFS = -16.0  # usual for music on the web
PEAK = 10 ** (-1 / 20)  # -1 dB true peak: room for what a lossy codec adds
# What is softer than this below the target is noise or rest, and stays soft.
MOST_GAIN = 10 ** (30 / 20)
FADE_S = 0.005  # a sound that begins or ends away from zero clicks
_HOP_S, _HOPS = 0.1, 4  # blocks of 0.4 s overlap by three quarters
_ABSOLUTE_GATE, _RELATIVE_GATE = -70.0, -10.0
_PIECE_S = 30.0
_OVERSAMPLING = 4


class LoudnessMeter:
    """Gated loudness and true peak of a sound that comes piece by piece: one number for every 0.1 s is kept.

    Attributes:
        peak: the largest value so far, also between samples.
    """

    def __init__(self, rate: int, channels: int) -> None:
        """Take samples per second and the number of channels, 1 or 2."""
        self._filters = _k_weighting(rate)
        self._states = [np.zeros((2, channels)) for _ in self._filters]
        self._hop = max(round(_HOP_S * rate), 1)
        self._energies: list[float] = []
        self._rest = np.zeros((0, channels))
        self.peak = 0.0

    def add(self, samples: Floats) -> None:
        """Hear the next samples (N, channels) in [-1, 1]."""
        if not len(samples):
            return
        # Between samples a sound may rise above all of them: the standard's true peak, at four times the rate.
        between = resample_poly(samples.astype(np.float64), _OVERSAMPLING, 1, axis=0)
        self.peak = max(self.peak, float(np.abs(samples).max()), float(np.abs(between).max()))
        weighted = samples.astype(np.float64)
        for number, (numerator, denominator) in enumerate(self._filters):
            weighted, self._states[number] = lfilter(numerator, denominator, weighted, axis=0, zi=self._states[number])
        weighted = np.concatenate([self._rest, weighted])
        hops = len(weighted) // self._hop
        whole = weighted[: hops * self._hop].reshape(hops, self._hop * weighted.shape[1])
        self._energies += (whole**2).sum(axis=1).tolist()
        self._rest = weighted[hops * self._hop :]

    def loudness(self) -> float:
        """Return LUFS of all that was heard, -inf in silence; less than one block of 0.4 s counts as one."""
        energies = np.array(self._energies)
        if len(energies) >= _HOPS:
            powers = np.convolve(energies, np.ones(_HOPS), "valid") / (_HOPS * self._hop)
        else:
            heard = len(energies) * self._hop + len(self._rest)
            powers = np.array([(energies.sum() + (self._rest**2).sum()) / max(heard, 1)])
        powers = powers[_lufs(powers) > _ABSOLUTE_GATE]
        if not len(powers):
            return float("-inf")
        powers = powers[_lufs(powers) > _lufs(powers.mean()) + _RELATIVE_GATE]
        return float(_lufs(powers.mean()))

    def gain(self) -> float:
        """Return the factor to `TARGET_LUFS`, or as near to it as `PEAK` and `MOST_GAIN` allow; 1 in silence."""
        loudness = self.loudness()
        if not np.isfinite(loudness):
            return 1.0
        return float(min(10 ** ((TARGET_LUFS - loudness) / 20), PEAK / self.peak, MOST_GAIN))


def heard(samples: Floats, rate: int) -> LoudnessMeter:
    """Return a meter that has heard samples (N, channels)."""
    meter, piece = LoudnessMeter(rate, samples.shape[1]), round(_PIECE_S * rate)
    for first in range(0, len(samples), piece):
        meter.add(samples[first : first + piece])
    return meter


def levelled(samples: Floats, rate: int) -> Floats:
    """Return samples (N, channels) times the gain that makes them as loud as others, float32."""
    return samples.astype(np.float32) * np.float32(heard(samples, rate).gain())


def faded(samples: Floats, rate: int) -> Floats:
    """Return samples (N, channels) that begin and end in zero, over `FADE_S` or half of a very short sound."""
    length = min(round(FADE_S * rate), len(samples) // 2)
    ramp = np.sin(0.5 * np.pi * np.arange(length) / max(length, 1)) ** 2
    result = samples.astype(np.float32)
    result[:length] *= ramp[:, None]
    result[len(result) - length :] *= ramp[::-1, None]
    return result


def _lufs(power: Floats) -> Floats:
    return -0.691 + 10 * np.log10(np.maximum(power, 1e-20))


def _k_weighting(rate: int) -> list[tuple[Floats, Floats]]:
    """Return numerator and denominator of the standard's two filters, whose analogue forms hold at any rate.

    A shelf that lifts what is above 1.7 kHz by 4 dB, and a high-pass at 38 Hz. At 48 kHz they are the coefficients that
    the standard prints.
    """
    # Frequency, gain and quality behind the printed coefficients (as in EBU's libebur128).
    k = np.tan(np.pi * 1681.974450955533 / rate)
    q, gain = 0.7071752369554196, 10 ** (3.999843853973347 / 20)
    middle = gain**0.4996667741545416
    shelf = np.array([gain + middle * k / q + k * k, 2 * (k * k - gain), gain - middle * k / q + k * k])
    below = np.array([1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k])
    k, q = np.tan(np.pi * 38.13547087602444 / rate), 0.5003270373238773
    high = np.array([1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k])
    return [(shelf / below[0], below / below[0]), (np.array([1.0, -2.0, 1.0]), high / high[0])]
