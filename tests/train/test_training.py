"""What the settings of training do, and what becomes of a training that is killed."""

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_dances import tiny_dataset

from workflow_scripts.models.seq2seq.model import Model, Settings
from workflow_scripts.motion.dataset_file import Dataset, write_dataset
from workflow_scripts.train import loop
from workflow_scripts.train.fit import TrainConfig, fit_model
from workflow_scripts.train.gradient import has_bfloat16
from workflow_scripts.train.lr_range import rates_and_losses
from workflow_scripts.workflow.errors import UserError

TINY = {"hidden": 16, "layers": 1, "code": 4, "max_epochs": 4, "batch_size": 3}
# Nothing drawn in a step: what several processes learn can then be compared with what one does.
PLAIN = {"music_dropout": 0.0, "variation": 0.0}


def config(**changes: Any) -> TrainConfig:
    return TrainConfig(architecture="seq2seq", settings=TINY | changes, seed=3)


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return tiny_dataset()


def command(tmp_path: Path, name: str, config: TrainConfig) -> list[str]:
    arguments = ["--dataset", tmp_path / "tiny.h5", "--output", tmp_path / "models" / name]
    arguments += ["--state", tmp_path / "state" / name, "--config", config.model_dump_json()]
    return [sys.executable, "-m", "workflow_scripts.train.fit", *map(str, arguments)]


def losses(path: Path) -> list[list[float]]:
    return [[float(row[name]) for name in ("train_loss", "validation_loss")] for row in csv.DictReader(path.open())]


@pytest.mark.parametrize(("uneven", "off"), [(False, 1e-3), pytest.param(True, 1e-2, marks=pytest.mark.slow)])
def test_two_processes_learn_as_one(dataset: Dataset, tmp_path: Path, uneven: bool, off: float) -> None:
    """The same batches of three, two windows for one process and one for the other: the same losses to rounding.

    Windows of different length are weighted by their frames, which for the loss on velocities is not quite right.
    """
    windows = dataset.windows["train"].copy()
    if uneven:
        windows[::3, 2], windows[1::3, 2] = 40, 70
    write_dataset(tmp_path / "tiny.h5", replace(dataset, windows=dataset.windows | {"train": windows}))
    for devices in (1, 2):
        settings = config(devices=devices, max_epochs=3, **PLAIN)
        done = subprocess.run(
            command(tmp_path, f"of{devices}", settings), capture_output=True, text=True, check=False, timeout=240
        )
        assert done.returncode == 0, done.stderr
        assert len((done.stdout + done.stderr).splitlines()) == 1, done.stdout + done.stderr
    one, two = (losses(tmp_path / "models" / f"of{devices}" / "history.csv") for devices in (1, 2))
    assert len(one) == 3
    for first, second in zip(one, two, strict=True):
        assert second == pytest.approx(first, rel=off)


def test_killed_at_any_moment_and_started_again(dataset: Dataset, tmp_path: Path) -> None:
    """SIGKILL three times at moments by chance, then left alone: the bytes of a training that nobody disturbed."""
    write_dataset(tmp_path / "tiny.h5", dataset)
    settings = config(max_epochs=60, dropout=0.2, layers=2, ema=0.9)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    often = (
        "import workflow_scripts.train.loop as l, workflow_scripts.train.fit as f; l.SAVE_INTERVAL_S = 0.0; f.main()"
    )

    def start(name: str) -> "subprocess.Popen[bytes]":
        call = command(tmp_path, name, settings)
        call[1:3] = ["-c", often]
        return subprocess.Popen(call, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    assert start("quiet").wait(240) == 0
    chance, kills = random.Random(5), []

    def saved() -> list[int]:
        return [path.stat().st_mtime_ns for path in (tmp_path / "state/killed").rglob("last.ckpt")]

    for _ in range(3):
        before, process = saved(), start("killed")
        deadline = time.monotonic() + 120
        while saved() in ([], before) and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(chance.uniform(0.0, 0.3))
        process.send_signal(signal.SIGKILL)
        kills.append(process.wait(60))
    assert start("killed").wait(240) == 0
    assert kills == [-signal.SIGKILL] * 3
    checkpoints = [(tmp_path / "models" / name / "checkpoint.ckpt").read_bytes() for name in ("quiet", "killed")]
    assert checkpoints[0] == checkpoints[1]


def test_a_job_that_is_told_to_end_saves_first(tmp_path: Path) -> None:
    """It does so between steps; nothing is validated here, and most of the time goes into steps."""
    write_dataset(tmp_path / "tiny.h5", tiny_dataset(clips=1))
    process = subprocess.Popen(
        command(tmp_path, "told", config(max_epochs=100_000)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 120
    # Not before its first save, ten seconds after the start of training: then Lightning's handlers are in place.
    while not (saved := list((tmp_path / "state/told").rglob("last.ckpt"))) and time.monotonic() < deadline:
        time.sleep(0.1)
    before = torch.load(saved[0], weights_only=True)["global_step"]
    time.sleep(2)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 128 + signal.SIGTERM
    assert torch.load(saved[0], weights_only=True)["global_step"] > before
    assert not (tmp_path / "models/told/checkpoint.ckpt").exists()


def test_a_training_that_was_over_when_it_was_killed_learns_no_more(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after its last epoch and before its outputs."""
    monkeypatch.setattr(loop, "SAVE_INTERVAL_S", 0.0)
    settings = config(patience=2, learning_rate=0.3, schedule="constant", max_epochs=40)
    first, again = (fit_model(settings, dataset, tmp_path / "last.ckpt") for _ in range(2))
    assert len(first.history) < 40
    assert [epoch.train_loss for epoch in again.history] == [epoch.train_loss for epoch in first.history]


def test_an_unreadable_state_is_deleted(dataset: Dataset, tmp_path: Path) -> None:
    last = tmp_path / "last.ckpt"
    last.write_bytes(b"half a file")
    with pytest.raises(UserError, match="saved state of a training"):
        fit_model(config(), dataset, last)
    assert not last.exists()


def test_a_loss_that_explodes_is_said(dataset: Dataset, tmp_path: Path) -> None:
    settings = {"optimizer": "sgd", "momentum": 0.0, "learning_rate": 1e37, "schedule": "constant", "loss": "mse"}
    with pytest.raises(UserError, match=r"loss of epoch \d+ is (nan|inf): lower learning_rate"):
        fit_model(config(**settings), dataset, tmp_path / "last.ckpt")


def test_fewer_windows_than_a_batch(dataset: Dataset, tmp_path: Path) -> None:
    fitted = fit_model(config(batch_size=500), dataset, tmp_path / "last.ckpt")
    assert len(fitted.history) == 4
    assert (fitted.history[-1].train_loss or 9) < (fitted.history[0].train_loss or 0)


def test_running_mean_is_what_is_kept(dataset: Dataset, tmp_path: Path) -> None:
    """With a constant rate the weights of three runs, one step apart, give the mean by its definition."""
    per_epoch = len(dataset.windows["train"])
    settings = {"batch_size": per_epoch, "schedule": "constant", **PLAIN}
    steps = [
        fit_model(config(max_epochs=count, **settings), dataset, tmp_path / "last.ckpt").state["network"]
        for count in (1, 2, 3)
    ]
    kept = fit_model(config(max_epochs=3, ema=0.2, **settings), dataset, tmp_path / "last.ckpt").state["network"]
    torch.manual_seed(3)
    start = Model.from_dataset(Settings.model_validate(TINY | settings), dataset).network.state_dict()
    for name, expected in start.items():
        mean = expected.clone()
        for number, now in enumerate(steps, start=1):
            share = min(0.2, (1 + number) / (10 + number))
            mean = share * mean + (1 - share) * now[name]
        torch.testing.assert_close(kept[name], mean, rtol=1e-4, atol=1e-6)


def test_stops_early_with_the_best_weights(dataset: Dataset, tmp_path: Path) -> None:
    """A rate so high that it gets worse: it stops `patience` epochs after the best one, whose weights stay."""
    settings = {"learning_rate": 0.3, "schedule": "constant", "max_epochs": 40, **PLAIN}
    fitted = fit_model(config(patience=3, **settings), dataset, tmp_path / "last.ckpt")
    validation = [epoch.validation_loss or 0.0 for epoch in fitted.history]
    best = validation.index(min(validation)) + 1
    assert len(validation) == best + 3 < 40
    shorter = fit_model(config(**settings | {"max_epochs": best}), dataset, tmp_path / "last.ckpt")
    assert all(torch.equal(value, shorter.state["network"][name]) for name, value in fitted.state["network"].items())
    with pytest.raises(UserError, match="patience: the dataset has no validation windows"):
        fit_model(config(patience=3), tiny_dataset(clips=1), tmp_path / "last.ckpt")


def test_a_budget_of_time_ends_training_and_its_schedule(dataset: Dataset, tmp_path: Path) -> None:
    fitted = fit_model(config(max_epochs=100_000, max_minutes=2 / 60), dataset, tmp_path / "last.ckpt")
    assert 1 <= len(fitted.history) < 5000
    assert 1.5 < sum(epoch.seconds for epoch in fitted.history) < 6
    rates = [epoch.learning_rate for epoch in fitted.history]
    assert rates[0] > rates[len(rates) // 2] > rates[-1]
    assert rates[-1] < 0.1 * 3e-3


def test_a_learner_is_told_how_far_it_is(dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[float] = []
    plain = Model.loss

    def noted(self: Model, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        heard.append(self.progress)
        return plain(self, batch)

    monkeypatch.setattr(Model, "loss", noted)
    steps = 2 * -(-len(dataset.windows["train"]) // 3)
    fit_model(
        config(max_epochs=2),
        replace(dataset, windows=dataset.windows | {"validation": dataset.windows["test"]}),
        tmp_path / "last.ckpt",
    )
    assert heard == pytest.approx([step / steps for step in range(steps)])


def test_half_precision(dataset: Dataset, tmp_path: Path) -> None:
    if not torch.cuda.is_available() and not has_bfloat16():
        with pytest.raises(UserError, match="this processor has no bf16-mixed"):
            fit_model(config(precision="bf16-mixed"), dataset, tmp_path / "last.ckpt")
        pytest.skip("this processor computes no LSTM in bfloat16")
    full, half = (
        fit_model(config(precision=kind, **PLAIN), dataset, tmp_path / "last.ckpt").history[-1].train_loss
        for kind in ("32-true", "bf16-mixed")
    )
    assert half == pytest.approx(full, rel=0.1)
    assert half != full
    if not torch.cuda.is_available():
        with pytest.raises(UserError, match="16-mixed needs a GPU"):
            fit_model(config(precision="16-mixed"), dataset, tmp_path / "last.ckpt")


def test_tensorboard_logs(dataset: Dataset, tmp_path: Path) -> None:
    fit_model(config(), dataset, tmp_path / "last.ckpt", tensorboard=tmp_path / "board")
    [events] = (tmp_path / "board").glob("events.out.tfevents*")
    assert b"validation_loss" in events.read_bytes()


def test_learning_rates_are_tried_from_low_to_high(dataset: Dataset) -> None:
    rates, tried, best = rates_and_losses(config(**PLAIN), dataset, steps=40)
    assert rates == sorted(rates)
    assert rates[0] == pytest.approx(1e-6, rel=0.5)
    assert len(tried) == len(rates) > 20
    assert rates[-1] > 0.5 or tried[-1] > 2 * min(tried)  # to the highest rate, or until the loss explodes
    assert best is None or 1e-6 < best < 1
    with pytest.raises(UserError, match="motion_graph does not learn by gradient"):
        rates_and_losses(TrainConfig(architecture="motion_graph"), dataset)


def test_rate_range_entry_point(dataset: Dataset, tmp_path: Path) -> None:
    write_dataset(tmp_path / "tiny.h5", dataset)
    arguments = [
        "--dataset",
        tmp_path / "tiny.h5",
        "--config",
        json.dumps({"architecture": "seq2seq", "settings": TINY}),
    ]
    arguments += ["--table", tmp_path / "r.csv", "--picture", tmp_path / "r.svg"]
    call = [sys.executable, "-m", "workflow_scripts.train.lr_range", *map(str, arguments)]
    done = subprocess.run(call, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("learning_rate: ")
    assert len(list(csv.DictReader((tmp_path / "r.csv").open()))) > 50
    assert b"<svg" in (tmp_path / "r.svg").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.csv", "r.svg", "tiny.h5"]
