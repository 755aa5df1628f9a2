"""Speeds, bone lengths and turning points of motion. All functions are pure and take arrays of joints over time."""

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from workflow_scripts.motion.skeleton import SMPL24, Floats, Skeleton

# Bailando smooths the speed with sigma = 5 frames at 60 fps before it looks for minima; here in seconds.
SPEED_SMOOTHING_S = 5 / 60


def bone_lengths(positions: Floats, skeleton: Skeleton = SMPL24) -> Floats:
    """Return each bone's median length over time, left and right made equal.

    Args:
        positions: (T, J, 3) metres; frames with NaN are left out.

    Returns:
        (J,) distance of joint j from its parent, 0 for the root.
    """
    parents = np.asarray(skeleton.parents)
    lengths = np.nanmedian(np.linalg.norm(positions - positions[:, np.maximum(parents, 0)], axis=-1), axis=0)
    for left, right in skeleton.pairs:
        lengths[left] = lengths[right] = (lengths[left] + lengths[right]) / 2
    lengths[parents < 0] = 0.0
    return lengths


def with_bone_lengths(positions: Floats, lengths: Floats, skeleton: Skeleton = SMPL24) -> Floats:
    """Re-chain a body from its root: every bone keeps its direction and gets the given length.

    This is forward kinematics with bone directions in the place of rotations. A bone of no length in `positions`
    takes its rest direction.

    Args:
        positions: (..., J, 3) metres, in any frame of reference with y up.
        lengths: (J,) metres, or (J, ..., 1) where they change.
    """
    rest = skeleton.rest_positions
    result = np.array(positions, dtype=np.float64)
    for joint, parent in enumerate(skeleton.parents):
        if parent < 0:
            continue
        bone = positions[..., joint, :] - positions[..., parent, :]
        norm = np.linalg.norm(bone, axis=-1, keepdims=True)
        fallback = rest[joint] - rest[parent]
        direction = np.where(norm > 1e-6, bone / np.maximum(norm, 1e-6), fallback / np.linalg.norm(fallback))
        result[..., joint, :] = result[..., parent, :] + direction * lengths[joint]
    return result


def mean_joint_speed(world: Floats, fps: float) -> Floats:
    """Return the mean over joints of the speed between frames, (T-1,) m/s, of world joints (T, J, 3)."""
    return np.linalg.norm(np.diff(world, axis=0), axis=-1).mean(axis=-1) * fps


def kinematic_minima(world: Floats, fps: float, smoothing_s: float = SPEED_SMOOTHING_S) -> npt.NDArray[np.intp]:
    """Return the frames where the body comes (nearly) to rest: strict local minima of the smoothed mean speed.

    These are the "motion beats" of the beat alignment score (Siyao et al., Bailando, CVPR 2022).

    Args:
        world: (T, J, 3) metres.
        fps: frames per second of `world`.
        smoothing_s: standard deviation of the Gaussian over the speed, seconds.
    """
    if len(world) < 4:
        return np.empty(0, dtype=np.intp)
    speed = gaussian_filter1d(mean_joint_speed(world, fps), smoothing_s * fps)
    inner = (speed[1:-1] < speed[:-2]) & (speed[1:-1] < speed[2:])
    return np.flatnonzero(inner) + 1


def facing_angle(positions: Floats, skeleton: Skeleton = SMPL24) -> Floats:
    """Return the heading of the body about y, radians, 0 when it faces +z and growing towards +x.

    Args:
        positions: (..., J, 3); the direction across hips and shoulders is used.
    """
    across = (
        positions[..., skeleton.index("left_hip"), :]
        - positions[..., skeleton.index("right_hip"), :]
        + positions[..., skeleton.index("left_shoulder"), :]
        - positions[..., skeleton.index("right_shoulder"), :]
    )
    # The person faces along across x up: for across = +x that is +z.
    return np.arctan2(-across[..., 2], across[..., 0])


def turned(points: Floats, angle: Floats | float) -> Floats:
    """Turn points (..., 3) about y by `angle` radians (scalar, or broadcastable to points.shape[:-1])."""
    cosine, sine = np.cos(angle), np.sin(angle)
    x, y, z = points[..., 0], points[..., 1], points[..., 2]
    return np.stack([cosine * x + sine * z, y, cosine * z - sine * x], axis=-1)
