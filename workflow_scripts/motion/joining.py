"""Motion that goes on from other motion without a jump of pose or speed."""

import math

import numpy as np

from workflow_scripts.motion.kinematics import facing_angle, turned, with_bone_lengths
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.rotations import axis_angles_of_matrices, matrices_of_axis_angles, shortest_turn
from workflow_scripts.motion.skeleton import SMPL24, Floats

BLEND_S = 0.45  # a join's offset is gone after this time
# A dancer who was turned or moved to go on from a motion comes back this slowly, which foot locking hides.
TURN_RATE = 0.5  # rad/s at most
WALK_RATE = 0.2  # m/s at most
SWING_RATE = 6.0  # rad/s at most, of a limb from one pose to another
# Hands of dancers are faster still now and then; networks are in their first frames, which is not to be gone on with.
MAX_ACCELERATION = 10.0  # m/s²
# The steepest slope of the curve from 1 to 0 by which offsets fade: that of 1 - u³ (10 - 15 u + 6 u²) at u = 1/2.
_STEEPEST = 1.875
_PARENTS = np.maximum(np.asarray(SMPL24.parents), 0)
_FLOOR = np.array([1.0, 0.0, 1.0])


def quintic_decay(offset: Floats, velocity: Floats, times: Floats, blend_s: float = BLEND_S) -> Floats:
    """Return an offset that fades to nothing with continuous velocity and acceleration.

    This is what games call inertialisation (Bollo, Game Developers Conference 2018).

    Args:
        offset, velocity: (...) at time 0.
        times: (T,) seconds from then.
        blend_s: when offset, velocity and acceleration are 0.

    Returns:
        (T, ...).
    """
    u = np.clip(times / blend_s, 0.0, 1.0).reshape(-1, *[1] * np.ndim(offset))
    # Quintics of value 1, and of slope 1, at u = 0; both start with no acceleration and end with nothing at all.
    value = 1 - u**3 * (10 - 15 * u + 6 * u**2)
    slope = u - u**3 * (6 - 8 * u + 3 * u**2)
    return offset * value + velocity * blend_s * slope


def joined(dance: Person, before: Person, fps: float) -> Person:
    """Return a dance that goes on from the motion `before`, whatever its own first frames are.

    It starts where that ends and faces where that faces, and comes back to its own place and heading at `WALK_RATE` and
    `TURN_RATE` at most. Limbs swing into its own pose over `BLEND_S`, or longer so that none is faster than
    `SWING_RATE`; what is left of height and velocity decays over `BLEND_S`.

    Args:
        dance: T >= 1 frames, with the bones of the rest pose.
        before: at least one frame with the same bones; its last is one frame before the dance's first.
        fps: frames per second of both.
    """
    last = _bodies(before, slice(-2, None))
    step = last[-1] - last[0]  # none from a single frame
    goal = last[-1] + step
    first = _bodies(dance, slice(0, 1))[0]
    angle = math.remainder(float(facing_angle(goal[1:]) - facing_angle(first[1:])), 2 * math.pi)
    way = (goal[0] - first[0]) * _FLOOR
    turn_s = max(_STEEPEST * abs(angle) / TURN_RATE, BLEND_S)
    walk_s = max(_STEEPEST * float(np.linalg.norm(way)) / WALK_RATE, BLEND_S)
    swing_s = _STEEPEST * math.pi / SWING_RATE
    frames = min(math.ceil(max(turn_s, walk_s, swing_s) * fps) + 1, len(dance.root))
    times = np.arange(frames) / fps
    body = _bodies(dance, slice(0, frames))
    body[:, 0] -= first[0] * _FLOOR
    body = turned(body, quintic_decay(np.array(angle), np.array(0.0), times, turn_s)[:, None])
    body[:, 0] += first[0] * _FLOOR + quintic_decay(way, np.zeros(3), times, walk_s)
    swing = _swing(body[0, 1:], goal[1:])
    blend_s = max(_STEEPEST * float(np.linalg.norm(swing, axis=-1).max()) / SWING_RATE, BLEND_S)
    body[:, 1:] = _swung(body[:, 1:], quintic_decay(swing, np.zeros_like(swing), times, blend_s))
    # Steps change at the join as they do in the dance: one that goes on by itself stays as it is.
    change = body[2] - 2 * body[1] + body[0] if frames > 2 else np.zeros_like(step)
    most = MAX_ACCELERATION / fps**2
    change *= most / np.maximum(np.linalg.norm(change, axis=-1, keepdims=True), most)
    own = body[1] - body[0] if frames > 1 else step
    body += quintic_decay(goal + change - body[0], (step + 2 * change - own) * fps, times)
    positions, root = dance.positions.copy(), dance.root.copy()
    positions[:frames] = with_bone_lengths(np.pad(body[:, 2:], ((0, 0), (1, 0), (0, 0))), SMPL24.rest_lengths)
    root[:frames] = body[:, 0]
    return Person(positions, root)


def _swing(joints: Floats, goal: Floats) -> Floats:
    """Return the shortest rotation vector (24, 3), radians, of each bone of a pose (24, 3) into that of another.

    Between two joints' places there may be a way on which a bone has no length; between two directions there is none.
    """
    return axis_angles_of_matrices(shortest_turn(joints - joints[_PARENTS], goal - goal[_PARENTS]))


def _swung(joints: Floats, vectors: Floats) -> Floats:
    """Rotate each bone of poses (T, 24, 3) by a rotation vector (T, 24, 3), root joints where they are."""
    bones = joints - joints[:, _PARENTS]
    swung = (matrices_of_axis_angles(vectors) @ bones[..., None])[..., 0]
    result = joints.copy()
    for joint, parent in enumerate(SMPL24.parents):
        if parent >= 0:
            result[:, joint] = result[:, parent] + swung[:, joint]
    return result


def _bodies(motion: Person, frames: slice) -> Floats:
    """Return root and root-relative joints (T, 25, 3) of some frames, float64."""
    return np.concatenate([motion.root[frames, None], motion.positions[frames]], axis=1, dtype=np.float64)
