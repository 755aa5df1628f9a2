"""BVH (Biovision hierarchy), the lingua franca of motion capture: rotations over time on a skeleton of any shape.

Files say neither which way is up nor their unit: both are told from the body (see `motion.world_axes`).
"""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np

from workflow_scripts.motion.foreign import JointMotion
from workflow_scripts.motion.formats.bvh_text import Node, read_bvh_text
from workflow_scripts.motion.joint_names import HELPER, smpl24_map
from workflow_scripts.motion.kinematics import bone_lengths
from workflow_scripts.motion.rotations import (
    SMPL24_HINGES,
    fitted_rotations,
    forward_kinematics,
    local_rotations,
    shortest_turn,
    smooth_euler_angles,
)
from workflow_scripts.motion.skeleton import SMPL24, Floats, Skeleton
from workflow_scripts.motion.world_axes import Up, unit_of, up_of, with_y_up
from workflow_scripts.workflow.files import atomic_path

log = logging.getLogger(__name__)

AT_ONCE = 4096  # frames; their rotations take many times the space of the file's numbers
CENTIMETRES = 100.0  # per metre; what we write
# Children of one joint that keep their angles to each other to within this many metres need no joint of their own.
RIGID = 0.0005
# What comes and goes by more than this share of its usual length is no bone (a root on the floor below the hips).
LOOSE = 0.1


def read(path: Path, fps: float) -> JointMotion:
    """Read a file. End Sites become joints `<parent>_end`, except where they lie on their parent.

    Args:
        path: the .bvh file.
        fps: not used, since files state their frame time.

    Returns:
        Metres, y up. The skeleton has a rest pose if the file's is one of a standing person.

    Raises:
        UserError: no BVH file, or a broken one; the text says what is wrong with it.
    """
    text = read_bvh_text(path)
    kept = [index for index, node in enumerate(text.nodes) if not node.end or np.linalg.norm(node.offset) > 0]
    parents = [node.parent for node in text.nodes]
    parts = []
    for start in range(0, len(text.values), AT_ONCE):
        offsets, local = _unpacked(text.nodes, text.values[start : start + AT_ONCE])
        parts.append(forward_kinematics(local, offsets, offsets[:, 0], parents)[:, kept])
    joints = np.concatenate(parts)
    names = _unique([text.nodes[index].name for index in kept])
    new = {old: index for index, old in enumerate(kept)}
    skeleton = _skeleton(path.stem, names, [new.get(parents[index], -1) for index in kept])
    up = up_of(joints, skeleton)
    unit, metres = unit_of(joints, skeleton)
    log.info("%s: %d joints, %s up, unit: %s, %g frames/s", path, len(kept), up, unit, text.fps)
    still = np.broadcast_to(np.eye(3), (1, len(text.nodes), 3, 3))
    rest_offsets = np.array([node.offset for node in text.nodes])
    rest = forward_kinematics(still, rest_offsets, np.zeros((1, 3)), parents)[:, kept]
    skeleton = _with_rest(skeleton, rest * metres, up)
    return JointMotion(skeleton, with_y_up(joints * metres, up), text.fps)


def write(path: Path, motion: JointMotion, names: Mapping[str, str] = MappingProxyType({})) -> None:
    """Write a motion: centimetres, y up, one rotation per joint and the place of the root.

    Bones are as long as they are in the median. The rest pose is the skeleton's, or else that of the first frame. Where
    several children of a joint do not keep their angles to each other (in our bodies the hips and the spine do not),
    they hang on helping joints `<child>_base` of no length, so that every joint is met. A joint whose distance from its
    parent changes by a tenth or more gets position channels. Joints without children have their parent's frame. Joints
    `<parent>_end` become End Sites again.

    Args:
        path: the .bvh file.
        motion: joints without gaps.
        names: what joints are called in the file, where it is not what they are called here.

    Raises:
        ValueError: joints are missing (NaN).
    """
    if not np.isfinite(motion.joints).all() or not len(motion.joints):
        raise ValueError(f"{path}: BVH has no way to leave out joints, and needs at least one frame")
    loose = _loose(motion)
    own, parents, offsets, world = _fitted(motion, loose)
    joint_names = [_renamed(name, names) for name in own]
    local = local_rotations(world, parents)
    orders, angles = smooth_euler_angles(local)
    children: list[list[int]] = [[] for _ in own]
    for joint, parent in enumerate(parents):
        if parent >= 0:
            children[parent].append(joint)
    lines = ["HIERARCHY"]
    columns: list[Floats] = []

    def add(joint: int, depth: int) -> None:
        tab = "\t" * depth
        is_end = depth > 0 and not children[joint] and own[joint] == f"{own[parents[joint]]}_end"
        offset = "OFFSET " + " ".join(f"{value:.6f}" for value in offsets[joint] * CENTIMETRES)
        lines.append(tab + ("End Site" if is_end else f"{'JOINT' if depth else 'ROOT'} {joint_names[joint]}"))
        lines.extend([tab + "{", f"{tab}\t{offset}"])
        if not is_end:
            turns = " ".join(f"{axis}rotation" for axis in orders[joint])
            if joint in loose or not depth:
                turns = f"Xposition Yposition Zposition {turns}"
                columns.append(_place(motion.joints, world, joint, parents[joint]) * CENTIMETRES)
            lines.append(f"{tab}\tCHANNELS {len(turns.split())} {turns}")
            columns.append(angles[:, joint])
            for child in children[joint]:
                add(child, depth + 1)
            if not children[joint]:
                lines.extend([f"{tab}\tEnd Site", tab + "\t{", f"{tab}\t\tOFFSET 0 0 0", tab + "\t}"])
        lines.append(tab + "}")

    add(0, 0)
    lines += ["MOTION", f"Frames: {len(motion.joints)}", f"Frame Time: {1 / motion.fps:.8f}"]
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.write("\n".join(lines) + "\n")
        np.savetxt(file, np.concatenate(columns, axis=1), fmt="%.5f")


def _renamed(name: str, names: Mapping[str, str]) -> str:
    bare = name.removesuffix(HELPER)
    return names.get(bare, bare) + name[len(bare) :]


def _unpacked(nodes: Sequence[Node], values: Floats) -> tuple[Floats, Floats]:
    """Return offsets (T, J, 3), where position channels take the place of the file's, and local rotations."""
    frames = len(values)
    offsets = np.broadcast_to(np.array([node.offset for node in nodes]), (frames, len(nodes), 3)).copy()
    local = np.broadcast_to(np.eye(3), (frames, len(nodes), 3, 3)).copy()
    column = 0
    for joint, node in enumerate(nodes):
        for channel in node.channels:
            axis = "xyz".index(channel[0])
            if channel.endswith("position"):
                offsets[:, joint, axis] = values[:, column]
            else:
                local[:, joint] = local[:, joint] @ _turn(axis, np.radians(values[:, column]))
            column += 1
    return offsets, local


def _turn(axis: int, angles: Floats) -> Floats:
    """Return rotations (T, 3, 3) about one axis."""
    result = np.zeros((len(angles), 3, 3))
    one, two = (axis + 1) % 3, (axis + 2) % 3
    result[:, axis, axis] = 1.0
    result[:, one, one] = result[:, two, two] = np.cos(angles)
    result[:, two, one] = np.sin(angles)
    result[:, one, two] = -result[:, two, one]
    return result


def _unique(names: Sequence[str]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return tuple(result)


def _skeleton(name: str, joints: tuple[str, ...], parents: Sequence[int]) -> Skeleton:
    bare = Skeleton(name=name, joints=joints, parents=tuple(parents), pairs=(), feet=())
    ours = smpl24_map(bare)
    sides = [(left, "right_" + left.removeprefix("left_")) for left in ours if left.startswith("left_")]
    feet = [(f"{side}_ankle", f"{side}_foot") for side in ("left", "right")]
    return Skeleton(
        name=name,
        joints=joints,
        parents=bare.parents,
        pairs=tuple((ours[left], ours[right]) for left, right in sides if right in ours),
        feet=tuple((ours[ankle], ours[foot]) for ankle, foot in feet if ankle in ours and foot in ours),
    )


def _with_rest(skeleton: Skeleton, rest: Floats, up: Up) -> Skeleton:
    """Add the rest pose (1, J, 3), metres, if it is one of a standing person; rigs often rest in none."""
    upright = with_y_up(rest, up)[0]
    ours = {name: upright[index] for name, index in smpl24_map(skeleton).items()}
    lowest = ("left_ankle", "right_ankle")
    if not all(name in ours for name in ("pelvis", "head", *lowest)):
        return skeleton
    for low, high in ((ours["pelvis"], ours["head"]), *((ours[ankle], ours["pelvis"]) for ankle in lowest)):
        if (high - low)[1] < 0.9 * np.linalg.norm(high - low):
            return skeleton
    upright = upright - [0.0, upright[:, 1].min(), 0.0]
    rows = tuple((float(x), float(y), float(z)) for x, y, z in upright)
    return Skeleton(skeleton.name, skeleton.joints, skeleton.parents, skeleton.pairs, skeleton.feet, rows)


def _loose(motion: JointMotion) -> frozenset[int]:
    """Return the joints that hang on their parent by no bone."""
    parents = np.asarray(motion.skeleton.parents)
    lengths = np.linalg.norm(motion.joints - motion.joints[:, np.maximum(parents, 0)], axis=-1)
    changes = np.ptp(lengths, axis=0) > LOOSE * np.median(lengths, axis=0)
    return frozenset(int(joint) for joint in np.flatnonzero(changes & (parents >= 0)))


def _place(joints: Floats, world: Floats, joint: int, parent: int) -> Floats:
    """Return the place (T, 3) of a joint in the frame of its parent; of the root, in the world."""
    if parent < 0:
        return joints[:, joint]
    step = joints[:, joint] - joints[:, parent]
    return np.asarray((np.swapaxes(world[:, parent], -1, -2) @ step[..., None])[..., 0])


def _fitted(motion: JointMotion, loose: frozenset[int]) -> tuple[list[str], list[int], Floats, Floats]:
    """Return names, parents, offsets (K, 3) and world rotations (T, K, 3, 3) of the skeleton to write.

    The joints of the motion come first, in their order; helping joints follow, and are parents of what hangs on them.
    """
    skeleton, joints = motion.skeleton, np.asarray(motion.joints, dtype=np.float64)
    parents = list(skeleton.parents)
    rest = skeleton.rest_positions if len(skeleton.rest) else joints[0]
    offsets = rest - rest[np.maximum(parents, 0)]
    lengths = bone_lengths(joints, Skeleton("", skeleton.joints, skeleton.parents, (), ()))
    norms = np.linalg.norm(offsets, axis=-1)
    offsets = offsets * (lengths / np.where(norms > 0, norms, 1.0))[:, None]
    offsets[list(loose)] = 0.0
    world = fitted_rotations(joints, offsets, parents, SMPL24_HINGES if skeleton == SMPL24 else {})
    names, turns = list(skeleton.joints), [world[:, joint] for joint in range(len(parents))]
    for joint, parent in enumerate(skeleton.parents):
        if parent < 0 or joint in loose:
            continue
        bone = joints[:, joint] - joints[:, parent]
        reached = turns[parent] @ offsets[joint]
        aside = np.linalg.norm(np.cross(bone, reached), axis=-1) / max(float(lengths[joint]), 1e-12)
        if aside.max() > RIGID or ((bone * reached).sum(axis=-1) < 0).any():
            names.append(f"{skeleton.joints[joint]}{HELPER}")
            parents.append(parent)
            parents[joint] = len(names) - 1
            offsets = np.concatenate([offsets, np.zeros((1, 3))])
            turns.append(shortest_turn(reached, bone) @ turns[parent])
    return names, parents, offsets, np.stack(turns, axis=1)
