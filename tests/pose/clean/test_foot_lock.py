import time

import numpy as np
import pytest
from pose.clean.walker import FPS, walk, wobble

from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.pose.clean.foot_lock import locked

TOES = [toe for _, toe in SMPL24.feet]
UPPER = [j for j, name in enumerate(SMPL24.joints) if not name.endswith(("knee", "ankle", "foot"))]


def skate(world, contacts):
    """Mean speed over the floor of toes in contact, m/s."""
    speed = np.linalg.norm(np.gradient(world[:, TOES][..., [0, 2]], axis=0), axis=-1) * FPS
    return speed[contacts].mean()


def estimated(seed=1, stride=(0.15, 0.1)):
    """A walk whose root and feet are wrong in depth, as one camera sees them; the truth; its contacts."""
    rng = np.random.default_rng(seed)
    true, contacts = walk(12, stride)
    world = true + (wobble(len(true), 0.05, 0.5, rng) * [0.1, 0.1, 1])[:, None]
    for foot in SMPL24.feet:
        world[:, list(foot)] += (wobble(len(true), 0.03, 0.2, rng) * [0.2, 0.2, 1])[:, None]
    return world, true, contacts


def lock(world, contacts):
    positions, root = locked(world - world[:, :1], world[:, 0], contacts, FPS)
    return positions + root[:, None]


def lengths(world):
    return np.linalg.norm(world - world[:, np.maximum(SMPL24.parents, 0)], axis=-1)


def test_standing_feet_stop_sliding_and_come_nearer_to_the_truth():
    world, true, contacts = estimated()
    result = lock(world, contacts)
    assert skate(world, contacts) > 0.12
    assert skate(result, contacts) < 0.02

    def path_error(motion):
        error = motion[:, 0] - true[:, 0]
        return np.abs(error - error.mean(axis=0)).mean()

    assert path_error(result) < path_error(world)


def test_what_is_right_stays():
    true, contacts = walk()
    np.testing.assert_allclose(lock(true, contacts), true, atol=2e-3)


def test_bones_keep_their_lengths_and_the_upper_body_its_pose():
    world, _, contacts = estimated()
    result = lock(world, contacts)
    np.testing.assert_allclose(lengths(result), lengths(world), atol=1e-6)
    np.testing.assert_allclose((result - result[:, :1])[:, UPPER], (world - world[:, :1])[:, UPPER], atol=1e-12)


def test_nothing_gets_shakier():
    world, _, contacts = estimated()

    def shake(motion):
        return np.linalg.norm(np.diff(motion, 2, axis=0), axis=-1).mean()

    assert shake(lock(world, contacts)) < 1.1 * shake(world)


def test_standing_feet_are_on_the_floor_and_none_below_it():
    world, _, contacts = estimated()
    world[:, :, 1] += 0.02 * np.sin(np.arange(len(world)) / 10)[:, None]
    toes = lock(world, contacts)[:, TOES, 1]
    assert np.abs(toes[contacts] - 0.02).mean() < 0.005
    assert toes.min() > -0.005


def test_a_slide_on_purpose_stays_a_slide():
    """Seen across the picture, where the estimate is right, at 0.5 m/s: a foot that slides although it "stands"."""
    frames = 90
    world = np.tile(SMPL24.rest_positions, (frames, 1, 1))
    slide = 0.5 * np.clip(np.arange(frames) / FPS - 1, 0, 1)
    world[:, :, 0] += slide[:, None]
    result = lock(world, np.ones((frames, 2), dtype=bool))
    assert np.ptp(result[:, TOES[0], 0]) > 0.3


@pytest.mark.parametrize("frames", [1, 2, 3, 4, 5, 9])
def test_short_stretches(frames):
    world, _, contacts = estimated()
    result = lock(world[:frames], contacts[:frames])
    assert result.shape == (frames, 24, 3)
    assert np.isfinite(result).all()


def test_without_contacts_nothing_moves():
    world, _, contacts = estimated()
    np.testing.assert_allclose(lock(world, np.zeros_like(contacts)), world, atol=1e-12)


def test_time_grows_with_the_length_only():
    world, _, contacts = estimated()
    long = np.tile(world, (10, 1, 1)), np.tile(contacts, (10, 1))
    start = time.process_time()
    lock(*long)
    assert time.process_time() - start < 1.5  # 60 s of motion
