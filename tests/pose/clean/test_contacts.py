import numpy as np
import pytest
from pose.clean.walker import CAMERA, FPS, to_camera, walk

from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.pose.clean.contacts import pixels_per_metre, standing

RNG = np.random.default_rng(7)


def filmed(world):
    return CAMERA.project(to_camera(world))


def contacts_of(keypoints, world, fps=FPS):
    return standing(keypoints, world, np.ones(keypoints.shape[:2]), fps)


def f_measure(found, true):
    return 2 * (found & true).sum() / (found.sum() + true.sum())


@pytest.mark.parametrize("stride", [(0.15, 0.0), (0.0, 0.2), (-0.3, -0.1), (0.0, 0.0)])
def test_steps_are_found_from_the_picture(stride):
    world, true = walk(stride=stride)
    assert f_measure(contacts_of(filmed(world), world), true) > 0.93


def test_jitter_of_keypoints_and_errors_of_depth_do_not_matter():
    world, true = walk()
    keypoints = filmed(world) + RNG.normal(scale=2.0, size=(len(world), 24, 2))
    rough = world.copy()
    rough[..., 2] += RNG.normal(scale=0.1, size=rough.shape[:2])
    assert f_measure(contacts_of(keypoints, rough), true) > 0.9


def test_size_in_the_picture_and_frame_rate_do_not_matter():
    world, true = walk()
    half = 0.5 * filmed(world)
    np.testing.assert_array_equal(contacts_of(half, world), contacts_of(filmed(world), world))
    slow = world[::2]
    assert f_measure(contacts_of(filmed(slow), slow, FPS / 2), true[::2]) > 0.9


def test_a_dancer_who_only_moves_the_arms_stands():
    world = np.tile(SMPL24.rest_positions, (60, 1, 1))
    world[:, 20, 1] += np.sin(np.arange(60))
    assert contacts_of(filmed(world), world).all()


def test_a_foot_held_in_the_air_does_not_stand():
    """In the picture it is as still as a foot on the floor."""
    world = np.tile(SMPL24.rest_positions, (90, 1, 1))
    world[:, [4, 7, 10], 1] += 0.4
    world[:, 7, 2] += 0.3
    found = contacts_of(filmed(world), world)
    assert not found[:, 0].any()
    assert found[:, 1].all()


def test_a_sliding_foot_does_not_stand():
    world = np.tile(SMPL24.rest_positions, (60, 1, 1))
    world[20:40, [7, 10], 0] += np.linspace(0, 0.6, 20)[:, None]  # 0.9 m/s
    world[40:, [7, 10], 0] += 0.6
    found = contacts_of(filmed(world), world)
    assert not found[23:37, 0].any()
    assert found[:15, 0].all()
    assert found[45:, 0].all()
    assert found[:, 1].all()


def test_a_jump_has_no_contacts():
    world = np.tile(SMPL24.rest_positions, (60, 1, 1))
    world[25:35, :, 1] += 0.3 * np.sin(np.pi * (np.arange(10) + 0.5) / 10)[:, None]
    found = contacts_of(filmed(world), world)
    assert not found[27:33].any()
    assert found[:20].all()
    assert found[40:].all()


def test_scale_is_in_pixels_per_metre():
    world = np.tile(SMPL24.rest_positions, (30, 1, 1))
    keypoints = world[..., :2] * [150, -150] + [240, 500]
    np.testing.assert_allclose(pixels_per_metre(keypoints, world, np.ones((30, 24)), FPS), 150)


@pytest.mark.parametrize("frames", [1, 2, 3, 5])
def test_short_stretches(frames):
    world, _ = walk()
    found = contacts_of(filmed(world[:frames]), world[:frames])
    assert found.shape == (frames, 2)
    assert found.dtype == bool
