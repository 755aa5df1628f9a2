import numpy as np
import pytest

from workflow_scripts.motion.balance import centre_of_mass, middle_of_feet
from workflow_scripts.motion.kinematics import turned
from workflow_scripts.motion.skeleton import SMPL24


def test_centre_of_mass_of_a_person_at_rest_is_in_the_middle_at_the_height_of_the_pelvis():
    centre = centre_of_mass(SMPL24.rest_positions)
    assert centre[0] == pytest.approx(0, abs=1e-12)
    # 0.56 of 1.72 m (Hay 1993) with arms down; arms held out raise it by about 4 cm.
    assert centre[1] == pytest.approx(1.00, abs=0.04)
    assert centre[2] == pytest.approx(0, abs=0.01)


def test_every_part_counts_by_its_mass():
    body = SMPL24.rest_positions.copy()
    body[SMPL24.index("head")] += [0, 0, 1.0]
    assert (centre_of_mass(body) - centre_of_mass(SMPL24.rest_positions))[2] == pytest.approx(0.068, abs=0.002)
    body = SMPL24.rest_positions.copy()
    leg = [SMPL24.index(f"left_{joint}") for joint in ("knee", "ankle", "foot")]
    body[leg] += [1.0, 0, 0]
    # 0.61 of a thigh stays.
    expected = 0.39 * 0.145 + 0.046 + 0.0133
    assert (centre_of_mass(body) - centre_of_mass(SMPL24.rest_positions))[0] == pytest.approx(expected, abs=0.002)


def test_it_moves_with_the_body():
    place = np.array([1.0, 2.0, 3.0])
    moved = centre_of_mass(turned(SMPL24.rest_positions, 0.7) + place)
    np.testing.assert_allclose(moved, turned(centre_of_mass(SMPL24.rest_positions), 0.7) + place)


def test_the_middle_of_the_feet_is_ahead_of_the_ankles():
    np.testing.assert_allclose(middle_of_feet(SMPL24.rest_positions), [0, 0.085, 0.6 * 0.13], atol=1e-9)
    np.testing.assert_allclose(middle_of_feet(2 * SMPL24.rest_positions, 2.0), [0, 0.17, 1.2 * 0.13], atol=1e-9)


def test_hanging_toes_and_turned_feet():
    body = SMPL24.rest_positions.copy()
    body[[10, 11], 1:] = [-0.05, 0.02]  # toes hang: the foot is taken as level
    np.testing.assert_allclose(middle_of_feet(body), [0, 0.085, 0.6 * 0.13], atol=1e-9)
    body[10], body[11] = [0.195, 0.02, 0], [-0.195, 0.02, 0]  # one to each side
    np.testing.assert_allclose(middle_of_feet(body), [0, 0.085, 0], atol=1e-9)
