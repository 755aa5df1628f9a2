"""The arithmetic of cached generation: what one more sample takes, for several clips at once.

A layer needs its own input of `dilation` samples ago, so each keeps a ring of that many; nothing is computed twice (Le
Paine et al., Fast WaveNet, 2016). Sums over a clip's numbers run in the same order whatever other clips there are: a
clip gets the same samples, bit by bit, alone or in company. So no product is left to BLAS.

All that is compiled is in this file: numba takes a kernel from the disk as long as the file that it is in is the same,
whatever has become of functions from others.
"""

from typing import Any, NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.skeleton import Floats

Ints = npt.NDArray[np.integer]

# How kernels are compiled: kept on disk, without Python's lock, free to reorder sums. A check for division by zero
# would keep loops from becoming vectors.
FAST: Any = {"cache": True, "nogil": True, "fastmath": True, "error_model": "numpy"}


class Weights(NamedTuple):
    """A network's weights, float32 and (in, out); C residual and S skip channels, L layers, K classes.

    Attributes:
        samples: (K, C) of each class; biases of all skips: (S,).
        gates: (L, 2C, 2C), rows of the older tap first.
        outs: (L, C, C + S), to the residual stream and to the skips.
        residual_biases: (L, C).
        mixed, mixed_bias: (S, S), (S,).
        logits, logits_bias: (S, K), (K,).
        dilations: (L,).
    """

    samples: Floats
    skip_bias: Floats
    gates: Floats
    outs: Floats
    residual_biases: Floats
    mixed: Floats
    mixed_bias: Floats
    logits: Floats
    logits_bias: Floats
    dilations: Ints


class Work(NamedTuple):
    """What is kept from sample to sample, and room for B clips.

    Attributes:
        rings: (sum of dilations, B, C) inputs of each layer, one ring after the other.
        stream: (B, C + S) residual stream and what was skipped to the output.
        heard: (B, 2C).
        gated: (B, C).
        mixed: (B, S).
        logits: (B, K) of the last sample.
        last: (B,) the class before the next.
    """

    rings: Floats
    stream: Floats
    heard: Floats
    gated: Floats
    mixed: Floats
    logits: Floats
    last: Ints


@numba.njit(**FAST)
def tanh(x: np.float32) -> np.float32:
    """Tanh to 3e-7, by products and one division, so that loops over it become vectors.

    Lambert's continued fraction of tanh(x / 2), cut after its 7th term, and the formula of the double argument.
    """
    half = np.float32(0.5) * min(max(x, np.float32(-9)), np.float32(9))
    s = half * half
    n = half * (np.float32(135135) + s * (np.float32(17325) + s * (np.float32(378) + s)))
    d = np.float32(135135) + s * (np.float32(62370) + s * (np.float32(3150) + s * np.float32(28)))
    result: np.float32 = np.float32(2) * n * d / (d * d + n * n)
    return result


@numba.njit(**FAST)
def _add_products(x: Floats, weight: Floats, first: int, inputs: int, y: Floats, clips: int) -> None:
    """Add x[:, :inputs] @ weight[first : first + inputs] to y, for the first clips; 8 inputs in one pass over y."""
    outputs = weight.shape[1]
    whole = inputs - inputs % 8
    for i in range(0, whole, 8):
        w = weight[first + i : first + i + 8]
        for b in range(clips):
            x0, x1, x2, x3 = x[b, i], x[b, i + 1], x[b, i + 2], x[b, i + 3]
            x4, x5, x6, x7 = x[b, i + 4], x[b, i + 5], x[b, i + 6], x[b, i + 7]
            for j in range(outputs):
                y[b, j] += (
                    x0 * w[0, j]
                    + x1 * w[1, j]
                    + x2 * w[2, j]
                    + x3 * w[3, j]
                    + x4 * w[4, j]
                    + x5 * w[5, j]
                    + x6 * w[6, j]
                    + x7 * w[7, j]
                )
    for i in range(whole, inputs):
        for b in range(clips):
            x0 = x[b, i]
            for j in range(outputs):
                y[b, j] += x0 * weight[first + i, j]


@numba.njit(**FAST)
def _advance(weights: Weights, work: Work, time: int, told: Floats, at: Ints, clips: int, wanted: bool) -> None:
    """Take the last sample of each clip in, and leave the logits of the next in `work` if they are wanted."""
    wide = weights.samples.shape[1]
    stream, heard, gated, mixed, logits = work.stream, work.heard, work.gated, work.mixed, work.logits
    for b in range(clips):
        stream[b, :wide] = weights.samples[work.last[b]]
        stream[b, wide:] = weights.skip_bias
    ring = 0
    for layer in range(len(weights.dilations)):
        dilation = weights.dilations[layer]
        kept = work.rings[ring + time % dilation]
        ring += dilation
        for b in range(clips):
            heard[b] = told[at[b], layer]
        _add_products(kept, weights.gates[layer], 0, wide, heard, clips)
        _add_products(stream, weights.gates[layer], wide, wide, heard, clips)
        for b in range(clips):
            for c in range(wide):
                kept[b, c] = stream[b, c]
                stream[b, c] += weights.residual_biases[layer, c]
            for c in range(wide):
                sigmoid = np.float32(0.5) + np.float32(0.5) * tanh(np.float32(0.5) * heard[b, wide + c])
                gated[b, c] = tanh(heard[b, c]) * sigmoid
        _add_products(gated, weights.outs[layer], 0, wide, stream, clips)
    if not wanted:
        return
    skips = mixed.shape[1]
    for b in range(clips):
        for c in range(skips):
            stream[b, wide + c] = max(stream[b, wide + c], np.float32(0))
        mixed[b] = weights.mixed_bias
        logits[b] = weights.logits_bias
    _add_products(stream[:, wide:], weights.mixed, 0, skips, mixed, clips)
    for b in range(clips):
        for c in range(skips):
            mixed[b, c] = max(mixed[b, c], np.float32(0))
    _add_products(mixed, weights.logits, 0, skips, logits, clips)


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


@numba.njit(**FAST)
def run(
    weights: Weights,
    work: Work,
    start: int,
    lengths: Ints,
    told: Floats,
    at: Ints,
    known: Ints,
    chances: Floats,
    temperature: float,
    top_k: int,
    drawn: Ints,
    record: Floats,
) -> None:
    """Go on for a block of T steps.

    Args:
        weights, work: see there.
        start: the step that comes first, from 0 at the beginning of the clips on.
        lengths: (B,) steps of each clip, the longest first; a clip that is over costs nothing.
        told: (F, L, 2C) what conditions and biases add to the gates.
        at: (T, B) the row of `told` of each step.
        known: (T, B) the class that comes out of a step, -1 where one is to be drawn.
        chances: (T, B) numbers in [0, 1) to draw with.
        temperature, top_k: see `draw`.
        drawn: (T, B) gets the classes.
        record: (T, B, K) gets the logits, (0, B, K) for none.
    """
    clips, recorded = len(lengths), len(record) > 0
    for step in range(len(at)):
        while clips > 0 and lengths[clips - 1] <= start + step:
            clips -= 1
        wanted = recorded or known[step, :clips].min() < 0 if clips else False
        _advance(weights, work, start + step, told, at[step], clips, wanted)
        for b in range(clips):
            sample = known[step, b]
            if sample < 0:
                sample = draw(work.logits[b], chances[step, b], temperature, top_k)
            drawn[step, b] = work.last[b] = sample
            if recorded:
                record[step, b] = work.logits[b]
