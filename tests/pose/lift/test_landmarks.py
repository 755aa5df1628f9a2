import numpy as np
import pytest
from pose.filmed import FPS, camera_at, dance, dance_as_seen, lens

from workflow_scripts.motion.foreign import KeypointMotion
from workflow_scripts.motion.formats.learn2dance import SKELETON as LEARN2DANCE15
from workflow_scripts.motion.formats.openpose import COCO18
from workflow_scripts.motion.kinematics import turned
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.motion.skeletons import BLAZEPOSE33, BODY25, COCO17, H36M17, HALPE26, POINTS
from workflow_scripts.pose.lift.landmarks import (
    FEATURES,
    HIPS,
    LANDMARKS,
    body_size,
    features,
    filled_in,
    landmarks_of,
    landmarks_on,
    normalised,
    towards,
)

REST = dict(zip(SMPL24.joints, SMPL24.rest, strict=True)) | dict(POINTS)


def test_landmarks_of_the_body_at_rest_are_where_they_are_at_rest() -> None:
    found = landmarks_on(SMPL24.rest_positions, np.zeros(()))
    np.testing.assert_allclose(found, [REST[name] for name in LANDMARKS], atol=1e-9)


def test_landmarks_turn_with_the_body() -> None:
    body = dance()[:40]
    angle = np.full((40, 1), 1.1)
    np.testing.assert_allclose(
        landmarks_on(turned(body, angle), np.zeros(40)), turned(landmarks_on(body, np.zeros(40)), angle), atol=1e-9
    )


def test_a_head_turned_left_has_the_nose_on_the_left() -> None:
    ahead, left = (landmarks_on(SMPL24.rest_positions, np.array(yaw)) for yaw in (0.0, 0.7))
    moved = left - ahead
    assert moved[LANDMARKS.index("nose"), 0] > 0.04
    assert not np.delete(moved, [LANDMARKS.index(name) for name in ("nose", "left_ear", "right_ear")], axis=0).any()


@pytest.mark.parametrize(
    ("skeleton", "without"),
    [
        (BODY25, set()),
        (HALPE26, set()),
        (BLAZEPOSE33, set()),
        (COCO17, {"big_toe", "heel"}),
        (COCO18, {"big_toe", "heel"}),
        (LEARN2DANCE15, {"big_toe", "heel", "ear"}),
        (H36M17, {"big_toe", "heel", "ear"}),
    ],
)
def test_every_skeleton_shows_the_landmarks_it_has(skeleton, without) -> None:
    keypoints = np.broadcast_to(np.arange(skeleton.size)[:, None], (4, skeleton.size, 2)).astype(float)
    points, confidence = landmarks_of(KeypointMotion(skeleton, keypoints, np.full((4, skeleton.size), 0.5), 30.0), 0.1)
    missing = {LANDMARKS[k].split("_", 1)[-1] for k in np.flatnonzero(np.isnan(points[0, :, 0]))}
    assert missing == without
    assert (confidence == np.where(np.isnan(points[..., 0]), 0.0, 0.5)).all()
    assert points[0, LANDMARKS.index("left_knee"), 0] == skeleton.index("left_knee")


def test_what_is_not_believed_is_not_found() -> None:
    _, motion, _ = dance_as_seen()
    doubtful = KeypointMotion(BODY25, motion.keypoints, np.full(motion.confidence.shape, 0.09), 30.0)
    points, confidence = landmarks_of(doubtful, 0.1)
    assert np.isnan(points).all()
    assert not confidence.any()


def test_gaps_are_bridged_by_straight_lines() -> None:
    points = np.full((6, 2, 2), np.nan)
    points[1, 0], points[4, 0] = [1, 10], [4, 40]
    filled = filled_in(points)
    np.testing.assert_allclose(filled[:, 0, 0], [1, 1, 2, 3, 4, 4])
    np.testing.assert_allclose(filled[:, 0, 1], [10, 10, 20, 30, 40, 40])
    assert not filled[:, 1].any()


def test_towards_turns_a_direction_to_the_front() -> None:
    rays = np.array([[0.0, 0.0], [0.3, -0.2], [-2.0, 1.0]])
    turns = towards(rays)
    directions = np.concatenate([rays, np.ones((3, 1))], axis=1)
    ahead = np.einsum("tij,tj->ti", turns, directions / np.linalg.norm(directions, axis=1, keepdims=True))
    np.testing.assert_allclose(ahead, np.broadcast_to([0, 0, 1], (3, 3)), atol=1e-12)
    np.testing.assert_allclose(turns @ np.swapaxes(turns, 1, 2), np.broadcast_to(np.eye(3), (3, 3, 3)), atol=1e-12)


def test_the_size_is_that_of_the_least_foreshortened_frames() -> None:
    body = np.array([REST[name] for name in LANDMARKS])[:, :2]
    body = np.broadcast_to(100 * body, (90, len(LANDMARKS), 2)).copy()
    body[20:40] *= 0.5  # bent over
    everything = np.ones(body.shape[:2], dtype=bool)
    np.testing.assert_allclose(body_size(body, everything, FPS), 100, rtol=0.02)
    without_legs = everything & ~np.isin(LANDMARKS, ["left_knee", "right_knee", "left_ankle", "right_ankle"])
    np.testing.assert_allclose(body_size(body, without_legs, FPS), 100, rtol=0.02)
    assert (body_size(body, ~everything, FPS) == 1).all()


def test_wherever_the_dancer_stands_the_places_are_those_of_the_body() -> None:
    world = np.broadcast_to(SMPL24.rest_positions, (30, 24, 3))
    marks = landmarks_on(world, np.zeros(30))
    camera = camera_at(0.0, distance=6.0, elevation=0.0)
    for aside in (-1.5, 0.0, 1.5):
        pixels = camera.project(marks + np.array([aside, 0, 0]))
        seen = np.ones(pixels.shape[:2], dtype=bool)
        places, turn, size = normalised(pixels, seen, lens(camera), FPS)
        np.testing.assert_allclose(places[:, HIPS].mean(axis=1), 0, atol=1e-3)
        wanted = (marks - marks[:, HIPS].mean(axis=1, keepdims=True))[..., :2] * [1, -1]
        np.testing.assert_allclose(places, wanted, atol=0.07)  # perspective, and a turn of 14 degrees
        np.testing.assert_allclose(size, 1 / 6, rtol=0.05)
        assert turn[0, 2, 0] == pytest.approx(aside / np.hypot(aside, 6.0), abs=0.02)


def test_the_frame_rate_does_not_change_what_is_shown() -> None:
    _, motion, camera = dance_as_seen()
    points, confidence = landmarks_of(motion, 0.1)
    shown = [
        features(
            normalised(points[::step], confidence[::step] > 0, camera, FPS / step)[0],
            confidence[::step] > 0,
            FPS / step,
        )
        for step in (1, 2)
    ]
    assert shown[0].shape == (len(points), FEATURES)
    np.testing.assert_allclose(shown[0][::2], shown[1], atol=0.05)


def test_a_single_frame_can_be_shown() -> None:
    places, seen = np.ones((1, len(LANDMARKS), 2)), np.ones((1, len(LANDMARKS)), dtype=bool)
    assert (features(places, seen, 30.0) == 1).all()
