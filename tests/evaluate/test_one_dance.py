"""What a card of the gallery says of its dance, told from a dance whose numbers are known."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from export.shows import write_dance

from workflow_scripts.evaluate.alone import alone_of
from workflow_scripts.evaluate.measures import MEASURES
from workflow_scripts.evaluate.one_dance import one_dance, read_alone
from workflow_scripts.motion.music_file import MusicFile, write_features
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.workflow.errors import BrokenFileError, UserError

SECONDS, FPS = 12, 30


@pytest.fixture
def rhythm(tmp_path: Path) -> Path:
    beats = np.arange(0.5, SECONDS, 0.5)
    features = {"beats": beats, "downbeats": beats[::4], "tempo": np.float64(120), "beats_per_bar": np.float64(4)}
    write_features(tmp_path / "song.h5", MusicFile("rhythm", FPS, "song", {"0000": features}))  # type: ignore[dict-item]
    return tmp_path / "song.h5"


def bouncing(hertz: float) -> np.ndarray:
    """The whole body goes up and down, still at moments 1 / (2 hertz) apart, one of them 5 ms after the start."""
    time = np.arange(SECONDS * FPS) / FPS
    world = np.repeat(SMPL24.rest_positions[None], len(time), axis=0)
    world[..., 1] += 0.1 * (1 - np.cos(2 * np.pi * hertz * (time - 0.005)))[:, None]
    return world


def test_a_dance_on_the_beat_is_told_from_chance(rhythm: Path, tmp_path: Path) -> None:
    found = one_dance(write_dance(tmp_path / "song_0.h5", bouncing(1.0), "m"), rhythm)
    assert found["dance"] == "song_0"
    assert set(found["measures"]) <= set(MEASURES)
    measures = found["measures"]
    assert measures["beat_hit_share"] > 0.9
    assert measures["beat_hit_share_shuffled"] < 0.6
    assert measures["frozen_share"] < 0.05


def test_standing_still_and_sliding_are_seen(rhythm: Path, tmp_path: Path) -> None:
    world = bouncing(0.0)
    still = one_dance(write_dance(tmp_path / "song_0.h5", world, "m"), rhythm)["measures"]
    assert (still["frozen_share"], still["foot_skate"]) == (1.0, 0.0)
    assert still["beat_hit_share"] == 0.0
    world[..., 0] += 0.25 * np.arange(len(world))[:, None] / FPS
    slid = one_dance(write_dance(tmp_path / "song_0.h5", world - [0, 0.02, 0], "m"), rhythm)["measures"]
    assert slid["foot_skate"] == pytest.approx(0.25, rel=0.01)


def test_the_entry_point_writes_plain_json(rhythm: Path, tmp_path: Path) -> None:
    dance = write_dance(tmp_path / "song_0.h5", bouncing(1.0), "m")
    output = tmp_path / "out" / "song_0.json"
    command = [sys.executable, "-m", "workflow_scripts.evaluate.one_dance", "--dance", dance, "--rhythm", rhythm]
    done = subprocess.run([*command, "--output", output], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(output.read_text())["genre"] is None
    alone = read_alone(output)
    expected = alone_of(bouncing(1.0), FPS)
    assert alone.seconds == SECONDS
    assert alone.accents["smoothed"] == pytest.approx(expected.accents["smoothed"])
    assert alone.features["kinetic"] == pytest.approx(expected.features["kinetic"], rel=1e-4)


def test_a_broken_file_of_measures_is_deleted(tmp_path: Path) -> None:
    (tmp_path / "song_0.json").write_text('{"seconds": 3, "measures": []}')
    with pytest.raises(BrokenFileError, match=r"song_0\.json: not a readable file of measures"):
        read_alone(tmp_path / "song_0.json")
    assert not (tmp_path / "song_0.json").exists()


def test_a_rhythm_without_beats_is_said(tmp_path: Path) -> None:
    write_features(tmp_path / "r.h5", MusicFile("rhythm", FPS, "song", {"0000": {"tempo": np.float64(1)}}))  # type: ignore[dict-item]
    with pytest.raises(UserError, match="no beats of clip 0000"):
        one_dance(write_dance(tmp_path / "song_0.h5", bouncing(1.0), "m"), tmp_path / "r.h5")


@pytest.mark.parametrize("frames", [1, 2, 3])
@pytest.mark.parametrize("fps", [24.0, 30.0, 60.0])
def test_a_dance_of_a_few_frames_is_measured(frames: int, fps: float) -> None:
    found = alone_of(bouncing(1.0)[:frames], fps)
    assert found.values["penetration"] == 0
    assert not any(len(rests) for rests in found.accents.values()) or frames == 3
    assert np.isnan(found.features["kinetic"]).all() == (frames == 1 or round((frames - 1) * 60 / fps) < 2)
