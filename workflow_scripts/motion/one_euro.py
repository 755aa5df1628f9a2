"""The one-euro filter: a low-pass filter that opens with the speed, so that what stands is calm and what moves is free.

Casiez, Roussel and Vogel, "1 € Filter: A Simple Speed-based Low-pass Filter for Noisy Input in Interactive Systems",
CHI 2012.
"""

import numpy as np

from workflow_scripts.motion.skeleton import Floats

# Cutoffs in terms of the width w of a window (seconds), so that one setting serves this filter and others: 0.5/w Hz at
# rest, and 1/w Hz more for each metre per second. A quadratic Savitzky-Golay filter of width w cuts at about 1.4/w.
_AT_REST, _PER_SPEED = 0.5, 1.0
_SPEED_CUTOFF_HZ = 1.0  # of the low-pass filter over the speed itself, as in the paper


def one_euro(values: Floats, window_s: float, fps: float, unit: float = 1.0) -> Floats:
    """Smooth points (T, ..., D) over time without delaying them: the filter runs forwards and then backwards.

    The paper's filter looks back only, which delays motion against its music; here all frames are known. The speed is
    that of each point, not of each coordinate, so that turning the axes changes nothing.

    Args:
        values: (T, ..., D) coordinates.
        window_s: how strongly to smooth, seconds; 0 changes nothing.
        fps: frames per second.
        unit: how much of the coordinates is a metre.
    """
    values = np.array(values, dtype=np.float64)
    if window_s <= 0 or len(values) < 3:
        return values
    forth = _causal(values, window_s, fps, unit)
    return np.asarray(_causal(forth[::-1], window_s, fps, unit)[::-1])


def _causal(values: Floats, window_s: float, fps: float, unit: float) -> Floats:
    result = values.copy()
    velocity = np.zeros_like(values[0])
    share = _share(np.float64(_SPEED_CUTOFF_HZ), fps)
    for number in range(1, len(values)):
        velocity = velocity + share * ((values[number] - values[number - 1]) * fps / unit - velocity)
        speed = np.linalg.norm(velocity, axis=-1, keepdims=True)
        cutoff = (_AT_REST + _PER_SPEED * speed) / window_s
        result[number] = result[number - 1] + _share(cutoff, fps) * (values[number] - result[number - 1])
    return result


def _share(cutoff: Floats | np.float64, fps: float) -> Floats | np.float64:
    """How much of the new value a first-order low-pass filter of this cutoff (Hz) takes."""
    time = 1 / (2 * np.pi * cutoff)
    return 1 / (1 + time * fps)
