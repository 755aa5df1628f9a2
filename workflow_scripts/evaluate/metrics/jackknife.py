"""Intervals of numbers that are made of many dances together and depend on how many there are."""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.stats import t

from workflow_scripts.motion.skeleton import Floats


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
        groups: the song of each; whole songs are left out, since dances to one song are not independent.
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
    without = np.array([statistic(rows[place != number]) for number in range(len(names))])
    if not np.isfinite(without).all():
        return value, None, None
    error = np.sqrt((len(names) - 1) * without.var())
    reach = float(t.ppf((1 + level) / 2, len(names) - 1) * error)
    return value, value - reach, value + reach
