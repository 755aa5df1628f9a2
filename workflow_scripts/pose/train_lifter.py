"""Entry point: train the lifter, which turns keypoints of the picture into joints in space.

    python -m workflow_scripts.pose.train_lifter --output lifter.npz

It learns from people that are made up, so it needs no data; a minute and a half on one core. The same seed gives the
same weights.
"""

import argparse
import logging
from pathlib import Path

import numpy as np

from workflow_scripts.pose.lift.landmarks import FEATURES
from workflow_scripts.pose.lift.lessons import lessons
from workflow_scripts.pose.lift.lifter import LAYERS, Lifter, network, write_lifter
from workflow_scripts.workflow.errors import entry_point

log = logging.getLogger(__name__)
PEOPLE, STEPS = 6000, 4500
_PEOPLE_AT_ONCE = 500
_BATCH, _RATE, _WARM_UP, _DECAY = 512, 1.5e-3, 0.1, 1e-3


def train(seed: int, people: int = PEOPLE, steps: int = STEPS) -> Lifter:
    """Return a lifter trained on `people` made-up people in `steps` steps, on one thread."""
    import torch

    torch.set_num_threads(1)
    rng = np.random.default_rng(seed)
    portions = [lessons(rng, min(_PEOPLE_AT_ONCE, people - done)) for done in range(0, people, _PEOPLE_AT_ONCE)]
    seen = torch.from_numpy(np.concatenate([portion[0] for portion in portions]))
    truth = torch.from_numpy(np.concatenate([portion[1] for portion in portions]))
    assert seen.shape[1] == FEATURES

    generator = torch.Generator().manual_seed(seed)
    weights = {
        f"{name}.weight": torch.randn(shape, generator=generator) * (2 / shape[0]) ** 0.5
        for name, shape in LAYERS.items()
    }
    weights["last.weight"] *= 0.1
    weights |= {f"{name}.bias": torch.zeros(shape[1]) for name, shape in LAYERS.items()}
    for values in weights.values():
        values.requires_grad_()
    optimiser = torch.optim.AdamW(weights.values(), lr=_RATE, weight_decay=_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _RATE, steps, pct_start=_WARM_UP)
    for step in range(steps):
        chosen = torch.randint(len(seen), (_BATCH,), generator=generator)
        # The mean distance of joints: what a pose is measured by, and forgiving to poses that nobody could tell.
        error = (network(weights, seen[chosen]) - truth[chosen]).pow(2).sum(-1).add(1e-6).sqrt().mean()
        optimiser.zero_grad()
        error.backward()
        optimiser.step()
        schedule.step()
        if (step + 1) % max(steps // 5, 1) == 0:
            log.info("step %d of %d: %.0f mm", step + 1, steps, 1000 * float(error.detach()))
    return Lifter({name: values.detach().numpy() for name, values in weights.items()})


def main() -> None:
    """Train and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, required=True, help="the .npz file of weights to write")
    parser.add_argument("--seed", type=int, default=0, help="draws the people and the first weights")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    write_lifter(arguments.output, train(arguments.seed))


if __name__ == "__main__":
    entry_point(main)
