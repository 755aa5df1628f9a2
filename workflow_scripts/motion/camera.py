"""A pinhole camera: projection, and where a body of known shape stands in front of it.

Camera frame of reference: metres, x to the right of the picture, y down, z forward (away from the camera).
"""

from dataclasses import dataclass

import numpy as np

from workflow_scripts.motion.skeleton import Floats

# Phones and webcams have a horizontal field of view of 60 to 70 degrees or a little less after cropping; 1.2 times
# the longer side (45 degrees) is the usual assumption where nothing is known about the camera.
ASSUMED_FOCAL_LENGTH = 1.2


@dataclass(frozen=True)
class Camera:
    """Focal length and principal point, all in pixels; square pixels, no distortion."""

    focal: float
    centre: tuple[float, float]

    @classmethod
    def assumed(cls, width: int, height: int) -> "Camera":
        """Return the camera assumed for a picture of unknown origin."""
        return cls(ASSUMED_FOCAL_LENGTH * max(width, height), (width / 2, height / 2))

    def project(self, points: Floats) -> Floats:
        """Return the pixels (..., 2) of points (..., 3) in the camera frame, all of them in front of the camera."""
        return self.focal * points[..., :2] / points[..., 2:] + np.asarray(self.centre)

    def normalised(self, pixels: Floats) -> Floats:
        """Return x/z and y/z (..., 2) of the rays through pixels (..., 2)."""
        return (pixels - np.asarray(self.centre)) / self.focal


def translation(points: Floats, rays: Floats, weights: Floats) -> Floats:
    """Return where a body stands: the T (frames, 3) for which `points + T` lies on the rays, by linear least squares.

    Every joint gives two equations that are linear in T: (x + Tx) = u (z + Tz) and the same for y and v.

    Args:
        points: (frames, J, 3) metres, the body about its own origin, axes of the camera.
        rays: (frames, J, 2) x/z and y/z of each joint's ray (`Camera.normalised`).
        weights: (frames, J), at least 0, the trust in each ray.

    Returns:
        (frames, 3) metres. Where the rays do not determine a translation, the one of least norm.
    """
    weight = np.sqrt(weights)[..., None]
    frames, joints = weights.shape
    matrix = np.zeros((frames, joints, 2, 3))
    matrix[..., 0, 0] = matrix[..., 1, 1] = 1.0
    matrix[..., 2] = -rays
    wanted = rays * points[..., 2:] - points[..., :2]
    equations = (matrix * weight[..., None]).reshape(frames, 2 * joints, 3)
    return (np.linalg.pinv(equations) @ (wanted * weight).reshape(frames, 2 * joints, 1))[..., 0]


def translation_at_depth(points: Floats, rays: Floats, weights: Floats, depth: Floats) -> Floats:
    """Return `translation` with its z component given: depth (frames,) metres."""
    wanted = rays * (points[..., 2:] + depth[:, None, None]) - points[..., :2]
    total = np.maximum(weights.sum(axis=1), 1e-12)
    across = (wanted * weights[..., None]).sum(axis=1) / total[:, None]
    return np.concatenate([across, depth[:, None]], axis=1)
