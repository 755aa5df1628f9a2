"""From RTMPose's 26 keypoints (Halpe) to smpl24's joints in the picture, and to what 3D lifters take and give.

Every joint of smpl24 is a weighted mean of keypoints: those that Halpe does not have lie on the trunk at the heights
they have in the rest pose, hands continue the forearm, the ball of the foot is between heel and toes.
"""

import numpy as np

from workflow_scripts.motion.placement import LIMBS, named_joints, placed
from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.motion.skeletons import H36M17, HALPE26

# The ears lie above the atlas, smpl24's head joint in front of that line; the nose brings it there. As in `blazepose`.
_NOSE_SHARE = 0.15
# Where Human3.6M's joints are that Halpe has under no such name, as MotionBERT's authors place them (its halpe2h36m).
_H36M = {"thorax": ("neck",), "spine": ("neck", "mid_hip")}
_SIDES = ("left", "right")
_TO_WORLD = np.array([1.0, -1.0, -1.0])  # x right, y down, z forward <-> y up; its own inverse
LIMB_KEYPOINTS = [HALPE26.index(name) for name in LIMBS]


def _weights() -> Floats:
    matrix = np.zeros((SMPL24.size, HALPE26.size))
    rest = {name: SMPL24.rest_positions[i] for i, name in enumerate(SMPL24.joints)}
    marks = {name: HALPE26.rest_positions[i] for i, name in enumerate(HALPE26.joints)}
    hip_height, shoulder_height = rest["left_hip"][1], rest["left_shoulder"][1]

    def put(joint: str, row: Floats) -> None:
        matrix[SMPL24.index(joint)] = row

    def mean(*keypoints: str) -> Floats:
        row = np.zeros(HALPE26.size)
        row[[HALPE26.index(name) for name in keypoints]] = 1 / len(keypoints)
        return row

    def trunk(joint: str) -> Floats:
        share = (rest[joint][1] - hip_height) / (shoulder_height - hip_height)
        return mean("left_hip", "right_hip") * (1 - share) + mean("left_shoulder", "right_shoulder") * share

    for joint in ("pelvis", "spine1", "spine2", "spine3", "neck"):
        put(joint, trunk(joint))
    put("head", mean("left_ear", "right_ear") * (1 - _NOSE_SHARE) + mean("nose") * _NOSE_SHARE)
    for joint in LIMBS:
        put(joint, mean(joint))
    reach = rest["left_collar"][0] / rest["left_shoulder"][0]
    longer = rest["left_hand"][0] - rest["left_wrist"][0]
    longer /= rest["left_wrist"][0] - rest["left_elbow"][0]
    toes_ahead = (marks["left_big_toe"][2] + marks["left_small_toe"][2]) / 2 - marks["left_heel"][2]
    toes_share = (rest["left_foot"][2] - marks["left_heel"][2]) / toes_ahead
    for side, other in (_SIDES, _SIDES[::-1]):
        half = (mean(f"{side}_shoulder") - mean(f"{other}_shoulder")) / 2
        put(f"{side}_collar", trunk(f"{side}_collar") + half * reach)
        put(f"{side}_hand", mean(f"{side}_wrist") * (1 + longer) - mean(f"{side}_elbow") * longer)
        toes, heel = mean(f"{side}_big_toe", f"{side}_small_toe"), mean(f"{side}_heel")
        put(f"{side}_foot", toes * toes_share + heel * (1 - toes_share))
    return matrix


def _h36m_weights() -> Floats:
    matrix = np.zeros((H36M17.size, HALPE26.size))
    for row, name in zip(matrix, H36M17.joints, strict=True):
        sources = _H36M.get(name, (name,))
        row[[HALPE26.index(source) for source in sources]] = 1 / len(sources)
    return matrix


WEIGHTS, H36M_WEIGHTS = _weights(), _h36m_weights()
_TRUST = np.abs(WEIGHTS) / np.abs(WEIGHTS).sum(axis=1, keepdims=True)
_NAMED = named_joints(H36M17)


def joints_of(keypoints: Floats) -> Floats:
    """Return smpl24's joints (..., 24, 2) of Halpe's keypoints (..., 26, 2), in the picture."""
    return np.einsum("jk,...kd->...jd", WEIGHTS, keypoints)


def confidence_of(scores: Floats) -> Floats:
    """Return the confidence (..., 24) of smpl24's joints: the mean score of the keypoints each is made of, 0..1."""
    return np.clip(np.clip(scores, 0.0, 1.0) @ _TRUST.T, 0.0, 1.0)


def h36m17_of(keypoints: Floats) -> Floats:
    """Return Human3.6M's joints (..., 17, 2) of Halpe's keypoints (..., 26, 2), in the picture."""
    return np.einsum("jk,...kd->...jd", H36M_WEIGHTS, keypoints)


def smpl24_of(joints: Floats) -> Floats:
    """Return smpl24's joints (T, 24, 3) of Human3.6M's (T, 17, 3), both in the camera frame (x right, y down).

    Lifters know no hands and feet: hands continue the forearm, feet are flat on the floor or follow the shin
    (`motion.placement`).
    """
    world = joints * _TO_WORLD
    return placed({name: world[:, index] for name, index in _NAMED.items()}, H36M17) * _TO_WORLD
