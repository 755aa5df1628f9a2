import numpy as np
import pytest

from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.pose.grounding import grounded, sole_heights, to_world

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
