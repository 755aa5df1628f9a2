import numpy as np
import pytest

from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.pose.clean.upright import straightened, systematic_lean


def standing(frames=40):
    """The rest body in the camera frame: y down, facing the camera (z away from it)."""
    return np.broadcast_to(SMPL24.rest_positions * [1, -1, -1], (frames, 24, 3))


def leaning(degrees):
    """Tip the head towards the camera by hand: forward is -z."""
    angle = np.radians(degrees)
    x, y, z = np.moveaxis(standing(), -1, 0)
    return np.stack([x, np.cos(angle) * y - np.sin(angle) * z, np.sin(angle) * y + np.cos(angle) * z], axis=-1)


@pytest.mark.parametrize("degrees", [-20, -5, 0, 8, 20])
def test_lean_is_measured_and_undone(degrees):
    body = leaning(degrees)
    assert np.degrees(systematic_lean(body)) == pytest.approx(degrees, abs=0.01)
    np.testing.assert_allclose(straightened(body, systematic_lean(body)), standing(), atol=1e-4)


def test_a_bow_is_no_systematic_lean():
    bowing = np.concatenate([leaning(0), leaning(40)[:15]])
    assert systematic_lean(bowing) == pytest.approx(0, abs=1e-3)


def test_lying_or_falling_far_is_left_alone():
    assert systematic_lean(leaning(45)) == 0
    lying = standing()[..., [1, 0, 2]]
    assert systematic_lean(lying) == 0
