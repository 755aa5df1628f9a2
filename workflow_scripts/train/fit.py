"""Fit a model to a dataset.

`python -m workflow_scripts.train.fit --dataset H5 --config JSON --output results/models/M --state results/state/M`
"""

import argparse
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workflow_scripts.models.base import ARCHITECTURES, GradientModel, ModelConfig, load_architecture
from workflow_scripts.motion.augmentation import Augmentation
from workflow_scripts.motion.dataset_file import SPLITS, Dataset, read_dataset
from workflow_scripts.train.clips import chosen_clips
from workflow_scripts.train.parts import read_part
from workflow_scripts.workflow.checkpoint import write_checkpoint
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.files import sha256_of, write_json
from workflow_scripts.workflow.provenance import code_version, digest, versions

if TYPE_CHECKING:
    from workflow_scripts.train.adversarial_history import Round
    from workflow_scripts.train.history import Epoch


class TrainConfig(BaseModel):
    """One experiment: an architecture, its own settings, a seed, and what is made of the training clips.

    Attributes:
        architecture: one of `models.base.ARCHITECTURES`.
        settings: the architecture's own.
        seed: of all chance.
        augment: what is made of each training clip besides.
        genres: clips of other genres are left out; None takes all.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    architecture: str
    settings: dict[str, Any] = Field(default_factory=dict)
    seed: int = Field(default=1, ge=0)
    augment: Augmentation = Augmentation()
    genres: tuple[str, ...] | None = None


@dataclass
class Fitted:
    """A fitted model: its `state()`, all its settings, losses of every epoch (none without gradients), `held_out()`."""

    state: dict[str, Any]
    settings: ModelConfig
    history: "list[Epoch] | list[Round]"
    held_out: dict[str, float]


def settings_of(config: TrainConfig) -> ModelConfig:
    """Return the architecture's settings with its defaults.

    Raises:
        UserError: the architecture is unknown, or a setting is.
    """
    if config.architecture not in ARCHITECTURES:
        raise UserError(f"unknown architecture {config.architecture!r}; known: {', '.join(ARCHITECTURES)}")
    return load_architecture(config.architecture).Config.checked(config.settings, config.architecture)


def prepared(dataset: Dataset, config: TrainConfig) -> Dataset:
    """Return a dataset of the experiment's genres, augmented.

    Raises:
        UserError: a genre is in no clip, or no training window is left.
    """
    return chosen_clips(dataset, config.genres, config.augment, config.seed)


def fit_model(
    config: TrainConfig,
    dataset: Dataset,
    last: Path,
    part: dict[str, Any] | None = None,
    tensorboard: Path | None = None,
) -> Fitted:
    """Fit a model to a dataset as the experiment says.

    Args:
        config: the experiment.
        dataset: what it is fitted to.
        last: a model that learns by gradient goes on from there if it exists, and saves its progress there.
        part: the content of the first step's file, for an architecture that has one.
        tensorboard: a folder for logs of a training by gradient.
    """
    settings = settings_of(config)
    dataset = prepared(dataset, config)
    architecture = load_architecture(config.architecture)
    if not architecture.trained_by_gradient:
        model = architecture.from_dataset(settings, dataset, part)
        return Fitted(model.state(), settings, [], model.held_out(dataset))
    import torch

    from workflow_scripts.models.adversarial import AdversarialLearner
    from workflow_scripts.train.gradient import fit

    torch.manual_seed(config.seed)
    learner = cast(GradientModel, architecture.from_dataset(settings, dataset, part))
    if isinstance(learner, AdversarialLearner):
        from workflow_scripts.train.adversarial import fit_adversarially

        rounds = fit_adversarially(learner, dataset, config.seed, last)
        return Fitted(learner.state(), settings, rounds, learner.held_out(dataset))
    history = fit(learner, dataset, config.seed, last, tensorboard)
    return Fitted(learner.state(), settings, history, learner.held_out(dataset))


def main() -> None:
    """Parse the arguments, fit, write the model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", type=Path, required=True)
    parser.add_argument("--config", required=True, help="architecture, settings and seed as JSON text")
    parser.add_argument("--output", type=Path, required=True, help="the model's folder")
    parser.add_argument("--state", type=Path, required=True, help="folder for the state to resume from")
    parser.add_argument("--part", type=Path, help="the file of the first step, for a model that has one")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--tensorboard", type=Path, help="folder for TensorBoard's logs")
    arguments = parser.parse_args()
    try:
        config = TrainConfig.model_validate_json(arguments.config)
    except ValidationError as error:
        raise UserError(f"model settings: {error}") from error
    # Threads that spin while they wait hold each other up: on two cores shared with other jobs a step of the LSTM took
    # 16 times as long. OpenMP reads this when torch is first imported.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import torch

    from workflow_scripts.train.seed_poses import seed_poses

    started = time.perf_counter()
    settings = settings_of(config)  # mistakes are reported before the dataset is read
    torch.set_num_threads(max(arguments.threads // getattr(settings, "devices", 1), 1))
    dataset = read_dataset(arguments.dataset)
    data, code = sha256_of(arguments.dataset), _code(config)
    part = sha256_of(arguments.part) if arguments.part else None
    # A state serves only the very experiment it was saved by.
    state = arguments.state / digest([config.model_dump(), data, code, part])
    first = read_part(arguments.part) if arguments.part else None
    # Another experiment is another curve.
    board = arguments.tensorboard and arguments.tensorboard / state.name
    fitted = fit_model(config, dataset, state / "last.ckpt", first, board)
    losses = _losses(fitted.history)
    checkpoint = {
        "architecture": config.architecture,
        "settings": fitted.settings.model_dump(mode="json"),
        "seed": config.seed,
        "augment": config.augment.model_dump(mode="json"),
        "genres": config.genres and list(config.genres),
        "state": fitted.state,
        "poses": seed_poses(dataset, config.seed),
        "fps": dataset.fps,
        "feature_set": dataset.feature_set,
        "grouping": dataset.grouping,
        "dataset": data,
        "code": code,
        "metrics": losses | fitted.held_out,
    }
    name = arguments.output.name
    if fitted.history:
        write_losses(
            arguments.output / "history.csv",
            arguments.output / "loss.svg",
            fitted.history,
            f"{name} ({config.architecture})",
        )
    write_checkpoint(arguments.output / "checkpoint.ckpt", checkpoint)
    description = {
        "architecture": config.architecture,
        "settings": checkpoint["settings"],
        "seed": config.seed,
        "augment": config.augment.model_dump(mode="json"),
        "genres": config.genres and list(config.genres),
        "dataset": _description(dataset, arguments.dataset.stem, data),
        "fps": dataset.fps,
        "feature_set": dataset.feature_set,
        "grouping": dataset.grouping,
        "losses": losses,
        "held_out": {name: round(value, 6) for name, value in fitted.held_out.items()},
        "part": part,
        "seconds": round(time.perf_counter() - started, 1),
        "threads": arguments.threads,
        "versions": versions("torch", "lightning", "numpy"),
        "code": code,
    }
    write_json(arguments.output / "model.json", description)
    shutil.rmtree(state, ignore_errors=True)
    print(f"{name}: {config.architecture}, {description['seconds']} s, losses {losses or 'none'}")  # noqa: T201


def write_losses(table: Path, picture: Path, history: "list[Epoch] | list[Round]", title: str) -> None:
    """Write the losses of a training as a table and a picture."""
    from workflow_scripts.train.adversarial_history import Round, draw_rounds, write_rounds
    from workflow_scripts.train.history import draw_history, write_history

    if isinstance(history[0], Round):
        rounds = history
        write_rounds(table, rounds)
        draw_rounds(picture, rounds, title)
    else:
        epochs = history
        write_history(table, epochs)
        draw_history(picture, epochs, title)


def _code(config: TrainConfig) -> str:
    return code_version("workflow_scripts.train.fit", f"workflow_scripts.models.{config.architecture}.model")


def _losses(history: "list[Epoch] | list[Round]") -> dict[str, Any]:
    if not history:
        return {}
    last = history[-1]
    # Every column of a loss, whatever the kind of training.
    losses = {name.removesuffix("_loss"): loss for name, loss in vars(last).items() if name.endswith("_loss")}
    return {"epochs": last.epoch} | {name: round(loss, 6) for name, loss in losses.items() if loss is not None}


def _description(dataset: Dataset, name: str, sha256: str) -> dict[str, Any]:
    splits = {split: dataset.split(split) for split in SPLITS}
    return {
        "name": name,
        "sha256": sha256,
        "clips": {split: [clip.name for clip in clips] for split, clips in splits.items()},
        "windows": {split: len(dataset.windows[split]) for split in SPLITS},
        "seconds": {
            split: round(sum(len(clip.motion.root) for clip in clips) / dataset.fps, 2)
            for split, clips in splits.items()
        },
    }


if __name__ == "__main__":
    entry_point(main)
