"""Statistics of columns."""

from collections.abc import Iterable

import numpy as np

from workflow_scripts.motion.dataset_file import Statistics
from workflow_scripts.motion.skeleton import Floats


def statistics(columns: Iterable[Floats]) -> Statistics:
    """Return mean and standard deviation of each column over all rows of arrays (T, D); a constant column has std 1.

    One array is looked at after the other (Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for
    computing sample variances", 1979): all together they may not fit into memory in double precision.
    """
    count, mean, squares = 0, np.zeros(1), np.zeros(1)
    for part in columns:
        rows = np.asarray(part, dtype=np.float64)
        if not len(rows):
            continue
        own = rows.mean(axis=0)
        gap, total = own - mean, count + len(rows)
        squares = squares + ((rows - own) ** 2).sum(axis=0) + gap**2 * (count * len(rows) / total)
        mean = mean + gap * (len(rows) / total)
        count = total
    std = np.sqrt(squares / max(count, 1))
    return Statistics(mean.astype(np.float32), np.where(std < 1e-6, 1.0, std).astype(np.float32))
