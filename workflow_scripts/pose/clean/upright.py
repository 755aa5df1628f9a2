"""Taking out the systematic lean in depth that estimators of 3D from one camera have.

MediaPipe leans the trunk 9 to 16 degrees towards the camera and the legs 5 to 8 degrees away from it (medians of
clips), which is one rotation about the camera's horizontal axis. A camera that looks down does the same to the body.
"""

import numpy as np

from workflow_scripts.motion.skeleton import SMPL24, Floats

# A person bends forward and back: only frames in which the body looks upright in the picture tell about the camera.
_UPRIGHT_DEGREES = 25.0
_UPRIGHT_SHARE = 0.5
# More than this is a body that really lies or bends, not an error of the estimator.
_LARGEST_DEGREES = 30.0
_ANKLES = [SMPL24.index("left_ankle"), SMPL24.index("right_ankle")]
_NECK = SMPL24.index("neck")


def systematic_lean(joints: Floats) -> float:
    """Return the median angle, radians, by which the axis from ankles to neck leans towards the camera.

    Zero where the body is upright in the picture in less than half of the frames, or the lean is too large to be
    an error (then nothing can be said about it).

    Args:
        joints: (T, 24, 3) metres in the camera frame (x right, y down, z forward).
    """
    axis = joints[:, _NECK] - joints[:, _ANKLES].mean(axis=1)
    in_picture = np.degrees(np.arctan2(np.abs(axis[:, 0]), -axis[:, 1]))
    upright = in_picture < _UPRIGHT_DEGREES
    if upright.mean() < _UPRIGHT_SHARE:
        return 0.0
    lean = float(np.median(np.arctan2(-axis[upright, 2], -axis[upright, 1])))
    return lean if abs(lean) <= np.radians(_LARGEST_DEGREES) else 0.0


def straightened(joints: Floats, lean: float) -> Floats:
    """Turn joints (..., 3) about the camera's x axis so that a body leaning by `lean` towards the camera is upright."""
    cosine, sine = np.cos(lean), np.sin(lean)
    x, y, z = joints[..., 0], joints[..., 1], joints[..., 2]
    return np.stack([x, cosine * y + sine * z, cosine * z - sine * y], axis=-1)
