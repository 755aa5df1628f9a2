import json
import subprocess
import sys

import numpy as np
import pytest
from motion.melody import FRAMES, save_compact
from motion.strangers import FPS, dance, soles

from workflow_scripts.motion.camera import Camera
from workflow_scripts.motion.foreign import JointMotion, KeypointMotion
from workflow_scripts.motion.formats import learn2dance, videopose3d
from workflow_scripts.motion.placement import joints_of
from workflow_scripts.motion.pose_file import KEPT, read_poses
from workflow_scripts.motion.retarget import to_smpl24
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.motion.skeletons import BODY25, H36M17
from workflow_scripts.pose.config import PoseConfig
from workflow_scripts.pose.import_motion import import_clips
from workflow_scripts.pose.lift.lifter import LAYERS, Lifter, write_lifter
from workflow_scripts.workflow.errors import BrokenFileError, UserError
from workflow_scripts.workflow.tables import write_table

JOINTS = joints_of(dance(), H36M17)


def row(clip, start, end):
    return {"clip": clip, "start_s": f"{start:g}", "end_s": f"{end:g}"}


def saved(folder, joints=JOINTS, fps=FPS):
    """A status of motion as the collect stage writes it."""
    videopose3d.write(folder / "a.npy", JointMotion(H36M17, joints, fps))
    return {
        "status": "ok",
        "reason": "",
        "kind": "motion",
        "format": "videopose3d",
        "motion": str(folder / "a.npy"),
        "fps": fps,
        "duration_s": len(joints) / fps,
    }


def run(folder, status, rows, *options):
    clips = folder / "clips" / "dance" / "clips.tsv"
    write_table(clips, ("clip", "start_s", "end_s", "audio"), rows)
    (folder / "status.json").write_text(json.dumps(status))
    command = [sys.executable, "-m", "workflow_scripts.pose.import_motion", "--video", folder / "status.json"]
    command += ["--clips", clips, "--config", "{}", "--output", folder / "poses.h5", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_dance_of_melody_becomes_a_pose_file_at_its_own_rate(tmp_path):
    path = save_compact(tmp_path)
    fps = FRAMES * 25 / (204 - 50)
    status = {"status": "ok", "kind": "motion", "format": "dance_with_melody", "motion": str(path), "fps": fps}
    done = run(tmp_path, status, [row("0000", 0, FRAMES / fps)])
    assert done.returncode == 0, done.stderr
    poses = read_poses(tmp_path / "poses.h5")
    assert poses.fps == pytest.approx(fps)
    assert (poses.source, poses.backend, list(poses.clips)) == ("dance", "import dance_with_melody", ["0000"])
    clip = poses.clips["0000"]
    assert (clip.verdict, clip.quality, clip.start_s) == (KEPT, 1.0, 0.0)
    assert clip.end_s == pytest.approx(FRAMES / fps)
    assert clip.people[0].positions.shape == (FRAMES, 24, 3)
    assert clip.people[0].valid.all()
    assert np.abs(soles(clip.people[0].world)).max() < 0.1


def test_clips_are_parts_of_the_motion_at_its_own_rate(tmp_path):
    fps, clips = import_clips(saved(tmp_path, fps=60.0), [row("0000", 0.5, 1.5), row("0001", 2, 9)], PoseConfig())
    whole = to_smpl24(videopose3d.read(tmp_path / "a.npy", 60.0))
    assert fps == 60
    np.testing.assert_array_equal(clips["0000"].people[0].positions, whole.positions[30:90])
    np.testing.assert_array_equal(clips["0001"].people[0].root, whole.root[120:])
    assert clips["0001"].end_s == 3.0  # the motion ends there


def test_quality_is_the_share_of_known_frames(tmp_path):
    joints = JOINTS.copy()
    joints[100:140] = np.nan
    _, clips = import_clips(
        saved(tmp_path, joints), [row("0000", 0, 6), row("0001", 3, 5), row("0002", 8, 9)], PoseConfig()
    )
    assert (clips["0000"].verdict, clips["0000"].quality) == (KEPT, pytest.approx(140 / 180))
    assert clips["0000"].people[0].interpolated.sum() == 40
    assert clips["0001"].verdict == "the body is known in 33 % of the frames only"
    assert clips["0002"].verdict == "the motion ends before 8 s"
    assert not clips["0001"].people
    assert not clips["0002"].people


def test_gaps_part_stretches_also_where_a_clip_is_cut(tmp_path):
    joints = JOINTS.copy()
    joints[100:120] = np.nan
    _, clips = import_clips(saved(tmp_path, joints), [row("0000", 0, 6), row("0001", 3, 4.5)], PoseConfig())
    person = clips["0000"].people[0]
    assert person.stretches.tolist() == [[0, 100], [120, 180]]
    assert np.flatnonzero(~person.valid).tolist() == [*range(100, 120)]
    assert not person.contacts[100:120].any()
    assert person.contacts[person.valid].any()
    assert clips["0001"].verdict == "the body is known for less than 1 s at a stretch"
    assert not clips["0001"].people


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda path: path.write_bytes(b"no"), "a.npy: "),
        (lambda path: path.unlink(), "a.npy: "),
        (lambda path: np.save(path, JOINTS * 0), "the legs are 0 m long"),
        (lambda path: np.save(path, JOINTS * np.nan), "holds no joint that is known"),
    ],
)
def test_motion_that_cannot_be_used_is_a_verdict_not_a_failure(tmp_path, spoil, reason):
    status = saved(tmp_path)
    spoil(tmp_path / "a.npy")
    done = run(tmp_path, status, [row("0000", 0, 3), row("0001", 3, 6)])
    assert done.returncode == 0, done.stderr
    poses = read_poses(tmp_path / "poses.h5")
    assert poses.fps == FPS
    assert [clip.people for clip in poses.clips.values()] == [[], []]
    assert all(reason in clip.verdict for clip in poses.clips.values())


def test_a_bad_status_is_said_in_one_line(tmp_path):
    done = run(tmp_path, {"status": "bad", "kind": "motion", "reason": "it is broken"}, [])
    assert done.returncode == 1
    assert done.stderr == f"error: {tmp_path / 'status.json'}: it is broken; there is nothing to import\n"


def lifter(path):
    """Weights that have learnt nothing: enough to see that they are used."""
    rng = np.random.default_rng(0)
    weights = {f"{name}.weight": rng.normal(scale=0.02, size=shape) for name, shape in LAYERS.items()}
    weights |= {f"{name}.bias": np.zeros(shape[1]) for name, shape in LAYERS.items()}
    # About a body at rest, as a camera sees it.
    rest = SMPL24.rest_positions - SMPL24.rest_positions[[1, 2]].mean(axis=0)
    weights["last.bias"] = (rest * [1, -1, -1]).ravel()
    write_lifter(path, Lifter({name: values.astype(np.float32) for name, values in weights.items()}))
    return path


@pytest.fixture
def filmed(tmp_path):
    """A status of motion in the picture: the dancer as seen by a camera that looks at it level."""
    camera = Camera.assumed(640, 360)
    points = joints_of(dance(), BODY25)[:, : learn2dance.JOINTS]
    keypoints = camera.project((points - [0, 1, 0]) * [1, -1, -1] + [0, 0, 5])
    motion = KeypointMotion(learn2dance.SKELETON, keypoints, np.ones(keypoints.shape[:2]), FPS)
    learn2dance.write(tmp_path / "a.npz", motion)
    return {
        "status": "ok",
        "kind": "motion",
        "format": "learn2dance",
        "motion": str(tmp_path / "a.npz"),
        "fps": FPS,
    }


def test_motion_in_the_picture_is_lifted(tmp_path, filmed):
    done = run(tmp_path, filmed, [row("0000", 0, 6)], "--lifter", lifter(tmp_path / "lifter.npz"))
    assert done.returncode == 0, done.stderr
    clip = read_poses(tmp_path / "poses.h5").clips["0000"]
    assert clip.verdict == KEPT
    assert 0.3 < clip.quality < 1
    assert clip.people[0].keypoints_2d.shape == (180, 24, 2)
    assert np.abs(soles(clip.people[0].world)).max() < 0.5


def test_poor_motion_in_the_picture_is_rejected(tmp_path, filmed):
    weights = lifter(tmp_path / "lifter.npz")
    _, clips = import_clips(filmed, [row("0000", 0, 6)], PoseConfig(min_quality=1.0), weights)
    assert "is below 1" in clips["0000"].verdict
    assert not clips["0000"].people


def test_a_missing_or_broken_lifter_is_no_fault_of_the_motion(tmp_path, filmed):
    with pytest.raises(UserError, match="give the lifter's weights"):
        import_clips(filmed, [row("0000", 0, 6)], PoseConfig())
    (tmp_path / "lifter.npz").write_bytes(b"no")
    with pytest.raises(BrokenFileError):
        import_clips(filmed, [row("0000", 0, 6)], PoseConfig(), tmp_path / "lifter.npz")
