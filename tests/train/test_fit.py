import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_dances import tiny_dataset

from workflow_scripts.models.seq2seq import Model, Settings
from workflow_scripts.motion.dataset_file import Dataset, write_dataset
from workflow_scripts.train import gradient
from workflow_scripts.train.fit import TrainConfig, fit_model, settings_of
from workflow_scripts.train.history import Epoch, draw_history
from workflow_scripts.workflow.errors import UserError

TINY = {"hidden": 16, "layers": 1, "code": 4, "max_epochs": 4, "batch_size": 3, "dropout": 0.0}


def config(**changes: Any) -> TrainConfig:
    return TrainConfig(architecture="seq2seq", settings=TINY | changes, seed=3)


def weights(state: dict[str, Any]) -> dict[str, torch.Tensor]:
    result: dict[str, torch.Tensor] = state["network"]
    return result


def assert_equal(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor]) -> None:
    assert first.keys() == second.keys()
    assert all(torch.equal(first[name], second[name]) for name in first)


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return tiny_dataset()


def test_learns_and_is_deterministic(dataset: Dataset, tmp_path: Path) -> None:
    first, again = (fit_model(config(), dataset, tmp_path / name / "last.ckpt") for name in "ab")
    assert_equal(weights(first.state), weights(again.state))
    losses = [epoch.train_loss or 0 for epoch in first.history]
    assert [epoch.epoch for epoch in first.history] == [1, 2, 3, 4]
    assert losses[-1] < losses[0]
    assert losses == [epoch.train_loss for epoch in again.history]
    assert all(epoch.validation_loss is not None for epoch in first.history)


def test_seed_changes_weights(dataset: Dataset, tmp_path: Path) -> None:
    other = config().model_copy(update={"seed": 4})
    first, second = (fit_model(each, dataset, tmp_path / "last.ckpt") for each in (config(), other))
    assert not torch.equal(*(next(iter(weights(fitted.state).values())) for fitted in (first, second)))


def test_resumed_equals_uninterrupted(dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed in the third epoch and started again: the same weights and losses, bit for bit (with dropout in use)."""
    monkeypatch.setattr(gradient, "SAVE_INTERVAL_S", 0.0)
    once = fit_model(config(layers=2, dropout=0.3), dataset, tmp_path / "once.ckpt")
    last = tmp_path / "state" / "last.ckpt"
    loss, calls = Model.loss, []

    def dies(self: Model, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        calls.append(1)
        if len(calls) > 2 * len(dataset.windows["train"]) / 3 + 6:
            raise RuntimeError("killed")
        return loss(self, batch)

    monkeypatch.setattr(Model, "loss", dies)
    with pytest.raises(RuntimeError, match="killed"):
        fit_model(config(layers=2, dropout=0.3), dataset, last)
    monkeypatch.setattr(Model, "loss", loss)
    saved = torch.load(last, weights_only=True)
    assert 1 <= len(saved["history"]) <= 3
    resumed = fit_model(config(layers=2, dropout=0.3), dataset, last)
    assert_equal(weights(resumed.state), weights(once.state))
    assert [epoch.train_loss for epoch in resumed.history] == [epoch.train_loss for epoch in once.history]
    assert [epoch.validation_loss for epoch in resumed.history] == [epoch.validation_loss for epoch in once.history]


def test_validation_is_only_measured(tmp_path: Path) -> None:
    """Other motion in the validation clip changes its loss and not one weight."""
    dataset, changed = tiny_dataset(), tiny_dataset()
    changed.clips[-1].motion.positions[:, 18:] *= 1.5
    fitted = [fit_model(config(), each, tmp_path / "last.ckpt") for each in (dataset, changed)]
    assert_equal(weights(fitted[0].state), weights(fitted[1].state))
    assert fitted[0].history[-1].validation_loss != fitted[1].history[-1].validation_loss


def test_without_validation(tmp_path: Path) -> None:
    fitted = fit_model(config(max_epochs=1), tiny_dataset(clips=1), tmp_path / "last.ckpt")
    assert fitted.history[0].validation_loss is None


def test_mistakes_in_settings_are_named() -> None:
    with pytest.raises(UserError, match="hiden"):
        settings_of(config(hiden=3))
    with pytest.raises(UserError, match=r"'transformer'.*motion_graph, seq2seq"):
        settings_of(TrainConfig(architecture="transformer"))


def test_picture_has_the_same_bytes(tmp_path: Path) -> None:
    history = [Epoch(1, 2.0, None, 0.1), Epoch(2, 1.0, 1.5, 0.2)]
    for name in "ab":
        draw_history(tmp_path / f"{name}.svg", history, "model")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert b"<svg" in (tmp_path / "a.svg").read_bytes()


def run(tmp_path: Path, settings: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "workflow_scripts.train.fit", "--dataset", str(tmp_path / "tiny.h5")]
    command += ["--output", str(tmp_path / "models/m"), "--state", str(tmp_path / "state/m"), "--config", settings]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)


def test_entry_point(dataset: Dataset, tmp_path: Path) -> None:
    write_dataset(tmp_path / "tiny.h5", dataset)
    done = run(tmp_path, config(max_epochs=2).model_dump_json())
    assert done.returncode == 0, done.stderr
    assert len((done.stdout + done.stderr).splitlines()) == 1, done.stderr  # no advice, no warnings
    folder = tmp_path / "models/m"
    names = ["checkpoint.ckpt", "history.csv", "loss.svg", "model.json"]
    assert sorted(path.name for path in folder.iterdir()) == names
    assert sorted(path.name for path in tmp_path.iterdir()) == ["models", "tiny.h5"]  # nothing astray
    checkpoint = torch.load(folder / "checkpoint.ckpt", weights_only=True)
    assert checkpoint["architecture"] == "seq2seq"
    assert checkpoint["fps"] == 30.0
    assert checkpoint["settings"] == Settings.model_validate(TINY | {"max_epochs": 2}).model_dump(mode="json")
    Model.from_state(Settings.model_validate(checkpoint["settings"]), checkpoint["state"])
    rows = list(csv.DictReader((folder / "history.csv").open()))
    description = json.loads((folder / "model.json").read_text())
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert description["losses"]["train"] == pytest.approx(float(rows[-1]["train_loss"]), abs=1e-5)
    assert description["dataset"]["clips"] == {
        "train": ["tiny.v0.0000", "tiny.v1.0000"],
        "validation": ["tiny.v2.0000"],
        "test": [],
    }
    assert str(tmp_path) not in (folder / "model.json").read_text()
    weights_before = (folder / "checkpoint.ckpt").read_bytes()
    assert run(tmp_path, config(max_epochs=2).model_dump_json()).returncode == 0
    assert (folder / "checkpoint.ckpt").read_bytes() == weights_before
