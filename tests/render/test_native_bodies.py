"""Bodies of other programs on our floor: upright as they were, of a person's size, facing the camera."""

import numpy as np
import pytest
from motion.strangers import FPS, dance
from motion.walkers import walker

from workflow_scripts.motion.foreign import JointMotion, KeypointMotion
from workflow_scripts.motion.formats.learn2dance import SKELETON as LEARN2DANCE
from workflow_scripts.motion.kinematics import turned
from workflow_scripts.motion.placement import joints_of
from workflow_scripts.motion.skeleton import SMPL24, Floats, Skeleton
from workflow_scripts.motion.skeletons import BODY25, COCO17, H36M17
from workflow_scripts.render.native_bodies import heading, in_picture_plane, standing, towards_the_camera
from workflow_scripts.workflow.errors import UserError


def seen(frames: int = 40, height: float = 200.0, speed: float = 30.0) -> KeypointMotion:
    person = walker(frames, 300, speed, height)
    return KeypointMotion(BODY25, person[..., :2].copy(), person[..., 2].copy(), 30.0)


@pytest.mark.parametrize("skeleton", [SMPL24, H36M17, COCO17], ids=lambda one: one.name)
def test_a_body_stands_on_the_floor_wherever_it_was(skeleton: Skeleton) -> None:
    joints = joints_of(dance(), skeleton)
    for lift in (-3.0, 0.0, 40.0):
        stood = standing(JointMotion(skeleton, joints + np.array([0, lift, 0]), FPS))
        # Our dance is on the floor y = 0 already; ankles, where they are the lowest joints, are above it.
        assert np.abs(stood - joints).max() < 0.03
        np.testing.assert_allclose(np.diff(stood, axis=0), np.diff(joints, axis=0), atol=1e-9)


def test_unknown_joints_stay_unknown_and_do_not_move_the_floor() -> None:
    joints = joints_of(dance(), COCO17)
    holes = joints.copy()
    holes[::3, COCO17.index("left_ankle")] = np.nan
    holes[5] = np.nan
    stood = standing(JointMotion(COCO17, holes, FPS))
    assert (np.isnan(stood) == np.isnan(holes)).all()
    assert np.nanmax(np.abs(stood - joints)) < 0.03


def test_a_skeleton_without_a_rest_pose_stands_on_its_lowest_joint() -> None:
    skeleton = Skeleton("two", ("a", "b"), (-1, 0), (), ())
    joints = np.array([[[0, 7.0, 0], [0, 6.0, 0]]] * 9)
    np.testing.assert_allclose(standing(JointMotion(skeleton, joints, 30.0))[:, :, 1], [[1, 0]] * 9)


def test_nothing_known_is_an_error() -> None:
    with pytest.raises(UserError, match="no joint is known"):
        standing(JointMotion(COCO17, np.full((9, 17, 3), np.nan), 30.0))
    with pytest.raises(UserError, match="too little of a body"):
        in_picture_plane(KeypointMotion(BODY25, np.full((9, 25, 2), np.nan), np.zeros((9, 25)), 30.0))


@pytest.mark.parametrize("height", [60.0, 900.0])
def test_a_picture_keeps_its_shape_and_becomes_a_person_on_the_floor(height: float) -> None:
    motion = seen(height=height, speed=height / 7)
    plane = in_picture_plane(motion)
    assert (plane[..., 2] == 0).all()
    # One factor for both directions, y the other way round, x as it was.
    across, up = plane[..., 0] - plane[:1, :1, 0], plane[..., 1] - plane[:1, :1, 1]
    pixels = motion.keypoints - motion.keypoints[:1, :1]
    factor = up[0, BODY25.index("left_heel")] / -pixels[0, BODY25.index("left_heel"), 1]
    np.testing.assert_allclose(across, factor * pixels[..., 0], atol=1e-9)
    np.testing.assert_allclose(up, -factor * pixels[..., 1], atol=1e-9)
    # Who faces the camera has the left side on the right of the picture.
    assert plane[0, BODY25.index("left_hip"), 0] > plane[0, BODY25.index("right_hip"), 0]
    nose = plane[:, BODY25.index("nose"), 1]
    assert np.median(nose) == pytest.approx(BODY25.rest_positions[BODY25.index("nose"), 1], abs=0.05)
    assert np.median(plane[..., 1].min(axis=1)) == pytest.approx(0.02, abs=0.03)  # the soles' joints
    assert abs(np.median(plane[..., 0])) < 1e-9


def test_joints_not_found_in_the_picture_are_left_out() -> None:
    motion = seen()
    whole = in_picture_plane(motion)
    motion.keypoints[3:9, BODY25.index("left_wrist")] = np.nan
    motion.keypoints[20] = np.nan
    plane = in_picture_plane(motion)
    missing = ~np.isfinite(motion.keypoints).all(axis=-1)
    assert (np.isnan(plane).all(axis=-1) == missing).all()
    assert np.nanmax(np.abs(plane - whole)) < 0.03


def test_half_a_body_hovers_where_it_belongs() -> None:
    """Somebody seen from the hips up does not stand on the hips."""
    motion = seen()
    low = [joint for joint, name in enumerate(BODY25.joints) if BODY25.rest_positions[joint, 1] < 0.9]
    assert len(low) == 10
    motion.keypoints[:, low] = np.nan
    plane = in_picture_plane(motion)
    assert np.median(plane[:, BODY25.index("mid_hip"), 1]) == pytest.approx(0.92, abs=0.05)


def test_learn2dance_has_bones_enough() -> None:
    motion = seen()
    plane = in_picture_plane(KeypointMotion(LEARN2DANCE, motion.keypoints[:, :15], motion.confidence[:, :15], 30.0))
    np.testing.assert_allclose(plane, in_picture_plane(motion)[:, :15], atol=0.05)


@pytest.mark.parametrize("skeleton", [SMPL24, H36M17, COCO17], ids=lambda one: one.name)
@pytest.mark.parametrize("angle", [0.0, 1.0, np.pi, -2.0])
def test_a_dancer_is_turned_to_face_the_camera(skeleton: Skeleton, angle: float) -> None:
    joints = joints_of(dance(), skeleton)
    straight = heading(JointMotion(skeleton, joints, FPS))
    away = JointMotion(skeleton, turned(joints, angle), FPS, "z up")
    assert np.angle(np.exp(1j * (heading(away) - straight - angle))) == pytest.approx(0, abs=1e-6)
    back = towards_the_camera(away)
    assert heading(back) == pytest.approx(0, abs=1e-6)
    assert back.told == "z up"
    nose = back.joints[:, skeleton.index("nose" if skeleton != SMPL24 else "left_foot"), 2]
    hip = back.joints[:, [skeleton.index("left_hip"), skeleton.index("right_hip")], 2].mean(axis=1)
    assert np.mean(nose > hip) > 0.8


def spinning(turns: float, start: float) -> Floats:
    joints = np.tile(SMPL24.rest_positions, (120, 1, 1))
    return turned(joints, (start + np.linspace(0, 2 * np.pi * turns, 120))[:, None])


def test_who_turns_around_all_the_time_faces_the_camera_at_first() -> None:
    motion = JointMotion(SMPL24, spinning(3, 2.0), 120.0)
    assert heading(JointMotion(SMPL24, spinning(0.02, 2.0), 30.0)) == pytest.approx(2.06, abs=0.05)
    turned_back = towards_the_camera(JointMotion(motion.skeleton, motion.joints, 10.0))
    first = heading(JointMotion(SMPL24, turned_back.joints[:10], 10.0))
    assert first == pytest.approx(0, abs=0.01)


def test_a_body_that_cannot_be_told_stays_as_it_is() -> None:
    skeleton = Skeleton("two", ("a", "b"), (-1, 0), (), ())
    assert heading(JointMotion(skeleton, np.ones((3, 2, 3)), 30.0)) == 0
    assert heading(JointMotion(SMPL24, np.full((3, 24, 3), np.nan), 30.0)) == 0
