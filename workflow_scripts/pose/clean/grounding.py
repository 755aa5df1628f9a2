"""From the camera's frame of reference to the project's: y up, the floor at y = 0, the dance about the origin."""

import numpy as np
from scipy.ndimage import percentile_filter

from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.motion.smoothing import smooth

# The lowest foot stands on the floor most of the time. Over two seconds no jump hides that, and within them the
# height of the floor in the camera's frame changes only by the error of the estimated distance.
_FLOOR_WINDOW_S = 2.0
_FLOOR_PERCENTILE = 30
# Degrees. Toes that hang by more are meant: a dancer on pointe stays there.
_LARGEST_FOOT_ERROR = 30.0
_FEET = [joint for foot in SMPL24.feet for joint in foot]


def to_world(points: Floats) -> Floats:
    """Turn points (..., 3) from the camera frame (x right, y down, z forward) to ours (y up, z towards the camera).

    A person who faces the camera then faces +z, with the left side at +x (on the right of the picture).
    """
    return points * np.array([1.0, -1.0, -1.0])


def with_level_feet(positions: Floats) -> Floats:
    """Take out the systematic pitch of the feet: the median foot is as flat as at rest, headings and lengths stay.

    MediaPipe lets the toes hang (about 20 degrees on dancers whose feet are known, and to the eye on real footage),
    which would make every dancer stand on tiptoe. Feet are flat on the floor for most of a dance.

    Args:
        positions: (T, 24, 3) metres, y up.
    """
    ankles, toes = (list(side) for side in zip(*SMPL24.feet, strict=True))
    feet = positions[:, toes] - positions[:, ankles]
    error = np.median(_pitch(feet)) - float(_pitch(SMPL24.rest_positions[toes[0]] - SMPL24.rest_positions[ankles[0]]))
    pitch = _pitch(feet) - np.clip(error, -np.radians(_LARGEST_FOOT_ERROR), np.radians(_LARGEST_FOOT_ERROR))
    heading = np.arctan2(feet[..., 0], feet[..., 2])
    length = np.linalg.norm(feet, axis=-1)
    level = [np.cos(pitch) * np.sin(heading), np.sin(pitch), np.cos(pitch) * np.cos(heading)]
    result = positions.copy()
    result[:, toes] = positions[:, ankles] + length[..., None] * np.stack(level, axis=-1)
    return result


def _pitch(bones: Floats) -> Floats:
    return np.arctan2(bones[..., 1], np.hypot(bones[..., 0], bones[..., 2]))


def sole_heights(world: Floats) -> Floats:
    """Return the height (T,) of the lowest sole, metres: 0 for a person at rest on the floor.

    Args:
        world: (T, 24, 3) metres, y up.
    """
    return (world[:, _FEET, 1] - SMPL24.rest_positions[_FEET, 1]).min(axis=1)


def grounded(positions: Floats, root: Floats, fps: float) -> Floats:
    """Return the root trajectory (T, 3) moved so that the dancer stands on y = 0 and dances about x = z = 0.

    Args:
        positions: (T, 24, 3) metres, relative to the root, y up.
        root: (T, 3) metres, y up; the height may drift slowly.
        fps: frames per second.
    """
    frames = 2 * round(_FLOOR_WINDOW_S * fps / 2) + 1
    soles = sole_heights(positions + root[:, None])
    floor = smooth(percentile_filter(soles, _FLOOR_PERCENTILE, frames, mode="nearest"), _FLOOR_WINDOW_S, fps, order=1)
    moved = root - np.median(root, axis=0) * [1.0, 0.0, 1.0]
    moved[:, 1] -= floor
    return moved
