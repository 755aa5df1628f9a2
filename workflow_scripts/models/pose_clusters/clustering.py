"""Clusters of steps: k-means (Lloyd, 1982) with the seeding of k-means++ (Arthur and Vassilvitskii, SODA 2007)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from workflow_scripts.models.pose_clusters.steps import Ints, bodies, cut_steps, step_shapes
from workflow_scripts.motion.dataset_file import Dataset
from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.workflow.errors import UserError

RESTARTS = 8  # each ends in a local optimum that depends on its random seeds; the best one is taken
MAX_ROUNDS = 100  # rounding may keep points that lie between two centres changing sides for ever


class ClusterSettings(BaseModel):
    """All that clusters depend on besides the motion; the classifier's settings stand apart, so that they do not.

    Attributes:
        count: how many clusters; fewer where there are not so many different steps.
        beats: per step.
        poses: by which a step is compared with others.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    count: int = Field(default=24, ge=1, le=4096)
    beats: int = Field(default=1, ge=1, le=16)
    poses: int = Field(default=8, ge=1, le=64)


@dataclass
class Clusters:
    """What clustering found.

    Attributes:
        centroids: (K, poses, 24, 3) metres, mean `shapes` of the steps in each, largest cluster first.
        sizes: (K,) training steps in each.
        spread: mean distance of a training step from its centroid, metres (root mean square over poses and joints).
    """

    centroids: Floats
    sizes: Ints
    spread: float

    def arrays(self) -> dict[str, Any]:
        """Return the content as arrays by name."""
        return {"centroids": self.centroids, "sizes": self.sizes, "spread": self.spread}

    def of(self, shapes: Floats) -> Ints:
        """Return the cluster (N,) of each of `shapes` (N, poses, 24, 3): that of the nearest centroid."""
        return _nearest(shapes.reshape(len(shapes), -1), self.centroids.reshape(len(self.centroids), -1))[0]


def find_clusters(dataset: Dataset, settings: ClusterSettings, seed: int) -> Clusters:
    """Cluster the steps of the training clips.

    Raises:
        UserError: there is no training clip.
    """
    clips = dataset.split("train")
    if not clips:
        raise UserError("the dataset has no training clips whose motion could be clustered")
    motions = bodies(clips, dataset.fps)
    steps, _ = cut_steps(clips, motions, dataset.fps, settings.beats)
    points = step_shapes(steps, motions, settings.poses)
    flat = points.reshape(len(points), -1)
    centres, label, distance = k_means(flat, settings.count, np.random.default_rng(seed))
    sizes = np.bincount(label, minlength=len(centres))
    order = np.argsort(-sizes, kind="stable")
    spread = float(np.sqrt(distance / (settings.poses * SMPL24.size)).mean())
    return Clusters(centres[order].reshape(-1, *points.shape[1:]), sizes[order].astype(np.int64), spread)


def k_means(points: Floats, count: int, rng: np.random.Generator) -> tuple[Floats, Ints, Floats]:
    """Return the best of `RESTARTS` clusterings of points (N >= 1, D).

    Returns:
        Centres (K, D) float32, with K smaller than `count` where there are fewer different points; the nearest centre
        (N,) of each point; the squared distance (N,) from it.
    """
    results = []
    for _ in range(RESTARTS):
        centres = _seeds(points, count, rng)
        label, distance = _nearest(points, centres)
        for _ in range(MAX_ROUNDS):
            centres = _means(points, label, distance, len(centres))
            before = label
            label, distance = _nearest(points, centres)
            if np.array_equal(label, before):
                break
        results.append((centres, label, distance))
    return min(results, key=lambda result: float(result[2].sum()))


def _seeds(points: Floats, count: int, rng: np.random.Generator) -> Floats:
    """Draw points, each with a chance in proportion to its squared distance from those drawn before."""
    chosen = [int(rng.integers(len(points)))]
    distance = _nearest(points, points[chosen])[1]
    # What is left of the distance of equal points is rounding.
    least = 1e-6 * max(float((points**2).sum(axis=1).max()), 1e-12)
    while len(chosen) < count and distance.max() > least:
        chances = np.where(distance > least, distance, 0.0).astype(np.float64)
        chosen.append(int(rng.choice(len(points), p=chances / chances.sum())))
        distance = np.minimum(distance, _nearest(points, points[chosen[-1:]])[1])
    return points[chosen]


def _means(points: Floats, label: Ints, distance: Floats, count: int) -> Floats:
    """Return the mean of each cluster; one that lost all its points gets one of those farthest from their centres."""
    sums = np.zeros((count, points.shape[1]))
    np.add.at(sums, label, points)
    sizes = np.bincount(label, minlength=count)
    empty = np.flatnonzero(sizes == 0)
    sums[empty] = points[np.argsort(-distance, kind="stable")[: len(empty)]]
    return (sums / np.maximum(sizes, 1)[:, None]).astype(np.float32)


def _nearest(points: Floats, centres: Floats) -> tuple[Ints, Floats]:
    squares = (points**2).sum(axis=1)[:, None] + (centres**2).sum(axis=1) - 2 * points @ centres.T
    label = squares.argmin(axis=1)
    return label, np.maximum(squares[np.arange(len(points)), label], 0.0)
