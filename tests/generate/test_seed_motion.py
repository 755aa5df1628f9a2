"""Seeds from pose files: which frames of a motion a dance goes on from, and what is said when there are none."""

from pathlib import Path

import numpy as np
import pytest

from workflow_scripts.generate.seed_motion import seed_motion
from workflow_scripts.motion.pose_file import Person, PoseClip, PoseFile, write_poses
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.workflow.errors import UserError


def given(path: Path, fps: float, size: float = 1.0) -> str:
    """A body that walks along x at 1 m/s, two stretches, and a clip without anybody; `size` times as large as ours."""
    frames = round(20 * fps)
    positions = np.tile((SMPL24.rest_positions - SMPL24.rest_positions[0]) * size, (frames, 1, 1)).astype(np.float32)
    root = np.stack([np.arange(frames) / fps, np.full(frames, 0.945 * size), np.zeros(frames)], axis=1)
    half = frames // 2
    stretches = np.array([[0, half], [half + 10, frames]], np.int32)
    walker = Person(positions, root.astype(np.float32), stretches=stretches)
    clips = {"0000": PoseClip(0, 20, people=[walker]), "0003": PoseClip(0, 1, 0.0, "no person found")}
    write_poses(path, PoseFile(fps, "walk", "test", clips))
    return str(path)


@pytest.mark.parametrize("fps", [30.0, 60.0, 25.0])
def test_the_motion_up_to_a_frame_is_given_at_the_rate_of_the_dance(tmp_path: Path, fps: float) -> None:
    frame = round(4 * fps)
    motion = seed_motion(f"{given(tmp_path / 'a:b.h5', fps)}:0:{frame}", {}, 30.0, np.random.default_rng(0))
    assert motion is not None
    assert len(motion.root) == 121
    np.testing.assert_allclose(motion.root[:, 0], np.arange(121) / 30, atol=1e-5)
    np.testing.assert_allclose(motion.positions[-1], SMPL24.rest_positions - SMPL24.rest_positions[0], atol=1e-6)


def test_it_begins_with_its_stretch_and_is_ten_seconds_at_most(tmp_path: Path) -> None:
    path = given(tmp_path / "x.h5", 30.0)
    rng = np.random.default_rng(0)
    later = seed_motion(f"{path}:0:340", {}, 30.0, rng)
    longest = seed_motion(f"{path}:0:599", {}, 30.0, rng)
    assert later is not None
    assert longest is not None
    assert later.root[0, 0] == pytest.approx(310 / 30)
    assert longest.root[0, 0] == pytest.approx(310 / 30)  # 9.7 s, the stretch
    assert len(later.root) == 31


def test_a_taller_dancer_stands_on_the_same_floor(tmp_path: Path) -> None:
    motion = seed_motion(f"{given(tmp_path / 'x.h5', 30.0, 1.1)}:0:50", {}, 30.0, np.random.default_rng(0))
    assert motion is not None
    np.testing.assert_allclose(motion.world[-1, :, 1], SMPL24.rest_positions[:, 1], atol=1e-5)


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("x.h5:1:0", "has no clip 1 with a dancer; it has 0"),
        ("x.h5:3:0", "has no clip 3 with a dancer; it has 0"),
        ("x.h5:0:305", "no motion in frame 305, but in 0 to 299, 310 to 599"),
        ("x.h5:0:600", "no motion in frame 600, but in 0 to 299, 310 to 599"),
        ("y.h5:0:0", "no such pose file"),
        ("z.h5:0:0", "not a readable pose file"),
        ("somewhere", "must be none, t_pose, random, mean or file:clip:frame, not 'somewhere'"),
    ],
)
def test_what_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, message: str) -> None:
    monkeypatch.chdir(tmp_path)
    given(Path("x.h5"), 30.0)
    Path("z.h5").write_text("no poses")
    with pytest.raises(UserError, match=message):
        seed_motion(place, {}, 30.0, np.random.default_rng(0))
    assert Path("z.h5").exists()  # it is the user's
