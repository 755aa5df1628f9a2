import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from motion.moving_body import axis_angles, bending_dance, rigid_dance, root_path
from scipy.spatial.transform import Rotation

from workflow_scripts.motion.foreign import JointMotion
from workflow_scripts.motion.formats import smpl
from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.motion.skeletons import COCO17
from workflow_scripts.motion.world_axes import with_z_up
from workflow_scripts.workflow.errors import UserError

FRAMES = 40
DANCE = rigid_dance(FRAMES)


def z_up_poses() -> Floats:
    """The poses of `DANCE` (T, 72) in a world with z up: only the root's turn differs."""
    vectors = axis_angles(FRAMES)
    turn = Rotation.from_euler("x", 90, degrees=True)
    vectors[:, 0] = (turn * Rotation.from_rotvec(vectors[:, 0])).as_rotvec()
    return vectors.reshape(FRAMES, 72)


def saved(tmp_path: Path, suffix: str, **content: Any) -> Path:
    path = tmp_path / f"motion{suffix}"
    if suffix == ".npz":
        np.savez(path, **content)
    else:
        path.write_bytes(pickle.dumps(content))
    return path


ROOT = root_path(FRAMES)
FORMS: dict[str, tuple[dict[str, Any], float]] = {
    "EDGE's dances": (
        {"smpl_poses": z_up_poses(), "smpl_trans": with_z_up(ROOT), "full_pose": with_z_up(DANCE.joints)}, 30.0
    ),
    "EDGE's data": ({"pos": ROOT * 93.5, "q": axis_angles(FRAMES).reshape(-1, 72), "scale": np.array([93.5])}, 60.0),
    "EDGE's slices": ({"pos": ROOT, "q": axis_angles(FRAMES).reshape(-1, 72)}, 60.0),
    "AMASS": (
        {
            "poses": np.concatenate([z_up_poses()[:, :66], np.full((FRAMES, 90), 0.3)], axis=1),
            "trans": with_z_up(ROOT),
            "mocap_framerate": np.array(120.0),
            "gender": np.array("male"),
            "betas": np.zeros(16),
        },
        120.0,
    ),
    "SMPL with y up": ({"smpl_poses": axis_angles(FRAMES), "smpl_trans": ROOT}, 25.0),
    "with a rate": ({"smpl_poses": axis_angles(FRAMES), "smpl_trans": ROOT, "fps": 50}, 50.0),
}  # fmt: skip


@pytest.mark.parametrize("suffix", [".npz", ".pkl"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_joints(tmp_path: Path, form: str, suffix: str) -> None:
    content, fps = FORMS[form]
    motion = smpl.read(saved(tmp_path, suffix, **content), fps=25)
    assert motion.skeleton == SMPL24
    assert motion.fps == fps
    np.testing.assert_allclose(motion.joints, DANCE.joints, atol=1e-9)


def test_the_rest_skeleton_in_the_file_is_used(tmp_path: Path) -> None:
    rest = SMPL24.rest_positions * 1.1
    content = {"smpl_poses": axis_angles(FRAMES), "smpl_trans": ROOT, "rest_joints": rest}
    joints = smpl.read(saved(tmp_path, ".npz", **content), 30).joints
    np.testing.assert_allclose(joints - ROOT[:, None], 1.1 * (DANCE.joints - ROOT[:, None]), atol=1e-9)


def test_what_is_written_comes_back(tmp_path: Path) -> None:
    dance = bending_dance(fps=50)
    smpl.write(tmp_path / "d.npz", dance)
    again = smpl.read(tmp_path / "d.npz", 30)
    assert again.fps == 50
    np.testing.assert_allclose(again.joints, dance.joints, atol=1e-6)


def test_written_rotations_meet_a_rigid_body_and_nearly_a_bending_one(tmp_path: Path) -> None:
    for dance, limit in ((rigid_dance(), 1e-5), (bending_dance(), 0.012)):
        smpl.write(tmp_path / "d.npz", dance)
        with np.load(tmp_path / "d.npz") as file:
            content = {name: file[name] for name in file.files if name != "full_pose"}
        joints = smpl.read(saved(tmp_path, ".npz", **content), 30).joints
        assert np.linalg.norm(joints - dance.joints, axis=-1).mean() < limit
        assert content["smpl_poses"].shape == (len(dance.joints), 72)
        assert content["smpl_poses"].dtype == np.float32


def test_edge_sees_z_up_and_metres(tmp_path: Path) -> None:
    smpl.write(tmp_path / "d.npz", DANCE)
    with np.load(tmp_path / "d.npz") as file:
        assert file["full_pose"][:, SMPL24.index("head"), 2].min() > 1.3
        np.testing.assert_allclose(file["smpl_trans"], with_z_up(ROOT), atol=1e-6)


def test_only_our_joints_without_gaps_are_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="coco17"):
        smpl.write(tmp_path / "d.npz", JointMotion(COCO17, np.zeros((3, 17, 3)), 30))
    with pytest.raises(ValueError, match="without gaps"):
        smpl.write(tmp_path / "d.npz", JointMotion(SMPL24, np.full((3, 24, 3), np.nan), 30))
    with pytest.raises(ValueError, match=r"as \.npz only"):
        smpl.write(tmp_path / "d.pkl", DANCE)
    assert not list(tmp_path.iterdir())


POSES = axis_angles(FRAMES).reshape(-1, 72)
FAULTS: dict[str, tuple[Any, str]] = {
    "other arrays": ({"x": POSES}, "has none of full_pose"),
    "no root": ({"smpl_poses": POSES}, "has no 'smpl_trans'"),
    "few joints": ({"smpl_poses": POSES[:, :60], "smpl_trans": ROOT}, r"'smpl_poses' is \(40, 60\)"),
    "other length": ({"smpl_poses": POSES, "smpl_trans": ROOT[:-1]}, r"needed are \(T, 72\)"),
    "a vector": ({"smpl_poses": POSES[0], "smpl_trans": ROOT}, r"needed are \(T, 72\)"),
    "no frames": ({"smpl_poses": POSES[:0], "smpl_trans": ROOT[:0]}, "holds no frames"),
    "gaps": ({"smpl_poses": POSES * np.nan, "smpl_trans": ROOT}, "holds values that are no numbers"),
    "words": ({"smpl_poses": np.array(["a"]), "smpl_trans": ROOT}, "is no array of numbers"),
    "no scale": ({"q": POSES, "pos": ROOT, "scale": 0.0}, "'scale' has to be one positive number"),
    "no rate": ({"smpl_poses": POSES, "smpl_trans": ROOT, "fps": 0.0}, "'fps' is no number of frames"),
    "rest": ({"smpl_poses": POSES, "smpl_trans": ROOT, "rest_joints": ROOT}, "'rest_joints' is"),
    "full pose": ({"full_pose": ROOT}, "'full_pose' is"),
}


@pytest.mark.parametrize("suffix", [".npz", ".pkl"])
@pytest.mark.parametrize("fault", FAULTS)
def test_faults_are_named(tmp_path: Path, fault: str, suffix: str) -> None:
    content, message = FAULTS[fault]
    with pytest.raises(UserError, match=message) as error:
        smpl.read(saved(tmp_path, suffix, **content), 30)
    assert str(error.value).startswith(f"{tmp_path / 'motion'}{suffix}: ")


def test_files_that_hold_no_arrays(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    for data in (b"", b"PK\x03\x04 broken", b"\x93NUMPY"):
        path.write_bytes(data)
        with pytest.raises(UserError, match=r"not a readable \.npz file"):
            smpl.read(path, 30)
    listed = tmp_path / "b.pkl"
    listed.write_bytes(pickle.dumps([1, 2]))
    with pytest.raises(UserError, match="holds a list"):
        smpl.read(listed, 30)


def test_arrays_of_objects_are_passed_over_and_bombs_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = {"smpl_poses": POSES, "smpl_trans": ROOT, "notes": np.array([{"a": 1}], dtype=object)}
    path = saved(tmp_path, ".npz", **content)
    assert len(smpl.read(path, 30).joints) == FRAMES
    monkeypatch.setattr("workflow_scripts.motion.formats.array_file.LARGEST_ARRAY", 1000)
    with pytest.raises(UserError, match="unpacks to more"):
        smpl.read(path, 30)
