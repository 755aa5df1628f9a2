"""Where a body with other bones stands, so that its feet do what the source's feet did.

Bones of other lengths under the same directions carry the feet elsewhere: they would slide, float and sink. The root
takes that up. Its height follows the lower sole; its path is the one on which standing feet move as the source's did.
"""

import numpy as np
from scipy.linalg import solveh_banded

from workflow_scripts.motion.feet import two_bone
from workflow_scripts.motion.kinematics import facing_angle, turned
from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.motion.smoothing import smooth

ANKLES, TOES = (list(side) for side in zip(*SMPL24.feet, strict=True))
LEGS = [[SMPL24.index(f"{side}_{joint}") for joint in ("hip", "knee", "ankle", "foot")] for side in ("left", "right")]
_FEET = [joint for foot in SMPL24.feet for joint in foot]  # ankle and toe of the left, then of the right
# The height at which a joint of the foot stands: it is that low often, and noise below it is rare.
_STANDING_PERCENTILE = 5
# A foot counts as standing the less the higher and the faster it is: by half at about 4 cm, and at 0.4 m/s.
_STANDING_HEIGHT = 0.05  # m
_STANDING_SPEED = 0.5  # m/s
_HEIGHT_SMOOTHING_S = 0.2
_SUNKEN = 0.1  # m; noise and low hands do not bring a body that far below the floor for long
# The path may differ from the source's by what stretches over seconds, so that nothing adds up over a song.
_PATH_MEMORY_S = 3.0
# Frames in which an ankle is among its lowest show how flat its foot stands.
_LOW_ANKLE_PERCENTILE = 15
_LARGEST_FOOT_ERROR = np.radians(45.0)
_REST_FOOT = SMPL24.rest_positions[TOES[0]] - SMPL24.rest_positions[ANKLES[0]]


def with_flat_feet(joints: Floats) -> Floats:
    """Take out the constant pitch of the feet, so that a standing foot is as flat as at rest.

    Where toes and ankles are marked differs from skeleton to skeleton, and so does the slope of a standing foot.

    Args:
        joints: (T, 24, 3) metres, y up.
    """
    feet = joints[:, TOES] - joints[:, ANKLES]
    pitch, heights = _pitch(feet), joints[:, ANKLES, 1]
    low = heights <= np.percentile(heights, _LOW_ANKLE_PERCENTILE, axis=0)
    error = float(np.median(pitch[low])) - float(_pitch(_REST_FOOT))
    pitch = pitch - np.clip(error, -_LARGEST_FOOT_ERROR, _LARGEST_FOOT_ERROR)
    heading = np.arctan2(feet[..., 0], feet[..., 2])
    flat = [np.cos(pitch) * np.sin(heading), np.sin(pitch), np.cos(pitch) * np.cos(heading)]
    result = joints.copy()
    result[:, TOES] = joints[:, ANKLES] + np.linalg.norm(_REST_FOOT) * np.stack(flat, axis=-1)
    return result


def with_travel(joints: Floats, fps: float) -> Floats:
    """Let a body walk that was recorded about its own hips: the lower foot is on the floor and stays where it is.

    Args:
        joints: (T, 24, 3) metres, y up, the hips in one place in all frames.
        fps: frames per second.
    """
    feet = joints[:, _FEET]
    heights = feet[..., 1] - np.median(feet[..., 1] - feet[..., 1].min(axis=1, keepdims=True), axis=0)
    lowest = heights.min(axis=1, keepdims=True)
    above = (heights - lowest)[1:] + (heights - lowest)[:-1]
    path = _path_correction(feet[..., [0, 2]], np.exp(-((above / 2 / _STANDING_HEIGHT) ** 2)), fps)
    height = smooth(-lowest[:, 0], _HEIGHT_SMOOTHING_S, fps)
    return joints + np.stack([path[:, 0], height, path[:, 1]], axis=-1)[:, None]


def with_feet_of(positions: Floats, source: Floats, scale: float, fps: float) -> tuple[Floats, Floats]:
    """Return a body and its root trajectory whose feet stand where and when the source's do.

    Args:
        positions: (T, 24, 3) metres relative to the root, y up; the body that is to stand.
        source: (T, 24, 3) metres in the world, y up; the body that stood, in any place and at any height.
        scale: what the source's distances are to be multiplied by.
        fps: frames per second.

    Returns:
        positions (T, 24, 3), of which the legs bend a little more or less, and root (T, 3), metres, floor at y = 0.
    """
    lowest = np.percentile(source[:, _FEET, 1], _STANDING_PERCENTILE, axis=0)
    heights = np.maximum((source[:, _FEET, 1] - lowest) * scale, 0.0)
    root = source[:, 0] * scale
    goal = heights.reshape(-1, 2, 2).min(axis=-1)
    # A sole that is near the floor is on it: what is left is noise, or a floor that is not quite level.
    lower = goal.min(axis=1, keepdims=True)
    goal -= lower * _STANDING_HEIGHT**2 / (lower**2 + _STANDING_HEIGHT**2)
    soles = (positions[:, _FEET, 1] + root[:, None, 1] - SMPL24.rest_positions[_FEET, 1]).reshape(-1, 2, 2)
    missing = goal - soles.min(axis=-1)
    trust = np.exp(-(goal - goal.min(axis=1, keepdims=True)) / _STANDING_HEIGHT)
    rise = smooth((trust * missing).sum(axis=1) / trust.sum(axis=1), _HEIGHT_SMOOTHING_S, fps)
    root[:, 1] += rise
    positions = _with_soles(positions, smooth((missing - rise[:, None]) * trust, _HEIGHT_SMOOTHING_S, fps))
    root[:, 1] += _sunken(positions, root)
    track = source[:, _FEET][:, :, [0, 2]] * scale
    slip = positions[:, _FEET][:, :, [0, 2]] + root[:, None, [0, 2]] - track
    root[:, [0, 2]] += _path_correction(slip, _stillness(heights, track, fps), fps)
    return positions, root


def _sunken(positions: Floats, root: Floats) -> float:
    """Return how far a body must be raised that is mostly on something else than its feet: hands, back or head."""
    lowest = float(np.percentile(positions[..., 1].min(axis=1) + root[:, 1], _STANDING_PERCENTILE))
    return -lowest if lowest < -_SUNKEN else 0.0


def _with_soles(positions: Floats, missing: Floats) -> Floats:
    """Bend or stretch the legs so that each ankle comes up by `missing` (T, 2) metres, as far as they reach."""
    result = positions.copy()
    forward = turned(np.broadcast_to(np.array([0.0, 0.0, 1.0]), (len(positions), 3)), facing_angle(positions))
    for (hip, knee, ankle, toe), rise in zip(LEGS, missing.T, strict=True):
        target = positions[:, ankle] + rise[:, None] * np.array([0.0, 1.0, 0.0])
        result[:, knee], result[:, ankle] = two_bone(
            positions[:, hip], positions[:, knee], positions[:, ankle], target, forward
        )
        result[:, toe] = result[:, ankle] + positions[:, toe] - positions[:, ankle]
    return result


def _stillness(heights: Floats, path: Floats, fps: float) -> Floats:
    """Return how much (T-1, 4), 0..1, each joint of the feet stands between a frame and the next."""
    speed = np.linalg.norm(np.diff(path, axis=0), axis=-1) * fps
    height = np.maximum((heights[1:] + heights[:-1]) / 2, 0.0)
    return np.asarray(np.exp(-((height / _STANDING_HEIGHT) ** 2) - (speed / _STANDING_SPEED) ** 2))


def _path_correction(slip: Floats, standing: Floats, fps: float) -> Floats:
    """Return the path c (T, 2) with least sum of standing * (Δ(c + slip))² + c² / memory² + a little Δc².

    Args:
        slip: (T, 4, 2) metres by which each joint of the feet is off.
        standing: (T-1, 4) weights.
    """
    frames = len(slip)
    correction = np.zeros((frames, 2))
    if frames < 2:
        return correction
    # Where nothing stands the correction goes over evenly.
    weights = standing.sum(axis=1) + 1e-3
    pull = -(standing[..., None] * np.diff(slip, axis=0)).sum(axis=1)
    bands = np.zeros((2, frames))
    bands[0] = 1.0 / (_PATH_MEMORY_S * fps) ** 2
    bands[0, :-1] += weights
    bands[0, 1:] += weights
    bands[1, :-1] = -weights
    right = np.zeros((frames, 2))
    right[:-1] -= pull
    right[1:] += pull
    return np.asarray(solveh_banded(bands, right, lower=True))


def _pitch(bones: Floats) -> Floats:
    return np.arctan2(bones[..., 1], np.hypot(bones[..., 0], bones[..., 2]))
