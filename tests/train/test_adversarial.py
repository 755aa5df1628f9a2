import csv
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tiny_dances import tiny_dataset

from workflow_scripts.models.adversarial import critic_loss, generator_loss
from workflow_scripts.models.pose_gan.model import Model
from workflow_scripts.models.pose_gan.poses import PoseGan
from workflow_scripts.motion.dataset_file import Dataset, write_dataset
from workflow_scripts.motion.manifold import mean_nearest
from workflow_scripts.train import adversarial, gradient
from workflow_scripts.train.fit import TrainConfig, fit_model
from workflow_scripts.train.fit_pose_gan import fit_pose_gan
from workflow_scripts.workflow.errors import UserError

POSE = {"hidden": 8, "latent": 3, "batch_size": 6, "steps": 2, "critic_steps": 2, "max_epochs": 4}
DANCE = {"hidden": 8, "critic_hidden": 8, "batch_size": 3, "steps": 1, "critic_steps": 2, "max_epochs": 2}


def config(**changes: Any) -> TrainConfig:
    return TrainConfig(architecture="pose_gan", settings=DANCE | {"pose": POSE | changes}, seed=3)


def assert_equal(first: Mapping[str, torch.Tensor], second: Mapping[str, torch.Tensor]) -> None:
    assert first.keys() == second.keys()
    assert all(torch.equal(first[name], second[name]) for name in first)


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return tiny_dataset()


def test_losses_of_a_linear_critic() -> None:
    """A critic of slope 3: its penalty is 10 * (3 - 1)^2, its score differs by 3 times the difference of means."""
    real, made = torch.full((5, 1), 2.0), torch.full((5, 1), 0.5)
    loss = critic_loss(lambda x: 3 * x[:, 0], real, made, 10.0)
    assert float(loss) == pytest.approx(3 * (0.5 - 2.0) + 10 * 4)
    assert float(generator_loss(lambda x: 3 * x[:, 0], made)) == pytest.approx(-1.5)


def test_learns_where_the_real_ones_are(tmp_path: Path) -> None:
    """Generated poses come much nearer to real ones than those of an untrained generator, and stay apart."""
    dataset = tiny_dataset(clips=1)
    dataset.motion.std[:] = 0.1  # columns that are constant count as 1, and tiny dances have little else
    settings = config(
        hidden=32, batch_size=32, steps=10, critic_steps=3, max_epochs=60, average=0.9, learning_rate=4e-3
    )
    state, rounds = fit_pose_gan(settings, dataset, tmp_path)
    gan = PoseGan.from_state(state)
    real = gan.examples(dataset, "train").columns["pose"].numpy()
    untrained = PoseGan.from_dataset(gan.config, dataset)
    with torch.no_grad():
        made, before = (each.made(torch.zeros(300, dtype=torch.int64)).numpy() for each in (gan, untrained))
    assert mean_nearest(made, real) < 0.6 * mean_nearest(before, real)
    assert np.linalg.norm(made.std(axis=0)) > 0.3 * np.linalg.norm(real.std(axis=0))
    assert len(rounds) == 60


def test_deterministic_and_the_seed_matters(dataset: Dataset, tmp_path: Path) -> None:
    other = config().model_copy(update={"seed": 4})
    first, again, third = (
        fit_pose_gan(each, dataset, tmp_path / str(n)) for n, each in enumerate((config(), config(), other))
    )
    assert_equal(first[0]["network"], again[0]["network"])
    assert [vars(r) | {"seconds": 0} for r in first[1]] == [vars(r) | {"seconds": 0} for r in again[1]]
    assert not torch.equal(first[0]["network"]["layers.0.weight"], third[0]["network"]["layers.0.weight"])


def test_steps_alternate(dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = ""
    for name, letter in (("loss", "g"), ("critic_loss", "c")):
        true = getattr(PoseGan, name)

        def noted(self: PoseGan, batch: Any, true: Any = true, letter: str = letter) -> Any:
            nonlocal calls
            calls += letter
            return true(self, batch)

        monkeypatch.setattr(PoseGan, name, noted)
    fit_pose_gan(config(critic_steps=3, steps=2, max_epochs=2), dataset, tmp_path)
    assert calls == "cccg" * 4


def test_resumed_equals_uninterrupted(dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed in the third epoch and started again: the same weights and losses, bit for bit."""
    monkeypatch.setattr(adversarial, "SAVE_INTERVAL_S", 0.0)
    once = fit_pose_gan(config(), dataset, tmp_path / "once")
    loss, calls = PoseGan.loss, []

    def dies(self: PoseGan, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        calls.append(1)
        if len(calls) == 6:
            raise RuntimeError("killed")
        return loss(self, batch)

    monkeypatch.setattr(PoseGan, "loss", dies)
    with pytest.raises(RuntimeError, match="killed"):
        fit_pose_gan(config(), dataset, tmp_path / "state")
    monkeypatch.setattr(PoseGan, "loss", loss)
    assert len(torch.load(tmp_path / "state" / "last.ckpt", weights_only=True)["history"]) == 2
    resumed = fit_pose_gan(config(), dataset, tmp_path / "state")
    assert_equal(resumed[0]["network"], once[0]["network"])
    assert [vars(r) | {"seconds": 0} for r in resumed[1]] == [vars(r) | {"seconds": 0} for r in once[1]]
    sheets = [sorted(path.name for path in (tmp_path / name / "epochs").iterdir()) for name in ("once", "state")]
    assert sheets[0] == sheets[1] == [f"{epoch:05d}.png" for epoch in (1, 2, 3, 4)]


def test_the_second_step_resumed_equals_uninterrupted(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the two steps of the second epoch."""
    monkeypatch.setattr(adversarial, "SAVE_INTERVAL_S", 0.0)
    part, _ = fit_pose_gan(config(), dataset, tmp_path / "pose")
    settings = config().model_copy(update={"settings": DANCE | {"pose": POSE, "steps": 2, "max_epochs": 3}})
    once = fit_model(settings, dataset, tmp_path / "once.ckpt", part)
    last, loss, calls = tmp_path / "last.ckpt", Model.loss, []

    def dies(self: Model, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        calls.append(1)
        if len(calls) == 4:
            raise RuntimeError("killed")
        return loss(self, batch)

    monkeypatch.setattr(Model, "loss", dies)
    with pytest.raises(RuntimeError, match="killed"):
        fit_model(settings, dataset, last, part)
    assert len(torch.load(last, weights_only=True)["history"]) == 1
    resumed = fit_model(settings, dataset, last, part)
    assert len(calls) == 4 + 4  # two epochs were left
    assert_equal(resumed.state["steering"], once.state["steering"])
    assert_equal(resumed.state["poses"]["network"], part["network"])
    assert resumed.held_out == once.held_out
    assert [vars(r) | {"seconds": 0} for r in resumed.history] == [vars(r) | {"seconds": 0} for r in once.history]


def test_a_budget_of_time_counts_what_was_before_a_resume(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clock that goes on a minute whenever it is read: a broken run and its resume stop where one run would."""
    monkeypatch.setattr(adversarial, "SAVE_INTERVAL_S", 0.0)
    minutes = iter(range(100_000))
    monkeypatch.setattr(adversarial.time, "perf_counter", lambda: 60.0 * next(minutes))
    settings = config(max_epochs=1000, max_minutes=100)
    once, resumed = tmp_path / "once", tmp_path / "resumed"
    whole = len(fit_pose_gan(settings, dataset, once)[1])
    assert 6 < whole < 40
    loss, calls = PoseGan.loss, []

    def dies(self: PoseGan, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        calls.append(1)
        if len(calls) > 2 * (whole - 3):  # two steps an epoch
            raise RuntimeError("killed")
        return loss(self, batch)

    monkeypatch.setattr(PoseGan, "loss", dies)
    with pytest.raises(RuntimeError, match="killed"):
        fit_pose_gan(settings, dataset, resumed)
    monkeypatch.setattr(PoseGan, "loss", loss)
    assert whole <= len(fit_pose_gan(settings, dataset, resumed)[1]) <= whole + 1


def test_what_a_budget_of_time_ends_with_is_shown(dataset: Dataset, tmp_path: Path) -> None:
    rounds = fit_pose_gan(config(max_epochs=1000, max_minutes=1e-6), dataset, tmp_path)[1]
    assert len(rounds) == 1
    assert [path.name for path in (tmp_path / "epochs").iterdir()] == ["00001.png"]


def test_trains_on_a_gpu_or_the_cpu_and_flushes_denormals(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never on what else Lightning may find, such as Apple's MPS, which has no float64."""
    made = []
    true = gradient.lightning.Trainer

    def trainer(**arguments: Any) -> Any:
        made.append(arguments["accelerator"])
        return true(**arguments)

    monkeypatch.setattr(gradient.lightning, "Trainer", trainer)
    torch.set_flush_denormal(False)
    fit_pose_gan(config(max_epochs=1), dataset, tmp_path)
    assert made == ["gpu" if torch.cuda.device_count() else "cpu"]
    assert float(torch.tensor(1e-39) * torch.ones(())) == 0


def test_draws_follow_weights_and_epochs() -> None:
    draws = adversarial.Draws(np.array([1.0, 3.0, 0.0]), 4000, 1)
    first = list(draws)
    assert len(first) == len(draws) == 4000
    assert np.bincount(first, minlength=3)[:2] / 4000 == pytest.approx([0.25, 0.75], abs=0.03)
    assert 2 not in first
    draws.set_epoch(1)
    assert list(draws) != first


def test_the_second_step_leaves_the_first_as_it_is(dataset: Dataset, tmp_path: Path) -> None:
    part, _ = fit_pose_gan(config(), dataset, tmp_path / "pose")
    fitted = fit_model(config(), dataset, tmp_path / "last.ckpt", part)
    assert_equal(fitted.state["poses"]["network"], part["network"])
    assert len(fitted.history) == 2
    again = fit_model(config(), dataset, tmp_path / "again.ckpt", part)
    assert_equal(fitted.state["steering"], again.state["steering"])


def test_other_architectures_have_no_generator_of_poses(dataset: Dataset, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="seq2seq has no generator of poses"):
        fit_pose_gan(TrainConfig(architecture="seq2seq"), dataset, tmp_path)


@pytest.mark.slow
def test_both_commands(dataset: Dataset, tmp_path: Path) -> None:
    write_dataset(tmp_path / "tiny.h5", dataset)
    folder = tmp_path / "model"
    for entry, more in (("fit_pose_gan", []), ("fit", ["--part", str(folder / "pose_gan.ckpt")])):
        command = [sys.executable, "-m", f"workflow_scripts.train.{entry}", "--dataset", str(tmp_path / "tiny.h5")]
        command += ["--config", config().model_dump_json(), "--output", str(folder), "--state", str(tmp_path / "state")]
        subprocess.run([*command, *more], check=True)
    names = {path.name for path in folder.iterdir()}
    assert {"pose_gan.ckpt", "pose_gan.png", "pose_gan.csv", "pose_gan.svg", "checkpoint.ckpt", "model.json"} <= names
    assert (folder / "pose_gan_epochs" / "00004.png").read_bytes() == (folder / "pose_gan.png").read_bytes()
    for name, epochs in (("pose_gan.csv", 4), ("history.csv", 2)):
        with (folder / name).open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert [int(row["epoch"]) for row in rows] == list(range(1, epochs + 1))
        assert all(np.isfinite([float(row["critic_loss"]), float(row["generator_loss"])]).all() for row in rows)
    assert not list((tmp_path / "state").iterdir())
