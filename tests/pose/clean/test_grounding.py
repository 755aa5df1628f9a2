import numpy as np
import pytest

from workflow_scripts.motion.kinematics import turned
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.pose.clean.grounding import grounded, sole_heights, to_world, with_level_feet

REST = SMPL24.rest_positions - SMPL24.rest_positions[0]


def test_axes():
    # Right, down and away from the camera become x, -y and -z.
    np.testing.assert_array_equal(to_world(np.eye(3)), np.diag([1, -1, -1]))


def test_rest_stands_on_the_floor():
    assert sole_heights(SMPL24.rest_positions[None]) == pytest.approx(0)
    tiptoe = SMPL24.rest_positions.copy()
    tiptoe[:, 1] += 0.1
    tiptoe[[10, 11], 1] -= 0.1
    assert sole_heights(tiptoe[None]) == pytest.approx(0)


def test_a_drifting_height_is_levelled_and_jumps_stay():
    frames = 300
    time = np.arange(frames) / 30
    jump = np.zeros(frames)
    for start in (60, 150, 240):
        jump[start : start + 12] = 0.3 * np.sin(np.pi * np.arange(12) / 12)
    root = np.stack([2 + 0.1 * np.sin(time), 5 + 0.02 * time + jump, -3 + 0 * time], axis=1)
    moved = grounded(np.broadcast_to(REST, (frames, 24, 3)), root, 30.0)
    soles = sole_heights(moved[:, None] + REST)
    assert np.abs(soles[jump == 0]).max() < 0.02
    assert soles[[66, 156, 246]] == pytest.approx(0.3, abs=0.03)
    np.testing.assert_allclose(np.median(moved, axis=0)[[0, 2]], 0, atol=1e-12)
    np.testing.assert_allclose(np.ptp(moved[:, 0]), np.ptp(root[:, 0]))


def hanging(body, degrees):
    """Let the toes of a body that faces +z hang by hand."""
    angle, body = np.radians(degrees), body.copy()
    for ankle, toe in SMPL24.feet:
        _, y, z = np.moveaxis(body[..., toe, :] - body[..., ankle, :], -1, 0)
        body[..., toe, 1] = body[..., ankle, 1] + np.cos(angle) * y - np.sin(angle) * z
        body[..., toe, 2] = body[..., ankle, 2] + np.sin(angle) * y + np.cos(angle) * z
    return body


def test_hanging_toes_are_levelled_but_not_a_single_pointed_foot():
    body = np.broadcast_to(SMPL24.rest_positions, (50, 24, 3)).copy()
    body[20:25] = hanging(body[20:25], 35)
    np.testing.assert_allclose(with_level_feet(hanging(body, 20)), body, atol=1e-9)
    np.testing.assert_allclose(with_level_feet(body), body, atol=1e-9)


def test_feet_keep_heading_and_length():
    rng = np.random.default_rng(3)
    body = turned(np.broadcast_to(SMPL24.rest_positions, (50, 24, 3)), rng.uniform(-3, 3, (50, 1)))
    levelled = with_level_feet(turned(hanging(np.broadcast_to(SMPL24.rest_positions, (50, 24, 3)), 15), 1.0))
    np.testing.assert_allclose(levelled, turned(np.broadcast_to(SMPL24.rest_positions, (50, 24, 3)), 1.0), atol=1e-9)
    np.testing.assert_allclose(with_level_feet(body), body, atol=1e-9)


def test_a_dancer_on_pointe_stays_up():
    body = hanging(np.broadcast_to(SMPL24.rest_positions, (50, 24, 3)), 60)
    np.testing.assert_allclose(with_level_feet(body), hanging(body, -30), atol=1e-9)
