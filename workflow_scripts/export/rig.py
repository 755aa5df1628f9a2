"""The figure as animation programs have it: a tree of joints that turn and move, and a skin that they carry.

The tree is smpl24's, every joint under its own name. At rest (the pose the body is modelled in: upright, arms 28
degrees below the horizontal, legs a little apart) no joint is turned, so that a joint's inverse bind matrix is a plain
shift by minus its place. The joints that a bone of `figure.posing` begins at turn as that bone does; the others
(spine1, neck, hands, balls of the feet) as their parents.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from workflow_scripts.figure.posing import BONES, LEVEL_FOOT, STEEP_FOOT, bone_transforms, rest_joints
from workflow_scripts.motion.rotations import (
    axis_angles_of_matrices,
    forward_kinematics,
    local_rotations,
    matrices_of_axis_angles,
    shortest_turn,
    unit,
)
from workflow_scripts.motion.skeleton import SMPL24, Floats

# The joint at which each bone of the figure begins.
_FIRST_JOINTS: Mapping[str, str] = MappingProxyType(
    {"pelvis": "pelvis", "spine": "spine2", "chest": "spine3", "head": "head"}
    | {
        f"{side}_{bone}": f"{side}_{joint}"
        for side in ("left", "right")
        for bone, joint in (
            ("collar", "collar"),
            ("upper_arm", "shoulder"),
            ("forearm", "elbow"),
            ("hand", "wrist"),
            ("thigh", "hip"),
            ("shin", "knee"),
            ("foot", "ankle"),
        )
    }
)
# (B,) index in smpl24 of the joint that stands for each of `posing.BONES`: a mesh's joints are BONE_JOINTS[mesh.bones].
BONE_JOINTS: npt.NDArray[np.intp] = np.array([SMPL24.index(_FIRST_JOINTS[bone]) for bone in BONES])
# A joint that never leaves its place at rest in its parent's frame by more than this needs no moving (metres).
STILL = 1e-4


@dataclass(frozen=True)
class Rig:
    """A body that moves.

    Attributes:
        rest: (24, 3) smpl24 joints at rest, metres, y up.
        rotations: (T, 24, 4) quaternions x, y, z, w in the parent's frame (the pelvis's: in the world). From one frame
            to the next they never change to the opposite sign, so that they may be interpolated.
        translations: (T, 24, 3) place in the parent's frame, metres (the pelvis's: in the world).
        moves: (24,) which joints' translations change; those of the others are `rest` minus the parent's `rest`.
        fps: frames per second.
    """

    rest: Floats
    rotations: Floats
    translations: Floats
    moves: npt.NDArray[np.bool_]
    fps: float


def make_rig(world: Floats, fps: float) -> Rig:
    """Rig a motion.

    Every joint is met: where the skeleton at rest does not reach it (hips, spine, neck and collars do not keep their
    angles to each other), its translation changes.

    Args:
        world: (T, 24, 3) smpl24 joints, metres, floor at y = 0.
        fps: frames per second.
    """
    world = np.asarray(world, dtype=np.float64)
    rest = rest_joints(world)
    turns = np.empty((*world.shape, 3))
    known = np.zeros(SMPL24.size, dtype=bool)
    # Without what bones that measure longer in a frame stretch: their ends are met by translation.
    u, _, vt = np.linalg.svd(bone_transforms(world, rest)[..., :3])
    turns[:, BONE_JOINTS], known[BONE_JOINTS] = u @ vt, True
    for ankle, ball in SMPL24.feet:
        shin = turns[:, SMPL24.parents[ankle]]
        turns[:, ankle] = _steady_foot(
            turns[:, ankle], shin, rest[ball] - rest[ankle], world[:, ball] - world[:, ankle]
        )
    for joint, parent in enumerate(SMPL24.parents):
        if not known[joint]:
            turns[:, joint] = turns[:, parent]
    parents = np.maximum(SMPL24.parents, 0)
    steps = world - world[:, parents]
    steps[:, 0] = world[:, 0]
    frames = turns[:, parents]
    frames[:, 0] = np.eye(3)
    translations = np.einsum("tjki,tjk->tji", frames, steps)
    offsets = rest_offsets(rest)
    moves = np.linalg.norm(translations - offsets, axis=-1).max(axis=0) > STILL
    moves[0] = True
    translations[:, ~moves] = offsets[~moves]
    return Rig(rest, _continuous(local_rotations(turns, SMPL24.parents)), translations, moves, fps)


def rest_offsets(rest: Floats) -> Floats:
    """Return the place (24, 3) of every joint at rest in its parent's frame; of the pelvis, in the world."""
    offsets = rest - rest[np.maximum(SMPL24.parents, 0)]
    offsets[0] = rest[0]
    return offsets


def posed(rig: Rig) -> Floats:
    """Return the joints (T, 24, 3) in the world, metres: what a program makes of the rig."""
    local = Rotation.from_quat(rig.rotations.reshape(-1, 4)).as_matrix().reshape(*rig.rotations.shape[:2], 3, 3)
    return forward_kinematics(local, rig.translations, rig.translations[:, 0], SMPL24.parents)


def _steady_foot(turns: Floats, shin: Floats, rest: Floats, foot: Floats) -> Floats:
    """Return a foot's turns (T, 3, 3) without those that turn it over because it points straight down or up.

    Which side of it is up is told from the floor, and for such a foot that changes at once.

    Args:
        turns: (T, 3, 3) of the foot, shin: (T, 3, 3) of the shin.
        rest: (3,) from ankle to ball at rest, foot: (T, 3) in every frame.
    """
    level = np.linalg.norm(foot[:, ::2], axis=-1) / np.maximum(np.linalg.norm(foot, axis=-1), 1e-9)
    share = np.clip((level - STEEP_FOOT) / (LEVEL_FOOT - STEEP_FOOT), 0, 1)
    hanging = shortest_turn(shin @ rest, foot) @ shin
    # The two differ by a turn about the foot. It goes on from frame to frame for as long as the floor has a say.
    along = unit(foot)
    between = (axis_angles_of_matrices(turns @ np.swapaxes(hanging, -1, -2)) * along).sum(axis=-1)
    free = np.maximum.accumulate(np.where(share > 0, 0, np.arange(len(share))))
    whole = np.insert(np.cumsum(np.round(np.diff(between) / (2 * np.pi))), 0, 0.0)
    between = between - 2 * np.pi * (whole - whole[free])
    angle = between * share * share * (3 - 2 * share)
    return np.asarray(matrices_of_axis_angles(along * angle[:, None]) @ hanging)


def _continuous(local: Floats) -> Floats:
    """Return quaternions (T, J, 4) of rotations (T, J, 3, 3), each in the half nearer to that of the frame before."""
    quaternions = np.asarray(Rotation.from_matrix(local.reshape(-1, 3, 3)).as_quat()).reshape(*local.shape[:2], 4)
    same = (quaternions[1:] * quaternions[:-1]).sum(axis=-1) >= 0
    signs = np.cumprod(np.where(same, 1.0, -1.0), axis=0)
    quaternions[1:] *= signs[..., None]
    return quaternions
