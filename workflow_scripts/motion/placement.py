"""From the joints another skeleton has to the 24 of smpl24, and back: which point of the body is where.

Shoulders, elbows, wrists, hips, knees and ankles are taken as they are. Pelvis, spine, neck and collars are placed on
the trunk at the heights they have at rest, along the curve of the spine as far as the source knows it; head, hands and
feet are taken from what marks them or else continue the limb.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from workflow_scripts.motion.joint_names import smpl24_map
from workflow_scripts.motion.skeleton import SMPL24, Floats, Skeleton
from workflow_scripts.motion.skeletons import PARTS, POINTS, SKELETONS

SIDES = ("left", "right")
LIMBS = tuple(f"{side}_{joint}" for joint in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle") for side in SIDES)
Groups = tuple[tuple[str, ...], ...]
# What marks a joint, best first; the first group that is there whole is used, with equal weights.
_HEAD: Groups = (
    ("left_ear", "right_ear"),
    ("left_temple", "right_temple"),
    ("head",),
    ("nose", "head_top"),
    ("head_top",),
    ("nose",),
)
_HAND: Groups = (("hand",), ("index", "pinky"))
_FOOT: Groups = (("foot",), ("big_toe", "small_toe"), ("toe",), ("big_toe",))
_SPINE = ("waist", "spine", "spine1", "spine2", "spine3")
_TOPS = ("neck", "thorax")
USED = frozenset(
    [*LIMBS, *_SPINE, *_TOPS, *(name for group in _HEAD for name in group)]
    + [f"{side}_{name}" for side in SIDES for group in (*_HAND, *_FOOT) for name in group]
)

_REST = dict(zip(SMPL24.joints, SMPL24.rest_positions, strict=True))
_HIP_HEIGHT, _SHOULDER_HEIGHT = float(_REST["left_hip"][1]), float(_REST["left_shoulder"][1])
_NO_SEGMENT = 0.02  # of the trunk: joints of a spine nearer than this to the one below say nothing
# A shin that leans by less leaves the foot flat on the floor (ankles bend 20 to 30 degrees up and 40 to 50 down,
# Norkin & White, Measurement of Joint Motion); what it leans more, the foot follows.
_ANKLE_RANGE = np.radians(40.0)
# More than this between two rest poses is another pose, not another way to place the head.
_LARGEST_HEAD_TILT = np.radians(40.0)

Points = Mapping[str, Floats]


def named_joints(skeleton: Skeleton) -> dict[str, int]:
    """Return {our name: index} of the joints of a skeleton that `placed` can use.

    Skeletons of `motion.skeletons` carry our names; the names of others (BVH) go through `motion.joint_names`.
    """
    if _has_our_names(skeleton):
        return {name: index for index, name in enumerate(skeleton.joints) if name in USED}
    return {name: index for name, index in smpl24_map(skeleton).items() if name in USED}


def _has_our_names(skeleton: Skeleton) -> bool:
    return skeleton.name in SKELETONS and skeleton.joints == SKELETONS[skeleton.name].joints


def placed(points: Points, skeleton: Skeleton) -> Floats:
    """Return smpl24's joints (T, 24, 3) of a body with the source's own bones.

    Args:
        points: {name: (T, 3)} metres, y up; all of `LIMBS`, and whatever else of `USED` the source has.
        skeleton: the source's. Its rest pose, if it has one, says how its head is held when a person looks ahead.
    """
    joints = _placed(points, skeleton)
    if len(skeleton.rest):
        rest = skeleton.rest_positions
        known = {name: rest[None, index] for name, index in named_joints(skeleton).items() if name in points}
        tilt = _head_pitch(SMPL24.rest_positions[None]) - _head_pitch(_placed(known, skeleton))
        if abs(tilt[0]) < _LARGEST_HEAD_TILT:
            _pitch_head(joints, float(tilt[0]))
    return joints


def _placed(points: Points, skeleton: Skeleton) -> Floats:
    frames = len(points["left_hip"])
    joints = np.zeros((frames, SMPL24.size, 3))

    def put(name: str, place: Floats) -> None:
        joints[:, SMPL24.index(name)] = place

    for name in LIMBS:
        put(name, points[name])
    hips, shoulders = _middle(points, "hip"), _middle(points, "shoulder")
    across = points["left_hip"] - points["right_hip"] + points["left_shoulder"] - points["right_shoulder"]
    trunk = shoulders - hips
    curve = _Trunk(points, skeleton, hips, shoulders, _unit(np.cross(across, trunk)))
    for name in ("pelvis", "spine1", "spine2", "spine3", "neck"):
        put(name, curve.at(float(_REST[name][1])))
    collar, reach = curve.at(float(_REST["left_collar"][1])), _REST["left_collar"][0] / _REST["left_shoulder"][0]
    half = (points["left_shoulder"] - points["right_shoulder"]) / 2 * reach
    put("left_collar", collar + half)
    put("right_collar", collar - half)
    put("head", curve.at(float(_REST["head"][1])) if (head := _marked(points, _HEAD)) is None else head)
    forward = _forward(across, trunk)
    for side in SIDES:
        hand = _marked(points, _HAND, f"{side}_")
        wrist, ankle = points[f"{side}_wrist"], points[f"{side}_ankle"]
        put(f"{side}_hand", 2 * wrist - points[f"{side}_elbow"] if hand is None else hand)
        foot = _marked(points, _FOOT, f"{side}_")
        put(f"{side}_foot", ankle + _level_foot(ankle - points[f"{side}_knee"], forward) if foot is None else foot)
    return joints


def joints_of(world: Floats, skeleton: Skeleton) -> Floats:
    """Return where the joints (T, J, 3) of a skeleton of `motion.skeletons` are on a body (T, 24, 3): see `PARTS`."""
    joints = [
        world[:, SMPL24.index(name)]
        if name in SMPL24.joints and place == SMPL24.rest[SMPL24.index(name)]
        else _attached(world, name, np.asarray(place))
        for name, place in zip(skeleton.joints, skeleton.rest, strict=True)
    ]
    return np.stack(joints, axis=1)


def _attached(world: Floats, name: str, place: Floats) -> Floats:
    """Return the points (T, 3) that are where `place` is at rest, fixed to their part of the body."""
    side, _, bare = name.partition("_")
    anchor, bone, second = PARTS[name] if name in PARTS else PARTS[bare]

    def joint(body: Floats, part: str) -> Floats:
        return np.asarray(body[:, SMPL24.index(side + part if part.startswith("_") else part)])

    def frame(body: Floats) -> Floats:
        along = _unit(joint(body, bone[1]) - joint(body, bone[0]))
        other = joint(body, second[1]) - joint(body, second[0])
        beside = _unit(other - along * (other * along).sum(axis=-1, keepdims=True))
        return np.stack([along, beside, np.cross(along, beside)], axis=-1)

    rest = SMPL24.rest_positions[None]
    offset = np.einsum("tij,ti->tj", frame(rest), place - joint(rest, anchor))
    return joint(world, anchor) + np.einsum("tij,tj->ti", frame(world), np.broadcast_to(offset, (len(world), 3)))


class _Trunk:
    """The curve from the middle of the hips through what is known of the spine to the neck, by height at rest."""

    def __init__(self, points: Points, skeleton: Skeleton, hips: Floats, shoulders: Floats, forward: Floats) -> None:
        size = float(np.median(np.linalg.norm(shoulders - hips, axis=-1)))
        top, self._top = shoulders, _SHOULDER_HEIGHT
        for name in _TOPS:
            if name in points:
                top, self._top = points[name], _height(name, skeleton)
                break
        knots = [hips]
        for name in _SPINE:
            if name in points:
                bulge = POINTS[name][2] / (_SHOULDER_HEIGHT - _HIP_HEIGHT) * size if name in POINTS else 0.0
                knot = points[name] - forward * bulge
                if min(_distance(knot, knots[-1]), _distance(knot, top)) > _NO_SEGMENT * size:
                    knots.append(knot)
        self._knots = np.stack([*knots, top])
        lengths = np.cumsum([0.0] + [_distance(a, b) for a, b in zip(self._knots, self._knots[1:], strict=False)])
        self._heights = _HIP_HEIGHT + lengths / max(lengths[-1], 1e-9) * (self._top - _HIP_HEIGHT)

    def at(self, height: float) -> Floats:
        """Return the point (T, 3) at the height, metres, which it has at rest; above the top the curve goes on."""
        segment = int(np.clip(np.searchsorted(self._heights, height) - 1, 0, len(self._heights) - 2))
        low, high = self._heights[segment : segment + 2]
        share = (height - low) / max(high - low, 1e-9)
        return np.asarray(self._knots[segment] * (1 - share) + self._knots[segment + 1] * share)


def _height(name: str, skeleton: Skeleton) -> float:
    """Height of the neck at rest: where our own skeletons say, at smpl24's neck in any other."""
    return float(skeleton.rest[skeleton.index(name)][1]) if _has_our_names(skeleton) else float(_REST["neck"][1])


def _middle(points: Points, joint: str) -> Floats:
    return (points[f"left_{joint}"] + points[f"right_{joint}"]) / 2


def _marked(points: Points, groups: Sequence[Sequence[str]], side: str = "") -> Floats | None:
    """Return the mean of the first group of points that is there whole."""
    for group in groups:
        if all(f"{side}{name}" in points for name in group):
            return np.asarray(np.mean([points[f"{side}{name}"] for name in group], axis=0))
    return None


def _forward(across: Floats, trunk: Floats) -> Floats:
    """Return the horizontal direction (T, 3) the body faces; of a body lying on its side, where its belly points."""
    up = np.array([0.0, 1.0, 0.0])
    ahead = np.cross(across, up)
    lying = np.linalg.norm(ahead, axis=-1, keepdims=True) < 0.3 * np.linalg.norm(across, axis=-1, keepdims=True)
    return _unit(np.where(lying, np.cross(across, trunk), ahead))


def _level_foot(shin: Floats, forward: Floats) -> Floats:
    """Return ankle to ball (T, 3), metres of our body, of a foot that is flat unless the shin leans too far for it."""
    flat = _REST["left_foot"] - _REST["left_ankle"]
    foot = forward * flat[2] + np.array([0.0, flat[1], 0.0])
    shin = _unit(shin)
    axis = np.cross(np.array([0.0, -1.0, 0.0]), shin)
    sine = np.linalg.norm(axis, axis=-1, keepdims=True)
    lean = np.arctan2(sine, -shin[..., 1:2])
    angle = np.maximum(lean - _ANKLE_RANGE, 0.0)
    return _turned_about(foot, axis / np.maximum(sine, 1e-9), angle)


def _head_pitch(joints: Floats) -> Floats:
    """Return the angle (T,), radians, by which neck to head points forward of the trunk's own axis."""
    across, up = _head_axes(joints)
    head = joints[:, SMPL24.index("head")] - joints[:, SMPL24.index("neck")]
    return np.asarray(np.arctan2((head * np.cross(across, up)).sum(axis=-1), (head * up).sum(axis=-1)))


def _pitch_head(joints: Floats, angle: float) -> None:
    """Turn neck to head forward by `angle` about the line across the shoulders, in place."""
    across, _ = _head_axes(joints)
    neck, head = SMPL24.index("neck"), SMPL24.index("head")
    bone = joints[:, head] - joints[:, neck]
    joints[:, head] = joints[:, neck] + _turned_about(bone, across, np.full((len(joints), 1), angle))


def _head_axes(joints: Floats) -> tuple[Floats, Floats]:
    """Return unit vectors (T, 3): across the shoulders to the left, and up the trunk at right angles to it."""
    left, right = SMPL24.index("left_shoulder"), SMPL24.index("right_shoulder")
    across = _unit(joints[:, left] - joints[:, right])
    up = joints[:, SMPL24.index("neck")] - joints[:, SMPL24.index("spine1")]
    return across, _unit(up - across * (up * across).sum(axis=-1, keepdims=True))


def _turned_about(vectors: Floats, axis: Floats, angle: Floats) -> Floats:
    """Turn vectors (T, 3) about unit axes (T, 3) by angles (T, 1), radians (Rodrigues)."""
    along = (vectors * axis).sum(axis=-1, keepdims=True) * axis
    return along + np.cos(angle) * (vectors - along) + np.sin(angle) * np.cross(axis, vectors)


def _unit(vectors: Floats) -> Floats:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


def _distance(a: Floats, b: Floats) -> float:
    return float(np.median(np.linalg.norm(a - b, axis=-1)))
