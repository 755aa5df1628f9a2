"""Foot contacts and locking against motions whose sliding is known."""

import time

import numpy as np
import pytest

from workflow_scripts.motion import feet
from workflow_scripts.motion.feet import foot_contacts, lock_feet, two_bone, without_short_runs
from workflow_scripts.motion.skeleton import SMPL24

FPS = 30.0
REST = SMPL24.rest_positions
TOES = [toe for _, toe in SMPL24.feet]


def lengths(world):
    parents = np.asarray(SMPL24.parents)
    return np.linalg.norm(world - world[:, np.maximum(parents, 0)], axis=-1)


def crouched():
    """The rest pose with bent knees: legs that can reach."""
    pose = REST.copy()
    ankles = pose[[7, 8]]
    pose[:, 1] -= 0.06
    feet = [7, 8, 10, 11]
    pose[feet, 1] += 0.06
    forward = np.tile([0.0, 0.0, 1.0], (1, 1))
    for hip, knee, ankle in ((1, 4, 7), (2, 5, 8)):
        bent, _ = two_bone(
            REST[None, hip] - [0, 0.06, 0], REST[None, knee], REST[None, ankle], REST[None, ankle], forward
        )
        pose[knee] = bent[0]
    assert np.allclose(pose[[7, 8]], ankles)
    return pose


def skating(seconds=4.0, speed=0.3):
    """Both feet on the floor while the whole body slides sideways and back at `speed` at most."""
    t = np.arange(int(seconds * FPS)) / FPS
    slide = speed / (2 * np.pi * 0.5) * np.sin(2 * np.pi * 0.5 * t)
    world = np.tile(crouched(), (len(t), 1, 1))
    world[:, :, 0] += slide[:, None]
    return world


def toe_speed(world):
    return np.linalg.norm(np.diff(world[:, TOES][:, :, [0, 2]], axis=0), axis=-1) * FPS


def walking(steps=8, stride=0.5, step_s=0.5):
    """A pelvis at constant speed; each foot stands for one step and swings in the next. True contacts are known."""
    frames = int(steps * step_s * FPS)
    world = np.zeros((frames, 24, 3))
    stands = np.zeros((frames, 2), dtype=bool)
    for i in range(frames):
        step, u = divmod(i / FPS / step_s, 1.0)
        world[i] = crouched()
        world[i, :, 2] += (step + u) * stride
        for side, foot in enumerate(([7, 10], [8, 11])):
            stance = int(step) % 2 == side
            smooth = u * u * (3 - 2 * u)
            place = (step + 0.5) * stride if stance else (step - 0.5 + 2 * smooth) * stride
            world[i, foot] = crouched()[foot] + [0, 0 if stance else 0.12 * np.sin(np.pi * u), place]
            stands[i, side] = stance
    forward = np.tile([0.0, 0.0, 1.0], (frames, 1))
    for hip, knee, ankle in ((1, 4, 7), (2, 5, 8)):
        bent = np.tile(crouched()[knee], (frames, 1))
        world[:, knee], reached = two_bone(world[:, hip], bent, world[:, ankle], world[:, ankle], forward)
        world[:, ankle + 3] += reached - world[:, ankle]
        world[:, ankle] = reached
    return world, stands


def test_standing_still_is_unchanged():
    world = np.tile(crouched(), (60, 1, 1))
    assert np.abs(lock_feet(world, FPS) - world).max() < 1e-6


def test_the_rest_pose_with_straight_legs_is_unchanged():
    world = np.tile(REST, (60, 1, 1))
    assert np.abs(lock_feet(world, FPS) - world).max() < 1e-6


def test_a_skating_body_stands():
    world = skating()
    locked = lock_feet(world, FPS)
    assert toe_speed(world).mean() > 0.15
    assert toe_speed(locked).mean() < toe_speed(world).mean() / 10


def test_bone_lengths_stay():
    for world in (skating(), walking()[0]):
        assert np.abs(lengths(lock_feet(world, FPS)) - lengths(world)).max() < 1e-6


def test_nothing_pops():
    world = skating()
    before = np.linalg.norm(np.diff(world, 2, axis=0), axis=-1).max() * FPS**2
    after = np.linalg.norm(np.diff(lock_feet(world, FPS), 2, axis=0), axis=-1).max() * FPS**2
    assert after < 3 * before


def test_contacts_of_a_walk_are_found():
    world, stands = walking()
    found = foot_contacts(world, FPS)
    # Touch-down and lift-off are gradual: what counts is most of every stance, and no contact in mid-swing.
    assert found[stands].mean() > 0.85
    middle = world[:, TOES, 1] > 0.1
    assert middle.any()
    assert not found[middle].any()


def test_swinging_feet_still_swing():
    world, stands = walking()
    locked = lock_feet(world, FPS)
    moved = locked[-1, TOES, 2] - locked[0, TOES, 2]
    assert moved == pytest.approx(world[-1, TOES, 2] - world[0, TOES, 2], abs=0.15)
    assert toe_speed(locked)[~stands[1:]].max() > 1.0


def test_a_body_below_the_floor_comes_up():
    world = skating()
    world[40:60, :, 1] -= 0.1
    assert lock_feet(world, FPS)[..., 1].min() > -0.03


@pytest.mark.parametrize("deviation", [0.1, 0.5, 2.0])
@pytest.mark.parametrize("frames", [1, 2, 3, 300])
def test_no_joint_is_below_the_floor_whatever_the_root_does(deviation, frames):
    world = skating(10.0)[:frames]
    world[:, :, 1] += np.random.default_rng(frames).normal(0, deviation, (frames, 1)) - 0.3
    before = lengths(world)
    locked = lock_feet(world, FPS)
    assert locked[..., 1].min() > -1e-6
    assert np.abs(lengths(locked) - before).max() < 1e-6


def test_a_long_motion_is_locked_in_parts_as_in_one(monkeypatch):
    world = walking(steps=24)[0]
    world[:, :, 1] -= 0.03
    whole = lock_feet(world, FPS)
    monkeypatch.setattr(feet, "PART", 50)
    np.testing.assert_array_equal(lock_feet(world, FPS), whole)
    assert np.abs(lock_feet(world.astype(np.float32), FPS) - whole).max() < 1e-5


def test_a_hand_below_the_floor_comes_up():
    world = np.tile(REST, (60, 1, 1))
    world[20:40, 22, 1] = -0.2
    assert lock_feet(world, FPS)[..., 1].min() > -0.03


def test_two_bone_reaches_its_target():
    hip, knee, ankle = np.zeros((1, 3)), np.array([[0.0, -0.42, 0.05]]), np.array([[0.0, -0.8, -0.05]])
    target = np.array([[0.1, -0.7, 0.1]])
    new_knee, new_ankle = two_bone(hip, knee, ankle, target, np.array([[0.0, 0.0, 1.0]]))
    assert np.allclose(new_ankle, target)
    assert np.linalg.norm(new_knee - hip) == pytest.approx(np.linalg.norm(knee - hip))
    assert np.linalg.norm(new_ankle - new_knee) == pytest.approx(np.linalg.norm(ankle - knee))
    assert new_knee[0, 2] > 0.05  # bent to the front, as before


@pytest.mark.parametrize("frames", [0, 1, 2, 3, 4, 7])
def test_short_motions(frames):
    world = skating()[:frames]
    locked = lock_feet(world, FPS)
    assert locked.shape == world.shape
    assert np.isfinite(locked).all()


def test_fast_enough():
    world = skating(seconds=20.0)
    start = time.process_time()
    lock_feet(world, FPS)
    assert time.process_time() - start < 0.3


def test_short_gaps_close_and_short_contacts_go():
    """At 30 fps a gap of 2 frames is none and a contact of 2 frames is none; at the ends they may go on outside."""
    contacts = np.zeros((40, 2), dtype=bool)
    contacts[10:20, 0], contacts[22:30, 0] = True, True
    contacts[[0, 5, 6, 38, 39], 1] = True
    found = without_short_runs(contacts, FPS)
    assert np.flatnonzero(found[:, 0]).tolist() == list(range(10, 30))
    assert np.flatnonzero(found[:, 1]).tolist() == [0, 38, 39]
