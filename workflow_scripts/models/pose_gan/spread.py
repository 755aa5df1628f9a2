"""Are poses like those of held-out dances, and of all their kinds? See `motion.manifold`."""

from collections.abc import Sequence

import numpy as np

from workflow_scripts.motion.manifold import NEIGHBOURS, coverage, mean_nearest, precision, recall
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import Floats

# Poses of one dance that follow each other are nearly equal, and would be each other's only neighbours: one is taken
# in so many seconds, ...
APART_S = 0.5
# ... so often, each time beginning later; the means are reported.
OFFSETS = 5
# Distances are taken between all poses of two sets at once, 8 bytes each: so many poses of a set are drawn at most.
MOST = 4000


def pose_points(person: Person) -> Floats:
    """Return the poses (T, 73) of a motion as points: all joints about the root, and its height, metres."""
    return np.concatenate([person.positions.reshape(len(person.positions), -1), person.root[:, 1:2]], axis=1)


def enough_frames(train: Sequence[Floats], fps: float) -> float:
    """Return how many frames of generated dances `spread` can use in all."""
    return min(sum(len(points) for points in train), MOST * max(APART_S * fps, 1))


def spread(real: Sequence[Floats], train: Sequence[Floats], made: Sequence[Floats], fps: float) -> dict[str, float]:
    """Return how the poses made lie among real ones, and how training poses do: what there is to reach.

    Args:
        real: (T, D) points of held-out dances; of all sets no more than `MOST` are used, drawn with a fixed seed.
        train: (T, D) points of training dances.
        made: (T, D) points of generated dances; in all as many as of `train` are used, drawn with a fixed seed.
        fps: frames per second of all.

    Returns:
        `pose_precision`, `pose_recall`, `pose_coverage` (k = `NEIGHBOURS`) and `pose_distance` (metres to the nearest
        held-out pose, the norm over all coordinates), the same after `real_` for training poses, the ratio of both
        distances, and the numbers of poses. Empty where there are too few held-out poses.
    """
    stride = max(round(APART_S * fps), 1)
    rng = np.random.default_rng(0)
    rows = []
    for offset in range(0, stride, max(stride // OFFSETS, 1)):
        thin = [np.concatenate([points[offset::stride] for points in each]) for each in (real, train, made)]
        centres, control, points = thin
        if len(centres) > MOST:
            centres = centres[rng.choice(len(centres), MOST, replace=False)]
        count = min(len(control), len(points), MOST)
        if min(len(centres), count) <= NEIGHBOURS:
            continue
        row: dict[str, float] = {"real_poses": len(centres), "made_poses": count}
        for name, chosen in (("pose", points), ("real", control)):
            some = chosen[rng.choice(len(chosen), count, replace=False)]
            row |= {
                f"{name}_precision": precision(centres, some),
                f"{name}_recall": recall(centres, some),
                f"{name}_coverage": coverage(centres, some),
                f"{name}_distance": mean_nearest(some, centres),
            }
        row["pose_distance_ratio"] = row["pose_distance"] / max(row["real_distance"], 1e-9)
        rows.append(row)
    return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]} if rows else {}
