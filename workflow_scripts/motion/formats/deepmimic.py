"""DeepMimic's motion files (Peng et al., SIGGRAPH 2018): JSON with 44 numbers per frame for its humanoid.

    duration (s), root's place (m), root, chest, neck, right hip, right knee, right ankle, right shoulder, right elbow,
    left hip, left knee, left ankle, left shoulder, left elbow

Knees and elbows are one angle (radians, about z), the others quaternions w, x, y, z. y is up; at rest, with hanging
arms, the humanoid faces +x and has its right side at +z. Sources: github.com/xbpeng/DeepMimic, README and
data/characters/humanoid3d.txt (the places of joints; head and balls of the feet are put inside its head and foot).
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from workflow_scripts.motion.foreign import JointMotion
from workflow_scripts.motion.frame_rates import rate_of
from workflow_scripts.motion.rotations import (
    fitted_rotations,
    forward_kinematics,
    local_rotations,
    matrices_of_axis_angles,
    shortest_turn,
    unit,
)
from workflow_scripts.motion.skeleton import Floats, Skeleton
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.files import write_text

WIDTH = 44
USUAL_DURATION = 1 / 60
# Knees give way by some degrees (0.11 rad in the published dances); what bends more is bent the right way.
KNEES_GIVE_WAY = 0.35
# Name, parent, place from the parent at rest in DeepMimic's axes, and how many numbers turn it, in the file's order.
_JOINTS = (
    ("pelvis", -1, (0.0, 0.0, 0.0), 4),
    ("chest", 0, (0.0, 0.236151, 0.0), 4),
    ("neck", 1, (0.0, 0.223894, 0.0), 4),
    ("right_hip", 0, (0.0, 0.0, 0.084887), 4),
    ("right_knee", 3, (0.0, -0.421546, 0.0), 1),
    ("right_ankle", 4, (0.0, -0.409870, 0.0), 4),
    ("right_shoulder", 1, (-0.02405, 0.24350, 0.18311), 4),
    ("right_elbow", 6, (0.0, -0.274788, 0.0), 1),
    ("left_hip", 0, (0.0, 0.0, -0.084887), 4),
    ("left_knee", 8, (0.0, -0.421546, 0.0), 1),
    ("left_ankle", 9, (0.0, -0.409870, 0.0), 4),
    ("left_shoulder", 1, (-0.02405, 0.24350, -0.18311), 4),
    ("left_elbow", 11, (0.0, -0.274788, 0.0), 1),
    ("head", 2, (0.0, 0.175, 0.0), 0),
    ("right_foot", 5, (0.080, -0.035, 0.0), 0),
    ("right_wrist", 7, (0.0, -0.258947, 0.0), 0),
    ("left_foot", 10, (0.080, -0.035, 0.0), 0),
    ("left_wrist", 12, (0.0, -0.258947, 0.0), 0),
)
_NAMES = tuple(name for name, _, _, _ in _JOINTS)
_PARENTS = tuple(parent for _, parent, _, _ in _JOINTS)
_OFFSETS = np.array([offset for _, _, offset, _ in _JOINTS])
_TURNS = tuple(turns for _, _, _, turns in _JOINTS)
# Joint of a limb, its hinge, the joint beyond, and which way the hinge bends (knees back, elbows to the front).
_LIMBS = tuple(
    (_NAMES.index(f"{side}_{upper}"), _NAMES.index(f"{side}_{hinge}"), _NAMES.index(f"{side}_{end}"), way)
    for side in ("left", "right")
    for upper, hinge, end, way in (("hip", "knee", "ankle", -1.0), ("shoulder", "elbow", "wrist", 1.0))
)


def _to_ours(points: Floats) -> Floats:
    return np.stack([-points[..., 2], points[..., 1], points[..., 0]], axis=-1)


def _to_theirs(points: Floats) -> Floats:
    return np.stack([points[..., 2], points[..., 1], -points[..., 0]], axis=-1)


def _rest() -> tuple[tuple[float, float, float], ...]:
    still = np.broadcast_to(np.eye(3), (1, len(_NAMES), 3, 3))
    joints = _to_ours(forward_kinematics(still, _OFFSETS, np.array([[0.0, 0.881, 0.0]]), _PARENTS)[0])
    return tuple((float(x), float(y), float(z)) for x, y, z in joints)


HUMANOID = Skeleton(
    name="deepmimic",
    joints=_NAMES,
    parents=_PARENTS,
    pairs=tuple(
        (_NAMES.index(name), _NAMES.index("right_" + name.removeprefix("left_")))
        for name in _NAMES
        if name.startswith("left_")
    ),
    feet=tuple((_NAMES.index(f"{side}_ankle"), _NAMES.index(f"{side}_foot")) for side in ("left", "right")),
    rest=_rest(),
)


def read(path: Path, fps: float) -> JointMotion:
    """Read a file.

    Frames of different durations (the last frame's says nothing) are spread evenly at the median rate, joints being
    interpolated linearly.

    Args:
        path: the .txt or .json file.
        fps: not used, since files state their durations.

    Returns:
        The humanoid's joints in metres, y up, facing +z where DeepMimic's x was.

    Raises:
        UserError: no such file, or a broken one.
    """
    frames = _frames(path)
    times = np.concatenate([[0.0], np.cumsum(frames[:-1, 0])])
    frame_time = float(np.median(np.diff(times))) if len(frames) > 1 else USUAL_DURATION
    if not 1e-4 < frame_time < 10 or (frames[:-1, 0] <= 0).any():
        raise UserError(f"{path}: durations of frames (the first of the {WIDTH} numbers) have to be positive seconds")
    local = np.broadcast_to(np.eye(3), (len(frames), len(_NAMES), 3, 3)).copy()
    column = 4
    for joint, turns in enumerate(_TURNS):
        values = frames[:, column : column + turns]
        if turns == 4:
            if (np.linalg.norm(values, axis=-1) < 1e-6).any():
                raise UserError(f"{path}: a quaternion of {_NAMES[joint]} is zero")
            local[:, joint] = Rotation.from_quat(values, scalar_first=True).as_matrix()
        elif turns == 1:
            local[:, joint] = _bends(values[:, 0])
        column += turns
    joints = _to_ours(forward_kinematics(local, _OFFSETS, frames[:, 1:4], _PARENTS))
    even = np.arange(round(times[-1] / frame_time) + 1) * frame_time
    if len(even) != len(times) or np.abs(even - times).max() > 0.01 * frame_time:
        flat = joints.reshape(len(joints), -1)
        joints = np.stack([np.interp(even, times, values) for values in flat.T], axis=-1).reshape(-1, len(_NAMES), 3)
    return JointMotion(HUMANOID, joints, rate_of(frame_time))


def write(path: Path, motion: JointMotion) -> None:
    """Write the humanoid's joints; its hinges take up the twist of the limbs. A straight limb keeps its shortest turn.

    Reading the file gives the joints again as long as they have the humanoid's bones.

    Raises:
        ValueError: another skeleton, or joints are missing (NaN).
    """
    if motion.skeleton.joints != _NAMES or not np.isfinite(motion.joints).all() or not len(motion.joints):
        raise ValueError(f"{path}: only the joints of {HUMANOID.name} without gaps can be written so")
    joints = _to_theirs(np.asarray(motion.joints, dtype=np.float64))
    world = fitted_rotations(joints, _OFFSETS, _PARENTS)
    bends = {}
    for joint, hinge, end, way in _LIMBS:
        upper, lower = unit(joints[:, hinge] - joints[:, joint]), unit(joints[:, end] - joints[:, hinge])
        world[:, joint], bends[hinge] = _hinged(world[:, joint], upper, lower, way)
        world[:, hinge] = world[:, joint] @ _bends(bends[hinge])
        world[:, end] = world[:, hinge]
        for foot in (child for child, parent in enumerate(_PARENTS) if parent == end):
            reach = world[:, hinge] @ _OFFSETS[foot]
            world[:, end] = shortest_turn(reach, joints[:, foot] - joints[:, end]) @ world[:, hinge]
    local = local_rotations(world, _PARENTS)
    columns = [np.full((len(joints), 1), 1 / motion.fps), joints[:, 0]]
    for joint, turns in enumerate(_TURNS):
        if turns == 4:
            columns.append(_steady_quaternions(local[:, joint]))
        elif turns == 1:
            columns.append(bends[joint][:, None])
    rows = [", ".join(f"{value:.10f}" for value in row) for row in np.concatenate(columns, axis=1)]
    body = ",\n".join(f"[{row}]" for row in rows)
    write_text(path, f'{{\n"Loop": "none",\n"Frames":\n[\n{body}\n]\n}}\n')


def _frames(path: Path) -> Floats:
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8-sig"))
        frames = np.array(content["Frames"], dtype=np.float64)
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UserError(f"{path}: no motion of DeepMimic (JSON with 'Frames', rows of {WIDTH} numbers)") from error
    if frames.ndim != 2 or frames.shape[1] != WIDTH or not np.isfinite(frames).all():
        raise UserError(f"{path}: 'Frames' is {frames.shape}; needed are rows of {WIDTH} numbers (the humanoid's)")
    return frames


def _hinged(frame: Floats, upper: Floats, lower: Floats, way: float) -> tuple[Floats, Floats]:
    """Return the rotations (T, 3, 3) of a limb that hangs down at rest, and the angles (T,) of its hinge about z."""
    across = lower - (lower * upper).sum(axis=-1, keepdims=True) * upper
    bent = np.linalg.norm(across, axis=-1)
    angle = np.arctan2(bent, (lower * upper).sum(axis=-1))
    backwards = (way < 0) & ((across * frame[..., 0]).sum(axis=-1) > 0) & (angle < KNEES_GIVE_WAY)
    angle *= np.where(backwards, -way, way)
    x = np.where(bent[:, None] > 1e-6, np.sign(angle)[:, None] * unit(across), frame[..., 0])
    return np.stack([x, -upper, np.cross(x, -upper)], axis=-1), angle


def _bends(angles: Floats) -> Floats:
    """Return the rotations (T, 3, 3) of a hinge by angles (T,)."""
    return matrices_of_axis_angles(angles[:, None] * np.array([0.0, 0.0, 1.0]))


def _steady_quaternions(matrices: Floats) -> Floats:
    quaternions = np.asarray(Rotation.from_matrix(matrices).as_quat(scalar_first=True))
    signs = np.where((quaternions[1:] * quaternions[:-1]).sum(axis=-1) < 0, -1.0, 1.0)
    quaternions[1:] *= np.cumprod(signs)[:, None]
    return quaternions
