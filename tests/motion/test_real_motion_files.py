"""Real motion of other programs, where a folder of it is given."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from workflow_scripts.motion.foreign import JointMotion
from workflow_scripts.motion.formats import bvh, deepmimic, smpl
from workflow_scripts.motion.formats.bvh_text import read_bvh_text
from workflow_scripts.motion.joint_names import smpl24_map
from workflow_scripts.motion.kinematics import facing_angle
from workflow_scripts.motion.retarget import to_smpl24
from workflow_scripts.motion.skeleton import SMPL24

DATA = Path(os.environ.get("PLAYLIST2DANCE_DATA", ""))
pytestmark = pytest.mark.skipif(not (DATA / "bvh").is_dir(), reason="PLAYLIST2DANCE_DATA names no folder of real data")

BVH = {  # frames, frames/s, joints and End Sites
    "dab.bvh": (339, 30, 34),
    "dataset-1_dance-short_normal_001.bvh": (1901, 30, 22),
    "jesse_dance.bvh": (1007, 100, 73),
}
DEEPMIMIC = {"humanoid3d_dance_a.txt": 98, "humanoid3d_dance_b.txt": 153}


def stands_as_people_do(motion: JointMotion) -> None:
    """Upright and of a person's size; knees and toes point to the front, elbows to the back."""
    ours = {name: motion.joints[:, index] for name, index in smpl24_map(motion.skeleton).items()}
    assert len(ours) >= 17
    assert 0.5 < np.median(ours["neck"][:, 1] - (ours["left_ankle"] + ours["right_ankle"])[:, 1] / 2) < 1.6
    angle = facing_angle(to_smpl24(motion).positions)
    ahead = np.stack([np.sin(angle), 0 * angle, np.cos(angle)], axis=-1)
    for side in ("left", "right"):
        foot = ours[f"{side}_foot"] - ours[f"{side}_ankle"]
        knee = ours[f"{side}_knee"] - (ours[f"{side}_hip"] + ours[f"{side}_ankle"]) / 2
        elbow = ours[f"{side}_elbow"] - (ours[f"{side}_shoulder"] + ours[f"{side}_wrist"]) / 2
        assert (foot * ahead).sum(axis=-1).mean() > 0.01
        assert (knee * ahead).sum(axis=-1).mean() > 0.05
        assert (elbow * ahead).sum(axis=-1).mean() < 0.01


@pytest.mark.parametrize("name", BVH)
def test_bvh_of_three_makers(name: str) -> None:
    motion = bvh.read(DATA / "bvh" / name, 25)
    assert (len(motion.joints), motion.fps, motion.skeleton.size) == BVH[name]
    stands_as_people_do(motion)


@pytest.mark.parametrize("name", BVH)
def test_bvh_is_written_as_it_was_and_on_our_body(tmp_path: Path, name: str) -> None:
    motion = bvh.read(DATA / "bvh" / name, 25)
    person = to_smpl24(motion)
    for dance in (motion, JointMotion(SMPL24, person.world.astype(np.float64), motion.fps)):
        bvh.write(tmp_path / "again.bvh", dance)
        again = bvh.read(tmp_path / "again.bvh", 25)
        places = [again.skeleton.index(joint) for joint in dance.skeleton.joints]
        assert np.linalg.norm(again.joints[:, places] - dance.joints, axis=-1).max() < 1e-4
        assert again.fps == dance.fps
        assert np.abs(np.diff(read_bvh_text(tmp_path / "again.bvh").values[:, 3:], axis=0)).max() < 90


@pytest.mark.parametrize("name", BVH)
def test_rotations_of_smpl_nearly_meet_the_joints(tmp_path: Path, name: str) -> None:
    motion = bvh.read(DATA / "bvh" / name, 25)
    world = to_smpl24(motion).world.astype(np.float64)
    smpl.write(tmp_path / "d.npz", JointMotion(SMPL24, world, motion.fps))
    with np.load(tmp_path / "d.npz") as file:
        np.savez(tmp_path / "e.npz", **{key: file[key] for key in file.files if key != "full_pose"})
    error = np.linalg.norm(smpl.read(tmp_path / "e.npz", 25).joints - world, axis=-1)
    assert error.mean() < 0.005
    assert (
        error[:, [SMPL24.index(f"{side}_{end}") for side in ("left", "right") for end in ("hand", "foot")]].mean()
        < 0.005
    )


@pytest.mark.parametrize("name", DEEPMIMIC)
def test_deepmimic_dances(tmp_path: Path, name: str) -> None:
    motion = deepmimic.read(DATA / "deepmimic" / name, 25)
    assert (len(motion.joints), motion.fps) == (DEEPMIMIC[name], 60)
    assert -0.03 < motion.joints[..., 1].min() < 0.03
    knees = [motion.skeleton.index(f"{side}_knee") for side in ("left", "right")]
    assert (motion.joints[:, knees, 1] > 0.1).all()
    deepmimic.write(tmp_path / "again.txt", motion)
    np.testing.assert_allclose(deepmimic.read(tmp_path / "again.txt", 25).joints, motion.joints, atol=1e-8)
    rows = [
        np.array(json.loads(path.read_text())["Frames"]) for path in (DATA / "deepmimic" / name, tmp_path / "again.txt")
    ]
    np.testing.assert_allclose(rows[1][:, [20, 29, 34, 43]], rows[0][:, [20, 29, 34, 43]], atol=1e-6)
