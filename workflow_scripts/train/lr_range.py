"""The learning-rate range test: losses while the rate grows from step to step (Smith, WACV 2017).

`python -m workflow_scripts.train.lr_range --dataset H5 --config JSON --table CSV --picture SVG`

A good `learning_rate` is where the loss falls fastest, an order of magnitude or so before it rises again.
"""

import argparse
import csv
import os
import tempfile
from pathlib import Path
from typing import cast

import numpy as np
from pydantic import ValidationError

from workflow_scripts.models.base import GradientConfig, GradientModel, load_architecture
from workflow_scripts.motion.dataset_file import Dataset, read_dataset
from workflow_scripts.train.fit import TrainConfig, prepared, settings_of
from workflow_scripts.train.history import draw_curves
from workflow_scripts.train.parts import read_part
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.files import atomic_path

LOWEST, HIGHEST, STEPS = 1e-6, 1.0, 100


def rates_and_losses(
    config: TrainConfig, dataset: Dataset, part: dict[str, object] | None = None, steps: int = STEPS
) -> tuple[list[float], list[float], float | None]:
    """Return learning rates, the (smoothed) loss at each, and the rate at which the loss falls fastest.

    The last one is None where the loss never falls. It ends early where the loss explodes.

    Raises:
        UserError: the architecture does not learn by gradient.
    """
    import torch
    from lightning.pytorch.tuner import Tuner

    from workflow_scripts.train.gradient import make_trainer
    from workflow_scripts.train.loop import Loop
    from workflow_scripts.train.order import EpochOrder, loader

    settings = settings_of(config)
    architecture = load_architecture(config.architecture)
    if not isinstance(settings, GradientConfig):
        raise UserError(
            f"{config.architecture} does not learn by gradient, or against a critic: there is no test for it"
        )
    # What stops or bends the rate would be in the way.
    settings = settings.model_copy(
        update={
            "schedule": "constant",
            "warmup": 0.0,
            "patience": None,
            "max_minutes": None,
            "devices": 1,
            "max_epochs": steps,
        }
    )
    dataset = prepared(dataset, config)
    torch.manual_seed(config.seed)
    learner = cast(GradientModel, architecture.from_dataset(settings, dataset, part))
    weights = np.array([dataset.clips[number].weight for number in dataset.windows["train"][:, 0]])
    order = EpochOrder(weights, settings.batch_size, config.seed)
    with tempfile.TemporaryDirectory() as folder:
        last = Path(folder) / "last.ckpt"
        trainer = make_trainer(
            settings.max_epochs,
            settings.devices,
            settings.precision,
            gradient_clip_val=settings.gradient_clip,
            limit_val_batches=0,
            logger=False,
            default_root_dir=folder,
        )
        found = Tuner(trainer).lr_find(
            Loop(learner, order, config.seed, last, tell=False),
            train_dataloaders=loader(learner.examples(dataset, "train"), order),
            min_lr=LOWEST,
            max_lr=HIGHEST,
            num_training=steps,
        )
    if found is None:
        raise UserError("the test of learning rates was broken off")
    return list(found.results["lr"]), list(found.results["loss"]), found.suggestion(skip_begin=steps // 10)


def main() -> None:
    """Parse the arguments, test, write table and picture, print the suggestion."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", type=Path, required=True)
    parser.add_argument("--config", required=True, help="architecture, settings and seed as JSON text")
    parser.add_argument("--part", type=Path, help="the file of the first step, for a model that has one")
    parser.add_argument("--table", type=Path, required=True)
    parser.add_argument("--picture", type=Path, required=True)
    arguments = parser.parse_args()
    try:
        config = TrainConfig.model_validate_json(arguments.config)
    except ValidationError as error:
        raise UserError(f"model settings: {error}") from error
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # see train.fit
    part = read_part(arguments.part) if arguments.part else None
    rates, losses, best = rates_and_losses(config, read_dataset(arguments.dataset), part)
    with atomic_path(arguments.table) as path, path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("learning_rate", "loss"))
        writer.writerows((f"{rate:.6g}", f"{loss:.6g}") for rate, loss in zip(rates, losses, strict=True))
    curve = {"loss": list(zip(rates, losses, strict=True))}
    mark = (best, f"falls fastest: {best:.2g}") if best else None
    name = arguments.picture.parent.name
    draw_curves(arguments.picture, curve, name, "learning rate", mark, xscale="log", yscale="log")
    print(f"learning_rate: {best:.2g}" if best else "the loss falls at no learning rate")  # noqa: T201


if __name__ == "__main__":
    entry_point(main)
