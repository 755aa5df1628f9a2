"""The default run, as a user gets it: what the README promises of it, measured on its own outputs."""

import csv
import json
from pathlib import Path

import av
import pytest
import yaml
from workflow_runs import Workflow, new_workflow

pytestmark = [pytest.mark.workflow, pytest.mark.slow]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    workflow: Workflow = new_workflow(tmp_path_factory.mktemp("default"))
    workflow.config.write_text(yaml.safe_dump({"render": {"width": 1280}}))  # the default configuration, unchanged
    done = workflow.run("results/animations", "evaluation")
    assert done.returncode == 0, done.stdout
    return workflow.work / "results"


def comparison(results: Path) -> dict[str, dict[str, float]]:
    with (results / "evaluation" / "comparison.csv").open() as file:
        return {
            row["name"]: {
                key: float(value)
                for key, value in row.items()
                if key not in ("name", "kind", "dataset") and not key.endswith("_like") and value
            }
            for row in csv.DictReader(file)
        }


def test_three_songs_by_two_models_with_picture_and_sound_of_equal_length(results: Path) -> None:
    videos = sorted((results / "animations").glob("*.mp4"))
    assert len(videos) == 6
    for video in videos:
        with av.open(str(video)) as container:
            picture, sound = container.streams.video[0], container.streams.audio[0]
            assert (picture.width, picture.height) == (1280, 720)
            seconds = [float(stream.duration * stream.time_base) for stream in (picture, sound)]
        assert seconds[0] == pytest.approx(seconds[1], abs=0.1)
        assert 15 <= seconds[0] <= 20


def test_poses_and_beats_of_the_demo_are_near_the_truth(results: Path) -> None:
    mean = json.loads((results / "evaluation" / "demo.json").read_text())["mean"]
    assert mean["detection"] >= 0.99
    assert mean["pa_mpjpe_mm"] <= 85
    assert mean["beats_f"] >= 0.9
    assert abs(mean["beats_bias_ms"]) <= 10


@pytest.mark.parametrize("model", ["motion_graph", "seq2seq"])
def test_generated_dances_move_and_never_freeze(results: Path, model: str) -> None:
    row = comparison(results)[model]
    assert 0.5 <= row["speed_ratio"] <= 2
    assert row["longest_frozen_s"] <= 2
    assert row["bone_variation"] < 1e-3


def test_the_motion_graph_is_on_the_beat_of_its_own_song(results: Path) -> None:
    row = comparison(results)["motion_graph"]
    assert row["beat_alignment_difference_low"] > 0.25
