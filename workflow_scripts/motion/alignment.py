"""Similarity alignment of point sets (Procrustes), and the pose error measured after it."""

import numpy as np

from workflow_scripts.motion.skeleton import SMPL24, Floats

# The joints over which pose errors are measured: the ones every estimator sees directly.
LIMBS = [
    SMPL24.index(f"{side}_{joint}")
    for joint in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
    for side in ("left", "right")
]


def procrustes_aligned(points: Floats, target: Floats) -> Floats:
    """Move `points` onto `target` by the rotation, scale and translation of least squared distance, frame by frame.

    Umeyama, "Least-squares estimation of transformation parameters between two point patterns", TPAMI 1991. Mirror
    images are not allowed: a person with left and right swapped does not align.

    Args:
        points: (..., J, 3).
        target: (..., J, 3), of the same shape.
    """
    middle, target_middle = points.mean(axis=-2, keepdims=True), target.mean(axis=-2, keepdims=True)
    source, goal = points - middle, target - target_middle
    left, singular, right = np.linalg.svd(np.swapaxes(source, -1, -2) @ goal)
    mirrored = np.linalg.det(left @ right) < 0
    singular[..., -1] *= np.where(mirrored, -1.0, 1.0)
    left[..., :, -1] *= np.where(mirrored, -1.0, 1.0)[..., None]
    spread = np.maximum((source**2).sum(axis=(-1, -2)), 1e-12)
    scale = singular.sum(axis=-1) / spread
    return scale[..., None, None] * (source @ (left @ right)) + target_middle


def pa_mpjpe(points: Floats, target: Floats) -> Floats:
    """Return the mean joint distance of each frame after `procrustes_aligned` (PA-MPJPE), shape (...), input's unit.

    Args:
        points: (..., J, 3) estimated joints.
        target: (..., J, 3) true joints.
    """
    return np.linalg.norm(procrustes_aligned(points, target) - target, axis=-1).mean(axis=-1)
