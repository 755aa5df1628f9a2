"""From the 33 landmarks of BlazePose to the 24 joints of smpl24.

Every joint is a weighted mean of landmarks, so that the same map serves pixels and metres. Joints that BlazePose does
not see (pelvis, spine, collars, neck) are placed on the trunk at the heights they have in the rest pose.
BlazePose: Bazarevsky et al., 2020, arXiv 2006.10204; landmark numbers from MediaPipe's own documentation.
"""

import numpy as np

from workflow_scripts.motion.skeleton import SMPL24, Floats

LANDMARKS = 33
_NOSE, _EARS = 0, (7, 8)
_SHOULDERS, _HIPS = (11, 12), (23, 24)
# Joints seen directly: (left, right) landmark of each.
_SEEN = {
    "shoulder": _SHOULDERS,
    "elbow": (13, 14),
    "wrist": (15, 16),
    "hip": _HIPS,
    "knee": (25, 26),
    "ankle": (27, 28),
}
_PINKIES, _INDICES, _HEELS, _TOES = (17, 18), (19, 20), (29, 30), (31, 32)
# What annotators call the hip, and networks have learnt from them, lies at the trochanter, 2 cm under the joint about
# which the leg turns: 4 % of the way to the shoulders (thighs as seen are then as long as they are, on dancers who are
# known; OpenPose has its hips within 1 % of the trunk of MediaPipe's on real footage).
_HIP_RISE = 0.04
# The ears lie above the atlas and behind smpl24's head joint: between neck and ears, drawn forward by the nose.
_NOSE_SHARE, _NECK_SHARE = 0.3, 0.37
# smpl24's foot joint is the ball of the foot, BlazePose's "foot index" the tip of the toes.
_HEEL_SHARE = 0.25


def _weights() -> Floats:
    matrix = np.zeros((SMPL24.size, LANDMARKS))
    rest = {name: SMPL24.rest_positions[i] for i, name in enumerate(SMPL24.joints)}
    hip_height, shoulder_height = rest["left_hip"][1], rest["left_shoulder"][1]

    def trunk(height: float) -> Floats:
        share = (height - hip_height) / (shoulder_height - hip_height)
        share = _HIP_RISE + (1 - _HIP_RISE) * share
        row = np.zeros(LANDMARKS)
        row[list(_HIPS)], row[list(_SHOULDERS)] = (1 - share) / 2, share / 2
        return row

    for name in ("pelvis", "spine1", "spine2", "spine3", "neck"):
        matrix[SMPL24.index(name)] = trunk(rest[name][1])
    skull = np.zeros(LANDMARKS)
    skull[list(_EARS)], skull[_NOSE] = (1 - _NOSE_SHARE) / 2, _NOSE_SHARE
    neck = matrix[SMPL24.index("neck")]
    matrix[SMPL24.index("head")] = _NECK_SHARE * neck + (1 - _NECK_SHARE) * skull
    for side, left_right in enumerate(("left", "right")):
        for joint, landmarks in _SEEN.items():
            matrix[SMPL24.index(f"{left_right}_{joint}"), landmarks[side]] = 1.0
        hip = matrix[SMPL24.index(f"{left_right}_hip")]
        hip[list(_SHOULDERS)], hip[list(_HIPS)] = _HIP_RISE / 2, hip[list(_HIPS)] - _HIP_RISE / 2
        reach = rest["left_collar"][0] / rest["left_shoulder"][0]
        collar = trunk(rest["left_collar"][1])
        collar[_SHOULDERS[side]] += reach / 2
        collar[_SHOULDERS[1 - side]] -= reach / 2
        matrix[SMPL24.index(f"{left_right}_collar")] = collar
        matrix[SMPL24.index(f"{left_right}_hand"), [_PINKIES[side], _INDICES[side]]] = 0.5
        foot = SMPL24.index(f"{left_right}_foot")
        matrix[foot, [_TOES[side], _HEELS[side]]] = 1 - _HEEL_SHARE, _HEEL_SHARE
    return matrix


WEIGHTS = _weights()
_TRUST = np.abs(WEIGHTS) / np.abs(WEIGHTS).sum(axis=1, keepdims=True)


def joints_of(landmarks: Floats) -> Floats:
    """Return smpl24's joints (..., 24, D) of BlazePose's landmarks (..., 33, D), in pixels or metres alike."""
    return np.einsum("jk,...kd->...jd", WEIGHTS, landmarks)


def confidence_of(visibility: Floats) -> Floats:
    """Return the confidence (..., 24) of smpl24's joints: the mean visibility of the landmarks each is made of."""
    return np.clip(visibility @ _TRUST.T, 0.0, 1.0)
