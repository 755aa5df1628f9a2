"""How good an estimated motion is, as one number."""

from dataclasses import asdict, dataclass

import numpy as np

from workflow_scripts.motion.alignment import LIMBS
from workflow_scripts.motion.skeleton import SMPL24, Floats

_BONES = [SMPL24.index(f"{side}_{end}") for end in ("elbow", "wrist", "knee", "ankle") for side in ("left", "right")]
# Where a term reaches 0. Good footage measures 0.08 to 0.14 (bones) and 0.04 to 0.08 (reprojection, in trunk lengths).
_WORST_BONE_VARIATION = 0.5
_WORST_REPROJECTION = 0.5


@dataclass(frozen=True)
class Quality:
    """Four terms, each from 0 (useless) to 1 (perfect).

    Attributes:
        detection: share of frames in which the person was found.
        confidence: mean confidence of the twelve limb joints in these frames.
        rigidity: how constant the lengths of arms and legs are before they are fixed.
        agreement: how well the 3D motion, seen through the assumed camera, meets the 2D keypoints.
    """

    detection: float
    confidence: float
    rigidity: float
    agreement: float

    @property
    def score(self) -> float:
        """The geometric mean of the terms: one useless term makes the motion useless."""
        return float(np.prod(list(asdict(self).values())) ** 0.25)

    @property
    def weakest(self) -> str:
        """The name of the lowest term."""
        terms = asdict(self)
        return min(terms, key=lambda name: terms[name])


def rigidity(joints: Floats) -> float:
    """Return 1 for limbs of constant length, falling to 0 at a mean coefficient of variation of 0.5.

    Args:
        joints: (T, 24, 3) in one unit, before bone lengths are fixed; frames without a person left out.
    """
    parents = np.asarray(SMPL24.parents)[_BONES]
    lengths = np.linalg.norm(joints[:, _BONES] - joints[:, parents], axis=-1)
    variation = float((lengths.std(axis=0) / np.maximum(lengths.mean(axis=0), 1e-9)).mean())
    return float(np.clip(1 - variation / _WORST_BONE_VARIATION, 0, 1))


def agreement(projected: Floats, keypoints: Floats) -> float:
    """Return 1 where projection and keypoints (T, 24, 2) px meet, falling to 0 at half a trunk's length apart.

    The error is the root mean square over limb joints and frames, in units of the median distance pelvis to neck.
    """
    trunk = np.linalg.norm(keypoints[:, SMPL24.index("neck")] - keypoints[:, SMPL24.index("pelvis")], axis=-1)
    error = np.sqrt((((projected - keypoints)[:, LIMBS] ** 2).sum(axis=-1)).mean())
    return float(np.clip(1 - error / max(float(np.median(trunk)), 1e-9) / _WORST_REPROJECTION, 0, 1))
