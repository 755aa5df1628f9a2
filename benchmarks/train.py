"""Speed of training: seq2seq at Kakashi's size, whole sequences at once beside the ancestor's loop over frames.

    python benchmarks/train.py

Two layers of 512, 720 frames, batches of 5, 20 features in, 72 numbers of motion out, Kakashi's optimiser (SGD with
momentum, gradients clipped to norm 1), loss and inputs. Both train the same network with the same weights: the encoder
hears the music, the decoder starts from its final state and is told the true pose before. The ancestor calls its
decoder once per frame, for the last state and pose; ours gives the decoder all frames at once. A round is a step of
training (forward, backward, optimiser) of each; they take turns, the median of the rounds counts, on one thread. The
losses of both must agree.
The train stage takes numbers too small for a float's full precision as 0. Gradients that fade over hundreds of steps
are such numbers, and processors need many times as long for them; the ancestor leaves them. The second row grants its
loop the same, to show what comes of whole sequences alone.
Writes benchmarks/results/train.json: rows of name, value, unit, baseline, ratio (value / baseline) and target.
"""

import copy
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import torch
from results.table import keep
from torch import Tensor, nn

from workflow_scripts.models.losses import LOSSES
from workflow_scripts.models.seq2seq.network import Network
from workflow_scripts.motion.metre import PHASES

OUTPUT = Path(__file__).parent / "results" / "train.json"
LAYERS, HIDDEN, FRAMES, BATCH = 2, 512, 720, 5
FEATURES, MOTION = 20, 72
ROUNDS, TARGET = 3, 5.0
TOLERANCE = 1e-5


def whole(network: Network, music: Tensor, phases: Tensor, motion: Tensor) -> Tensor:
    """Return the poses (B, T - 1, D) of frames 1 to T - 1, danced at once."""
    code = music.new_zeros(BATCH, FRAMES - 1, 0)
    song = network.opening(music, phases)
    poses, _ = network(music[:, 1:], phases[:, 1:], code, song, before=motion[:, :-1])
    return poses


def by_frames(network: Network, music: Tensor, phases: Tensor, motion: Tensor) -> Tensor:
    """Return the same as the ancestor has it: the decoder is called for one frame after the other."""
    _, state = network.encoder(torch.cat([music, phases], dim=-1))
    poses = torch.zeros(FRAMES, BATCH, MOTION)
    told = motion[:, 0]
    for frame in range(1, FRAMES):
        decoded, state = network.decoder(told[:, None], state)
        poses[frame] = network.pose(decoded[:, 0])
        told = motion[:, frame]
    return poses[1:].transpose(0, 1)


def row(name: str, value: float, baseline: float, target: float | None) -> dict[str, Any]:
    """A row of the results."""
    unit, ratio = "frames per second of one core", round(value / baseline, 2)
    return dict(name=name, value=round(value), unit=unit, baseline=round(baseline), ratio=ratio, target=target)


def main() -> None:
    """Measure, compare losses, print, write."""
    torch.set_num_threads(1)
    torch.manual_seed(1)
    music, phases = torch.randn(BATCH, FRAMES, FEATURES), torch.randn(BATCH, FRAMES, PHASES)
    motion = torch.randn(BATCH, FRAMES, MOTION)
    network = Network(FEATURES, MOTION, 0, layers=LAYERS, hidden=HIDDEN, per_frame=False, feedback=True)
    ways: dict[str, tuple[Callable[..., Tensor], bool]] = {
        "whole": (whole, True),
        "by_frames": (by_frames, False),
        "by_frames_flushed": (by_frames, True),
    }
    networks: dict[str, nn.Module] = {name: copy.deepcopy(network) for name in ways}
    optimizers = {
        name: torch.optim.SGD(network.parameters(), lr=0.005, momentum=0.9) for name, network in networks.items()
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    losses: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, (way, flush) in ways.items():
            torch.set_flush_denormal(flush)
            start = time.process_time()
            optimizers[name].zero_grad()
            loss = LOSSES["euclidean"](way(networks[name], music, phases, motion), motion[:, 1:]).mean()
            loss.backward()
            nn.utils.clip_grad_norm_(networks[name].parameters(), 1.0)
            optimizers[name].step()
            seconds[name].append(time.process_time() - start)
            losses[name].append(loss.item())
            print(f"  {name}: {seconds[name][-1]:.1f} s", flush=True)
    apart = max(max(steps) - min(steps) for steps in zip(*losses.values(), strict=True))
    print(f"losses of {ROUNDS} steps: {losses['whole'][0]:.6f} to {losses['whole'][-1]:.6f}, at most {apart:.1e} apart")
    assert apart < TOLERANCE, "the ways train different networks"
    ours, *theirs = (BATCH * FRAMES / median(seconds[name]) for name in ways)
    rows = [row("seq2seq_2x512", ours, theirs[0], TARGET), row("seq2seq_2x512_both_flushed", ours, theirs[1], None)]
    for one in rows:
        print("{name}: {value} {unit}, beside {baseline} (ratio {ratio}), target {target}".format(**one))
    keep(OUTPUT, rows)


if __name__ == "__main__":
    main()
