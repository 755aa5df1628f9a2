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
from workflow_scripts.models.wavenet.network import WaveNet
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
    results: list[Classes] = [np.zeros(0, np.uint8) for _ in prompts]
    # The longest first, and each thread gets as many of each length as the others.
    order = sorted((n for n, prompt in enumerate(prompts) if prompt.steps > 0), key=lambda n: -prompts[n].steps)
    shares = [share for nth in range(max(threads, 1)) if (share := order[nth :: max(threads, 1)])]
    weights = weights_of(network)

    def perform(share: list[int]) -> None:
        chosen = [prompts[n] for n in share]
        for n, (classes, _) in zip(share, _perform(network, weights, chosen, sampling or Sampling(), False), strict=True):
            results[n] = classes

    with ThreadPoolExecutor(max(len(shares), 1)) as pool:
        list(pool.map(perform, shares))
    return results


def logits(network: WaveNet, prompts: Sequence[Prompt]) -> list[Floats]:
    """Return the logits (P, 256) float32 of each sample of each primer, given those before it; `steps` must be 0.

    Raises:
        ValueError: a prompt has steps, or does not match the network.
    """
    if any(prompt.steps for prompt in prompts):
        raise ValueError("logits are of samples that are given, not of steps to come")
    order = sorted(range(len(prompts)), key=lambda n: -len(prompts[n].primer))
    found = _perform(network, weights_of(network), [prompts[n] for n in order], Sampling(), True)
    return [found[order.index(n)][1] for n in range(len(prompts))]


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


def _perform(
    network: WaveNet, weights: kernel.Weights, prompts: Sequence[Prompt], sampling: Sampling, record: bool
) -> list[tuple[Classes, Floats]]:
    """Return the classes (steps,) of each clip and, if they are asked for, the logits (P + steps, 256) of all its samples.

    The prompts come with the longest first, primer and steps together.
    """
    lead, count = network.shape.receptive_field - 1, len(prompts)
    for prompt in prompts:
        _check(network, prompt)
    lengths = np.array([lead + len(prompt.primer) + prompt.steps for prompt in prompts], np.int64)
    work = _work(network, count)
    drawn = [np.empty(length - lead, np.uint8) for length in lengths]
    kept = [np.empty((length - lead if record else 0, CLASSES), np.float32) for length in lengths]
    for start in range(0, max(lengths, default=0), BLOCK):
        size = min(BLOCK, int(lengths[0]) - start)
        at, known = np.zeros((size, count), np.int64), np.full((size, count), -1, np.int16)
        chances, told, rows = np.zeros((size, count)), [], 0
        for b, (prompt, length) in enumerate(zip(prompts, lengths, strict=True)):
            own = slice(start, min(start + size, int(length)))
            here = max(own.stop - own.start, 0)
            if not here:
                continue
            given = np.concatenate([np.full(max(lead - start, 0), SILENCE), prompt.primer[max(start - lead, 0) :]])[:here]
            known[: len(given), b] = given
            chances[len(given) : here, b] = prompt.rng.random(here - len(given))
            heard, at[:here, b] = _told(network, prompt, own)
            at[:here, b] += rows
            rows += len(heard)
            told.append(heard)
        out = np.zeros((size, count), np.uint8)
        seen = np.zeros((size if record else 0, count, CLASSES), np.float32)
        kernel.run(
            weights,
            work,
            start,
            lengths,
            np.concatenate(told),
            at,
            known,
            chances,
            sampling.temperature,
            sampling.top_k or CLASSES,
            out,
            seen,
        )
        for b, length in enumerate(lengths):
            source = slice(max(lead - start, 0), max(min(size, int(length) - start), 0))
            target = slice(max(start - lead, 0), max(start - lead, 0) + max(source.stop - source.start, 0))
            drawn[b][target] = out[source, b]
            if record:
                kept[b][target] = seen[source, b]
    return [
        (classes[len(prompt.primer) :], seen) for prompt, classes, seen in zip(prompts, drawn, kept, strict=True)
    ]


def _work(network: WaveNet, clips: int) -> kernel.Work:
    """Return the state before the first sample."""
    wide, skip = network.shape.residual, network.shape.skip
    sizes = [(clips, wide + skip), (clips, 2 * wide), (clips, wide), (clips, skip), (clips, CLASSES)]
    rings = np.zeros((sum(network.shape.dilations), clips, wide), np.float32)
    return kernel.Work(rings, *(np.zeros(size, np.float32) for size in sizes), last=np.full(clips, SILENCE))


def _check(network: WaveNet, prompt: Prompt) -> None:
    """Raise a ValueError if a prompt and a network do not match."""
    local = None if prompt.local is None else prompt.local.shape[-1]
    if (local or 0) != network.shape.local:
        raise ValueError(f"a local condition of {local} numbers, not {network.shape.local}")
    if network.shape.local:
        samples = network.shape.receptive_field - 1 + len(prompt.primer) + prompt.steps
        if prompt.local is None or prompt.at is None or prompt.at.shape != (samples,):
            raise ValueError(f"a local condition needs the frame of each of {samples} samples")
        if samples and not 0 <= prompt.at.min() <= prompt.at.max() < len(prompt.local):
            raise ValueError(f"frames {prompt.at.min()} to {prompt.at.max()} of {len(prompt.local)}")


def _told(network: WaveNet, prompt: Prompt, own: slice) -> tuple[Floats, Ints]:
    """Return what the conditions add to the gates in some steps, (F, L, 2C), and the row of each step."""
    device = network.samples.weight.device
    global_ = None if prompt.global_ is None else torch.as_tensor(prompt.global_, dtype=torch.float32)[None].to(device)
    with torch.no_grad():
        if prompt.local is None or prompt.at is None:
            return _array(network.told(None, global_)[0]), np.zeros(own.stop - own.start, np.int64)
        frames, rows = np.unique(prompt.at[own], return_inverse=True)
        local = torch.as_tensor(prompt.local[frames], dtype=torch.float32)[None].to(device)
        return _array(network.told(local, global_)[0]), rows
