"""Means with intervals, and differences of means."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.skeleton import Floats

RESAMPLES, LEVEL = 2000, 0.95
Interval = tuple[float | None, float | None, float | None]


def mean_interval(
    values: Sequence[float], groups: Sequence[str], seed: int, resamples: int = RESAMPLES, level: float = LEVEL
) -> Interval:
    """Return mean, lower and upper bound of the bootstrap's percentile interval (Efron and Tibshirani 1993).

    Whole groups are drawn, since dances to the same song are not independent of each other.

    Args:
        values: one number per dance; NaN (not measurable) is left out.
        groups: the song of each dance.
        seed: of the draws.
        resamples: how many draws.
        level: coverage of the interval.

    Returns:
        None where there is nothing to average; no bounds with fewer than two groups.
    """
    known = _Grouped.of(values, groups)
    if not known.names:
        return None, None, None
    if len(known.names) < 2:
        return known.mean, None, None
    return known.mean, *_bounds(known.drawn_means(_draws(len(known.names), resamples, seed)), level)


def difference_interval(
    values: Sequence[float],
    groups: Sequence[str],
    other_values: Sequence[float],
    other_groups: Sequence[str],
    seed: int,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> Interval:
    """Return the difference of the means of two sets of dances with its interval, arguments as of `mean_interval`.

    Where both danced to the same songs, the same songs are drawn of both, and what is particular to a song cancels out
    (a paired comparison); else each set is drawn by itself.
    """
    first, second = _Grouped.of(values, groups), _Grouped.of(other_values, other_groups)
    if not first.names or not second.names:
        return None, None, None
    difference = first.mean - second.mean
    if len(first.names) < 2 or len(second.names) < 2:
        return difference, None, None
    draws = _draws(len(first.names), resamples, seed)
    paired = first.names == second.names
    other_draws = draws if paired else _draws(len(second.names), resamples, seed + 1)
    return difference, *_bounds(first.drawn_means(draws) - second.drawn_means(other_draws), level)


class _Grouped:
    """Numbers summed by group, without those that are not finite; `names` are sorted."""

    def __init__(self, names: list[str], sums: Floats, counts: Floats) -> None:
        self.names, self.sums, self.counts = names, sums, counts

    @classmethod
    def of(cls, values: Sequence[float], groups: Sequence[str]) -> "_Grouped":
        numbers = np.asarray(values, dtype=np.float64)
        finite = np.isfinite(numbers)
        names, place = np.unique(np.asarray(groups, dtype=str)[finite], return_inverse=True)
        numbers = numbers[finite]
        sums, counts = np.zeros(len(names)), np.zeros(len(names))
        np.add.at(sums, place, numbers)
        np.add.at(counts, place, 1.0)
        return cls([str(name) for name in names], sums, counts)

    @property
    def mean(self) -> float:
        return float(self.sums.sum() / self.counts.sum())

    def drawn_means(self, draws: npt.NDArray[np.int64]) -> Floats:
        return np.asarray(self.sums[draws].sum(axis=1) / self.counts[draws].sum(axis=1))


def _draws(groups: int, resamples: int, seed: int) -> npt.NDArray[np.int64]:
    return np.random.default_rng(seed).integers(groups, size=(resamples, groups))


def _bounds(means: Floats, level: float) -> tuple[float, float]:
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
