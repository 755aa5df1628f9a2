"""How near motions come to one that was captured."""

import numpy as np

from workflow_scripts.motion.skeleton import Floats


def best_of(samples: Floats, truth: Floats) -> float:
    """Return the distance to the truth of the sample that comes nearest to it, metres.

    The distance of two motions is the mean over frames and joints. Yuan and Kitani (DLow, ECCV 2020) take the nearest
    of many samples in this way, but the norm over all joints of a frame at once.

    Args:
        samples: (n >= 1, T, J, 3) joints, metres.
        truth: (T, J, 3).
    """
    return min(float(np.linalg.norm(sample - truth, axis=-1).mean()) for sample in samples)
