import numpy as np
import pytest

from workflow_scripts.motion.manifold import coverage, mean_nearest, precision, radii, recall


def clouds(seed: int, n: int = 400, dimensions: int = 4) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, dimensions))


def test_radii_on_a_line() -> None:
    """Points 0, 1, 2, 3, 10: the second nearest neighbour of each is found by hand."""
    points = np.array([[0.0], [1.0], [2.0], [3.0], [10.0]])
    np.testing.assert_allclose(radii(points, 2), [2, 1, 1, 2, 8])
    np.testing.assert_allclose(radii(points, 1), [1, 1, 1, 1, 7])


def test_all_by_hand() -> None:
    """Balls of k = 1 about 0, 1 and 4: radii 1, 1, 3. Of 0.5, 6 and 20 the first two lie in some ball."""
    real, made = np.array([[0.0], [1.0], [4.0]]), np.array([[0.5], [6.0], [20.0]])
    assert precision(real, made, 1) == pytest.approx(2 / 3)
    assert coverage(real, made, 1) == 1.0
    # Balls about 0.5, 6 and 20 have radii 5.5, 5.5 and 14.
    assert recall(real, made, 1) == 1.0
    assert mean_nearest(made, real) == pytest.approx((0.5 + 2 + 16) / 3)


def test_far_apart() -> None:
    real, far = clouds(0), clouds(1) + 100
    for measure in (precision, recall, coverage):
        assert measure(real, far) == 0.0
    assert mean_nearest(real, far) == pytest.approx(200, rel=0.05)


def test_the_same_kind() -> None:
    """Coverage of two sets of one kind is known whatever the kind (Naeem et al. 2020, Lemma 2)."""
    n, k = 400, 5
    expected = 1 - np.prod([(n - i) / (2 * n - i) for i in range(1, k + 1)])
    covered = np.mean([coverage(clouds(2 * s), clouds(2 * s + 1), k) for s in range(5)])
    assert covered == pytest.approx(expected, abs=0.01)
    assert precision(clouds(0), clouds(1)) > 0.9
    assert recall(clouds(0), clouds(1)) > 0.9


def test_collapsed_to_one_of_two_modes() -> None:
    """All that is made looks real, but half of what is real is missing."""
    real = np.concatenate([clouds(0, 200), clouds(1, 200) + 50])
    made = clouds(2)
    assert precision(real, made) > 0.9
    assert coverage(real, made) == pytest.approx(0.5, abs=0.03)
    assert recall(real, made) <= 0.5


def test_collapsed_to_one_point() -> None:
    """The mean is nearer to real points than those are to each other; coverage tells."""
    real = clouds(0)
    point = np.zeros((400, 4)) + 1e-6 * clouds(1)
    assert mean_nearest(point, real) < mean_nearest(clouds(2), real)
    assert coverage(real, point) < 0.1


def test_too_few_points() -> None:
    with pytest.raises(ValueError, match="5 points have no 5 neighbours"):
        precision(clouds(0, 5), clouds(1))
