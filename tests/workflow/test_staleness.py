"""Only what is stale is made again, judged on the finished tiny run by what a dry run would start."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from workflow_runs import Workflow

from workflow_scripts.workflow.media import probe

pytestmark = pytest.mark.workflow

TARGETS = ("results/animations", "results/evaluation/comparison.csv", "results/evaluation/demo.json")
FROM_POSES = {
    "estimate_poses",
    "ledger",
    "verdict",
    "build_dataset",
    "train_network",
    "build_motion_graph",
    "generate_dance",
    "render_dance",
    "make_gallery",
    "evaluate_model",
    "evaluate_demo",
    "compare_models",
}


@contextmanager
def edited(path: Path, old: str, new: str) -> Iterator[None]:
    before = path.read_text()
    assert old in before
    path.write_text(before.replace(old, new, 1))
    try:
        yield
    finally:
        path.write_text(before)


def test_the_run_made_what_it_promises(finished: Workflow) -> None:
    videos = sorted((finished.work / "results" / "animations").glob("*.mp4"))
    assert len(videos) == 2
    for video in videos:
        info = probe(video)
        assert info.video is not None
        assert (info.video.width, info.video.height) == (320, 240)
        assert info.audio_rate == 44100
    assert (finished.work / "results" / "animations" / "index.html").exists()


def test_a_second_run_has_nothing_to_do(finished: Workflow) -> None:
    done = finished.run(*TARGETS)
    assert done.returncode == 0, done.stdout
    assert "Nothing to be done" in done.stdout


def test_another_width_makes_only_the_pictures_again(finished: Workflow) -> None:
    with edited(finished.config, "width: 320", "width: 400"):
        assert set(finished.planned(*TARGETS)) == {"render_dance", "make_gallery"}


def test_a_pose_parameter_makes_poses_and_all_after_them_again_and_downloads_nothing(finished: Workflow) -> None:
    with edited(finished.project / "config.yaml", "smoothing_s: 0.37", "smoothing_s: 0.2"):
        assert set(finished.planned(*TARGETS)) == FROM_POSES


def test_an_edited_module_makes_exactly_what_uses_it_again(finished: Workflow) -> None:
    module = finished.project / "workflow_scripts" / "pose" / "estimate.py"
    with edited(module, "def main() -> None:", "CHANGED = True\n\n\ndef main() -> None:"):
        assert set(finished.planned(*TARGETS)) == FROM_POSES


def test_touching_moving_and_commenting_make_nothing_again(finished: Workflow, tmp_path: Path) -> None:
    for path in (finished.project / "workflow_scripts").rglob("*.py"):
        os.utime(path)
    comment = "# A comment.\n"
    with edited(finished.project / "workflow_scripts" / "pose" / "estimate.py", "\nimport", "\n" + comment + "import"):
        assert not finished.planned(*TARGETS)
    moved = Workflow(tmp_path / "moved project", tmp_path / "moved work", finished.config)
    shutil.copytree(finished.project, moved.project)
    shutil.copytree(finished.work, moved.work, symlinks=True)
    assert not moved.planned(*TARGETS)


def test_a_model_setting_trains_that_model_again_and_no_other(finished: Workflow) -> None:
    with edited(finished.config, "hidden: 16", "hidden: 24"):
        planned = finished.planned(*TARGETS)
    assert planned["train_network"] == 1
    assert not planned.keys() & {"build_motion_graph", "build_dataset", "extract_features", "estimate_poses"}
    assert planned["generate_dance"] == 1
    assert planned["render_dance"] == 1
