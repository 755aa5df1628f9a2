"""FID and diversity of clouds in closed form, their floor and their intervals."""

import numpy as np
import pytest

from workflow_scripts.evaluate.metrics.frechet import (
    diversity,
    frechet_distance,
    frechet_floor,
    frechet_interval,
    gaussian_floor,
)
from workflow_scripts.evaluate.metrics.jackknife import jackknife_interval


def cloud(count, size, seed, scale=1.0):
    return np.random.default_rng(seed).standard_normal((count, size)) * scale


def test_a_set_is_at_no_distance_from_itself_and_a_moved_one_at_its_square():
    points = cloud(50, 5, 0)
    assert frechet_distance(points, points) == pytest.approx(0, abs=1e-9)
    moved = points + points.std(axis=0) * np.array([2.0, 0, 0, 1.0, 0])
    assert frechet_distance(moved, points) == pytest.approx(5, rel=1e-6)


def test_a_wider_set_is_told():
    points = cloud(50, 5, 0)
    middle = points.mean(axis=0)
    # Of standardised features the trace is M D / (M - 1); tr(A + 9 A - 6 A).
    assert frechet_distance(middle + 3 * (points - middle), points) == pytest.approx(4 * 5 * 50 / 49, rel=1e-6)


def test_a_feature_that_is_constant_in_the_reference_is_measured_in_its_least_scale():
    reference = cloud(40, 4, 1)
    reference[:, 2] = 0.25
    predicted = cloud(40, 4, 2)
    predicted[:, 2] = 0.25
    without = frechet_distance(predicted, reference, 0.01)
    predicted[:, 2] += 0.03
    assert frechet_distance(predicted, reference) > 1e14
    assert frechet_distance(predicted, reference, 0.01) == pytest.approx(without + 9)
    assert diversity(predicted, reference, 0.01) == pytest.approx(diversity(predicted, reference, 1e-3))


def test_least_scales_repeat_and_change_nothing_where_the_reference_varies_more():
    reference, predicted = cloud(40, 6, 1), cloud(40, 6, 2)
    least = np.array([0.1, 0.2, 0.3])
    assert frechet_distance(predicted, reference, least) == pytest.approx(frechet_distance(predicted, reference))
    reference[:, 5] = 0
    reference[:, 2] = 0
    predicted[:, [2, 5]] = 0
    plain = frechet_distance(predicted, reference, least)
    predicted[:, [2, 5]] = 0.3
    assert frechet_distance(predicted, reference, least) == pytest.approx(plain + 2)


def test_what_cannot_be_measured_is_not_a_number():
    points = cloud(5, 3, 0)
    assert np.isnan(frechet_distance(points[:1], points))
    assert np.isnan(frechet_distance(points, points[:1]))
    assert np.isnan(diversity(points[:1], points))
    broken = points.copy()
    broken[2, 1] = np.nan
    assert np.isnan(frechet_distance(broken, points))
    assert frechet_interval(broken, points, list("abcde")) == (None, None, None)
    assert np.isnan(gaussian_floor(1, 40, np.ones(3)))


def test_diversity_of_two_dances_is_their_distance():
    reference = np.array([[0.0, 0.0], [2.0, 2.0]])
    assert diversity(np.array([[0.0, 0.0], [3.0, 4.0]]), reference) == pytest.approx(5)


@pytest.mark.parametrize(
    ("count", "size", "expected", "spread"),
    [(40, 72, 48.4, 0.8), (20, 72, 76.5, 1.0), (100, 72, 16.8, 0.6), (1000, 72, 2.5, 0.1), (40, 32, 8.6, 0.4)],
)
def test_floor_of_unit_gaussians(count, size, expected, spread):
    found = gaussian_floor(count, 1320, np.ones(size))
    assert found == pytest.approx(expected, abs=spread)
    assert found == gaussian_floor(count, 1320, np.ones(size))


def test_floor_is_the_mean_distance_of_draws():
    scale = 1 / np.arange(1, 13)
    mixing = np.linalg.qr(cloud(12, 12, 5))[0] * scale
    reference = cloud(400, 12, 6) @ mixing.T
    measured = [frechet_distance(cloud(20, 12, 100 + seed) @ mixing.T, reference) for seed in range(200)]
    assert frechet_floor(20, reference) == pytest.approx(np.mean(measured), rel=0.05)
    # Features that go together have a lower floor than independent ones.
    assert frechet_floor(20, reference) < 0.8 * gaussian_floor(20, 400, np.ones(12))
    # A feature that never changes adds nothing.
    assert frechet_floor(20, np.c_[reference, np.ones(400)], 0.01) == pytest.approx(frechet_floor(20, reference))


def test_intervals_cover_the_mean_at_this_number_of_dances():
    reference = cloud(300, 16, 0)
    groups = np.repeat([f"song{number}" for number in range(12)], 2)
    rng = np.random.default_rng(1)
    sets = []
    for _ in range(100):
        songs = np.repeat(rng.standard_normal((12, 16)), 2, axis=0)
        sets.append(0.8 * (songs + rng.standard_normal((24, 16))) / np.sqrt(2) + 0.2)
    mean = np.mean([frechet_distance(rows, reference) for rows in sets])
    bounds = [frechet_interval(rows, reference, groups) for rows in sets]
    covered = np.mean([low <= mean <= high for _, low, high in bounds])
    assert covered >= 0.9
    # And are no wider than they must be.
    spread = np.std([np.log(value) for value, _, _ in bounds])
    assert np.median([np.log(high / low) for _, low, high in bounds]) < 2 * 2 * 2.2 * spread


def test_interval_of_one_song_that_is_not_like_the_others_is_wide_but_no_more_than_that():
    reference, predicted = cloud(300, 4, 0), cloud(10, 4, 1)
    predicted[3] += 40
    value, low, high = frechet_interval(predicted, reference, list("abcdefghij"))
    assert value == pytest.approx(frechet_distance(predicted, reference))
    assert low == 0
    assert value < high < 20 * value


def test_jackknife_of_a_mean_is_the_interval_of_students_t():
    values = np.array([1.0, 2.0, 4.0, 7.0, 3.0])
    reach = 2.776445 * values.std(ddof=1) / np.sqrt(5)
    found = jackknife_interval(lambda rows: float(rows.mean()), values, list("abcde"))
    assert found == pytest.approx((3.4, 3.4 - reach, 3.4 + reach))


def test_jackknife_leaves_whole_songs_out_and_needs_three():
    values = np.array([1.0, 1.0, 2.0, 2.0, 3.0, 3.0])
    sizes = []

    def statistic(rows):
        sizes.append(len(rows))
        return float(rows.mean())

    jackknife_interval(statistic, values, list("aabbcc"))
    assert sizes == [6, 4, 4, 4]
    assert jackknife_interval(statistic, values, list("aaabbb")) == (2.0, None, None)
    assert jackknife_interval(lambda rows: np.nan, values, list("aabbcc")) == (None, None, None)
    few = jackknife_interval(lambda rows: 2.0 if len(rows) == 6 else np.nan, values, list("aabbcc"))
    assert few == (2.0, None, None)


def test_jackknife_deals_many_songs_into_parts():
    values = np.random.default_rng(0).standard_normal(1000)
    sizes = []

    def statistic(rows):
        sizes.append(len(rows))
        return float(rows.mean())

    _, low, high = jackknife_interval(statistic, values, [str(number) for number in range(1000)])
    assert sizes == [1000, *[980] * 50]
    assert (high - low) / 2 == pytest.approx(2.01 * values.std() / np.sqrt(1000), rel=0.25)
