"""One body for a stretch of motion: bones of constant length, joints where the picture shows them.

Estimators of 3D from one picture see the picture well and depth badly: MediaPipe's pixels with the true depths are
16 mm from the truth (PA-MPJPE on dancers who are known), its own 3D 62 mm. So the joints are kept on their rays, and
their depths are found anew from the lengths of the bones and the estimated depths (`pose.clean.depth_fit`). The
dancer's proportions are found on the way, from our own.
"""

import numpy as np

from workflow_scripts.motion.alignment import LIMBS
from workflow_scripts.motion.camera import Camera, translation
from workflow_scripts.motion.kinematics import bone_lengths, with_bone_lengths
from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.motion.smoothing import smooth
from workflow_scripts.pose.clean.depth_fit import Bones, fitted_depths

_SIDES = ("left", "right")
_ENDS = ("hip", "knee", "ankle", "foot", "shoulder", "elbow", "wrist", "hand")
_NODES = [SMPL24.index(f"{side}_{end}") for end in _ENDS for side in _SIDES] + [SMPL24.index("head")]
# From joint to joint, and by how much the estimated depth between them errs, metres. MediaPipe's errs by a quarter to
# twice more (the demo's seeds 0 and 2, filmed motion capture), the lifter's by less; the fit hardly depends on it.
_LIMB_DEPTHS = {
    ("hip", "knee"): 0.055,
    ("knee", "ankle"): 0.05,
    ("ankle", "foot"): 0.03,
    ("shoulder", "elbow"): 0.055,
    ("elbow", "wrist"): 0.05,
    ("wrist", "hand"): 0.02,
}
_HIPS_DEPTH, _SHOULDERS_DEPTH, _TRUNK_DEPTH, _HEAD_DEPTH = 0.02, 0.03, 0.04, 0.04
# Depths of trunk and forearms vary little against their errors. They are shrunk towards none, as is best for noisy
# measurements: the regression of the truth on MediaPipe's has slopes of 0.6 to 0.9 in both sets. (Trunks shrunk more
# come nearer to the truth in each frame, but lean less than dancers do on average.)
_SHRINKAGE = 0.9
# Metres. A landmark of the picture is about a centimetre off, hence two of them; a trunk bends, so that its diagonals
# are no bones.
_BONE_SPREAD, _SHORT_BONE_SPREAD, _TRUNK_SPREAD = 0.018, 0.0126, 0.08
_SHORT_BONE_M = 0.2
# How much shorter or longer a bone may be than ours: beyond it nobody is built so, and the fit has gone wrong.
_UNLIKE_OURS = (0.75, 1.35)
# Fits, each with the proportions of the one before. More change little.
_ROUNDS = 4
_DISTANCE_S = 1.0
_LEAST_TRUST = 0.05
_TRUNK = [
    SMPL24.index(name) for name in ("pelvis", "spine1", "spine2", "spine3", "neck", "left_collar", "right_collar")
]
_SIZING = [SMPL24.index(f"{side}_{end}") for end in ("knee", "ankle", "elbow", "wrist") for side in _SIDES]


def _trunk_map() -> Floats:
    """(7, 4): the trunk's joints as weighted means of hips and shoulders (left, right), from the rest pose."""
    hips, shoulders = (SMPL24.rest_positions[SMPL24.index(f"left_{name}")] for name in ("hip", "shoulder"))
    rows = []
    for aside, height, _ in SMPL24.rest_positions[_TRUNK]:
        share = (height - hips[1]) / (shoulders[1] - hips[1])
        reach = aside / shoulders[0] / 2
        rows.append([(1 - share) / 2, (1 - share) / 2, share / 2 + reach, share / 2 - reach])
    return np.array(rows)


_TRUNK_MAP = _trunk_map()
_TRUNK_ENDS = [SMPL24.index(f"{side}_{end}") for end in ("hip", "shoulder") for side in _SIDES]


def _bones() -> tuple[Bones, Floats, Floats]:
    """Return the bones between nodes, their lengths at rest, and the share of the estimated depths to believe."""
    node = {SMPL24.joints[joint]: number for number, joint in enumerate(_NODES)}
    rows: list[tuple[str, str, bool, float, float]] = []  # joints, whether bones, spread of the depth, shrinkage
    for (upper, lower), depth in _LIMB_DEPTHS.items():
        share = _SHRINKAGE if upper == "elbow" else 1.0
        rows += [(f"{side}_{upper}", f"{side}_{lower}", True, depth, share) for side in _SIDES]
    rows.append(("left_hip", "right_hip", True, _HIPS_DEPTH, 1.0))
    rows.append(("left_shoulder", "right_shoulder", True, _SHOULDERS_DEPTH, 1.0))
    rows += [(f"{side}_hip", f"{side}_shoulder", False, _TRUNK_DEPTH, _SHRINKAGE) for side in _SIDES]
    rows += [("left_hip", "right_shoulder", False, np.inf, 1.0), ("right_hip", "left_shoulder", False, np.inf, 1.0)]
    rows += [(f"{side}_shoulder", "head", False, _HEAD_DEPTH, 1.0) for side in _SIDES]
    pairs = [(node[first], node[second]) for first, second, *_ in rows]
    first, second = (SMPL24.rest_positions[[_NODES[pair[end]] for pair in pairs]] for end in (0, 1))
    lengths = np.linalg.norm(second - first, axis=-1)
    spread = np.where(lengths > _SHORT_BONE_M, _BONE_SPREAD, _SHORT_BONE_SPREAD)
    spread = np.where([row[2] for row in rows], spread, _TRUNK_SPREAD)
    return Bones(pairs, spread, np.array([row[3] for row in rows])), lengths, np.array([row[4] for row in rows])


_BONES, _LENGTHS, _SHARES = _bones()
_FIRST, _SECOND = (list(ends) for ends in zip(*_BONES.pairs, strict=True))


def _mirrored(pair: tuple[int, int]) -> frozenset[int]:
    mirror = {joint: other for left, right in SMPL24.pairs for joint, other in ((left, right), (right, left))}
    return frozenset(_NODES.index(mirror.get(_NODES[node], _NODES[node])) for node in pair)


_MIRRORED = [[frozenset(pair) for pair in _BONES.pairs].index(_mirrored(pair)) for pair in _BONES.pairs]


def fitted_body(joints: Floats, keypoints: Floats, confidence: Floats, camera: Camera, fps: float) -> Floats:
    """Return the motion of one body that is where the picture shows it.

    Args:
        joints: (T, 24, 3) metres about any origin of the body, axes of the camera (x right, y down, z forward), as
            estimated and smoothed; one stretch without gaps, T is 1 or more.
        keypoints: (T, 24, 2) pixels, smoothed alike.
        confidence: (T, 24) in 0..1.
        camera: the camera the person was seen through.
        fps: frames per second.

    Returns:
        (T, 24, 3) metres about the pelvis. Every bone has one length, left and right alike: the dancer's proportions
        on a body whose arms and legs together are as long as ours.
    """
    joints = np.asarray(joints, dtype=np.float64)
    joints = joints * (SMPL24.rest_lengths[_SIZING].sum() / max(float(bone_lengths(joints)[_SIZING].sum()), 1e-6))
    rays = camera.normalised(np.asarray(keypoints, dtype=np.float64))
    trust = np.clip(confidence, _LEAST_TRUST, 1.0)
    place = translation(joints[:, LIMBS], rays[:, LIMBS], trust[:, LIMBS])
    start = joints[:, _NODES, 2] + smooth(place[:, 2:], _DISTANCE_S, fps)
    bones = joints[:, _NODES][:, _SECOND] - joints[:, _NODES][:, _FIRST]
    # The estimator's bones have lengths of their own: their slopes are believed, on bones of our lengths.
    own = np.maximum(np.median(np.linalg.norm(bones, axis=-1), axis=0), 1e-6)
    depths = bones[..., 2] / own * _LENGTHS * _SHARES
    rays, trust = rays[:, _NODES], trust[:, _NODES]
    depth: Floats = start
    lengths: Floats = _LENGTHS
    for _ in range(_ROUNDS):
        depth = fitted_depths(depth, rays, trust, depths * lengths / _LENGTHS, lengths, _BONES, fps)
        lengths = _proportions(_on_rays(rays, depth))
    body = _whole(_on_rays(rays, depth), joints)
    return with_bone_lengths(body - body[:, :1], bone_lengths(body))


def _on_rays(rays: Floats, depth: Floats) -> Floats:
    return np.concatenate([rays * depth[..., None], depth[..., None]], axis=-1)


def _proportions(nodes: Floats) -> Floats:
    """Return the lengths (B,), metres, of the bones of a dancer fitted as (T, N, 3), both sides alike, of our size."""
    lengths = np.median(np.linalg.norm(nodes[:, _SECOND] - nodes[:, _FIRST], axis=-1), axis=0)
    ratios = np.clip((lengths + lengths[_MIRRORED]) / 2 / _LENGTHS, *_UNLIKE_OURS)
    return np.asarray(ratios * _LENGTHS * _LENGTHS.sum() / (ratios * _LENGTHS).sum())


def _whole(nodes: Floats, joints: Floats) -> Floats:
    """Return all joints (T, 24, 3): the trunk's go with hips and shoulders as they did in the estimated `joints`."""
    body = np.zeros_like(joints)
    body[:, _NODES] = nodes
    bent = joints[:, _TRUNK] - _TRUNK_MAP @ joints[:, _TRUNK_ENDS]
    body[:, _TRUNK] = _TRUNK_MAP @ body[:, _TRUNK_ENDS] + bent
    return body
