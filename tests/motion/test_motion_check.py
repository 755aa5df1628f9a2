import numpy as np
import pytest
from motion.strangers import FPS, dance

from workflow_scripts.motion.foreign import JointMotion, KeypointMotion
from workflow_scripts.motion.formats import learn2dance, videopose3d
from workflow_scripts.motion.formats.check import motion_facts
from workflow_scripts.motion.placement import joints_of
from workflow_scripts.motion.skeletons import H36M17
from workflow_scripts.workflow.errors import UserError


def save(path, joints):
    videopose3d.write(path, JointMotion(H36M17, joints, FPS))
    return path


def test_facts_of_motion_in_space(tmp_path):
    path = save(tmp_path / "a.npy", joints_of(dance(), H36M17))
    assert motion_facts("videopose3d", path, 60) == {"frames": 180, "fps": 60, "duration_s": 3.0, "joints": 17}


def test_facts_of_motion_in_the_picture(tmp_path):
    keypoints = np.tile(np.arange(30.0).reshape(15, 2), (40, 1, 1))
    motion = KeypointMotion(learn2dance.SKELETON, keypoints, np.ones((40, 15)), 20)
    learn2dance.write(tmp_path / "a.npz", motion)
    assert motion_facts("learn2dance", tmp_path / "a.npz", 20) == {
        "frames": 40,
        "fps": 20,
        "duration_s": 2.0,
        "joints": 15,
    }
    learn2dance.write(tmp_path / "b.npz", KeypointMotion(motion.skeleton, keypoints, np.zeros((40, 15)), 20))
    with pytest.raises(UserError, match="nobody was found"):
        motion_facts("learn2dance", tmp_path / "b.npz", 20)


@pytest.mark.parametrize(
    ("joints", "fps", "reason"),
    [
        (joints_of(dance()[:20], H36M17), 30, "20 frames are shorter than 1 s"),
        (joints_of(dance(), H36M17), 2, "2 frames per second; possible are 5 to 1000"),
        (joints_of(dance(), H36M17) * 0, 30, "its body cannot be used: the legs are 0 m long"),
        (joints_of(dance(), H36M17) * np.nan, 30, "holds no joint that is known"),
    ],
)
def test_motion_that_is_no_use_is_refused_with_the_reason(tmp_path, joints, fps, reason):
    path = save(tmp_path / "a.npy", joints)
    with pytest.raises(UserError, match=reason) as error:
        motion_facts("videopose3d", path, fps)
    assert str(error.value).startswith(f"{path}: ")
    assert "\n" not in str(error.value)


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    (tmp_path / "a.npy").write_bytes(b"no")
    with pytest.raises(UserError, match=r"a\.npy"):
        motion_facts("videopose3d", tmp_path / "a.npy", 30)


def test_motion_of_endless_length_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("workflow_scripts.motion.formats.check.MAX_FRAMES", 100)
    with pytest.raises(UserError, match="180 frames are more than 100"):
        motion_facts("videopose3d", save(tmp_path / "a.npy", joints_of(dance(), H36M17)), 30)
