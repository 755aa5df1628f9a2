"""Bodies as their files have them, put on our floor: other programs have theirs at any height, or none."""

import numpy as np

from workflow_scripts.motion.foreign import JointMotion, KeypointMotion
from workflow_scripts.motion.kinematics import turned
from workflow_scripts.motion.placement import named_joints
from workflow_scripts.motion.skeleton import Floats, Skeleton
from workflow_scripts.workflow.errors import UserError

# The floor is as low as the lowest joint mostly is: a percentile, since single frames may be wrong.
FLOOR_PERCENTILE = 5.0
# Bones of a picture are as long as they are when they lie in its plane, which limbs do at times.
FULL_LENGTH_PERCENTILE = 90.0
SHORTEST_BONE = 0.15  # metres: shorter ones (of the face) say nothing about the size of a body
_SIDES = ("hip", "shoulder")
_CLEAR = 0.3  # length of the mean of unit vectors below which a dancer faces everywhere


def standing(motion: JointMotion) -> Floats:
    """Return the joints (T, J, 3), metres, with the floor at y = 0; NaN where a joint is not known.

    Joints at the soles are not part of every skeleton: one whose lowest joints are the ankles has them as high above
    the floor as they are at rest.

    Raises:
        UserError: no joint is known in any frame; the text is the reason.
    """
    joints = np.asarray(motion.joints, dtype=np.float64).copy()
    joints[..., 1] -= _floor(joints[..., 1], motion.skeleton)
    return joints


def in_picture_plane(motion: KeypointMotion) -> Floats:
    """Return joints known in the picture as (T, J, 3): x to its right, y up, z = 0; NaN where one was not found.

    Pixels become metres by the bones, which are those of a body of 1.7 m; its floor is y = 0, and its middle is mostly
    at x = 0. The shape in the picture stays: one factor for both directions.

    Raises:
        UserError: too little of a body was found in any frame; the text is the reason.
    """
    flat = np.asarray(motion.keypoints, dtype=np.float64) * np.array([1.0, -1.0])
    flat = flat * _metres_per_pixel(flat, motion.skeleton)
    joints = np.concatenate([flat, np.where(np.isfinite(flat[..., :1]), 0.0, np.nan)], axis=-1)
    joints[..., 0] -= np.nanmedian(joints[..., 0])
    joints[..., 1] -= _floor(joints[..., 1], motion.skeleton)
    return joints


def heading(motion: JointMotion) -> float:
    """Return where a dancer faces on the whole, radians about y: 0 towards +z, growing towards +x.

    That is the mean direction; who turns about so much that it says nothing faces as at the beginning. A body whose
    hips and shoulders cannot be told faces +z.
    """
    names = named_joints(motion.skeleton)
    pairs = [(names.get(f"left_{part}"), names.get(f"right_{part}")) for part in _SIDES]
    across = [motion.joints[:, left] - motion.joints[:, right] for left, right in pairs if None not in (left, right)]
    if not across:
        return 0.0
    # The person faces along across x up: for across = +x that is +z.
    direction = np.sum(across, axis=0)[:, [2, 0]] * np.array([-1.0, 1.0])
    length = np.linalg.norm(direction, axis=-1)
    known = np.isfinite(length) & (length > 0)
    if not known.any():
        return 0.0
    unit = direction[known] / length[known, None]
    mean = unit.mean(axis=0)
    x, z = mean if np.linalg.norm(mean) > _CLEAR else unit[: max(round(motion.fps), 1)].mean(axis=0)
    return float(np.arctan2(x, z))


def towards_the_camera(motion: JointMotion) -> JointMotion:
    """Return a motion turned about y so that it faces +z on the whole."""
    joints = turned(np.asarray(motion.joints, dtype=np.float64), -heading(motion))
    return JointMotion(motion.skeleton, joints, motion.fps, motion.told)


def _floor(heights: Floats, skeleton: Skeleton) -> float:
    """Return the height of the floor under joints at `heights` (T, J), metres."""
    known = np.isfinite(heights)
    frames = known.any(axis=1)
    if not frames.any():
        raise UserError("no joint is known in any frame")
    lowest = np.percentile(np.nanmin(heights[frames], axis=1), FLOOR_PERCENTILE)
    rest = skeleton.rest_positions
    sole = float(rest[known.any(axis=0), 1].min()) if len(rest) else 0.0
    return float(lowest) - sole


def _metres_per_pixel(flat: Floats, skeleton: Skeleton) -> float:
    """Return how long a pixel is where the body is, from keypoints (T, J, 2)."""
    ratios = []
    for joint, parent in enumerate(skeleton.parents):
        if parent < 0 or skeleton.rest_lengths[joint] < SHORTEST_BONE:
            continue
        lengths = np.linalg.norm(flat[:, joint] - flat[:, parent], axis=-1)
        if len(lengths := lengths[np.isfinite(lengths)]) and (full := np.percentile(lengths, FULL_LENGTH_PERCENTILE)):
            ratios.append(skeleton.rest_lengths[joint] / full)
    if not ratios:
        raise UserError("too little of a body was found in any frame")
    return float(np.median(ratios))
