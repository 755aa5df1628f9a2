"""How loud a sound is to the ear, and sounds of equal loudness: ITU-R BS.1770-4."""

import numpy as np
from scipy.signal import lfilter

from workflow_scripts.motion.skeleton import Floats

TARGET_LUFS = -16.0  # usual for music on the web
PEAK = 10 ** (-1 / 20)  # -1 dBFS: room for what a lossy codec adds
FADE_S = 0.005  # a sound that begins or ends away from zero clicks
_BLOCK_S, _OVERLAP = 0.4, 0.75
_ABSOLUTE_GATE, _RELATIVE_GATE = -70.0, -10.0


def integrated_loudness(samples: Floats, rate: int) -> float:
    """Return the gated loudness in LUFS of samples (N, 1 or 2 channels) in [-1, 1]; -inf in silence.

    A sound that is shorter than one block of 0.4 s counts as one block.
    """
    if not len(samples) or not np.any(samples):
        return float("-inf")
    weighted = samples.astype(np.float64)
    for numerator, denominator in _k_weighting(rate):
        weighted = lfilter(numerator, denominator, weighted, axis=0)
    block = min(round(_BLOCK_S * rate), len(samples))
    hop = max(round(_BLOCK_S * (1 - _OVERLAP) * rate), 1)
    energy = np.concatenate([[0.0], np.cumsum((weighted**2).sum(axis=1))])
    starts = np.arange(0, len(samples) - block + 1, hop)
    powers = (energy[starts + block] - energy[starts]) / block
    powers = powers[_lufs(powers) > _ABSOLUTE_GATE]
    if not len(powers):
        return float("-inf")
    powers = powers[_lufs(powers) > _lufs(powers.mean()) + _RELATIVE_GATE]
    return float(_lufs(powers.mean()))


def levelled(samples: Floats, rate: int) -> Floats:
    """Return samples (N, channels) at `TARGET_LUFS`, or as near to it as a peak of `PEAK` allows; silence stays."""
    loudness = integrated_loudness(samples, rate)
    if not np.isfinite(loudness):
        return samples.astype(np.float32)
    gain = 10 ** ((TARGET_LUFS - loudness) / 20)
    gain = min(gain, PEAK / float(np.abs(samples).max()))
    return (gain * samples).astype(np.float32)


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
