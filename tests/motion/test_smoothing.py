import numpy as np
import pytest
from scipy.signal import savgol_filter

from workflow_scripts.motion.smoothing import fill_gaps, gap_lengths, smooth


def test_a_parabola_passes_unchanged_and_noise_does_not():
    time = np.arange(60) / 30
    parabola = np.stack([3 * time**2 - time + 2, -(time**2)], axis=1)
    np.testing.assert_allclose(smooth(parabola, 0.3, 30), parabola, atol=1e-12)
    noise = np.random.default_rng(0).normal(size=(600, 2))
    # The variance that a quadratic over 9 points leaves is 59/231 (Savitzky and Golay, table of the centre weight).
    assert smooth(noise, 0.3, 30).var() == pytest.approx(59 / 231, rel=0.1)


@pytest.mark.parametrize(("window_s", "order"), [(0.3, 2), (0.3, 1), (1.0, 2), (9.0, 3)])
def test_the_same_as_scipy(window_s, order):
    values = np.random.default_rng(2).normal(size=(41, 3, 2))
    frames = {0.3: 9, 1.0: 29, 9.0: 41}[window_s]
    np.testing.assert_allclose(
        smooth(values, window_s, 30, order), savgol_filter(values, frames, order, axis=0, mode="interp"), atol=1e-9
    )


def test_nothing_is_delayed():
    bump = np.exp(-(((np.arange(61) - 30) / 4.0) ** 2))
    assert smooth(bump, 0.3, 30).argmax() == 30


@pytest.mark.parametrize("frames", [1, 2, 3, 4, 5])
def test_short_motion_and_no_window_are_left_alone(frames):
    values = np.arange(frames, dtype=float)[:, None] ** 2
    np.testing.assert_allclose(smooth(values, 0.3, 30), values, atol=1e-9)
    np.testing.assert_array_equal(smooth(values, 0.0, 30), values)


def test_gaps_are_bridged_without_overshoot():
    line = np.stack([np.arange(20.0), 5 - np.arange(20.0)], axis=1)
    present = np.ones(20, dtype=bool)
    present[5:9] = False
    holed = np.where(present[:, None], line, np.nan)
    np.testing.assert_allclose(fill_gaps(holed, present), line, atol=1e-12)
    step = np.where(np.arange(20) < 9, 0.0, 1.0)
    filled = fill_gaps(np.where(present, step, np.nan), present)
    assert filled.min() >= 0
    assert filled.max() <= 1


def test_ends_hold_the_nearest_frame():
    values = np.array([np.nan, np.nan, 2.0, 4.0, np.nan])
    np.testing.assert_allclose(fill_gaps(values, np.isfinite(values)), [2, 2, 2, 4, 4])
    np.testing.assert_allclose(fill_gaps(np.array([np.nan, 7.0]), np.array([False, True])), [7, 7])


def test_nothing_present_is_an_error():
    with pytest.raises(ValueError, match="no frame is present"):
        fill_gaps(np.zeros((3, 2)), np.zeros(3, dtype=bool))


def test_gap_lengths():
    present = np.array([0, 0, 1, 0, 1, 1, 0, 0, 0], dtype=bool)
    assert gap_lengths(present).tolist() == [2, 2, 0, 1, 0, 0, 3, 3, 3]
    assert gap_lengths(np.ones(3, dtype=bool)).tolist() == [0, 0, 0]
