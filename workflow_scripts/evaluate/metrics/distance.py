"""How far dances are from the one that was captured to the same music."""

from collections.abc import Sequence

import numpy as np

from workflow_scripts.motion.skeleton import Floats


def pose_distance(world: Floats, truth: Floats) -> float:
    """Return the mean over frames and joints of the distance, m, of two motions (T, 24, 3) to the same music.

    Each frame is seen from its own pelvis, so that the place on the floor does not count: after a minute two dancers
    are metres apart, whatever they dance. Where one is longer its end is left out; NaN without a common frame.
    """
    frames = min(len(world), len(truth))
    if not frames:
        return float("nan")
    one, two = (np.asarray(motion[:frames], dtype=np.float64) for motion in (world, truth))
    return float(np.linalg.norm((one - one[:, :1]) - (two - two[:, :1]), axis=-1).mean())


def best_of(samples: Sequence[Floats], truth: Floats) -> tuple[float, float]:
    """Return the least and the mean `pose_distance`, m, of several dances to the same music from the captured one.

    Music allows many dances, so the nearest of several is asked for (best of many: Bhattacharyya, Schiele and Fritz,
    CVPR 2018; average displacement error, Yuan and Kitani, ECCV 2020). It falls with their number, which has to stand
    beside it. NaN without samples.
    """
    distances = [pose_distance(sample, truth) for sample in samples]
    return (min(distances), float(np.mean(distances))) if distances else (float("nan"), float("nan"))
