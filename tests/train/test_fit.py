import csv
import json
import subprocess
import sys
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tiny_dances import tiny_dataset

from workflow_scripts.models.seq2seq.model import Model, Settings
from workflow_scripts.motion.augmentation import Augmentation
from workflow_scripts.motion.dataset_file import Dataset, write_dataset
from workflow_scripts.train import loop
from workflow_scripts.train.fit import TrainConfig, fit_model, settings_of
from workflow_scripts.train.history import Epoch, draw_history
from workflow_scripts.train.order import EpochOrder
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


EVERYTHING = {"layers": 2, "dropout": 0.3, "ema": 0.7, "patience": 3, "warmup": 0.2, "optimizer": "adamw"}


@pytest.mark.parametrize("settings", [{"layers": 2, "dropout": 0.3}, EVERYTHING])
def test_resumed_equals_uninterrupted(
    settings: dict[str, Any], dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken off before any step, within an epoch and between two: the same weights and losses, bit for bit."""
    monkeypatch.setattr(loop, "SAVE_INTERVAL_S", 0.0)
    once = fit_model(config(**settings), dataset, tmp_path / "once.ckpt")
    per_epoch = -(-len(dataset.windows["train"]) // 3)
    assert per_epoch > 2
    loss, calls = Model.loss, [0]
    for broken in (2, per_epoch, per_epoch + 1, 2 * per_epoch + 2, 4 * per_epoch - 1):
        last = tmp_path / f"{broken}.ckpt"
        calls[0] = 0

        def dies(self: Model, batch: dict[str, torch.Tensor], broken: int = broken) -> torch.Tensor:
            calls[0] += self.network.training
            if calls[0] > broken:
                raise RuntimeError("killed")
            return loss(self, batch)

        monkeypatch.setattr(Model, "loss", dies)
        with pytest.raises(RuntimeError, match="killed"):
            fit_model(config(**settings), dataset, last)
        monkeypatch.setattr(Model, "loss", loss)
        assert torch.load(last, weights_only=True)["global_step"] == broken
        resumed = fit_model(config(**settings), dataset, last)
        assert_equal(weights(resumed.state), weights(once.state))
        for name in ("train_loss", "validation_loss", "learning_rate"):
            assert [getattr(each, name) for each in resumed.history] == [getattr(each, name) for each in once.history]


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


def test_the_order_of_windows() -> None:
    """Equal weights: every window once. Else in proportion to the weights, the same in every run, other each epoch."""
    for weight in (1.0, 0.25):
        even = EpochOrder(np.full(50, weight), 7, 3)
        assert list(chain(*even)) == np.random.default_rng([3, 0]).permutation(50).tolist()
    order = EpochOrder(np.array([1.0] * 50 + [3.0] * 49 + [0.0]), 8, 3)
    drawn = []
    for epoch in range(60):
        order.epoch = epoch
        batches = list(order)
        assert [len(batch) for batch in batches] == [8] * 12 + [4]  # the last part of an epoch is learned too
        assert len(batches) == len(order)
        drawn.append(list(chain(*batches)))
    assert drawn[0] != drawn[1]
    order.epoch = 1
    assert list(chain(*order)) == drawn[1]
    counts = np.bincount(np.concatenate(drawn), minlength=100)
    assert counts[50:99].mean() / counts[:50].mean() == pytest.approx(3, rel=0.1)
    assert counts[99] == 0


def test_a_clip_without_weight_is_not_learned(tmp_path: Path) -> None:
    """Other motion in it changes no weight of the network."""
    first, second = tiny_dataset(), tiny_dataset()
    for each in (first, second):
        each.clips[1].weight = 0.0
    second.clips[1].motion.positions[:, 18:] *= 1.5
    fitted = [fit_model(config(), each, tmp_path / "last.ckpt") for each in (first, second)]
    assert_equal(weights(fitted[0].state), weights(fitted[1].state))


def test_learns_from_mirrored_and_changed_dances(dataset: Dataset, tmp_path: Path) -> None:
    """Every copy's phrases have codes of their own, and what is measured is what was without them."""
    augment = Augmentation(mirror=True, tempo=0.1, turn=20)
    both = config().model_copy(update={"augment": augment})
    plain, more, again = (fit_model(each, dataset, tmp_path / "last.ckpt") for each in (config(), both, both))
    assert_equal(weights(more.state), weights(again.state))
    assert more.state["phrases"]["codes"] > 3.5 * plain.state["phrases"]["codes"]
    losses = [[epoch.train_loss or 0 for epoch in fitted.history] for fitted in (plain, more)]
    assert losses[1][-1] < losses[1][0]
    assert losses[1][-1] < losses[0][-1]  # four times the steps in as many epochs
    torch.testing.assert_close(more.state["scales"]["motion_mean"], plain.state["scales"]["motion_mean"])


def test_a_motion_graph_has_the_units_of_the_mirror_too(dataset: Dataset, tmp_path: Path) -> None:
    states = [
        fit_model(TrainConfig(architecture="motion_graph", augment=augment), dataset, tmp_path / "last.ckpt").state
        for augment in (Augmentation(), Augmentation(mirror=True))
    ]
    counts = [len(state["units"]["clip"]) for state in states]
    assert counts[1] == 2 * counts[0] > 0


def test_mistakes_in_settings_are_named() -> None:
    with pytest.raises(UserError, match=r"settings\.hiden: unknown setting; known are .*hidden"):
        settings_of(config(hiden=3))
    nested = TrainConfig(architecture="pose_gan", settings={"pose": {"latnt": 3}})
    with pytest.raises(UserError, match=r"settings\.pose\.latnt: unknown setting; known are .*latent"):
        settings_of(nested)
    with pytest.raises(UserError, match=r"'transformer'.*motion_graph, seq2seq"):
        settings_of(TrainConfig(architecture="transformer"))


def test_picture_has_the_same_bytes(tmp_path: Path) -> None:
    history = [Epoch(1, 2.0, None, 0.1, 1e-3), Epoch(2, 1.0, 1.5, 0.2, 5e-4)]
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
    assert Augmentation.model_validate(checkpoint["augment"]) == Augmentation()
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
    assert description["augment"] == checkpoint["augment"]
    assert str(tmp_path) not in (folder / "model.json").read_text()
    weights_before = (folder / "checkpoint.ckpt").read_bytes()
    assert run(tmp_path, config(max_epochs=2).model_dump_json()).returncode == 0
    assert (folder / "checkpoint.ckpt").read_bytes() == weights_before
