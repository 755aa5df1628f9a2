"""Fit the first step of the architecture `pose_gan`, a generator of poses, to a dataset.

`python -m workflow_scripts.train.fit_pose_gan --dataset H5 --config JSON --output results/models/M --state
results/state/M` writes `pose_gan.ckpt`, its losses `pose_gan.csv` and `pose_gan.svg`, and sheets of what it makes:
`pose_gan.png`, and those of some epochs in `pose_gan_epochs/`.
"""

import argparse
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from workflow_scripts.motion.dataset_file import Dataset, read_dataset
from workflow_scripts.train.adversarial_history import Round, draw_rounds, write_rounds
from workflow_scripts.train.fit import TrainConfig, prepared, settings_of
from workflow_scripts.workflow.checkpoint import write_checkpoint
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.files import atomic_path, sha256_of
from workflow_scripts.workflow.provenance import code_version, digest

PICTURES = "epochs"


def fit_pose_gan(config: TrainConfig, dataset: Dataset, state: Path) -> tuple[dict[str, Any], list[Round]]:
    """Fit a generator of poses as an experiment's `settings.pose` say; return its state and its losses.

    It resumes from what `state`, a folder, holds of an interrupted run. There, in `PICTURES`, are the sheets too.
    """
    import torch

    from workflow_scripts.models.pose_gan.poses import PoseGan, PoseSettings
    from workflow_scripts.train.adversarial import fit_adversarially
    from workflow_scripts.train.pose_sheet import sheet

    # By name: with the second step's module in hand, an edit of that would train poses again.
    settings = getattr(settings_of(config), "pose", None)
    if not isinstance(settings, PoseSettings):
        raise UserError(f"the architecture {config.architecture} has no generator of poses to fit first")
    dataset = prepared(dataset, config)
    torch.manual_seed(config.seed)
    learner = PoseGan.from_dataset(settings, dataset)

    def show(epoch: int, poses: list[tuple[str, npt.NDArray[np.floating]]]) -> None:
        _write_picture(state / PICTURES / f"{epoch:05d}.png", sheet(poses, f"epoch {epoch}"))

    rounds = fit_adversarially(learner, dataset, config.seed, state / "last.ckpt", show)
    return learner.state(), rounds


def main() -> None:
    """Parse the arguments, fit, write the checkpoint, the losses and the sheets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", type=Path, required=True)
    parser.add_argument("--config", required=True, help="settings.pose, seed, augment and genres as JSON text")
    parser.add_argument("--output", type=Path, required=True, help="the model's folder")
    parser.add_argument("--state", type=Path, required=True, help="folder for the state to resume from")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    try:
        config = TrainConfig.model_validate_json(arguments.config)
    except ValidationError as error:
        raise UserError(f"model settings: {error}") from error
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as in `train.fit`
    import torch

    torch.set_num_threads(arguments.threads)
    settings_of(config)  # mistakes are reported before the dataset is read
    dataset = read_dataset(arguments.dataset)
    data, code = sha256_of(arguments.dataset), code_version("workflow_scripts.train.fit_pose_gan")
    state = arguments.state / digest([config.model_dump(), data, code])
    fitted, rounds = fit_pose_gan(config, dataset, state)
    write_rounds(arguments.output / "pose_gan.csv", rounds)
    draw_rounds(arguments.output / "pose_gan.svg", rounds, f"{arguments.output.name} (poses)")
    folder = arguments.output / "pose_gan_epochs"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(state / PICTURES, folder)
    with atomic_path(arguments.output / "pose_gan.png") as path:
        shutil.copyfile(max(folder.iterdir()), path)
    write_checkpoint(
        arguments.output / "pose_gan.ckpt", {"seed": config.seed, "dataset": data, "code": code, "state": fitted}
    )
    shutil.rmtree(state, ignore_errors=True)
    seconds = sum(each.seconds for each in rounds)
    print(f"{arguments.output.name}: a generator of poses, {seconds:.1f} s")  # noqa: T201


def _write_picture(target: Path, picture: npt.NDArray[np.uint8]) -> None:
    import cv2

    with atomic_path(target) as path:
        cv2.imwrite(str(path), np.ascontiguousarray(picture[..., ::-1]))


if __name__ == "__main__":
    entry_point(main)
