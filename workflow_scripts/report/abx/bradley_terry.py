"""Strengths of those who were compared in pairs, as Elo ratings, and how sure they are."""

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

MEAN, SCALE = 1500.0, 400.0 / np.log(10.0)  # a difference of 400 is odds of ten to one
# So many ties with somebody of the mean rating are imagined for each: who wins always would have no finite rating.
PRIOR_TIES = 1.0
STEPS, CLOSE = 100, 1e-9


def elo(wins: Floats) -> Floats:
    """Return ratings (..., M) on Elo's scale with the mean 1500, by maximum likelihood of Bradley and Terry's model.

    P(i is preferred to j) = 1 / (1 + 10^((R_j - R_i) / 400)). All votes count at once, so that their order, unlike in a
    running Elo rating, changes nothing. To the votes, one tie (PRIOR_TIES) of each with an imagined opponent of rating
    1500 is added: it keeps ratings finite where somebody always wins, pulls all a little to the mean, and weighs the
    less the more votes there are.

    Args:
        wins: (..., M, M) how often the row was preferred to the column; a tie is half a win of each.

    Source: Bradley and Terry, "Rank Analysis of Incomplete Block Designs" (Biometrika 1952); Elo, "The Rating of
    Chessplayers" (1978).
    """
    count = wins.shape[-1]
    games = wins + np.swapaxes(wins, -1, -2)
    won = wins.sum(axis=-1) + PRIOR_TIES / 2
    strength = np.zeros(wins.shape[:-1])
    for _ in range(STEPS):
        likely = _logistic(strength[..., :, None] - strength[..., None, :])
        against_mean = _logistic(strength)
        gradient = won - (games * likely).sum(axis=-1) - PRIOR_TIES * against_mean
        weights = games * likely * (1 - likely)
        diagonal = weights.sum(axis=-1) + PRIOR_TIES * against_mean * (1 - against_mean)
        hessian = np.eye(count) * diagonal[..., None] - weights
        # Concave, but not a parabola: longer steps than this may overshoot.
        step = np.clip(np.linalg.solve(hessian, gradient[..., None])[..., 0], -1.0, 1.0)
        strength = strength + step
        if np.abs(step).max() < CLOSE:
            break
    return MEAN + SCALE * (strength - strength.mean(axis=-1, keepdims=True))


def bootstrap(wins: Floats, rng: np.random.Generator, resamples: int = 2000) -> Floats | None:
    """Return ratings (resamples, M) of groups drawn with replacement; None with fewer than two groups.

    Args:
        wins: (G, M, M) as for `elo`, of each group: the votes of a voter, or those on a song.
        rng: of the draws.
        resamples: how many draws.

    Source: Efron and Tibshirani, "An Introduction to the Bootstrap" (1993); whole groups, since votes of one person, or
    on one song, are not independent of each other.
    """
    groups = len(wins)
    if groups < 2:
        return None
    drawn = rng.multinomial(groups, np.full(groups, 1 / groups), size=resamples)
    return elo(np.einsum("rg,gij->rij", drawn.astype(np.float64), wins))


def interval(draws: Floats, groups: int | None = None, level: float = 0.95) -> tuple[Floats, Floats]:
    """Return the lower and upper bounds (M,) that hold `level` of the draws (R, M).

    Bootstrapped draws of few groups spread too little. With the number of groups given, the bounds are moved outwards
    to the quantiles at which, for a mean, the interval is Student's (the expanded percentile interval of Hesterberg,
    "What Teachers Should Know About the Bootstrap", The American Statistician 2015).
    """
    tail = (1 - level) / 2
    if groups is not None:
        from scipy import stats

        tail = float(stats.norm.cdf(np.sqrt(groups / (groups - 1)) * stats.t.ppf(tail, groups - 1)))
    low, high = np.quantile(draws, [tail, 1 - tail], axis=0)
    return low, high


def coin(decided: npt.NDArray[np.int64], ties: npt.NDArray[np.int64], rng: np.random.Generator, draws: int) -> Floats:
    """Return ratings (draws, M) as voters give them who throw a coin where these voters chose.

    Args:
        decided: (M, M) symmetric, how many votes between two were for one of them.
        ties: (M, M) symmetric, how many were not.
        rng: of the coins.
        draws: how often all votes are made anew.
    """
    count = len(decided)
    upper = np.triu_indices(count, 1)
    heads = rng.binomial(decided[upper], 0.5, size=(draws, len(upper[0])))
    wins = np.zeros((draws, count, count))
    wins[:, upper[0], upper[1]] = heads + ties[upper] / 2
    wins[:, upper[1], upper[0]] = decided[upper] - heads + ties[upper] / 2
    return elo(wins)


def _logistic(value: Any) -> Any:
    return 1 / (1 + np.exp(-value))
