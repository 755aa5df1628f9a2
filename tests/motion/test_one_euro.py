import numpy as np
import pytest

from workflow_scripts.motion.one_euro import one_euro

FPS = 30.0


def moving(speed: float, frames: int = 90) -> np.ndarray:
    """A point that stands, moves at a speed (m/s) for a second, and stands."""
    way = np.clip(np.arange(frames) - 30, 0, 30) / FPS * speed
    return np.stack([way, 0 * way, 0 * way], axis=-1)[:, None]


def test_what_stands_is_calm() -> None:
    noise = np.random.default_rng(0).normal(scale=0.01, size=(600, 5, 3))
    assert one_euro(noise, 0.37, FPS).std() < 0.4 * noise.std()


def test_what_moves_fast_is_let_through() -> None:
    """The error relative to the way falls with the speed: that is what the filter is for."""
    errors = [np.abs(one_euro(moving(speed), 0.37, FPS) - moving(speed)).max() / speed for speed in (0.2, 1.0, 5.0)]
    assert errors[0] > 1.5 * errors[1] > 2 * errors[2]


def test_nothing_is_delayed() -> None:
    bump = np.exp(-(((np.arange(61) - 30) / 6.0) ** 2))[:, None, None] * np.ones(3)
    assert abs(int(one_euro(bump, 0.2, FPS)[:, 0, 0].argmax()) - 30) <= 1
    ramp = np.arange(200.0)[:, None, None] * np.array([0.02, 0, 0])
    middle = (one_euro(ramp, 0.2, FPS) - ramp)[80:120, 0, 0]
    assert np.abs(middle).max() < 0.002  # looking back only, it is 0.6 m/s times 1 / (2 pi cutoff): 0.02


def test_axes_and_units_do_not_matter() -> None:
    points = np.random.default_rng(1).normal(size=(50, 4, 3)).cumsum(axis=0) * 0.01
    turn = np.linalg.qr(np.random.default_rng(2).normal(size=(3, 3)))[0]
    expected = one_euro(points, 0.3, FPS)
    np.testing.assert_allclose(one_euro(points @ turn, 0.3, FPS), expected @ turn, atol=1e-12)
    np.testing.assert_allclose(one_euro(200 * points, 0.3, FPS, unit=200.0), 200 * expected, atol=1e-9)
    assert np.abs(one_euro(200 * points, 0.3, FPS) - 200 * expected).max() > 0.01


@pytest.mark.parametrize("frames", [0, 1, 2, 3])
def test_short_motion_and_no_window(frames: int) -> None:
    points = np.random.default_rng(3).normal(size=(frames, 2, 3))
    assert one_euro(points, 0.3, FPS).shape == points.shape
    np.testing.assert_array_equal(one_euro(points, 0.0, FPS), points)
