"""The first look at motion that comes with its music: what it is, or why it cannot be used."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from collect.synthetic_media import noise, write_wav

from workflow_scripts.collect import check_motion as module
from workflow_scripts.collect.check_motion import check_motion
from workflow_scripts.motion.foreign import JointMotion
from workflow_scripts.motion.formats import bvh
from workflow_scripts.motion.skeleton import SMPL24

CONFIG = {"motion": "bvh", "fps": 30}


@pytest.fixture
def row(tmp_path: Path) -> dict[str, str]:
    joints = np.repeat(SMPL24.rest_positions[None], 100, axis=0)
    bvh.write(tmp_path / "a.bvh", JointMotion(SMPL24, joints, 50.0))
    audio = write_wav(tmp_path / "a.wav", noise(3.0))
    return {
        **{"id": "a", "url": str(tmp_path / "a.bvh"), "title": "A", "audio": str(audio), "offset": "0.5"},
        **{"digest": "", "left_out": ""},
    }


def test_motion_with_music_is_good(row: dict[str, str]) -> None:
    status = check_motion(row, CONFIG)
    assert (status["status"], status["reason"], status["kind"], status["format"]) == ("ok", "", "motion", "bvh")
    assert (status["frames"], status["fps"], status["duration_s"], status["offset_s"]) == (100, 50.0, 2.0, 0.5)
    assert (status["motion"], status["audio"]) == (row["url"], row["audio"])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"audio": ""}, "no music found (put it beside the motion"),
        ({"offset": "3.5"}, "ends at 3.0 s, but the motion begins at 3.5 s"),
        ({"url": "gone.bvh"}, "gone.bvh"),
        ({"left_out": "on the list of bad ones"}, "on the list of bad ones"),
    ],
)
def test_what_cannot_be_used_has_its_reason(row: dict[str, str], change: dict[str, str], reason: str) -> None:
    status = check_motion(row | change, CONFIG)
    assert status["status"] == "bad"
    assert reason in status["reason"] or reason in status["url"]
    assert status["reason"]


def test_a_broken_file_is_bad_and_named_once(row: dict[str, str]) -> None:
    Path(row["url"]).write_text("HIERARCHY\nnonsense")
    status = check_motion(row, CONFIG)
    assert status["status"] == "bad"
    assert not status["reason"].startswith(row["url"])


def test_music_that_is_none_is_named(row: dict[str, str]) -> None:
    Path(row["audio"]).write_text("no sound")
    assert check_motion(row, CONFIG)["reason"] == f"{row['audio']}: not a readable audio or video file"


def test_the_entry_point(row: dict[str, str], tmp_path: Path) -> None:
    output = tmp_path / "videos" / "a.json"
    command = [sys.executable, "-m", module.__name__, "--row", json.dumps(row), "--config", json.dumps(CONFIG)]
    done = subprocess.run([*command, "--output", str(output)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(output.read_text())["frames"] == 100
