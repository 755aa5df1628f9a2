"""Which backend estimates poses is decided once, and only what uses mmpose asks for what mmpose needs."""

import json

import pytest
from workflow_runs import Workflow

from workflow_scripts.workflow.provenance import code_digests

pytestmark = pytest.mark.workflow
POSES = "results/poses/demo/v01.h5"


def decide(workflow: Workflow, backend: str) -> None:
    """Write down a decision, as if another machine had made it."""
    path = workflow.work / "results" / "pose_backend.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"backend": backend, "reason": "", "facts": {}}))


def test_the_default_run_decides_nothing_and_fetches_no_weights(workflow: Workflow) -> None:
    assert not {"choose_backend", "fetch_weights"} & set(workflow.planned())


def test_auto_is_decided_by_one_job_which_says_so(workflow: Workflow) -> None:
    workflow.configure({"pose": {"backend": "auto", "mmpose": {"device": "cpu"}}})
    assert workflow.planned(POSES)["choose_backend"] == 1
    done = workflow.run("results/pose_backend.json")
    assert done.returncode == 0, done.stdout
    assert "pose.backend auto: mediapipe, since pose.mmpose.device is cpu" in done.stdout
    assert json.loads((workflow.work / "results" / "pose_backend.json").read_text())["backend"] == "mediapipe"
    module = workflow.project / "workflow_scripts" / "pose" / "choose_backend.py"
    module.write_text(module.read_text() + "\nCHANGED = True\n")
    assert "choose_backend" not in workflow.planned(POSES)
    workflow.configure({"pose": {"mmpose": {"lifter": "motionbert"}}})
    assert workflow.planned(POSES)["choose_backend"] == 1


def test_what_another_machine_decided_stays(workflow: Workflow) -> None:
    workflow.configure({"pose": {"backend": "auto"}})
    decide(workflow, "mmpose")  # no GPU and no weights are here
    planned = workflow.planned(POSES)
    assert "choose_backend" not in planned
    assert planned["fetch_weights"] == 3


def test_a_broken_decision_is_told_and_made_again(workflow: Workflow) -> None:
    workflow.configure({"pose": {"backend": "auto"}})
    decide(workflow, "openpose")
    assert "it names no backend. The file was deleted" in workflow.run("--dry-run", POSES).stdout
    assert workflow.planned(POSES)["choose_backend"] == 1


def test_a_finished_run_stays_finished_when_its_backend_is_decided_instead_of_configured(finished: Workflow) -> None:
    before = finished.config.read_text()
    try:
        finished.configure({"pose": {"backend": "auto"}})
        decide(finished, "mediapipe")
        assert finished.planned(POSES) == {}
        # Settings of a backend that is not used, and its code, are nothing to poses of another.
        finished.configure({"pose": {"mmpose": {"batch": 5}}})
        assert finished.planned(POSES) == {}
        decide(finished, "mmpose")
        assert finished.planned(POSES) == {"fetch_weights": 3, "estimate_poses": 1}
    finally:
        finished.config.write_text(before)
        (finished.work / "results" / "pose_backend.json").unlink(missing_ok=True)


@pytest.mark.parametrize(("device", "gpus"), [("auto", 1), ("cuda", 1), ("cpu", 0)])
def test_mmpose_asks_for_a_gpu_unless_it_is_told_to_do_without(finished: Workflow, device: str, gpus: int) -> None:
    before = finished.config.read_text()
    try:
        finished.configure({"pose": {"backend": "mmpose", "mmpose": {"device": device}}})
        done = finished.run("--dry-run", POSES)
        job = done.stdout.partition("rule estimate_poses:")[2].partition("resources:")[2].partition("\n")[0]
        assert f"gpu={gpus}" in job
        # As many threads as there are cores here, at most four, decode for a GPU.
        assert ("threads: " in done.stdout.partition("rule estimate_poses:")[2].partition("resources:")[0]) == bool(
            gpus
        )
    finally:
        finished.config.write_text(before)


def test_weights_have_a_named_target_and_can_be_brought_by_hand(workflow: Workflow) -> None:
    assert workflow.planned("weights") == {"fetch_weights": 3, "weights": 1}
    (workflow.work / "weights").mkdir()
    (workflow.work / "weights" / "rtmdet_nano_8xb32-100e_coco-obj365-person-05d8511e.pth").write_bytes(b"not this")
    done = workflow.run("weights/rtmdet_nano.pt")
    assert done.returncode != 0
    assert "its SHA-256 should begin with 05d8511e and is" in done.stdout


@pytest.mark.parametrize(("backend", "other"), [("mediapipe", "mmpose"), ("mmpose.backend", "mediapipe")])
def test_the_code_of_one_backend_is_not_that_of_another(backend: str, other: str) -> None:
    modules = code_digests("workflow_scripts.pose.estimate", f"workflow_scripts.pose.backends.{backend}")
    assert f"workflow_scripts.pose.backends.{backend}" in modules
    assert not [name for name in modules if name.startswith(f"workflow_scripts.pose.backends.{other}")]


def test_changed_settings_are_seen_once_it_is_decided_and_before_that_one_is_told(finished: Workflow) -> None:
    before = finished.config.read_text()
    choice = finished.work / "results" / "pose_backend.json"
    try:
        finished.configure({"pose": {"backend": "auto", "smoothing": "one_euro", "mmpose": {"device": "cpu"}}})
        undecided = finished.run("--dry-run", POSES)
        assert undecided.returncode != 0
        assert f"auto is not decided yet, and {POSES} is there already" in undecided.stdout
        assert "snakemake --cores 1 results/pose_backend.json" in undecided.stdout
        assert finished.run("results/pose_backend.json").returncode == 0
        assert finished.planned(POSES) == {"estimate_poses": 1}
        finished.configure({"pose": {"smoothing": "savitzky_golay"}})
        assert finished.planned(POSES) == {}
    finally:
        finished.config.write_text(before)
        choice.unlink(missing_ok=True)
