"""From the camera's frame of reference to the project's: y up, the floor at y = 0, the dance about the origin."""

import numpy as np
from scipy.ndimage import percentile_filter

from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.motion.smoothing import smooth

# The lowest foot stands on the floor most of the time. Over two seconds no jump hides that, and within them the
# height of the floor in the camera's frame changes only by the error of the estimated distance.
_FLOOR_WINDOW_S = 2.0
_FLOOR_PERCENTILE = 30
_FEET = [joint for foot in SMPL24.feet for joint in foot]


def to_world(points: Floats) -> Floats:
    """Turn points (..., 3) from the camera frame (x right, y down, z forward) to ours (y up, z towards the camera).

    A person who faces the camera then faces +z, with the left side at +x (on the right of the picture).
    """
    return points * np.array([1.0, -1.0, -1.0])


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
