from pathlib import Path

import numpy as np
import pytest
from motion.walkers import walker

from workflow_scripts.motion.foreign import KeypointMotion
from workflow_scripts.motion.formats.learn2dance import SKELETON, read, write
from workflow_scripts.motion.skeletons import BODY25, COCO17
from workflow_scripts.workflow.errors import UserError


def motion_with_holes() -> KeypointMotion:
    people = walker(20, 300, 30)
    people[:3, 4] = people[8:11, 2] = people[15] = [np.nan, np.nan, 0]
    return KeypointMotion(BODY25, people[..., :2], people[..., 2], 30.0)


def test_poses_are_the_first_joints_of_body25_upside_down(tmp_path: Path) -> None:
    poses = np.arange(60, dtype=float).reshape(2, 15, 2)
    np.savez(tmp_path / "a.npz", poses=poses, confidences=np.full((2, 15), 0.5))
    motion = read(tmp_path / "a.npz", 24.0)
    np.testing.assert_array_equal(motion.keypoints, -poses)
    assert motion.skeleton.joints == BODY25.joints[:15]
    assert motion.skeleton.joints[8] == "mid_hip"
    assert motion.fps == 24.0


def test_repeated_places_of_joints_not_believed_are_missing(tmp_path: Path) -> None:
    confidence = np.full((3, 15), 0.5)
    confidence[1, 4], confidence[2, 4] = 0.24, 0.25
    np.savez(tmp_path / "a.npz", poses=np.ones((3, 15, 2)), confidences=confidence)
    motion = read(tmp_path / "a.npz", 30.0)
    assert np.isnan(motion.keypoints[1, 4]).all()
    assert motion.confidence[1, 4] == 0
    assert np.isfinite(motion.keypoints).sum() == 2 * (45 - 1)


def test_generated_motion_without_confidences_is_read(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", poses=np.ones((3, 15, 2)))
    assert (read(tmp_path / "a.npz", 30.0).confidence == 1).all()


def test_what_is_written_reads_the_same(tmp_path: Path) -> None:
    motion = motion_with_holes()
    write(tmp_path / "a.npz", motion)
    again = read(tmp_path / "a.npz", 30.0)
    np.testing.assert_array_equal(again.keypoints, motion.keypoints[:, :15])
    np.testing.assert_array_equal(again.confidence, motion.confidence[:, :15])
    write(tmp_path / "b.npz", again)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_missing_joints_are_written_as_the_format_does_it(tmp_path: Path) -> None:
    motion = motion_with_holes()
    write(tmp_path / "a.npz", motion)
    with np.load(tmp_path / "a.npz") as file:
        poses = file["poses"]
    np.testing.assert_array_equal(poses[8:11, 2], np.broadcast_to(-motion.keypoints[7, 2], (3, 2)))
    np.testing.assert_array_equal(poses[:3, 4], np.broadcast_to(-motion.keypoints[3, 4], (3, 2)))
    np.testing.assert_array_equal(poses[15], poses[14])


def test_other_skeletons_have_no_place(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no place for the joints of coco17"):
        write(tmp_path / "a.npz", KeypointMotion(COCO17, np.ones((2, 17, 2)), np.ones((2, 17)), 30.0))


@pytest.mark.parametrize(
    "arrays",
    [
        {"data": np.ones((2, 15, 2))},
        {"poses": np.ones((2, 14, 2))},
        {"poses": np.ones((0, 15, 2))},
        {"poses": np.ones((2, 15, 2)), "confidences": np.ones((3, 15))},
        {"poses": np.array([{"a": 1}], dtype=object)},
    ],
)
def test_other_layouts_are_refused_in_one_line(tmp_path: Path, arrays) -> None:
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(UserError, match=r"a\.npz: .*poses"):
        read(tmp_path / "a.npz", 30.0)


def test_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.npz").write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(UserError, match="no readable learn2dance file"):
        read(tmp_path / "a.npz", 30.0)
    with pytest.raises(UserError, match="no readable learn2dance file"):
        read(tmp_path / "b.npz", 30.0)


def test_poses_that_are_not_finite_are_missing(tmp_path: Path) -> None:
    poses = np.ones((3, 15, 2))
    poses[1, 2] = np.nan
    np.savez(tmp_path / "a.npz", poses=poses)
    motion = read(tmp_path / "a.npz", 30.0)
    assert motion.confidence[1, 2] == 0
    assert motion.skeleton is SKELETON
