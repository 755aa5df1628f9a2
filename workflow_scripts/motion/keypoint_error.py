"""How near keypoints in the picture are to the true ones."""

import numpy as np

from workflow_scripts.motion.alignment import LIMBS
from workflow_scripts.motion.skeleton import SMPL24, Floats


def pck(keypoints: Floats, truth: Floats, share: float = 0.2) -> float:
    """Return the share of limb joints nearer to the truth than `share` of the torso (PCK@0.2; Yang and Ramanan, 2013).

    The torso is the true distance, in the picture, from the middle of the shoulders to the middle of the hips. A joint
    that was not found (NaN) is not near.

    Args:
        keypoints: (T, 24, 2) pixels.
        truth: (T, 24, 2) pixels.
        share: of the torso.
    """
    middle = {
        name: truth[:, [SMPL24.index(f"left_{name}"), SMPL24.index(f"right_{name}")]].mean(axis=1)
        for name in ("shoulder", "hip")
    }
    torso = np.linalg.norm(middle["shoulder"] - middle["hip"], axis=-1)
    distance = np.linalg.norm(keypoints[:, LIMBS] - truth[:, LIMBS], axis=-1)
    return float((distance < share * torso[:, None]).mean())
