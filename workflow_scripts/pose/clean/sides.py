"""Left and right mistaken for each other, taken back in a track that is known in the picture and in space."""

import numpy as np

from workflow_scripts.motion.alignment import LIMBS
from workflow_scripts.motion.side_swaps import exchanged_sides, with_sides_exchanged
from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.pose.backends.base import Track


def with_sides_repaired(track: Track, fps: float) -> Track:
    """Exchange left and right back where they were mistaken for some frames, limb by limb.

    As `motion.side_swaps`, which sees the picture only, but by the movement in the picture and in space together:
    sides that cross in the picture are far apart in depth. A body that is turned round as a whole for long is left as
    it is: that it was mistaken cannot be told from a turn.

    Args:
        track: of one shot; T frames with joints in space. Sizes are its own: pixels and metres are never mixed.
        fps: frames per second.
    """
    assert track.joints is not None
    about = track.joints - track.joints[:, :1]
    sizes = body_size(track.keypoints), body_size(about)
    if not all(sizes):
        return track
    points = np.concatenate([track.keypoints / sizes[0], about / sizes[1]], axis=-1) / np.sqrt(2)
    exchanged = exchanged_sides(points, 1.0, SMPL24, fps)
    return Track(*(with_sides_exchanged(one, exchanged, SMPL24) for one in vars(track).values()))


def body_size(points: Floats) -> float:
    """Return the median diagonal of the box around the limbs across the picture; 0 where there is no body.

    Args:
        points: (T, 24, D) whose first two axes are those of the picture; frames with NaN are left out.
    """
    seen = points[np.isfinite(points).all(axis=(1, 2))][:, LIMBS, :2]
    return float(np.median(np.linalg.norm(np.ptp(seen, axis=1), axis=-1))) if len(seen) else 0.0
