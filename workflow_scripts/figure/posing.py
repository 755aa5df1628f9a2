"""From joints to bones: where each rigid part of the body is, and how it is turned, told from joint positions alone.

Joints say nothing about a limb's roll, so every frame is its parent's, swung the shortest way; see `_swung`.
"""

import numpy as np

from workflow_scripts.motion.kinematics import bone_lengths, turned, with_bone_lengths
from workflow_scripts.motion.rotations import matrices_of_axis_angles
from workflow_scripts.motion.skeleton import SMPL24, Floats

BONES = (
    "pelvis",
    "spine",
    "chest",
    "head",
    *(
        f"{side}_{bone}"
        for bone in ("collar", "upper_arm", "forearm", "hand", "thigh", "shin", "foot")
        for side in ("left", "right")
    ),
)
# Arms of the rest pose hang this far below the horizontal: the middle of what arms do in a dance, so that skin
# stretches least; legs stand apart so that trousers do not grow together.
ARM_DROP, LEG_SPREAD = np.deg2rad(28.0), np.deg2rad(7.0)
# A foot is turned as `up` says where this share of it is square to that, as the shin does where it points along it.
STEEP_FOOT, LEVEL_FOOT = 0.45, 0.8
# Below this height over the floor (metres) an ankle's foot is taken to stand flat, above the second to hang free.
FLAT_FOOT, FREE_FOOT = 0.12, 0.35


def rest_joints(world: Floats) -> Floats:
    """Return the rest pose (24, 3) in which the body of this dancer is modelled: upright, arms and legs apart.

    Args:
        world: (T, 24, 3) smpl24 joints in metres; the median bone lengths are taken over.
    """
    rest = SMPL24.rest_positions.copy()
    for side, sign in (("left", 1), ("right", -1)):
        for root, joints, angle in (
            ("shoulder", ("elbow", "wrist", "hand"), -sign * ARM_DROP),
            ("hip", ("knee", "ankle", "foot"), sign * LEG_SPREAD),
        ):
            origin = rest[SMPL24.index(f"{side}_{root}")]
            for joint in joints:
                index = SMPL24.index(f"{side}_{joint}")
                x, y, z = rest[index] - origin
                # A turn about z is a turn about y with the axes renamed.
                around_z = turned(np.array([y, z, x]), angle)
                rest[index] = origin + around_z[[2, 0, 1]]
    return with_bone_lengths(rest, bone_lengths(world))


def bone_transforms(world: Floats, rest: Floats) -> Floats:
    """Return the affine maps (T, B, 3, 4) that carry points of the rest pose along with each of the BONES.

    Args:
        world: (T, 24, 3) joints, metres.
        rest: (24, 3) from `rest_joints`.
    """
    turns, origins, ends = _bone_frames(np.asarray(world, float))
    rest_turns, rest_origins, rest_ends = _bone_frames(rest[None])
    # Limbs follow their joints exactly: a bone that measures longer in a frame stretches along itself.
    axis = rest_ends - rest_origins
    rest_length = np.linalg.norm(axis, axis=-1, keepdims=True)
    length = np.linalg.norm(ends - origins, axis=-1, keepdims=True)
    known = rest_length > 1e-6
    axis = np.where(known, axis / np.where(known, rest_length, 1), 0)
    stretch = np.where(known, length / np.where(known, rest_length, 1), 1) - 1
    linear = turns @ np.swapaxes(rest_turns, -1, -2)
    linear = linear @ (np.eye(3) + stretch[..., None] * axis[..., :, None] * axis[..., None, :])
    shift = origins - np.einsum("tbij,tbj->tbi", linear, np.broadcast_to(rest_origins, origins.shape))
    return np.concatenate([linear, shift[..., None]], axis=-1)


def _bone_frames(joints: Floats) -> tuple[Floats, Floats, Floats]:
    """Return each bone's turn (T, B, 3, 3; columns are its axes), origin and end (T, B, 3); end = origin: no length."""
    at = {name: joints[:, index] for index, name in enumerate(SMPL24.joints)}
    rest = {name: SMPL24.rest_positions[index] for index, name in enumerate(SMPL24.joints)}
    hips = _unit(at["left_hip"] - at["right_hip"])
    shoulders = _unit(at["left_shoulder"] - at["right_shoulder"])
    pelvis = _basis(at["spine1"] - at["pelvis"], hips, exact="across")
    chest = _basis(at["neck"] - at["spine2"], shoulders, exact="up")
    spine = _basis(at["spine3"] - at["spine1"], _unit(hips + shoulders), exact="up")
    head = _swung(chest, rest["head"] - rest["neck"], at["head"] - at["neck"])
    frames = {
        "pelvis": (pelvis, "pelvis", "pelvis"),
        "spine": (spine, "spine2", "spine2"),
        "chest": (chest, "spine3", "spine3"),
        "head": (head, "head", "head"),
    }
    for side, out in (("left", 1.0), ("right", -1.0)):
        arm, down = np.array([out, 0, 0]), np.array([0, -1.0, 0])
        points = {name: at[f"{side}_{name}"] for name in _SIDE_JOINTS}
        bone = {(a, b): points[b] - points[a] for a, b in _SIDE_BONES}
        collar = _swung(chest, rest[f"{side}_shoulder"] - rest[f"{side}_collar"], bone["collar", "shoulder"])
        upper = _swung(chest, arm, bone["shoulder", "elbow"])
        fore = _swung(upper, arm, bone["elbow", "wrist"])
        hand = _swung(fore, arm, bone["wrist", "hand"])
        thigh = _swung(pelvis, down, bone["hip", "knee"])
        shin = _swung(thigh, down, bone["knee", "ankle"])
        flat = np.clip((FREE_FOOT - points["ankle"][:, 1:2]) / (FREE_FOOT - FLAT_FOOT), 0, 1)
        up = flat * np.array([0, 1.0, 0]) - (1 - flat) * _unit(bone["knee", "ankle"]) + 1e-6 * shin[..., 1]
        toes, toes_at_rest = bone["ankle", "foot"], rest[f"{side}_foot"] - rest[f"{side}_ankle"]
        foot = _swung(_basis(up, np.cross(up, toes), exact="across"), toes_at_rest, toes)
        foot = _told_where_clear(foot, _swung(shin, toes_at_rest, toes), _unit(toes), _unit(up))
        frames |= {
            f"{side}_collar": (collar, f"{side}_collar", f"{side}_shoulder"),
            f"{side}_upper_arm": (upper, f"{side}_shoulder", f"{side}_elbow"),
            f"{side}_forearm": (fore, f"{side}_elbow", f"{side}_wrist"),
            f"{side}_hand": (hand, f"{side}_wrist", f"{side}_wrist"),
            f"{side}_thigh": (thigh, f"{side}_hip", f"{side}_knee"),
            f"{side}_shin": (shin, f"{side}_knee", f"{side}_ankle"),
            f"{side}_foot": (foot, f"{side}_ankle", f"{side}_ankle"),
        }
    turns = np.stack([frames[name][0] for name in BONES], axis=1)
    origins = np.stack([at[frames[name][1]] for name in BONES], axis=1)
    ends = np.stack([at[frames[name][2]] for name in BONES], axis=1)
    return turns, origins, ends


_SIDE_JOINTS = ("collar", "shoulder", "elbow", "wrist", "hand", "hip", "knee", "ankle", "foot")
_SIDE_BONES = (
    ("collar", "shoulder"),
    ("shoulder", "elbow"),
    ("elbow", "wrist"),
    ("wrist", "hand"),
    ("hip", "knee"),
    ("knee", "ankle"),
    ("ankle", "foot"),
)


def _unit(vectors: Floats) -> Floats:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


def _basis(up: Floats, across: Floats, exact: str) -> Floats:
    """Return the turn (T, 3, 3) whose y is near `up` and whose x is near `across`; the one named by `exact` is kept."""
    if exact == "up":
        y = _unit(up)
        x = _unit(across - y * (across * y).sum(-1, keepdims=True))
    else:
        x = _unit(across)
        y = _unit(up - x * (up * x).sum(-1, keepdims=True))
    return np.stack([x, y, np.cross(x, y)], axis=-1)


def _told_where_clear(told: Floats, hanging: Floats, along: Floats, up: Floats) -> Floats:
    """Turn from `hanging` to `told` (T, 3, 3) as far as which side of a foot is up can be told.

    A foot that points `up` or down has no upper side: it would turn over at once where it passes.

    Args:
        told, hanging: turns that differ about the foot alone.
        along, up: (T, 3) unit vectors.
    """
    square = np.linalg.norm(np.cross(along, up), axis=-1)
    share = np.clip((square - STEEP_FOOT) / (LEVEL_FOOT - STEEP_FOOT), 0, 1)
    start, end = hanging[..., 0], told[..., 0]
    sine = (np.cross(start, end) * along).sum(-1)
    start, end = (side - along * (side * along).sum(-1, keepdims=True) for side in (start, end))
    angle = np.arctan2(sine, (start * end).sum(-1)) * share * share * (3 - 2 * share)
    return np.asarray(matrices_of_axis_angles(along * angle[:, None]) @ hanging)


def _swung(frame: Floats, rest_direction: Floats, direction: Floats) -> Floats:
    """Turn `frame` the shortest way so that its own `rest_direction` (3,) points along `direction` (T, 3)."""
    start = frame @ (rest_direction / np.linalg.norm(rest_direction))
    length = np.linalg.norm(direction, axis=-1, keepdims=True)
    end = np.where(length > 1e-6, direction / np.maximum(length, 1e-6), start)
    axis = np.cross(start, end)
    cosine = (start * end).sum(-1)[:, None, None]
    zero = np.zeros(len(axis))
    x, y, z = axis.T
    cross = np.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=-1).reshape(-1, 3, 3)
    # Rodrigues' formula with sin and cos from the vectors; opposite directions (cosine = -1) have no shortest way.
    return (np.eye(3) + cross + cross @ cross / np.maximum(1 + cosine, 1e-3)) @ frame
