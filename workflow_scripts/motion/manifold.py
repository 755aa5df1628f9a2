"""How alike two sets of points are: is each generated point like a real one, and is each real one reached?

The manifold of a set is taken to be the union of balls about its points, each as large as the distance to the point's
k-th nearest neighbour in the set.

Sources: precision and recall, Kynkäänniemi et al., "Improved precision and recall metric for assessing generative
models", NeurIPS 2019; coverage, Naeem et al., "Reliable fidelity and diversity metrics for generative models", ICML
2020. Both take distances in a network's features of pictures; here points are what they are (poses in metres).
"""

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree
from scipy.spatial.distance import cdist

from workflow_scripts.motion.skeleton import Floats

# Neighbours that span a ball; the value of Naeem et al. (Kynkäänniemi et al. take 3).
NEIGHBOURS = 5


def precision(real: Floats, generated: Floats, k: int = NEIGHBOURS) -> float:
    """Return the share of generated points (M, D) within the manifold of the real ones (N, D)."""
    return float(_inside(real, generated, k).any(axis=0).mean())


def recall(real: Floats, generated: Floats, k: int = NEIGHBOURS) -> float:
    """Return the share of real points (N, D) within the manifold of the generated ones (M, D)."""
    return precision(generated, real, k)


def coverage(real: Floats, generated: Floats, k: int = NEIGHBOURS) -> float:
    """Return the share of real points (N, D) with a generated one (M, D) in their ball.

    For two sets of the same kind and size it is 1 - (M - 1)...(M - k) / ((2M - 1)...(2M - k)), 0.97 for k = 5.
    """
    return float(_inside(real, generated, k).any(axis=1).mean())


def mean_nearest(points: Floats, others: Floats) -> float:
    """Return the mean over points (N, D) of the distance to the nearest of others (M, D)."""
    return float(KDTree(others).query(points)[0].mean())


def radii(points: Floats, k: int = NEIGHBOURS) -> Floats:
    """Return the distance (N,) of every point (N, D) to its k-th nearest neighbour in the set, itself not counted.

    Raises:
        ValueError: there are no more than `k` points.
    """
    if len(points) <= k:
        raise ValueError(f"{len(points)} points have no {k} neighbours each")
    result: Floats = KDTree(points).query(points, [k + 1])[0][:, 0]
    return result


def _inside(centres: Floats, points: Floats, k: int) -> npt.NDArray[np.bool_]:
    """Tell (N, M) which balls about centres hold which points."""
    result: npt.NDArray[np.bool_] = cdist(centres, points) <= radii(centres, k)[:, None]
    return result
