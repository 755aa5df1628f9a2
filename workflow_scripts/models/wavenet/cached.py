"""Generation sample by sample without computing anything twice, exact to the network on whole windows."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from workflow_scripts.models.soundtrack import Sampling
from workflow_scripts.models.wavenet import kernel
from workflow_scripts.models.wavenet.mu_law import CLASSES, SILENCE
from workflow_scripts.models.wavenet.network import Shape, WaveNet
from workflow_scripts.motion.skeleton import Floats

Ints = npt.NDArray[np.integer]
Classes = npt.NDArray[np.uint8]

# Steps at once: chance, indices and projected conditions of no more than these are in memory.
BLOCK = 2048


@dataclass(frozen=True)
class Prompt:
    """What one clip is generated from. Before its first sample there is silence, R (the receptive field) samples of it.

    Attributes:
        steps: samples to generate.
        rng: draws one number per sample, in order.
        local: (F, `shape.local`) frames of the condition, None where the network has none.
        at: (R - 1 + P + steps,) the frame of each sample from R - 1 before the clip on, as in `WaveNet.forward`; None
            where the network has no local condition.
        global_: (`shape.global_`,), None where the network has none.
        primer: (P,) classes of samples that the clip begins with; they are given, not generated.
    """

    steps: int
    rng: np.random.Generator
    local: Floats | None = None
    at: Ints | None = None
    global_: Floats | None = None
    primer: Ints = field(default_factory=lambda: np.zeros(0, np.uint8))


def generate(
    network: WaveNet, prompts: Sequence[Prompt], sampling: Sampling | None = None, threads: int = 1
) -> list[Classes]:
    """Return the classes that follow each prompt, (steps,) uint8 each.

    A clip is the same, bit by bit, in whatever company and on however many threads it is made.

    Args:
        network: on any device; generation is on the CPU, in float32.
        prompts: of clips of any length.
        sampling: how samples are drawn; by default as learned.
        threads: the clips are shared among so many.

    Raises:
        ValueError: prompt and network do not match.
    """
    for prompt in prompts:
        _check(network.shape, prompt)
    results = [np.zeros(0, np.uint8)] * len(prompts)
    # Each thread gets of clips of each length as many as the others.
    order = [n for n in _longest_first(prompts) if prompts[n].steps > 0]
    shares = [share for nth in range(max(threads, 1)) if (share := order[nth :: max(threads, 1)])]
    weights = weights_of(network)

    def perform(share: list[int]) -> list[Classes]:
        return _perform(network, weights, [prompts[n] for n in share], sampling or Sampling(), None)

    with ThreadPoolExecutor(max(len(shares), 1)) as pool:
        for share, made in zip(shares, pool.map(perform, shares), strict=True):
            for n, classes in zip(share, made, strict=True):
                results[n] = classes
    return results


def logits_of(network: WaveNet, prompts: Sequence[Prompt]) -> list[Floats]:
    """Return the logits (P, 256) float32 of each sample of each primer, given those before it; `steps` must be 0.

    Raises:
        ValueError: a prompt has steps, or does not match the network.
    """
    if any(prompt.steps for prompt in prompts):
        raise ValueError("logits are of samples that are given, not of steps to come")
    for prompt in prompts:
        _check(network.shape, prompt)
    results = [np.zeros((len(prompt.primer), CLASSES), np.float32) for prompt in prompts]
    order = _longest_first(prompts)
    ordered = [prompts[n] for n in order]
    _perform(network, weights_of(network), ordered, Sampling(), [results[n] for n in order])
    return results


def weights_of(network: WaveNet) -> kernel.Weights:
    """Return a network's weights as the kernel takes them."""

    def weight(layer: nn.Module) -> Floats:
        return _array(layer.get_parameter("weight").mT)

    def bias(layer: nn.Module) -> Floats:
        return _array(layer.get_parameter("bias"))

    wide = network.shape.residual
    # The last layer has no residual output; to all layers alike it has one of zeros.
    nowhere = (np.zeros((wide, wide), np.float32), np.zeros(wide, np.float32))
    residuals = [*((weight(layer), bias(layer)) for layer in network.residuals), nowhere]
    pairs = zip(residuals, network.skips, strict=True)
    return kernel.Weights(
        samples=_array(network.samples.weight),
        skip_bias=np.sum([bias(skip) for skip in network.skips], axis=0),
        gates=np.stack([weight(gate) for gate in network.gates]),
        outs=np.stack([np.concatenate([residual, weight(skip)], axis=1) for (residual, _), skip in pairs]),
        residual_biases=np.stack([shift for _, shift in residuals]),
        mixed=weight(network.mixed),
        mixed_bias=bias(network.mixed),
        logits=weight(network.logits),
        logits_bias=bias(network.logits),
        dilations=np.array(network.shape.dilations),
    )


def _array(tensor: Tensor) -> Floats:
    """Return a tensor as contiguous float32."""
    return np.ascontiguousarray(tensor.detach().float().cpu().numpy())


def _longest_first(prompts: Sequence[Prompt]) -> list[int]:
    """Return the numbers of the prompts, that of the longest clip first."""
    return sorted(range(len(prompts)), key=lambda n: -(len(prompts[n].primer) + prompts[n].steps))


def _perform(
    network: WaveNet,
    weights: kernel.Weights,
    prompts: Sequence[Prompt],
    sampling: Sampling,
    record: Sequence[Floats] | None,
) -> list[Classes]:
    """Return the classes (steps,) of each clip; the longest comes first.

    Args:
        network, weights: the same.
        prompts, sampling: see `generate`.
        record: (P + steps, 256) of each clip, gets the logits of all its samples; None: they are not wanted.
    """
    lead = network.shape.receptive_field - 1
    lengths = np.array([lead + len(prompt.primer) + prompt.steps for prompt in prompts], np.int64)
    work = _work(network, len(prompts))
    results = [np.empty(length, np.uint8) for length in lengths]
    for start in range(0, max(lengths, default=0), BLOCK):
        clips = int((lengths > start).sum())
        size = min(BLOCK, int(lengths[0]) - start)
        told, at = _conditions(network, prompts[:clips], lengths, start, size)
        known = np.full((size, clips), -1, np.int16)
        chances = np.zeros((size, clips))
        for b, prompt in enumerate(prompts[:clips]):
            steps = min(size, int(lengths[b]) - start)
            before = np.full(max(lead - start, 0), SILENCE)
            given = np.concatenate([before, prompt.primer[max(start - lead, 0) :]])[:steps]
            known[: len(given), b] = given
            chances[len(given) : steps, b] = prompt.rng.random(steps - len(given))
        drawn = np.zeros((size, clips), np.uint8)
        seen = np.zeros((0 if record is None else size, clips, CLASSES), np.float32)
        top_k = sampling.top_k or CLASSES
        kernel.run(
            weights, work, start, lengths[:clips], told, at, known, chances, sampling.temperature, top_k, drawn, seen
        )
        for b, result in enumerate(results[:clips]):
            here = result[start : start + size]
            here[:] = drawn[: len(here), b]
            if record is not None:
                # The steps before the clip have logits as well: they come first, and are nobody's.
                first = min(max(lead - start, 0), len(here))
                into = max(start - lead, 0)
                record[b][into : into + len(here) - first] = seen[first : len(here), b]
    return [classes[lead + len(prompt.primer) :] for classes, prompt in zip(results, prompts, strict=True)]


def _conditions(
    network: WaveNet, prompts: Sequence[Prompt], lengths: Ints, start: int, size: int
) -> tuple[Floats, Ints]:
    """Return what conditions add to the gates in a block, (F, L, 2C), and the row of each step and clip (T, B).

    Each clip is projected on its own: the shape of a product decides how it is rounded.
    """
    device = network.samples.weight.device
    at = np.zeros((size, len(prompts)), np.int64)
    told: list[Floats] = []
    rows = 0
    for b, prompt in enumerate(prompts):
        stop = min(start + size, int(lengths[b]))
        local = global_ = None
        if prompt.local is not None and prompt.at is not None:
            frames, places = np.unique(prompt.at[start:stop], return_inverse=True)
            local = torch.as_tensor(prompt.local[frames], dtype=torch.float32)[None].to(device)
            at[: stop - start, b] = places
        if prompt.global_ is not None:
            global_ = torch.as_tensor(prompt.global_, dtype=torch.float32)[None].to(device)
        with torch.no_grad():
            told.append(_array(network.told(local, global_)[0]))
        at[:, b] += rows
        rows += len(told[-1])
    return np.concatenate(told), at


def _work(network: WaveNet, clips: int) -> kernel.Work:
    """Return the state before the first sample."""
    wide, skip = network.shape.residual, network.shape.skip
    return kernel.Work(
        rings=np.zeros((sum(network.shape.dilations), clips, wide), np.float32),
        stream=np.zeros((clips, wide + skip), np.float32),
        heard=np.zeros((clips, 2 * wide), np.float32),
        gated=np.zeros((clips, wide), np.float32),
        mixed=np.zeros((clips, skip), np.float32),
        logits=np.zeros((clips, CLASSES), np.float32),
        last=np.full(clips, SILENCE),
    )


def _check(shape: Shape, prompt: Prompt) -> None:
    """Raise a ValueError if a prompt and a network do not match."""
    if prompt.steps < 0:
        raise ValueError(f"{prompt.steps} steps")
    given = tuple(0 if condition is None else condition.shape[-1] for condition in (prompt.local, prompt.global_))
    if given != (shape.local, shape.global_):
        raise ValueError(f"conditions of {given} numbers, not {(shape.local, shape.global_)}")
    if prompt.local is not None:
        samples = shape.receptive_field - 1 + len(prompt.primer) + prompt.steps
        if prompt.at is None or prompt.at.shape != (samples,):
            raise ValueError(f"a local condition needs the frame of each of {samples} samples")
        if samples and not 0 <= prompt.at.min() <= prompt.at.max() < len(prompt.local):
            raise ValueError(f"frames {prompt.at.min()} to {prompt.at.max()} of {len(prompt.local)}")
