"""Intervals of numbers that are made of many dances together and depend on how many there are."""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.stats import t

from workflow_scripts.motion.skeleton import Floats


def jackknife_interval(
    statistic: Callable[[Floats], float], rows: Floats, groups: Sequence[str], level: float = 0.95
) -> tuple[float | None, float | None, float | None]:
    """Return a positive statistic of rows (N, ...) with the bounds of its interval over groups.

    The delete-one-group jackknife (Tukey 1958; Efron and Stein 1981: its variance errs upwards) of the logarithm, with
    Student's t. The interval is for the mean of the statistic at this number of rows: what such a statistic is biased
    by at this number is not taken off. A bootstrap would draw rows twice, and so add the bias of fewer rows.

    Returns:
        None where the statistic is not finite; no bounds with fewer than three groups, or where the statistic is not
        finite and positive without one of them.
    """
    value = statistic(rows)
    if not np.isfinite(value):
        return None, None, None
    names, place = np.unique(np.asarray(groups), return_inverse=True)
    if len(names) < 3 or value <= 0:
        return value, None, None
    without = np.array([statistic(rows[place != number]) for number in range(len(names))])
    if not (np.isfinite(without).all() and (without > 0).all()):
        return value, None, None
    logs = np.log(without)
    error = np.sqrt((len(names) - 1) * logs.var())
    reach = float(t.ppf((1 + level) / 2, len(names) - 1) * error)
    return value, float(value * np.exp(-reach)), float(value * np.exp(reach))
