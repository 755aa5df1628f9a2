import numpy as np
import pytest

from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.motion.skeletons import H36M17, HALPE26
from workflow_scripts.pose.backends.mmpose.halpe26 import (
    H36M_WEIGHTS,
    WEIGHTS,
    confidence_of,
    h36m17_of,
    joints_of,
    smpl24_of,
)

TO_CAMERA = np.array([1, -1, -1.0])


def test_rest_person_gives_rest_joints():
    for name, joint, rest in zip(SMPL24.joints, joints_of(HALPE26.rest_positions), SMPL24.rest_positions, strict=True):
        # The head joint's height on a skull is a matter of definition; the ball of the foot is a little beside ours.
        tolerance = 0.06 if name == "head" else 0.012 if name.endswith("foot") else 0.001
        assert np.abs(joint - rest).max() < tolerance, name


@pytest.mark.parametrize(
    ("joint", "keypoint"), [("left_wrist", 9), ("right_wrist", 10), ("left_knee", 13), ("right_ankle", 16)]
)
def test_seen_joints_are_their_keypoints(joint, keypoint):
    keypoints = np.random.default_rng(0).normal(size=(4, 26, 2))
    np.testing.assert_array_equal(joints_of(keypoints)[:, SMPL24.index(joint)], keypoints[:, keypoint])


def test_maps_are_weighted_means():
    np.testing.assert_allclose(WEIGHTS.sum(axis=1), 1)
    np.testing.assert_allclose(H36M_WEIGHTS.sum(axis=1), 1)


def test_human36m_joints_of_the_rest_person():
    joints = h36m17_of(HALPE26.rest_positions)
    for name, joint, rest in zip(H36M17.joints, joints, H36M17.rest_positions, strict=True):
        tolerance = 0.035 if name in ("thorax", "spine") else 1e-9  # Halpe's neck is between the shoulders
        assert np.abs(joint - rest).max() < tolerance, name


def test_lifted_joints_are_the_body_in_the_camera_frame():
    body = np.stack([H36M17.rest_positions, H36M17.rest_positions + np.array([0.1, 0, 0])]) * TO_CAMERA
    joints = smpl24_of(body) * TO_CAMERA
    for name, joint, rest in zip(SMPL24.joints, joints[0], SMPL24.rest_positions, strict=True):
        # The head is taken between nose and top of the head, hands as long as forearms; bones get their lengths later.
        if name != "head" and not name.endswith("hand"):
            assert np.abs(joint - rest).max() < 0.02, name
    head, neck = joints[0, SMPL24.index("head")], joints[0, SMPL24.index("neck")]
    rest = SMPL24.rest_positions[SMPL24.index("head")] - SMPL24.rest_positions[SMPL24.index("neck")]
    assert (head - neck) @ rest > 0.99 * np.linalg.norm(head - neck) * np.linalg.norm(rest)
    np.testing.assert_allclose(joints[1], joints[0] + [0.1, 0, 0], atol=1e-9)


def test_confidence_is_that_of_the_keypoints_used_and_no_more_than_one():
    scores = np.full(26, 1.3)  # the heights of SimCC's peaks know no limit
    scores[9] = 0.2  # left wrist
    confidence = confidence_of(scores)
    assert confidence[SMPL24.index("left_wrist")] == pytest.approx(0.2)
    assert confidence[SMPL24.index("left_hand")] < 0.5
    assert np.delete(confidence, [SMPL24.index("left_wrist"), SMPL24.index("left_hand")]) == pytest.approx(1.0)
    assert confidence_of(np.full(26, -1.0)).max() == 0
