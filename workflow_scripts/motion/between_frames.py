"""Values between frames."""

import numpy as np

from workflow_scripts.motion.skeleton import Floats


def at_frames(values: Floats, where: Floats) -> Floats:
    """Return values (N, ...) float32 at fractional frames `where` (N,) of values (T, ...), 0 <= where <= T - 1.

    They are interpolated linearly.
    """
    before = np.minimum(where.astype(np.intp), max(len(values) - 2, 0))
    after = np.minimum(before + 1, len(values) - 1)
    share = (where - before).reshape(-1, *[1] * (values.ndim - 1))
    return np.asarray((1 - share) * values[before] + share * values[after], dtype=np.float32)
