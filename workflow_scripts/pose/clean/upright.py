"""Which way is down: the lean in depth of a body seen by one camera, and what of it is the camera's.

Estimators of 3D from one picture lean people: MediaPipe's legs go away from the camera by about 9 degrees downwards,
and its trunk, on the median of a clip, comes towards it by up to 11. A camera that looks down leans them as well. Both
are one rotation about the camera's horizontal axis, and one fact of physics undoes it: whoever stands, steps and jumps
on two feet has the centre of mass above the feet, on average over some seconds. That holds in squats and bows too.
"""

import numpy as np

from workflow_scripts.motion.balance import centre_of_mass, middle_of_feet
from workflow_scripts.motion.skeleton import SMPL24, Floats

# Only a body that is on its feet tells: upright in the picture, and not too far from it in depth.
_UPRIGHT_DEGREES = 25.0
_LARGEST_DEGREES = 45.0
_UPRIGHT_SHARE = 0.5
# Cameras that look down by 1 to 8 degrees come out within 1.4 to 3 degrees of the truth (root mean square, synthetic
# films of choreographed and of captured motion) when half of the lean is theirs. The plane on which the feet stand
# tells less: an error of the distance moves a foot along its ray, and the plane follows the rays (4 to 20 degrees off).
_CAMERA_SHARE = 0.5
_ANKLES = [SMPL24.index("left_ankle"), SMPL24.index("right_ankle")]
_NECK = SMPL24.index("neck")
_LEG_BONES = [SMPL24.index("left_knee"), SMPL24.index("left_ankle")]


def systematic_lean(joints: Floats) -> float:
    """Return the mean angle, radians, by which the line from the feet to the centre of mass leans to the camera.

    Zero where the body is on its feet in less than half of the frames (then nothing can be said about it).

    Args:
        joints: (T, 24, 3) metres in the camera frame (x right, y down, z forward), one length for each bone.
    """
    axis = joints[:, _NECK] - joints[:, _ANKLES].mean(axis=1)
    in_picture = np.degrees(np.arctan2(np.abs(axis[:, 0]), -axis[:, 1]))
    up = joints * np.array([1.0, -1.0, -1.0])
    parents = [SMPL24.parents[joint] for joint in _LEG_BONES]
    leg = np.linalg.norm(joints[0, _LEG_BONES] - joints[0, parents], axis=-1).sum()
    weight = centre_of_mass(up) - middle_of_feet(up, leg / SMPL24.rest_lengths[_LEG_BONES].sum())
    lean = np.arctan2(weight[:, 2], weight[:, 1])
    on_feet = (in_picture < _UPRIGHT_DEGREES) & (np.abs(lean) < np.radians(_LARGEST_DEGREES))
    return float(lean[on_feet].mean()) if on_feet.mean() >= _UPRIGHT_SHARE else 0.0


def camera_pitch(lean: float) -> float:
    """Return how far the camera looks down, radians, for a `systematic_lean`; the rest is the estimator's."""
    return _CAMERA_SHARE * lean


def straightened(points: Floats, lean: float) -> Floats:
    """Turn points (..., 3) about the camera's x axis so that a body leaning by `lean` towards the camera is upright."""
    cosine, sine = np.cos(lean), np.sin(lean)
    x, y, z = points[..., 0], points[..., 1], points[..., 2]
    return np.stack([x, cosine * y + sine * z, cosine * z - sine * y], axis=-1)
