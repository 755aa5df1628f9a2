import numpy as np
import pytest
from motion.strangers import FPS, dance

from workflow_scripts.motion.foreign import JointMotion
from workflow_scripts.motion.formats import videopose3d
from workflow_scripts.motion.kinematics import facing_angle
from workflow_scripts.motion.placement import joints_of
from workflow_scripts.motion.retarget import to_smpl24
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.motion.skeletons import COCO17, H36M17
from workflow_scripts.workflow.errors import UserError


@pytest.fixture
def motion():
    return JointMotion(H36M17, joints_of(dance(), H36M17), FPS)


def test_what_is_written_is_read_again(tmp_path, motion):
    videopose3d.write(tmp_path / "a.npy", motion)
    again = videopose3d.read(tmp_path / "a.npy", FPS)
    assert (again.skeleton, again.fps) == (H36M17, FPS)
    np.testing.assert_allclose(again.joints, motion.joints, atol=1e-6)


def test_it_is_written_as_seen_by_a_camera_before_the_dancer(tmp_path, motion):
    videopose3d.write(tmp_path / "a.npy", motion)
    array = np.load(tmp_path / "a.npy", allow_pickle=False)
    assert (array.shape, array.dtype) == ((len(dance()), 17, 3), np.float32)
    hips, head, left, nose = (array[0, H36M17.index(name)] for name in ("mid_hip", "head_top", "left_hip", "nose"))
    assert head[1] < hips[1] - 0.5  # y points down
    assert left[0] > hips[0]  # the left side of who faces the camera is on the right
    assert nose[2] < hips[2]  # the face is nearer


@pytest.mark.parametrize(
    "to_file",
    [
        lambda joints: joints,  # y up
        lambda joints: joints * [1, -1, -1],  # a camera
        lambda joints: np.stack([joints[..., 0], -joints[..., 2], joints[..., 1]], axis=-1),  # Human3.6M's world
        lambda joints: (joints * [1, -1, -1]) * 1000,  # millimetres
    ],
    ids=["y up", "camera", "z up", "mm"],
)
def test_up_and_unit_are_told_from_the_body(tmp_path, motion, to_file):
    np.save(tmp_path / "a.npy", to_file(motion.joints))
    read = videopose3d.read(tmp_path / "a.npy", FPS)
    np.testing.assert_allclose(read.joints, motion.joints, atol=1e-6)
    assert read.seen == (np.load(tmp_path / "a.npy")[0, H36M17.index("head_top"), 1] < 0)  # the camera: y down
    person = to_smpl24(read)
    assert np.abs(facing_angle(person.positions) - facing_angle(dance())).max() < 0.02


def test_an_archive_of_one_array_does_as_well(tmp_path, motion):
    np.savez_compressed(tmp_path / "a.npz", prediction=motion.joints * [1, -1, -1])
    np.testing.assert_allclose(videopose3d.read(tmp_path / "a.npz", 25).joints, motion.joints)


def save_pickled(path):
    objects = np.empty((), dtype=object)
    objects[()] = {"S1": {"Walking": np.zeros((5, 32, 3))}}
    np.savez(path, positions_3d=objects)


def save_pickle_as_npy(path):
    import pickle

    path.write_bytes(pickle.dumps([1, 2, 3]))


@pytest.mark.parametrize(
    ("name", "save", "reason"),
    [
        ("a.npz", save_pickled, "holds Python objects.*save each motion by itself"),
        ("a.npy", save_pickle_as_npy, "holds Python objects"),
        ("a.npz", lambda path: np.savez(path, a=np.zeros(3), b=np.zeros(3)), "holds the arrays a, b; needed is one"),
        ("a.npy", lambda path: np.save(path, np.zeros((9, 16, 3))), r"holds \(9, 16, 3\); needed is one array"),
        ("a.npy", lambda path: np.save(path, np.zeros((0, 17, 3))), r"holds \(0, 17, 3\)"),
        ("a.npy", lambda path: np.save(path, np.full((9, 17, 3), "x")), "no readable NumPy file"),
        ("a.npy", lambda path: path.write_bytes(b""), "no readable NumPy file"),
        ("a.npz", lambda path: path.write_bytes(b"PK\x03\x04 but no more"), "no readable NumPy file"),
        ("a.npy", lambda path: None, "no readable NumPy file"),
    ],
)
def test_other_files_are_refused_in_one_line(tmp_path, name, save, reason):
    save(tmp_path / name)
    with pytest.raises(UserError, match=reason) as error:
        videopose3d.read(tmp_path / name, FPS)
    assert str(error.value).startswith(str(tmp_path / name))
    assert "\n" not in str(error.value)


def test_other_skeletons_are_not_written(tmp_path):
    with pytest.raises(ValueError, match="coco17"):
        videopose3d.write(tmp_path / "a.npy", JointMotion(COCO17, np.zeros((2, 17, 3)), FPS))
    assert SMPL24.size != H36M17.size
