"""When each foot stands, seen in the picture.

The depth of a foot is the least certain of all an estimator says, its place in the picture the most certain: a foot
that stands is still in the picture, and low there. The thresholds are those of `motion.feet`, in metres of the dancer.
"""

import numpy as np
import numpy.typing as npt
from scipy.ndimage import percentile_filter

from workflow_scripts.motion.alignment import LIMBS
from workflow_scripts.motion.feet import CONTACT_HEIGHT, CONTACT_SPEED, without_short_runs
from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.motion.smoothing import smooth

# Enough to calm the jitter of keypoints; a longer window rounds off the instant at which a foot lands.
_SMOOTHING_S = 0.24
# Between two steps a foot stands for a good part of this time, at the upper end of which (75 %) it is lowest in the
# picture; over longer times a dancer who comes nearer moves the floor in the picture.
_FLOOR_WINDOW_S = 0.7
_FLOOR_PERCENTILE = 75
_SCALE_WINDOW_S = 1.0
# A foot held in the air for long is its own floor in the picture. There the 3D must tell, whose error of height
# between the two feet is about a third of this.
_LARGEST_HEIGHT = 0.25  # m, above the lower foot
_ANKLES, _TOES = (list(side) for side in zip(*SMPL24.feet, strict=True))
_LIFT = CONTACT_HEIGHT - float(SMPL24.rest_positions[_TOES, 1].max())


def standing(keypoints: Floats, world: Floats, confidence: Floats, fps: float) -> npt.NDArray[np.bool_]:
    """Return when each foot stands, (T, 2) bool, left first.

    A foot stands while its rise above where it stood around that time, as a share of 6 cm, and the speed of its slower
    end (ankle or toe), as a share of 0.6 m/s, together (root of the sum of squares) are below 1, both in the picture.

    Args:
        keypoints: (T, 24, 2) pixels.
        world: (T, 24, 3) metres, y up, smpl24's own size; the place of the root does not matter.
        confidence: (T, 24), the trust in each keypoint.
        fps: frames per second.
    """
    frames = len(keypoints)
    if frames < 3:
        return np.zeros((frames, 2), dtype=bool)
    metres = 1.0 / pixels_per_metre(keypoints, world, confidence, fps)[:, None]
    pixels = smooth(keypoints, _SMOOTHING_S, fps)
    speeds = np.linalg.norm(np.gradient(pixels, axis=0), axis=-1) * fps
    speed = np.minimum(speeds[:, _ANKLES], speeds[:, _TOES]) * metres
    heights = pixels[:, _TOES, 1]  # down
    window = max(round(_FLOOR_WINDOW_S * fps), 1)
    floor = percentile_filter(heights, _FLOOR_PERCENTILE, (window, 1), mode="nearest")
    lift = np.maximum(floor - heights, 0.0) * metres
    above_other = world[:, _TOES, 1] - world[:, _TOES, 1].min(axis=1, keepdims=True)
    stands = (np.hypot(lift / _LIFT, speed / CONTACT_SPEED) < 1) & (above_other < _LARGEST_HEIGHT)
    return without_short_runs(stands, fps)


def pixels_per_metre(keypoints: Floats, world: Floats, confidence: Floats, fps: float) -> Floats:
    """Return the scale (T,) at which a body appears: the spread of its limbs in the picture over that across the view.

    Args: as of `standing`.
    """
    weights = np.maximum(confidence[:, LIMBS], 1e-3)[..., None]

    def spread(points: Floats) -> Floats:
        middle = (points * weights).sum(axis=1, keepdims=True) / weights.sum(axis=1, keepdims=True)
        return np.asarray(np.sqrt((weights * (points - middle) ** 2).sum(axis=(1, 2))))

    scale = spread(keypoints[:, LIMBS]) / np.maximum(spread(world[:, LIMBS, :2]), 1e-6)
    return np.maximum(smooth(scale, _SCALE_WINDOW_S, fps, order=1), 1e-6)
