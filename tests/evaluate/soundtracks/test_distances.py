"""Distances: closed forms."""

import numpy as np
import pytest
from scipy.linalg import sqrtm

from workflow_scripts.evaluate.soundtracks.distances import (
    envelope_correlation,
    frechet_distance,
    log_spectral_distance,
    scale_of,
)
from workflow_scripts.evaluate.soundtracks.heard import BANDS, FLOOR_DB


def test_log_spectral_distance_by_hand():
    zeros, four = np.zeros((5, BANDS), np.float16), np.full((5, BANDS), 4, np.float16)
    assert log_spectral_distance(zeros, zeros) == 0
    assert log_spectral_distance(zeros, four) == 4
    half = zeros.copy()
    half[:, ::2] = 4  # half of the bands: the root of the mean square
    assert log_spectral_distance(zeros, half) == pytest.approx(np.sqrt(8))
    half = zeros.copy()
    half[0] = 4  # one frame in five: the mean
    assert log_spectral_distance(zeros, half) == pytest.approx(4 / 5)


def test_a_sound_that_ends_is_at_its_floor():
    zeros = np.zeros((4, BANDS), np.float16)
    assert log_spectral_distance(zeros, zeros[:3]) == pytest.approx(-FLOOR_DB / 4)
    assert log_spectral_distance(zeros[:3], zeros) == 0
    assert np.isnan(log_spectral_distance(zeros[:0], zeros))


def test_long_spectra_are_compared_in_blocks():
    rng = np.random.default_rng(0)
    one, two = (rng.normal(size=(40000, 4)).astype(np.float16) for _ in range(2))
    expected = np.sqrt(np.mean((one.astype(float) - two.astype(float)) ** 2, axis=1)).mean()
    assert log_spectral_distance(one, two) == pytest.approx(expected, rel=1e-5)


def test_envelopes():
    rng = np.random.default_rng(0)
    one, two = rng.random(2000), rng.random(2000)
    assert envelope_correlation(one, 3 * one + 1) == pytest.approx(1)
    assert envelope_correlation(one, -one) == pytest.approx(-1)
    assert abs(envelope_correlation(one, two)) < 0.15
    pulses = np.zeros(2000)
    pulses[::40] = 1
    # A frame (23 ms) beside is nearly the same, half a period beside the opposite.
    assert envelope_correlation(pulses, np.roll(pulses, 1)) > 0.8
    assert envelope_correlation(pulses, np.roll(pulses, 20)) < 0
    assert envelope_correlation(one, np.zeros(2000)) == 0
    assert np.isnan(envelope_correlation(np.zeros(2000), one))
    assert np.isnan(envelope_correlation(one[:1], one))


def test_frechet_distance_of_a_moved_set():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(100, 3)) * [1, 5, 0.1]
    scale = scale_of(points)
    assert frechet_distance(points, points, scale) == pytest.approx(0, abs=1e-9)
    # Every dimension counts by its own deviation: by one of it in each of three.
    assert frechet_distance(points, points + scale, scale) == pytest.approx(3)
    assert frechet_distance(points, points + np.array([0, 2 * scale[1], 0]), scale) == pytest.approx(4)


def test_frechet_distance_is_the_formula_with_shrunk_covariances():
    rng = np.random.default_rng(0)
    one, two = rng.normal(size=(12, 4)), rng.normal(size=(9, 4)) @ rng.normal(size=(4, 4)) + 1
    covariances = []
    for values in (one, two):
        covariance, weight = np.cov(values.T), 4 / (4 + len(values))
        covariances.append((1 - weight) * covariance + weight * np.diag(np.diag(covariance)))
    a, b = covariances
    expected = np.sum((one.mean(0) - two.mean(0)) ** 2) + np.trace(a + b - 2 * sqrtm(a @ b).real)
    assert frechet_distance(one, two, np.ones(4)) == pytest.approx(expected)
    assert frechet_distance(two, one, np.ones(4)) == pytest.approx(expected)


def test_frechet_distance_of_few_windows():
    rng = np.random.default_rng(0)
    few, many = rng.normal(size=(3, 10)), rng.normal(size=(500, 10))
    assert np.isfinite(frechet_distance(many, few, scale_of(many)))
    assert np.isnan(frechet_distance(many, few[:1], scale_of(many)))
    assert np.isnan(frechet_distance(many[:0], few, scale_of(many[:0])))
    still = np.repeat(few[:1], 5, axis=0)
    assert np.isfinite(frechet_distance(still, many, scale_of(still)))
