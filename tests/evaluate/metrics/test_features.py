"""Kinetic and geometric features of motions in closed form."""

import numpy as np
import pytest

from workflow_scripts.evaluate.metrics.geometric import (
    CORRECTED,
    HUMERUS,
    PUBLISHED,
    geometric_features,
    geometric_predicates,
)
from workflow_scripts.evaluate.metrics.kinetic import anchored, kinetic_features
from workflow_scripts.motion.skeleton import SMPL24

FORMS = ("published", "corrected")
SIDES = np.arange(24)
for _left, _right in SMPL24.pairs:
    SIDES[[_left, _right]] = _right, _left
# Columns 0/1, 2/3, ... are of the two sides, but for these.
OTHER_SIDE = [1, 0, 3, 2, 5, 4, 7, 6, 8, 9, 11, 10, 13, 12, 15, 14, 17, 16, 18, 20, 19, 22, 21, 24, 23, 26, 25]
OTHER_SIDE += [27, 28, 30, 29, 31]


def at_rest(frames=30, place=(0.0, 0.0, 0.0)):
    return np.tile(SMPL24.rest_positions + np.array(place), (frames, 1, 1))


def smooth(fps, seed, seconds=6.0):
    """Every joint on its own sum of sines below 3 Hz."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * fps) + 1)[:, None, None, None] / fps
    frequency = rng.uniform(0.2, 3, (4, 24, 3))
    size = rng.normal(0, 0.1, (4, 24, 3)) / frequency
    waves = size * np.sin(2 * np.pi * frequency * t + rng.uniform(0, 7, (4, 24, 3)))
    return SMPL24.rest_positions + waves.sum(axis=1)


def moving(joint, velocity, fps, seconds=1.0):
    world = at_rest(round(seconds * fps) + 1)
    world[:, SMPL24.index(joint)] += np.outer(np.arange(len(world)) / fps, velocity)
    return world


def test_published_acceleration_of_a_frozen_body_is_its_distance_from_the_origin():
    world = at_rest(place=(1.0, 0.0, 0.0))
    found = kinetic_features(world, 60.0)
    assert found[2::3] == pytest.approx(3540 * np.linalg.norm(world[0], axis=-1))
    assert not found[np.arange(72) % 3 != 2].any()
    assert kinetic_features(anchored(world), 60.0)[2] == 0
    for fps in (24.0, 30.0, 60.0):
        assert not kinetic_features(world, fps, "corrected").any()


@pytest.mark.parametrize("fps", [20.0, 60.0])
def test_speeds_and_acceleration_of_a_joint_in_closed_form(fps):
    speed = kinetic_features(moving("head", (0.3, 1.5, 0.4), fps), fps, "corrected").reshape(24, 3)
    assert speed[15] == pytest.approx([0.25, 2.25, 0], abs=1e-9)
    assert not np.delete(speed, 15, axis=0).any()
    fall = at_rest(round(2 * fps) + 1)
    fall[:, 0, 1] -= 0.5 * 9.81 * (np.arange(len(fall)) / fps) ** 2
    assert kinetic_features(fall, fps, "corrected")[2] == pytest.approx(9.81, rel=1e-9)


def test_velocities_are_averaged_over_two_frames_before_and_after():
    world = at_rest(101)
    world[1::2, 0, 0] += 0.1  # 6 m/s to and fro: averages of five are a fifth, of the four near an end nothing
    expected = (96 * (6 / 5) ** 2 + 2 * (6 / 3) ** 2) / 100
    for form in FORMS:
        assert kinetic_features(world, 60.0, form)[0] == pytest.approx(expected)


def test_published_features_take_every_frame_for_the_same_time():
    world = smooth(60.0, 0)
    assert np.array_equal(kinetic_features(world, 60.0), kinetic_features(world, 24.0))
    assert np.array_equal(geometric_features(world, 60.0), geometric_features(world, 24.0))


@pytest.mark.parametrize("fps", [24.0, 30.0, 50.0, 120.0])
def test_corrected_features_of_smooth_motion_do_not_depend_on_the_frame_rate(fps):
    for seed in range(3):
        wanted, found = smooth(60.0, seed), smooth(fps, seed)
        np.testing.assert_allclose(
            kinetic_features(found, fps, "corrected"), kinetic_features(wanted, 60.0, "corrected"), rtol=2e-3
        )
        one, other = (geometric_features(world, rate, "corrected") for world, rate in ((wanted, 60.0), (found, fps)))
        assert np.abs(one - other).max() < 0.01


def test_a_moved_dance_has_the_same_corrected_features():
    world = smooth(60.0, 1)
    for features in (kinetic_features, geometric_features):
        np.testing.assert_allclose(
            features(world + np.array([3.0, 0.0, -2.0]), 60.0, "corrected"),
            features(world, 60.0, "corrected"),
            atol=1e-9,
        )


def test_a_mirrored_dance_has_the_corrected_features_of_the_other_side():
    world = smooth(60.0, 2)
    mirrored = world[:, SIDES] * [-1.0, 1.0, 1.0]
    for form in FORMS:
        one, other = geometric_features(mirrored, 60.0, form), geometric_features(world, 60.0, form)[OTHER_SIDE]
        different = np.flatnonzero(np.abs(one - other) > 1e-9).tolist()
        assert different == ([0, 1, 14, 15] if form == "published" else [])


@pytest.mark.parametrize(
    ("joint", "way", "column"),
    [
        ("right_wrist", (0, 0, 1), 0),
        ("left_wrist", (0, 0, 1), 1),
        ("right_wrist", (0, 1, 0), 4),
        ("left_wrist", (0, 1, 0), 5),
        ("left_wrist", (-1, 0, 0), 9),
        ("right_wrist", (-0.844, 0.537, 0), 10),
        ("left_wrist", (0.844, 0.537, 0), 11),
        ("right_wrist", (0, 1, 0), 12),
        ("left_ankle", (0, 0, 1), 22),
        ("pelvis", (0, 0, 1), 31),
    ],
)
def test_corrected_speeds_are_those_their_predicates_name(joint, way, column):
    limit = CORRECTED[column].low
    for factor, expected in ((1.15, True), (0.95, False)):
        for fps in (30.0, 60.0):
            # For 50 ms, so that directions hardly change.
            world = moving(joint, factor * limit * np.array(way), fps, 0.1)
            assert geometric_predicates(world, fps, "corrected")[:3, column].all() == expected
    # As published a frame is 1/120 s: half the speed is enough at 60 frames per second.
    if CORRECTED[column] == PUBLISHED[column]:
        assert geometric_predicates(moving(joint, 0.6 * limit * np.array(way), 60.0, 0.1), 60.0)[:3, column].all()


def test_poses_are_told():
    world = at_rest(3)
    world[:, SMPL24.index("right_wrist")] = SMPL24.rest_positions[SMPL24.index("right_elbow")] + [0, 0.255, 0]
    world[:, SMPL24.index("left_ankle")] += [0, 1.3 * HUMERUS, 0]
    world[:, SMPL24.index("left_foot")] += [0, 1.3 * HUMERUS, 0]
    for form in FORMS:
        found = geometric_features(world, 60.0, form)
        assert found[[2, 6, 17]].all()  # right hand above the neck, right elbow bent, left foot raised
        assert not found[[3, 7, 16, 28, 29, 30]].any()


def test_features_of_too_few_frames_are_not_numbers():
    for form in FORMS:
        assert np.isnan(kinetic_features(at_rest(2), 60.0, form)).all()
        assert np.isnan(geometric_features(at_rest(1), 60.0, form)).all()
        assert kinetic_features(at_rest(0), 60.0, form).shape == (72,)
        assert geometric_features(at_rest(0), 60.0, form).shape == (32,)
        assert np.isfinite(kinetic_features(at_rest(3), 60.0, form)).all()
