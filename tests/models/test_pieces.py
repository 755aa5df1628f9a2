"""What models that rearrange pieces of training motion share."""

import numpy as np
import pytest

from workflow_scripts.demo.choreography import choreograph
from workflow_scripts.models.pieces.body import normalised
from workflow_scripts.models.pieces.grid import beat_grid
from workflow_scripts.models.pieces.joins import join_costs
from workflow_scripts.motion.kinematics import facing_angle
from workflow_scripts.motion.pose_file import Person

FPS = 30.0


def test_normalised_motion_has_no_drift_in_height_and_faces_forward():
    world = choreograph(np.arange(0.4, 12.0, 60 / 124), 12.0, "house", 5, FPS)
    person = Person(world - world[:, :1], world[:, 0])
    shifted = Person(person.positions * 1.3, person.root * 1.3)
    shifted.root[:, 1] += np.linspace(0, 0.4, len(shifted.root))
    result = normalised(shifted, FPS)
    toes = result.world[:, [10, 11], 1].min(axis=1)
    assert np.abs(np.percentile(toes.reshape(-1, 60), 20, axis=1) - 0.02).max() < 0.05
    assert abs(result.root[:, [0, 2]].mean()) < 1e-9
    assert abs(np.sin(facing_angle(result.positions)).sum()) < 1e-6 * len(toes)


@pytest.mark.parametrize("beats", [[], [5.0], [3.0, 3.5, 4.0, 6.0, 6.5], [9.0, 9.4, 9.8], [0.0, 100.0]])
def test_the_grid_covers_the_dance_and_keeps_the_beats(beats):
    grid = beat_grid(np.array(beats), 8.0, 0.0)
    assert grid[0] <= 0
    assert grid[-1] >= 8.0
    assert (np.diff(grid) > 0.2).all()
    assert np.diff(grid).max() < 1.6
    for beat in beats:
        assert beat > grid[-1] or np.abs(grid - beat).min() < 1e-9


def test_join_costs_are_distances():
    rng = np.random.default_rng(0)
    poses, velocities = rng.normal(size=(2, 3, 24, 3))
    to_poses, to_velocities = rng.normal(size=(2, 4, 24, 3))
    expected = np.sqrt(((poses[1] - to_poses[2]) ** 2).sum(axis=-1).mean())
    expected += 0.15 * np.sqrt(((velocities[1] - to_velocities[2]) ** 2).sum(axis=-1).mean())
    assert join_costs(poses, velocities, to_poses, to_velocities)[1, 2] == pytest.approx(expected, rel=1e-4)
