"""Ratings of simulated voters whose taste is known."""

import numpy as np
import pytest

from workflow_scripts.report.abx.bradley_terry import bootstrap, coin, elo, interval

TRUE = np.array([1650.0, 1550.0, 1480.0, 1320.0])  # mean 1500


def simulated(rng: np.random.Generator, voters: int, each: int, ratings: np.ndarray = TRUE) -> np.ndarray:
    """(voters, M, M): every voter sees every pair `each` times."""
    odds = 1 / (1 + 10 ** ((ratings[None] - ratings[:, None]) / 400))
    wins = np.zeros((voters, len(ratings), len(ratings)))
    for row in range(len(ratings)):
        for column in range(row):
            won = rng.binomial(each, odds[row, column], voters)
            wins[:, row, column], wins[:, column, row] = won, each - won
    return wins


def test_two_of_whom_one_wins_ten_times_as_often_are_400_apart() -> None:
    ratings = elo(np.array([[0.0, 1e7], [1e6, 0.0]]))
    assert ratings[0] - ratings[1] == pytest.approx(400, abs=0.01)
    assert ratings.mean() == pytest.approx(1500)


def test_what_the_imagined_tie_does_to_a_single_vote() -> None:
    """By hand: the gradient 1 + 1/2 - s(2x) - s(x) = 0, with s the logistic function and -x the other's strength."""
    ratings = elo(np.array([[0.0, 1.0], [0.0, 0.0]]))
    x = (ratings[0] - 1500) * np.log(10) / 400
    assert x > 0
    assert 1 / (1 + np.exp(-2 * x)) + 1 / (1 + np.exp(-x)) == pytest.approx(1.5)


def test_true_ratings_come_back_from_many_votes() -> None:
    ratings = elo(simulated(np.random.default_rng(1), 1, 200_000)[0])
    assert np.abs(ratings - TRUE).max() < 3


def test_who_always_wins_or_was_never_seen_has_a_finite_rating() -> None:
    wins = np.zeros((3, 3))
    wins[0, 1] = 50
    ratings = elo(wins)
    assert np.isfinite(ratings).all()
    assert ratings[0] > 1800 > ratings[2] > 1200 > ratings[1]
    assert ratings[2] == pytest.approx(1500)


def test_extreme_counts_converge() -> None:
    wins = np.array([[0, 5000.0, 5000], [0, 0, 5000], [0, 0, 0]])
    ratings = elo(wins)
    assert np.isfinite(ratings).all()
    # At the maximum each has as many wins as is expected of it.
    strength = (ratings - 1500) * np.log(10) / 400
    likely = 1 / (1 + np.exp(strength[None] - strength[:, None]))
    expected = ((wins + wins.T) * likely).sum(axis=1) + 1 / (1 + np.exp(-strength))
    assert expected == pytest.approx(wins.sum(axis=1) + 0.5, abs=0.01)


@pytest.mark.parametrize("voters", [8, 20])
def test_intervals_hold_the_truth_about_as_often_as_they_say(voters: int) -> None:
    rng = np.random.default_rng(2)
    held, runs = 0, 80
    for _ in range(runs):
        draws = bootstrap(simulated(rng, voters, 3), rng, 400)
        assert draws is not None
        low, high = interval(draws, voters)
        held += int(((low <= TRUE) & (high >= TRUE)).sum())
    assert 0.91 <= held / (runs * len(TRUE)) <= 0.985


def test_an_interval_of_few_groups_is_wider_and_that_of_many_is_not() -> None:
    draws = np.random.default_rng(1).normal(size=(20_000, 1))
    plain, few, many = (np.diff(np.ravel(interval(draws, groups)))[0] for groups in (None, 8, 10_000))
    assert plain == pytest.approx(2 * 1.96, rel=0.03)
    assert many == pytest.approx(plain, rel=0.01)
    assert few == pytest.approx(2 * 2.365 * (8 / 7) ** 0.5, rel=0.05)  # Student's with 7 degrees of freedom


def test_one_voter_alone_has_no_interval() -> None:
    assert bootstrap(simulated(np.random.default_rng(1), 1, 3), np.random.default_rng(1)) is None


def test_coins_give_the_mean_and_spread_less_with_more_votes() -> None:
    rng = np.random.default_rng(3)
    few, many = (coin(np.full((3, 3), count), np.zeros((3, 3), np.int64), rng, 500) for count in (10, 1000))
    assert np.abs(few.mean(axis=0) - 1500).max() < 15
    assert many.std() < few.std() / 5
    # Ties are nobody's: where all are, nothing is left to chance.
    assert coin(np.zeros((3, 3), np.int64), np.full((3, 3), 7), rng, 5) == pytest.approx(1500)
