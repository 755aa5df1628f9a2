"""Motion that goes on from other motion: no jump of place, heading, pose or speed, and home again after a while."""

import numpy as np
import pytest

from workflow_scripts.motion.joining import SWING_RATE, TURN_RATE, WALK_RATE, joined, quintic_decay
from workflow_scripts.motion.kinematics import bone_lengths, facing_angle, turned, with_bone_lengths
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import SMPL24

FPS = 30.0


def swaying(seconds, heading=0.0, place=(0.0, 0.0), phase=0.0, height=0.945, sway=0.05, swing=0.4):
    """A body that sways and swings its arms, all smooth, standing somewhere and facing somewhere."""
    time = np.arange(round(seconds * FPS)) / FPS
    positions = np.tile(SMPL24.rest_positions - SMPL24.rest_positions[0], (len(time), 1, 1))
    for arm in ((18, 20, 22), (19, 21, 23)):
        positions[:, arm, 1] += swing * np.sin(2 * np.pi * 0.5 * time + phase)[:, None]
    positions = turned(with_bone_lengths(positions, SMPL24.rest_lengths), heading)
    sway = sway * np.sin(2 * np.pi * 0.5 * time + phase)
    root = np.stack([place[0] + sway, np.full(len(time), height), np.full(len(time), place[1])], axis=1)
    return Person(positions, root)


def jumps(before, after):
    """Largest change of velocity, m/s per frame, across the join and its neighbours, and over all that comes later."""
    world = np.concatenate([before.world[-5:], after.world])
    change = np.linalg.norm(np.diff(world, 2, axis=0), axis=-1).max(axis=1) * FPS
    return change[:6].max(), change[6:].max()


def test_an_offset_decays_smoothly():
    t = np.linspace(0, 0.6, 6001)
    curve = quintic_decay(np.array([0.2]), np.array([-1.0]), t, 0.5)[:, 0]
    speed = np.gradient(curve, t)
    force = np.gradient(speed, t)
    assert curve[0] == pytest.approx(0.2)
    assert speed[0] == pytest.approx(-1.0, abs=1e-2)
    assert force[1] == pytest.approx(0.0, abs=0.1)
    assert np.abs(curve[t > 0.5]).max() < 1e-12
    assert abs(speed[np.searchsorted(t, 0.4999)]) < 1e-3


@pytest.mark.parametrize("heading", [0.3, -2.0, 3.1])
def test_what_is_elsewhere_turned_and_posed_otherwise_goes_on_without_a_jump(heading):
    before = swaying(2.0, heading, (1.5, -0.7), 1.0, 0.9)
    dance = swaying(60.0, phase=2.6)
    after = joined(dance, before, FPS)
    at_join, later = jumps(before, after)
    assert at_join < 1.2 * later
    assert at_join < 1.0
    assert np.linalg.norm(after.positions[0] - before.positions[-1], axis=-1).max() < 0.1
    assert np.linalg.norm(after.root[0] - before.root[-1]) < 0.02
    np.testing.assert_allclose(bone_lengths(after.positions), SMPL24.rest_lengths, atol=1e-6)
    # Home again: nothing is left of the join at the end, and the way there was slow.
    np.testing.assert_allclose(after.world[-300:], dance.world[-300:], atol=1e-6)
    turn = np.diff(np.unwrap(facing_angle(after.positions))) * FPS
    assert np.abs(turn[30:]).max() < 1.05 * TURN_RATE
    standing = joined(swaying(60.0, sway=0.0), before, FPS)
    walk = np.linalg.norm(np.diff(standing.root, axis=0)[:, [0, 2]], axis=1) * FPS
    assert walk[30:].max() < 1.05 * WALK_RATE


def test_a_dance_that_goes_on_by_itself_is_not_changed():
    whole = swaying(8.0, 1.0, (0.5, 0.5), swing=0.15)
    after = joined(whole.part(slice(60, None)), whole.part(slice(0, 60)), FPS)
    assert np.abs(after.world - whole.world[60:]).max() < 0.005


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_a_moment_can_be_joined(frames):
    before = swaying(1.0, 1.0, (1.0, 0.0))
    after = joined(swaying(1.0).part(slice(0, frames)), before.part(slice(0, 1)), FPS)
    assert after.world.shape == (frames, 24, 3)
    np.testing.assert_allclose(after.world[0], before.world[0], atol=5e-3)


def test_an_arm_that_was_held_the_other_way_round_swings_over():
    """Straight across from one place to the other it would pass through the shoulder, in no time."""
    up, down = swaying(2.0, swing=0.0, sway=0.0), swaying(4.0, swing=0.0, sway=0.0)
    for motion, sign in ((up, 1.0), (down, -1.0)):
        arm = np.array([[0.0, sign, 0.02]])
        for joint, parent in ((18, 16), (20, 18), (22, 20)):
            motion.positions[:, joint] = motion.positions[:, parent] + arm * SMPL24.rest_lengths[joint]
    after = joined(down, up, FPS)
    forearm = after.positions[:, 20] - after.positions[:, 18]
    angle = np.unwrap(np.arctan2(forearm[:, 1], np.hypot(forearm[:, 0], forearm[:, 2]))) * FPS
    assert np.abs(np.diff(angle)).max() < 1.05 * SWING_RATE
    change = np.linalg.norm(np.diff(after.world, 2, axis=0), axis=-1).max() * FPS**2
    assert change < 60.0  # a straight way takes hundreds
    np.testing.assert_allclose(after.world[-30:], down.world[-30:], atol=1e-6)
