import numpy as np
import pytest
from pose.clean.walker import CAMERA, FPS, to_camera, walk, wobble
from pose.synthetic import balanced

from workflow_scripts.motion.kinematics import facing_angle
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.pose.clean.standing import stand_up
from workflow_scripts.pose.clean.upright import straightened
from workflow_scripts.pose.config import PoseConfig

TOES = [toe for _, toe in SMPL24.feet]


def stood(joints, keypoints, **settings):
    return stand_up(joints, keypoints, np.ones(keypoints.shape[:2]), CAMERA, FPS, PoseConfig(**settings))


def walker(stride=(0.15, 0.1)):
    world, contacts = walk(12, stride)
    world = balanced(world)
    return world, CAMERA.project(to_camera(world)), contacts


def test_a_walker_is_given_back():
    world, pixels, true = walker()
    result = stood(to_camera(world), pixels)
    np.testing.assert_allclose(result.positions, world - world[:, :1], atol=0.03)
    path, wanted = (each - np.median(each, axis=0) * [1, 0, 1] for each in (result.root, world[:, 0]))
    assert np.linalg.norm(path - wanted, axis=-1).max() < 0.05
    assert 2 * (result.contacts & true).sum() / (result.contacts.sum() + true.sum()) > 0.93
    np.testing.assert_allclose(result.place, to_camera(world)[:, 0], atol=0.05)


def test_a_leaning_estimate_stands_up_with_still_feet_on_the_floor():
    world, pixels, true = walker()
    rng = np.random.default_rng(4)
    joints = straightened(to_camera(world), np.radians(-12))  # minus: towards the camera
    for foot in SMPL24.feet:
        joints[:, list(foot)] += (wobble(len(world), 0.02, 0.2, rng) * [0.2, 0.2, 1])[:, None]
    free, held = (stood(joints, pixels, foot_lock=lock) for lock in (False, True))

    def skate(motion):
        toes = (motion.positions + motion.root[:, None])[:, TOES]
        return (np.linalg.norm(np.gradient(toes[..., [0, 2]], axis=0), axis=-1) * FPS)[true].mean()

    trunk = (held.positions[:, SMPL24.index("neck")] - held.positions[:, 0]).mean(axis=0)
    wanted = (world[:, SMPL24.index("neck")] - world[:, 0]).mean(axis=0)
    assert np.degrees(np.arctan2(trunk[2], trunk[1]) - np.arctan2(wanted[2], wanted[1])) == pytest.approx(0, abs=1)
    assert skate(free) > 0.08
    assert skate(held) < 0.05
    toes = (held.positions + held.root[:, None])[:, TOES, 1]
    assert np.median(toes[true]) == pytest.approx(SMPL24.rest_positions[TOES[0], 1], abs=0.01)
    np.testing.assert_array_equal(free.contacts, held.contacts)


def test_half_of_a_lean_is_taken_for_a_camera_that_looks_down():
    """To a camera that looks down by 8 degrees, who goes up comes nearer too: half of that is turned back."""
    body = balanced(np.broadcast_to(SMPL24.rest_positions, (120, 24, 3)).copy())
    up = 0.2 * np.sin(np.arange(120) / 15)
    world = body + up[:, None, None] * [0, 1, 0]
    seen = straightened(to_camera(world), np.radians(-8))
    assert np.ptp(seen[:, 0, 2]) == pytest.approx(0.4 * np.sin(np.radians(8)), rel=0.02)
    result = stood(seen, CAMERA.project(seen), foot_lock=False, depth_smoothing_s=0.0)
    assert np.ptp(result.root[:, 2]) == pytest.approx(0.4 * np.sin(np.radians(4)), rel=0.2)
    np.testing.assert_allclose(result.positions, body - body[:, :1], atol=0.02)


def test_feet_that_hang_are_levelled():
    world, pixels, _ = walker()
    joints = to_camera(world)
    for ankle, toe in SMPL24.feet:
        joints[:, toe] = joints[:, ankle] + straightened(joints[:, toe] - joints[:, ankle], np.radians(20))
    feet = stood(joints, pixels).positions

    def pitch(positions):
        ankles, toes = (list(side) for side in zip(*SMPL24.feet, strict=True))
        way = positions[:, toes] - positions[:, ankles]
        return np.degrees(np.median(np.arctan2(way[..., 1], np.hypot(way[..., 0], way[..., 2]))))

    hanging = pitch(joints * [1, -1, -1])
    assert abs(hanging - pitch(world)) > 15
    assert pitch(feet) == pytest.approx(pitch(world), abs=3)


def test_one_body_whatever_the_size_of_the_dancer():
    world, pixels, _ = walker()
    small = stood(0.6 * to_camera(world), pixels)
    lengths = np.linalg.norm(small.positions - small.positions[:, np.maximum(SMPL24.parents, 0)], axis=-1)
    np.testing.assert_allclose(lengths, np.broadcast_to(SMPL24.rest_lengths, lengths.shape), atol=1e-6)
    np.testing.assert_allclose(small.root, stood(to_camera(world), pixels).root, atol=1e-6)


def test_who_faces_the_camera_faces_plus_z():
    world, pixels, _ = walker()
    assert np.abs(facing_angle(stood(to_camera(world), pixels).positions)).max() < 0.05


@pytest.mark.parametrize("frames", [1, 2, 3, 5, 8])
def test_short_stretches(frames):
    world, pixels, _ = walker()
    result = stood(to_camera(world)[:frames], pixels[:frames])
    assert result.positions.shape == (frames, 24, 3)
    assert result.contacts.shape == (frames, 2)
    for values in (result.positions, result.root, result.place):
        assert np.isfinite(values).all()
