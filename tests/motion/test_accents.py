import numpy as np
import pytest

from workflow_scripts.motion.accents import accents
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import SMPL24

FPS = 30.0


def stepping(seconds, size=0.3, period_s=0.47):
    """A body that goes to and fro along x, and rests every `period_s`."""
    time = np.arange(round(seconds * FPS)) / FPS
    root = np.zeros((len(time), 3))
    root[:, 0] = size * np.cos(np.pi * time / period_s)
    return Person(np.tile(SMPL24.rest_positions, (len(time), 1, 1)), root)


def test_accents_are_the_moments_of_rest():
    found = accents(stepping(4), FPS)
    np.testing.assert_allclose(found, np.arange(0.47, 3.9, 0.47), atol=0.5 / FPS)
    assert abs((found - np.arange(0.47, 3.9, 0.47)).mean()) < 0.1 / FPS  # neither early nor late


def test_who_only_trembles_accents_nothing():
    assert len(accents(stepping(4, size=0.005), FPS)) == 0
    still = stepping(4, size=0)
    still.root += np.random.default_rng(0).normal(0, 5e-4, still.root.shape)
    assert len(accents(still, FPS)) == 0


def test_accents_lie_inside_of_stretches():
    person = stepping(6)
    person.root[60:120] = 0
    person.stretches = np.array([[0, 60], [120, 180]], dtype=np.int32)
    found = accents(person, FPS)
    assert not ((found > 1.95) & (found < 4.05)).any()
    assert (found < 2).sum() >= 3
    assert (found > 4).sum() >= 3


@pytest.mark.parametrize("frames", [0, 1, 2, 3])
def test_hardly_any_frames_have_no_accent(frames):
    assert accents(stepping(6).part(slice(0, frames)), FPS).shape == (0,)
