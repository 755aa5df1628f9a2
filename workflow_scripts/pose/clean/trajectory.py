"""Where the body stands in front of the camera: least squares on the rays of its joints, depth smoothed harder."""

import numpy as np

from workflow_scripts.motion.alignment import LIMBS
from workflow_scripts.motion.camera import Camera, translation, translation_at_depth
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.motion.smoothing import smooth

# A body cannot stand in or behind the camera; half a metre is closer than a whole person can be seen.
_NEAREST = 0.5


def trajectory(
    joints: Floats, keypoints: Floats, confidence: Floats, camera: Camera, fps: float, depth_smoothing_s: float
) -> Floats:
    """Return where a body stands in the camera frame (x right, y down, z forward), (T, 3) metres.

    The size of a person in the picture tells the distance, and a little error there is a large one in metres: the
    distance is smoothed before the place across the picture, which is well known, is found for it.

    Args:
        joints: (T, 24, 3) metres about the body's own origin, axes of the camera.
        keypoints: (T, 24, 2) pixels, smoothed like the joints.
        confidence: (T, 24), the trust in each keypoint.
        camera: the camera the person was seen through.
        fps: frames per second.
        depth_smoothing_s: window over the distance, seconds.
    """
    points, weights = joints[:, LIMBS], np.maximum(confidence[:, LIMBS], 1e-3)
    rays = camera.normalised(keypoints[:, LIMBS])
    depth = smooth(translation(points, rays, weights)[:, 2], depth_smoothing_s, fps)
    return translation_at_depth(points, rays, weights, np.maximum(depth, _NEAREST))
