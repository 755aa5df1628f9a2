"""How good an estimated motion is, as one number."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.alignment import LIMBS
from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.pose.backends.base import Track

_BONES = [SMPL24.index(f"{side}_{end}") for end in ("elbow", "wrist", "knee", "ankle") for side in ("left", "right")]
# Where a term reaches 0. Good footage measures 0.08 to 0.14 (bones) and 0.04 to 0.08 (reprojection, in trunk lengths);
# the twelve limb joints shake by 20 to 60 m/s² (choreographed ones really move by 3 to 8).
_WORST_BONE_VARIATION = 0.5
_WORST_REPROJECTION = 0.5
_WORST_ACCELERATION = 400.0
# A second person of more than this share of the first one's area may be mistaken for it.
RIVAL_AREA = 0.6
# Only so many terms count: one that is bad shall not be made good by many that are perfect.
_COUNTED = 4


@dataclass(frozen=True)
class Quality:
    """What the quality of a person's motion is made of, each from 0 (useless) to 1 (perfect).

    Attributes:
        detection: share of frames in which the person was found.
        confidence: mean confidence of the twelve limb joints in these frames.
        rigidity: how constant the lengths of arms and legs are before they are fixed.
        agreement: how well the 3D motion, seen through the assumed camera, meets the 2D keypoints.
        calm: how little the limb joints shake before they are smoothed.
        seen: share of the limb joints, within stretches, that were seen and are not interpolated.
        continuity: share of the frames that lie in stretches.
        solitude: 1 where the person is alone, 0.5 where another as large is there throughout: such a one may be taken
            for the person, but a clip is not rejected for that.
    """

    detection: float = 0.0
    confidence: float = 0.0
    rigidity: float = 0.0
    agreement: float = 0.0
    calm: float = 0.0
    seen: float = 0.0
    continuity: float = 0.0
    solitude: float = 1.0

    @property
    def score(self) -> float:
        """The geometric mean of the four lowest terms: one useless term makes the motion useless."""
        return float(np.prod(sorted(asdict(self).values())[:_COUNTED]) ** (1 / _COUNTED))

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


def calm(joints: Floats, fps: float) -> float:
    """Return 1 for limb joints without acceleration, falling to 0 at a mean of 400 m/s².

    Args:
        joints: (T, 24, 3) metres, before they are smoothed; frames with NaN are left out.
        fps: frames per second. Accelerations are taken over thirtieths of a second whatever the rate: noise weighs more
            the shorter the steps are.
    """
    step = max(1, round(fps / 30))
    limbs = joints[:, LIMBS] - joints[:, :1]
    steps = np.linalg.norm(limbs[2 * step :] - 2 * limbs[step:-step] + limbs[: -2 * step], axis=-1) * (fps / step) ** 2
    known = steps[np.isfinite(steps)]
    return float(np.clip(1 - known.mean() / _WORST_ACCELERATION, 0, 1)) if known.size else 1.0


def solitude(track: Track, others: Iterable[Track]) -> float:
    """Return 1 less half the share of a person's frames in which another is larger than `RIVAL_AREA` of it.

    Args:
        track: of the person.
        others: the other people of the same clip; the area of one is that of the box around the joints.
    """
    area = _areas(track)
    rival: npt.NDArray[np.bool_] = np.zeros(len(area), dtype=bool)
    for other in others:
        with np.errstate(invalid="ignore"):
            rival |= _areas(other) > RIVAL_AREA * area
    found = np.isfinite(area)
    return 1 - 0.5 * float(rival[found].mean()) if found.any() else 1.0


def _areas(track: Track) -> Floats:
    low, high = track.keypoints.min(axis=1), track.keypoints.max(axis=1)
    return np.asarray(np.prod(high - low, axis=-1))
