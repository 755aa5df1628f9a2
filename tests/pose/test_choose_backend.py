import json
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from workflow_scripts.pose import choose_backend
from workflow_scripts.pose.backends.mmpose import standins
from workflow_scripts.pose.backends.registry import make_backend, recorded_backend
from workflow_scripts.pose.choose_backend import decided, facts
from workflow_scripts.pose.config import PoseConfig
from workflow_scripts.pose.weights import WEIGHTS
from workflow_scripts.workflow.errors import UserError

MMPOSE = {"detector": "rtmdet_nano", "network": "rtmpose_m_halpe26", "lifter": "motionbert", "device": "auto"}
NAMES = [MMPOSE[part] for part in ("detector", "network", "lifter")]


def equip(
    monkeypatch: pytest.MonkeyPatch, weights: Path, gpu: str = "H200", packages: str = "numpy", files: int = 3
) -> None:
    """A machine with a GPU, the packages that are asked for, and some of the weights, as published files."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: bool(gpu))
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: gpu)
    monkeypatch.setattr(standins, "PACKAGES", (packages,))
    weights.mkdir()
    for name in NAMES[:files]:
        (weights / WEIGHTS[name].file).write_bytes(b"anything")


@pytest.mark.parametrize(
    ("machine", "device", "backend", "reason"),
    [
        ({}, "auto", "mmpose", "H200, its environment and its weights are there"),
        ({}, "cuda", "mmpose", "H200"),
        ({}, "cpu", "mediapipe", "pose.mmpose.device is cpu"),
        ({"gpu": ""}, "auto", "mediapipe", "no GPU"),
        ({"packages": "no_such_package"}, "auto", "mediapipe", "lacks no_such_package (make setup-mmpose)"),
        ({"files": 2}, "auto", "mediapipe", "the weights motionbert are missing (snakemake weights)"),
        ({"files": 0}, "auto", "mediapipe", "rtmdet_nano, rtmpose_m_halpe26, motionbert are missing"),
    ],
)
def test_mmpose_is_taken_where_all_it_needs_is_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, machine: dict[str, Any], device: str, backend: str, reason: str
) -> None:
    equip(monkeypatch, tmp_path / "weights", **machine)
    chosen, why = decided(facts(MMPOSE | {"device": device}, tmp_path / "weights"))
    assert chosen == backend
    assert reason in why


def test_the_decision_is_written_with_its_facts_and_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    equip(monkeypatch, tmp_path / "weights", files=1)
    output = tmp_path / "results" / "pose_backend.json"
    arguments = ["--config", json.dumps(MMPOSE), "--weights", str(tmp_path / "weights"), "--output", str(output)]
    monkeypatch.setattr(sys, "argv", ["choose_backend", *arguments])
    choose_backend.main()
    record = json.loads(output.read_text())
    assert record["backend"] == recorded_backend(output) == "mediapipe"
    assert record["facts"] == {
        "device": "auto",
        "gpu": "H200",
        "packages_missing": [],
        "weights_missing": ["rtmpose_m_halpe26", "motionbert"],
    }
    said = capsys.readouterr().out
    assert said.startswith(f"pose.backend auto: mediapipe, since {record['reason']}.")
    assert f"delete {output}" in said


@pytest.mark.parametrize("text", ["", "[]", '{"backend": "auto"}', '{"backend": 3}', "{}"])
def test_a_record_that_decides_nothing_is_deleted(tmp_path: Path, text: str) -> None:
    path = tmp_path / "pose_backend.json"
    path.write_text(text)
    with pytest.raises(UserError, match=r"pose_backend\.json: "):
        recorded_backend(path)
    assert not path.exists()


def test_the_undecided_is_no_backend() -> None:
    with pytest.raises(UserError, match="has to be decided first"):
        make_backend(PoseConfig(backend="auto"))


def test_mediapipe_is_made_by_its_name() -> None:
    assert make_backend(PoseConfig()).name.startswith("mediapipe")


@pytest.mark.skipif(bool(standins.missing_packages()), reason="mmpose's packages are missing: make setup-mmpose")
def test_mmpose_without_weights_says_how_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"rtmdet_nano\.pt: missing") as caught:
        make_backend(PoseConfig(backend="mmpose"), tmp_path)
    assert WEIGHTS["rtmdet_nano"].url in str(caught.value)
