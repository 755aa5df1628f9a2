import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from workflow_scripts.motion.alignment import pa_mpjpe, procrustes_aligned


def test_a_similarity_is_undone():
    rng = np.random.default_rng(1)
    target = rng.normal(size=(5, 12, 3))
    turn = Rotation.random(5, random_state=2).as_matrix()
    moved = 1.7 * np.einsum("tij,tkj->tki", turn, target) + rng.normal(size=(5, 1, 3))
    np.testing.assert_allclose(procrustes_aligned(moved, target), target, atol=1e-9)
    assert pa_mpjpe(moved, target).max() < 1e-9


@pytest.mark.parametrize("mirror", [1, -1])
def test_the_best_similarity_agrees_with_scipy(mirror):
    rng = np.random.default_rng(3)
    target = rng.normal(size=(12, 3))
    points = (target + 0.1 * rng.normal(size=(12, 3))) * [mirror, 1, 1]
    turn, _ = Rotation.align_vectors(target - target.mean(0), points - points.mean(0))
    turned = turn.apply(points - points.mean(0))
    goal = target - target.mean(0)
    scale = (turned * goal).sum() / (turned**2).sum()
    np.testing.assert_allclose(procrustes_aligned(points, target), scale * turned + target.mean(0), atol=1e-9)


def test_a_mirror_image_does_not_align():
    points = np.random.default_rng(4).normal(size=(1, 12, 3))
    assert pa_mpjpe(points * [-1, 1, 1], points)[0] > 0.1


def test_error_is_the_mean_distance():
    square = np.array([[[1.0, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]]])
    # Alternating steps along each axis, outwards: what is left after scaling is known by hand.
    stretched = square * [1.1, 1.1, 0.8]
    scale = (4 * 1.1 + 2 * 0.8) / (4 * 1.1**2 + 2 * 0.8**2)
    expected = (4 * abs(1.1 * scale - 1) + 2 * abs(0.8 * scale - 1)) / 6
    assert pa_mpjpe(stretched, square)[0] == pytest.approx(expected, abs=1e-9)
