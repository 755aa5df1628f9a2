"""One sample from logits: the only way in which any form of generation uses chance."""

from typing import Any

import numba
import numpy as np

from workflow_scripts.motion.skeleton import Floats

# How kernels are compiled: kept on disk, without Python's lock, free to reorder sums.
FAST: Any = {"cache": True, "nogil": True, "fastmath": True}


@numba.njit(**FAST)
def draw(logits: Floats, chance: float, temperature: float, top_k: int) -> int:
    """Return a class drawn from softmax(logits / temperature), limited to the `top_k` likeliest classes.

    Args:
        logits: (K,) float32, finite.
        chance: in [0, 1): the same number draws the same class, as long as the logits are the same.
        temperature: above 0.
        top_k: 1 to K; of equal logits the lower classes are likelier.
    """
    count, most = len(logits), logits.max()
    weights = np.exp((logits.astype(np.float64) - most) / temperature)
    if top_k < count:
        least = np.sort(logits)[count - top_k]
        spare = top_k - (logits > least).sum()
        for k in range(count):
            equal = logits[k] == least
            if logits[k] < least or (equal and spare <= 0):
                weights[k] = 0
            spare -= equal
    left, last = chance * weights.sum(), 0
    for k in range(count):
        if weights[k] > 0:
            last = k
            left -= weights[k]
            if left < 0:
                break
    return last
