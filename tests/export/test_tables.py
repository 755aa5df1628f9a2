"""Tables and arrays: what their readers, and the programs they are meant for, find in them."""

import csv
from pathlib import Path

import numpy as np
import pytest
from export.dances import FPS, MADE, demo, piece, spin
from scipy.spatial.transform import Rotation

from workflow_scripts.export import aistpp, edge, tsv, videopose3d
from workflow_scripts.motion.formats import aistpp as aistpp_file
from workflow_scripts.motion.formats import smpl as smpl_file
from workflow_scripts.motion.formats import videopose3d as videopose3d_file
from workflow_scripts.motion.placement import joints_of
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.motion.skeletons import H36M17
from workflow_scripts.workflow.errors import UserError

I = SMPL24.index  # noqa: E741


def test_a_table_comes_back_and_anything_that_reads_tables_reads_it(tmp_path: Path) -> None:
    world = demo(2.0)
    tsv.write(tmp_path / "a.tsv", piece(world))
    again = tsv.read(tmp_path / "a.tsv")
    assert (again.skeleton, again.fps) == (SMPL24, FPS)
    np.testing.assert_allclose(again.joints, world, atol=0.6e-5)
    with (tmp_path / "a.tsv").open() as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert len(rows) == len(world)
    assert (rows[30]["frame"], rows[30]["time_s"]) == ("30", "1.000000")
    assert float(rows[30]["left_wrist_y"]) == pytest.approx(world[30, I("left_wrist"), 1], abs=1e-5)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: "a\tb\n1\t2\n", "no table of smpl24's joints"),
        (lambda text: text.replace("\t0.0", "\tx", 1), "not readable as a table"),
        (lambda text: text.replace("0.033333", "nan", 1).replace("0.066667", "nan", 1), "two frames or more"),
        (lambda text: "\n".join(text.splitlines()[:2]), "two frames or more"),
        (lambda text: "\n".join([*text.splitlines()[:5], "1\t2"]), "not readable as a table"),
    ],
)
def test_other_tables_are_refused(tmp_path: Path, change, reason: str) -> None:
    tsv.write(tmp_path / "a.tsv", piece(demo(1.0)))
    (tmp_path / "b.tsv").write_text(change((tmp_path / "a.tsv").read_text()))
    with pytest.raises(UserError, match=reason):
        tsv.read(tmp_path / "b.tsv")


def plain_smpl(poses: np.ndarray, trans: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """SMPL's forward kinematics as those projects have it: 24 axis-angle vectors down the tree of the rest joints."""
    joints = np.zeros((len(poses), 24, 3))
    for frame, vectors in enumerate(poses.reshape(-1, 24, 3)):
        turned: list[Rotation] = []
        for joint, parent in enumerate(SMPL24.parents):
            own = Rotation.from_rotvec(vectors[joint])
            turned.append(own if parent < 0 else turned[parent] * own)
            step = rest[joint] - rest[max(parent, 0)]
            joints[frame, joint] = trans[frame] if parent < 0 else joints[frame, parent] + turned[parent].apply(step)
    return joints


@pytest.mark.parametrize(("name", "tolerance"), [("demo", 2e-6), ("a spin", 2e-6), ("a trunk that bends", 0.05)])
def test_edge_finds_its_arrays(tmp_path: Path, name: str, tolerance: float) -> None:
    """Names, shapes, 30 frames per second and z up, as eval_pfc.py and the SMPL viewers made for EDGE take them."""
    world = MADE[name]()[:40]
    edge.write(tmp_path / "a.edge.npz", piece(world))
    with np.load(tmp_path / "a.edge.npz", allow_pickle=False) as file:
        arrays = dict(file)
    assert {key: values.dtype for key, values in arrays.items()} == dict.fromkeys(arrays, np.dtype(np.float32))
    assert arrays["smpl_poses"].shape == (len(world), 72)
    assert arrays["smpl_trans"].shape == (len(world), 3)
    pose = arrays["full_pose"]
    assert pose.shape == (len(world), 24, 3)
    assert pose[0, I("head"), 2] - pose[0, I("left_ankle"), 2] > (0.3 if name == "a spin" else 1.0)  # z is up
    np.testing.assert_allclose(np.stack([pose[..., 0], pose[..., 2], -pose[..., 1]], -1), world, atol=1e-6)
    joints = plain_smpl(arrays["smpl_poses"], arrays["smpl_trans"], arrays["rest_joints"])
    np.testing.assert_allclose(joints, pose, atol=tolerance)
    again = smpl_file.read(tmp_path / "a.edge.npz", 99)
    assert again.fps == 30
    np.testing.assert_allclose(again.joints, world, atol=1e-6)


def test_aistpp_finds_its_arrays(tmp_path: Path) -> None:
    """60 frames per second, y up, trans / scaling in metres; every second frame is one of the dance."""
    world = demo(2.0)
    aistpp.write(tmp_path / "a.aistpp.npz", piece(world))
    with np.load(tmp_path / "a.aistpp.npz", allow_pickle=False) as file:
        poses, trans, scaling = (file[name] for name in ("smpl_poses", "smpl_trans", "smpl_scaling"))
        rest = file["rest_joints"]
    assert (poses.shape, trans.shape, scaling.shape) == ((119, 72), (119, 3), (1,))
    assert {poses.dtype, trans.dtype, scaling.dtype} == {np.dtype(np.float32)}
    joints = plain_smpl(poses[::2], trans[::2] / scaling, rest)
    np.testing.assert_allclose(joints, world, atol=3e-6)
    again = aistpp_file.read(tmp_path / "a.aistpp.npz", 99)
    assert again.fps == 60
    np.testing.assert_allclose(again.joints[::2], world, atol=3e-6)


def test_videopose3d_finds_its_array(tmp_path: Path) -> None:
    """The camera's frame, and its renderer's steps: turned into the world by a level camera, rebased in height."""
    world = demo(2.0)
    videopose3d.write(tmp_path / "a.h36m17.npy", piece(world))
    array = np.load(tmp_path / "a.h36m17.npy", allow_pickle=False)
    assert (array.shape, array.dtype) == ((60, 17, 3), np.float32)
    # Camera to world: x stays, z (away) becomes y, y (down) becomes -z.
    shown = np.stack([array[..., 0], array[..., 2], -array[..., 1]], axis=-1)
    shown[..., 2] -= shown[..., 2].min()
    assert 1.5 < shown[..., 2].max() < 1.95  # its axes reach to 1.7 m
    right_leg, left_leg, spine = shown[0, [1, 2, 3]], shown[0, [4, 5, 6]], shown[0, [0, 7, 8, 9, 10]]
    assert (np.diff(right_leg[:, 2]) < -0.3).all()
    assert (np.diff(left_leg[:, 2]) < -0.3).all()
    assert (np.diff(spine[:, 2]) > 0.05).all()
    assert left_leg[0, 0] > right_leg[0, 0]  # who faces the camera has the left leg on its right
    again = videopose3d_file.read(tmp_path / "a.h36m17.npy", FPS)
    np.testing.assert_allclose(again.joints, joints_of(world, H36M17), atol=1e-6)


def test_another_rate_keeps_time_and_bones() -> None:
    world = spin(60)
    fast = piece(world).at_rate(60)
    assert (len(fast.world), fast.fps) == (119, 60)
    np.testing.assert_allclose(fast.world[::2], world, atol=1e-12)
    parents = np.maximum(SMPL24.parents, 0)
    lengths = np.linalg.norm(fast.world - fast.world[:, parents], axis=-1)
    np.testing.assert_allclose(lengths, np.broadcast_to(lengths[0], lengths.shape), atol=1e-9)
    # Halfway through a turn of 36 degrees a chord would be 5 % short of the circle.
    slow = piece(world).at_rate(24)
    assert (len(slow.world) - 1) / 24 == pytest.approx(59 / 30, abs=1 / 24)
    np.testing.assert_allclose(slow.world[24], world[30], atol=1e-12)
    assert len(piece(world[:1]).at_rate(60).world) == 1
