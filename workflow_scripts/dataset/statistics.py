"""Statistics of columns."""

from collections.abc import Iterable

import numpy as np

from workflow_scripts.motion.dataset_file import Statistics
from workflow_scripts.motion.skeleton import Floats


def statistics(columns: Iterable[Floats]) -> Statistics:
    """Return mean and standard deviation of each column over all rows of arrays (T, D); a constant column has std 1."""
    rows = np.concatenate([np.asarray(part, dtype=np.float64) for part in columns])
    std = rows.std(axis=0)
    return Statistics(rows.mean(axis=0).astype(np.float32), np.where(std < 1e-6, 1.0, std).astype(np.float32))
