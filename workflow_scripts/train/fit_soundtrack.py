"""Fit a model that makes sound for dances.

`python -m workflow_scripts.train.fit_soundtrack --dataset H5 --sounds H5 --config JSON --output DIR --state DIR`
"""

import argparse
import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workflow_scripts.models.base import ModelConfig
from workflow_scripts.models.soundtrack import SOUNDTRACK_ARCHITECTURES, Corpus, load_soundtrack_architecture
from workflow_scripts.motion.dataset_file import read_dataset
from workflow_scripts.motion.sound_file import read_sounds
from workflow_scripts.workflow.checkpoint import write_checkpoint
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.files import sha256_of, write_json
from workflow_scripts.workflow.provenance import code_version, digest, versions

if TYPE_CHECKING:
    from workflow_scripts.models.base import Learner
    from workflow_scripts.train.history import Epoch


class SoundtrackTrainConfig(BaseModel):
    """One experiment: an architecture, its own settings, a seed; clips of other `genres` are left out (None: none)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    architecture: str
    settings: dict[str, Any] = Field(default_factory=dict)
    seed: int = Field(default=1, ge=0)
    genres: tuple[str, ...] | None = None


def settings_of(config: SoundtrackTrainConfig) -> ModelConfig:
    """Return the architecture's settings with its defaults.

    Raises:
        UserError: the architecture is unknown, or a setting is.
    """
    if config.architecture not in SOUNDTRACK_ARCHITECTURES:
        raise UserError(
            f"unknown architecture {config.architecture!r} of sound; known: {', '.join(SOUNDTRACK_ARCHITECTURES)}"
        )
    return load_soundtrack_architecture(config.architecture).Config.checked(config.settings, config.architecture)


def main() -> None:
    """Parse the arguments, fit, write the model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", type=Path, required=True)
    parser.add_argument("--sounds", type=Path, required=True, help="the sound of the dataset's clips")
    parser.add_argument("--pictures", type=Path, help="their pictures, for a model that looks at the video")
    parser.add_argument("--config", required=True, help="architecture, settings and seed as JSON text")
    parser.add_argument("--output", type=Path, required=True, help="the model's folder")
    parser.add_argument("--state", type=Path, required=True, help="folder for the state to resume from")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--tensorboard", type=Path, help="folder for TensorBoard's logs")
    arguments = parser.parse_args()
    try:
        config = SoundtrackTrainConfig.model_validate_json(arguments.config)
    except ValidationError as error:
        raise UserError(f"model settings: {error}") from error
    # As in `train.fit`: threads that spin while they wait hold each other up.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import torch

    started = time.perf_counter()
    settings = settings_of(config)  # mistakes are reported before the dataset is read
    torch.set_num_threads(max(arguments.threads // getattr(settings, "devices", 1), 1))
    torch.manual_seed(config.seed)
    dataset = read_dataset(arguments.dataset)
    if config.genres is not None:
        dataset = dataset.only(config.genres)
    if not dataset.split("train"):
        raise UserError(f"{arguments.dataset}: no clip of it is for training")
    sounds = read_sounds(arguments.sounds)
    inputs = {
        name: sha256_of(path)
        for name in ("dataset", "sounds", "pictures")
        if (path := getattr(arguments, name)) is not None
    }
    architecture = load_soundtrack_architecture(config.architecture)
    model = architecture.from_corpus(
        settings, Corpus(dataset, sounds.sounds, sounds.rate, _pictures(arguments.pictures))
    )
    code = code_version("workflow_scripts.train.fit_soundtrack", f"workflow_scripts.models.{config.architecture}.model")
    history: list[Epoch] = []
    name = arguments.output.name
    # A state serves only the very experiment it was saved by.
    state = arguments.state / digest([config.model_dump(), inputs, code])
    if architecture.trained_by_gradient:
        from workflow_scripts.train.gradient import fit
        from workflow_scripts.train.history import draw_history, write_history

        board = arguments.tensorboard and arguments.tensorboard / state.name
        history = fit(cast("Learner", model), dataset, config.seed, state / "last.ckpt", board)
        write_history(arguments.output / "history.csv", history)
        draw_history(arguments.output / "loss.svg", history, f"{name} ({config.architecture})")
    experiment = {
        "architecture": config.architecture,
        "settings": settings.model_dump(mode="json"),
        "seed": config.seed,
        "genres": config.genres and list(config.genres),
        "dataset": inputs["dataset"],
        "sounds": inputs["sounds"],
        "pictures": inputs.get("pictures"),
        "rate": model.rate,
        "code": code,
        "losses": _losses(history),
    }
    write_checkpoint(arguments.output / "checkpoint.ckpt", experiment | {"state": model.state()})
    description = experiment | {
        "clips": len(dataset.split("train")),
        "seconds": round(time.perf_counter() - started, 1),
        "threads": arguments.threads,
        "versions": versions("torch", "lightning", "numpy"),
    }
    write_json(arguments.output / "model.json", description)
    shutil.rmtree(state, ignore_errors=True)
    print(f"{name}: {config.architecture}, {description['seconds']} s, losses {_losses(history) or 'none'}")  # noqa: T201


def _pictures(path: Path | None) -> Any:
    if path is None:
        return None
    from workflow_scripts.motion.pictures_file import read_pictures

    return read_pictures(path).pictures


def _losses(history: "list[Epoch]") -> dict[str, float | None]:
    if not history:
        return {}
    return {name: getattr(history[-1], name) for name in ("train_loss", "validation_loss")}


if __name__ == "__main__":
    entry_point(main)
