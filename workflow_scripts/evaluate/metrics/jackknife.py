"""Intervals of numbers that are made of many dances together and depend on how many there are."""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.stats import t

from workflow_scripts.motion.skeleton import Floats

LEFT_OUT = 50  # groups are left out one by one, or in so many parts where there are more


def jackknife_interval(
    statistic: Callable[[Floats], float], rows: Floats, groups: Sequence[str], level: float = 0.95
) -> tuple[float | None, float | None, float | None]:
    """Return a statistic of rows (N, ...) with the bounds of its interval over groups.

    The delete-one-group jackknife (Tukey 1958; Efron and Stein 1981: its variance errs upwards) with Student's t. The
    interval is for the mean of the statistic at this number of rows: what it is biased by at this number is not taken
    off. A bootstrap draws rows twice, and adds the bias of fewer rows.

    Args:
        statistic: of some of the rows, smooth and about as uncertain everywhere (the root of a sum of squares, say).
        rows: one per dance.
        groups: the song of each; whole songs are left out, since dances to one song are not independent. Where there
            are more than `LEFT_OUT`, they are dealt into so many parts, which are left out as a song is.
        level: coverage of the interval.

    Returns:
        None where the statistic is not finite; no bounds with fewer than three groups, or where it is not finite
        without one of them.
    """
    value = statistic(rows)
    if not np.isfinite(value):
        return None, None, None
    names, place = np.unique(np.asarray(groups), return_inverse=True)
    if len(names) < 3:
        return value, None, None
    parts = min(len(names), LEFT_OUT)
    without = np.array([statistic(rows[place % parts != number]) for number in range(parts)])
    if not np.isfinite(without).all():
        return value, None, None
    error = np.sqrt((parts - 1) * without.var())
    reach = float(t.ppf((1 + level) / 2, parts - 1) * error)
    return value, value - reach, value + reach
