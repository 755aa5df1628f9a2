import numpy as np
import pytest
from pose.synthetic import balanced

from workflow_scripts.motion.kinematics import with_bone_lengths
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.pose.clean.upright import camera_pitch, straightened, systematic_lean

AXES = np.array([1.0, -1.0, -1.0])  # to the camera's frame: y down, z away from it


def standing(frames=40):
    """Somebody who stands well, facing the camera, in its frame."""
    return balanced(np.broadcast_to(SMPL24.rest_positions, (frames, 24, 3))) * AXES


def leaning(degrees, body=None):
    """Tip the head towards the camera by hand: forward is -z."""
    angle = np.radians(degrees)
    x, y, z = np.moveaxis(standing() if body is None else body, -1, 0)
    return np.stack([x, np.cos(angle) * y - np.sin(angle) * z, np.sin(angle) * y + np.cos(angle) * z], axis=-1)


def bowing(degrees, frames=40):
    """A bow: the trunk bends forward at the hips, and the hips go back until the weight is above the feet."""
    body = np.broadcast_to(SMPL24.rest_positions, (frames, 24, 3)).copy()
    angle, hips = np.radians(degrees), SMPL24.rest_positions[1] * [0, 1, 1]
    upper = [j for j, name in enumerate(SMPL24.joints) if not name.endswith(("hip", "knee", "ankle", "foot", "pelvis"))]
    x, y, z = np.moveaxis(body[:, upper] - hips, -1, 0)
    turned = [x, np.cos(angle) * y - np.sin(angle) * z, np.cos(angle) * z + np.sin(angle) * y]
    body[:, upper] = np.stack(turned, axis=-1) + hips
    return balanced(with_bone_lengths(body, SMPL24.rest_lengths)) * AXES


@pytest.mark.parametrize("degrees", [-20, -5, 0, 8, 20])
def test_lean_is_measured_and_undone(degrees):
    body = leaning(degrees)
    # The middle of the foot does not lean with the body: a hundredth of the lean.
    tolerance = 0.02 * abs(degrees) + 0.01
    assert np.degrees(systematic_lean(body)) == pytest.approx(degrees, abs=tolerance)
    assert np.degrees(systematic_lean(straightened(body, systematic_lean(body)))) == pytest.approx(0, abs=tolerance)


def test_size_does_not_matter():
    assert systematic_lean(0.5 * leaning(8)) == pytest.approx(systematic_lean(leaning(8)))


@pytest.mark.parametrize("degrees", [10, 30])
def test_a_dancer_who_bends_is_not_straightened(degrees):
    """The trunk leans the whole time, but nobody falls: this is how they dance."""
    assert np.degrees(systematic_lean(bowing(degrees))) == pytest.approx(0, abs=0.1)
    assert np.degrees(systematic_lean(leaning(6, bowing(degrees)))) == pytest.approx(6, abs=0.2)


def test_turning_round_does_not_matter():
    """Seen from behind, the weight leans the other way over the feet; a lean in the camera's frame stays."""
    back = standing() * [-1, 1, -1]
    assert np.degrees(systematic_lean(back)) == pytest.approx(0, abs=0.01)
    assert np.degrees(systematic_lean(leaning(8, back))) == pytest.approx(8, abs=0.2)


def test_lying_or_falling_far_is_left_alone():
    assert systematic_lean(leaning(60)) == 0
    lying = standing()[..., [1, 0, 2]]
    assert systematic_lean(lying) == 0


def test_frames_on_the_ground_do_not_tell():
    falls = np.concatenate([leaning(5), leaning(70)[:15], standing()[:10][..., [1, 0, 2]]])
    assert np.degrees(systematic_lean(falls)) == pytest.approx(5, abs=0.1)


def test_half_of_the_lean_is_the_cameras():
    assert camera_pitch(0.2) == pytest.approx(0.1)
