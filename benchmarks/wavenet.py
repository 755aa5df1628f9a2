"""Speed of the WaveNet's generation on one core: cached queues beside the naive exact window.

    python benchmarks/wavenet.py

16 kHz, 256 classes, as many skip channels as residual ones (the number at the end of a row's name), conditions of 100
frames per second and of the whole clip, samples drawn: all included, in processor seconds. "10x3" is 3 stacks of 10
layers, a receptive field of 3,070 samples; 10x1 has 1,024 and 14x1 16,384. Weights are random: they change no time.

The baseline, `naive.generate`, is the naive exact window: for each sample valid convolutions over the receptive field,
no more. (The usual code pads instead, and takes about twice as long; it would double the ratios.) Its samples must be
those of the cached form with the same seed, and the logits of both may differ by 1e-4.
Cached clips are of 4 s, 8 at once of 2 s, and pay for the silence before them, a receptive field of steps: a fifth of
the time of 14x1. Compiling (10 s, once: kernels are kept on disk) is not included. The forms take turns, the median of
the rounds counts.

Writes benchmarks/results/wavenet.json: rows of name, value, unit, baseline, ratio and target. Rows in samples per
second have the naive window as their baseline, those named realtime have the second of sound itself: their ratio is how
many times faster than real time one core is, in total where it makes 8 clips at once.
"""

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from results.table import keep

from workflow_scripts.models.wavenet import cached, naive
from workflow_scripts.models.wavenet.cached import Prompt
from workflow_scripts.models.wavenet.mu_law import SILENCE
from workflow_scripts.models.wavenet.network import Shape, WaveNet

OUTPUT = Path(__file__).parent / "results" / "wavenet.json"
RATE, HOP = 16_000, 160
LOCAL, GLOBAL = 32, 8
ROUNDS, SECONDS = 3, 4.0
BATCH, BATCH_SECONDS, SAME = 8, 2.0, 300
# (layers, stacks, channels): samples that the naive form makes in a round.
COMPARED = {(10, 1, 64): 60, (10, 3, 64): 20, (14, 1, 64): 6}
REALTIME, TOGETHER = (10, 3, 32), (10, 3, 64)
TARGETS, REALTIME_TARGET, TOLERANCE = {(10, 3, 64): 300.0}, 1.0, 1e-4

Size = tuple[int, int, int]


def network_of(size: Size) -> WaveNet:
    """An untrained network."""
    layers, stacks, channels = size
    torch.manual_seed(1)
    return WaveNet(Shape(channels, channels, stacks, layers, LOCAL, GLOBAL))


def prompt(network: WaveNet, steps: int, seed: int = 0, primer: int = 0) -> Prompt:
    """What to generate: the condition changes every `HOP` samples; the same seed begins alike at any length."""
    rng = np.random.default_rng([seed, 1])
    lead = network.shape.receptive_field - 1
    frames = rng.normal(size=((lead + primer + steps) // HOP + 1, LOCAL)).astype(np.float32)
    at = np.arange(lead + primer + steps) // HOP
    whole = np.random.default_rng([seed, 2]).normal(size=GLOBAL).astype(np.float32)
    given = np.random.default_rng([seed, 3]).integers(0, 256, primer)
    return Prompt(steps, np.random.default_rng(seed), frames, at, whole, given)


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """Processor seconds of some work, and what it gives."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def sharpened(size: Size) -> WaveNet:
    """An untrained network with twice the weights: its logits spread as those of a trained one do."""
    network = network_of(size)
    with torch.no_grad():
        for weight in network.parameters():
            weight.mul_(2)
    return network


def compared(network: WaveNet, samples: int = 500) -> tuple[float, float]:
    """How far the logits of both forms are apart at most, for the same samples, and the largest logit."""
    one = prompt(network, 0, primer=samples)
    (found,) = cached.logits_of(network, [one])
    audio = np.concatenate([np.full(network.shape.receptive_field, SILENCE), one.primer[:-1]])
    assert one.local is not None
    assert one.at is not None
    assert one.global_ is not None
    tensors = [torch.from_numpy(value)[None] for value in (audio, one.local, one.at, one.global_)]
    with torch.no_grad():
        expected = network(*tensors)[0].numpy()
    return float(np.abs(found - expected).max()), float(np.abs(expected).max())


def named(size: Size) -> str:
    """A network's name in the rows."""
    return "cached_{}x{}_{}".format(*size)


def naive_row(name: str, value: float, baseline: float, target: float | None) -> dict[str, Any]:
    """A row beside the naive window."""
    unit, ratio = "samples per second of one core", round(value / baseline, 1)
    return dict(name=name, value=round(value), unit=unit, baseline=round(baseline, 2), ratio=ratio, target=target)


def realtime_row(name: str, spent: float, sound: float, target: float | None) -> dict[str, Any]:
    """A row beside real time."""
    value = spent / sound
    unit = f"processor seconds per second of {RATE // 1000} kHz sound"
    return dict(name=name, value=round(value, 4), unit=unit, baseline=1.0, ratio=round(1 / value, 2), target=target)


def measure(networks: dict[Size, WaveNet]) -> dict[str, float]:
    """Median processor seconds of every form, by "<network> <form>"."""
    spent: dict[str, list[float]] = {}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        taken, result = seconds(work)
        spent.setdefault(name, []).append(taken)
        print(f"  {name}: {taken:.2f} s", flush=True)
        return result

    for _ in range(ROUNDS):
        for size, network in networks.items():
            one = prompt(network, int(SECONDS * RATE))
            (clip,) = timed(f"{named(size)} cached", lambda n=network, p=one: cached.generate(n, [p]))
            if few := COMPARED.get(size, 0):
                # The same conditions and chance, as far as it goes.
                one = prompt(network, few)
                expected = timed(f"{named(size)} naive", lambda n=network, p=one: naive.generate(n, p))
                assert clip[:few].tolist() == expected.tolist(), f"{size}: the forms draw different samples"
        network = networks[TOGETHER]
        prompts = [prompt(network, int(BATCH_SECONDS * RATE), seed) for seed in range(BATCH)]
        timed(f"{named(TOGETHER)} batch", lambda n=network, p=prompts: cached.generate(n, p))
    return {name: median(times) for name, times in spent.items()}


def main() -> None:
    """Measure, compare samples and logits, print, write."""
    torch.set_num_threads(1)
    networks = {size: network_of(size) for size in (*COMPARED, REALTIME)}
    tiny = network_of((2, 1, 8))
    cached.generate(tiny, [prompt(tiny, 2)])
    spent = measure(networks)
    rows: list[dict[str, Any]] = []
    for size, few in COMPARED.items():
        name, taken = named(size), spent[f"{named(size)} cached"]
        rows.append(naive_row(name, SECONDS * RATE / taken, few / spent[f"{name} naive"], TARGETS.get(size)))
        rows.append(realtime_row(f"{name}_realtime", taken, SECONDS, None))
    taken = spent[f"{named(REALTIME)} cached"]
    rows.append(realtime_row(f"{named(REALTIME)}_realtime", taken, SECONDS, REALTIME_TARGET))
    taken = spent[f"{named(TOGETHER)} batch"]
    rows.append(realtime_row(f"{named(TOGETHER)}_batch_realtime", taken, BATCH * BATCH_SECONDS, REALTIME_TARGET))
    sharp = [sharpened(size) for size in networks]
    found = [compared(network) for network in sharp]
    apart = max(difference for difference, _ in found)
    unit = f"at most, of logits up to {max(largest for _, largest in found):.0f}"
    rows.append(dict(name="logit_difference", value=apart, unit=unit, baseline=None, ratio=None, target=TOLERANCE))
    # Peaked distributions, and as many samples as there is patience for.
    network = sharp[list(networks).index(TOGETHER)]
    same = cached.generate(network, [prompt(network, SAME)])[0] == naive.generate(network, prompt(network, SAME))
    unit = f"of {SAME} samples are equal"
    rows.append(dict(name="same_samples", value=int(same.sum()), unit=unit, baseline=None, ratio=None, target=SAME))
    for one in rows:
        print("{name}: {value} {unit}, beside {baseline} (ratio {ratio}), target {target}".format(**one))
    keep(OUTPUT, rows)


if __name__ == "__main__":
    main()
