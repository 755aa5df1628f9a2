"""Means with intervals."""

from collections.abc import Sequence

import numpy as np


def mean_interval(
    values: Sequence[float], groups: Sequence[str], seed: int, resamples: int = 2000, level: float = 0.95
) -> tuple[float | None, float | None, float | None]:
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
    numbers = np.asarray(values, dtype=np.float64)
    names, place = np.unique(np.asarray(groups)[np.isfinite(numbers)], return_inverse=True)
    numbers = numbers[np.isfinite(numbers)]
    if not len(numbers):
        return None, None, None
    mean = float(numbers.mean())
    if len(names) < 2:
        return mean, None, None
    sums = np.bincount(place, weights=numbers)
    counts = np.bincount(place)
    drawn = np.random.default_rng(seed).integers(len(names), size=(resamples, len(names)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return mean, float(low), float(high)
