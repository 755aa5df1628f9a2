"""Seeded choreography: a body of rigid bones that dances a genre's moves on given beats.

Phrases of eight beats begin on downbeats; a phrase is one move and its mirror image. Key poses stand on the beats and
are joined by minimum-jerk curves (Flash & Hogan, J. Neuroscience 1985), whose speed is zero on every beat. Arms are
forward kinematics, legs two-bone inverse kinematics to feet planted on the floor.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from workflow_scripts.demo.moves import VOCABULARY, Arm, Direction, Foot, Move, Pose
from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.workflow.errors import UserError

BEATS_PER_PHRASE = 8
# Pelvis bounce, m: down on the beat, up between; the groove that tells genres apart even within one step.
BOUNCE = {"disco": 0.018, "hiphop": 0.034, "house": 0.026}
FOOT_LIFT_PER_METRE, MAX_FOOT_LIFT = 0.45, 0.09
# A foot rises before it travels and has arrived before it lands, so that it never slides on the floor.
TRAVEL = (0.14, 0.86)
LEG_REACH = 0.992
ARM_SWING, FOREARM_SWING = (0.8, 0.0, 0.6), (0.3, 0.0, 0.95)
# The collar bones: below their rest under hanging arms, above it under raised ones; forward with the arm.
COLLAR_DROP_DEG, COLLAR_RAISE_DEG, COLLAR_REACH_DEG = 9.0, 24.0, 14.0


@dataclass(frozen=True)
class Dancer:
    """Who dances: body height (m) and personal style, drawn from a seed."""

    height: float
    energy: float
    heading: float
    arms: Floats
    posture: Floats
    stance: float

    @classmethod
    def from_seed(cls, seed: int) -> "Dancer":
        """Draw a dancer: 1.58-1.86 m tall, energy 0.85-1.15, small habits of posture, arms and stance."""
        rng = np.random.default_rng([seed, 1])
        return cls(
            height=float(rng.uniform(1.58, 1.86)),
            energy=float(rng.uniform(0.85, 1.15)),
            heading=float(rng.normal(0, 6)),
            arms=rng.normal(0, 0.07, (4, 3)),
            posture=rng.normal(0, 2.0, 9),
            stance=float(rng.uniform(-0.015, 0.03)),
        )


def choreograph(
    beats: Sequence[float] | Floats,
    duration_s: float,
    genre: str,
    seed: int,
    fps: float = 30.0,
    sections: Sequence[str] = (),
) -> Floats:
    """Return a dance of `duration_s` seconds on `beats`: world joints (T, 24, 3) float64.

    Args:
        beats: times in seconds of at least two beats; the first is a downbeat.
        genre: a key of `VOCABULARY`.
        seed: chooses the dancer (height, style) and the moves.
        sections: "intro", "verse" or "chorus" of every phrase of eight beats; by default verse and chorus alternate.

    Returns:
        Joints of `SMPL24` in metres, y up, the person faces +z and stands near the origin on the floor y = 0;
        T = round(duration_s * fps).

    Raises:
        UserError: there are fewer than two beats or the genre is unknown.
    """
    if genre not in VOCABULARY:
        raise UserError(f"unknown demo genre {genre!r}: choose one of {', '.join(VOCABULARY)}")
    if len(beats) < 2:
        raise UserError(f"a choreography needs at least two beats, got {len(beats)}")
    times = _key_times(np.asarray(beats, dtype=np.float64), duration_s)
    dancer = Dancer.from_seed(seed)
    poses = [Pose(), *key_poses(genre, seed, len(times) - 1, sections)]
    frames = np.arange(round(duration_s * fps)) / fps
    return _animate(poses, times, frames, dancer, BOUNCE[genre])


def move_names(genre: str, seed: int, phrases: int, sections: Sequence[str] = ()) -> list[str]:
    """Return the name of the move danced in each phrase; no move follows itself."""
    rng = np.random.default_rng([seed, 2])
    names: list[str] = []
    for phrase in range(phrases):
        section = sections[phrase] if phrase < len(sections) else ("verse", "chorus")[phrase % 2]
        if section == "intro":
            names.append(next(iter(VOCABULARY[genre]["verse"])))
            continue
        choices = [name for name in VOCABULARY[genre][section] if not names or name != names[-1]]
        names.append(choices[int(rng.integers(len(choices)))])
    return names


def key_poses(genre: str, seed: int, count: int, sections: Sequence[str] = ()) -> list[Pose]:
    """Return `count` key poses, one per beat from the first downbeat on."""
    rng = np.random.default_rng([seed, 3])
    moves: dict[str, Move] = VOCABULARY[genre]["verse"] | VOCABULARY[genre]["chorus"]
    poses: list[Pose] = []
    turned = 0.0
    for name in move_names(genre, seed, -(-count // BEATS_PER_PHRASE), sections):
        left_first = bool(rng.random() < 0.5)
        facing = float(rng.normal(0, 9))
        for half in range(2):
            move = [pose if left_first == (half == 0) else pose.mirrored() for pose in moves[name]]
            poses += [replace(pose, turn=turned + pose.turn + facing) for pose in move]
            turned += 360.0 * round(move[-1].turn / 360)
    return poses[:count]


def _key_times(beats: Floats, duration_s: float) -> Floats:
    """Times of the key poses: one beat before the first (standing), the beats, and on past the end."""
    period = float(np.median(np.diff(beats)))
    after = np.arange(beats[-1] + period, duration_s + period, period)
    return np.concatenate([[beats[0] - period], beats, after])


def _minimum_jerk(u: Floats) -> Floats:
    return u**3 * (10 - 15 * u + 6 * u * u)


class _Curves:
    """Interpolation of key values (K, ...) at frame times: minimum jerk between neighbouring keys."""

    def __init__(self, times: Floats, frames: Floats) -> None:
        self.key: npt.NDArray[np.intp] = np.clip(np.searchsorted(times, frames, side="right") - 1, 0, len(times) - 2)
        self.phase = np.clip((frames - times[self.key]) / np.diff(times)[self.key], 0.0, 1.0)

    def __call__(self, values: Floats, window: tuple[float, float] = (0.0, 1.0)) -> Floats:
        start, stop = window
        weight = _minimum_jerk(np.clip((self.phase - start) / (stop - start), 0.0, 1.0))
        weight = weight.reshape(-1, *[1] * (values.ndim - 1))
        return values[self.key] + (values[self.key + 1] - values[self.key]) * weight

    def hump(self, heights: Floats) -> Floats:
        """A bump between keys k and k+1 of the given heights (K-1,), zero and at rest on the keys."""
        return heights[self.key] * (16 * self.phase**2 * (1 - self.phase) ** 2)


def _animate(poses: list[Pose], times: Floats, frames: Floats, dancer: Dancer, bounce: float) -> Floats:
    curves = _Curves(times, frames)
    scale = dancer.height / 1.72
    offsets = (SMPL24.rest_positions - SMPL24.rest_positions[np.maximum(SMPL24.parents, 0)]) * scale
    turn = np.array([pose.turn for pose in poses]) + dancer.heading
    heading = curves(turn)

    trunk_keys = np.array([_trunk_angles(pose) for pose in poses]) * dancer.energy
    trunk_keys[1:] += dancer.posture
    angles = curves(trunk_keys)
    # The groove: the head nods and the pelvis sinks on every beat. A cosine of the beat's phase is at rest on beats.
    pulse = np.cos(2 * np.pi * curves.phase) * dancer.energy
    angles[:, 8] += 3.0 * pulse

    pelvis = Rotation.from_euler("YZX", angles[:, :3] + heading[:, None] * [1, 0, 0], degrees=True)
    # Bending the knees sets the hips back, so that the weight stays over the feet.
    spot = np.array([(pose.shift, 0.0, pose.advance - 0.4 * pose.drop) for pose in poses]) * dancer.energy * scale
    root = curves(Rotation.from_euler("Y", turn[:, None], degrees=True).apply(spot))
    drop = curves(np.array([pose.drop for pose in poses]) * dancer.energy)
    root[:, 1] = (SMPL24.rest_positions[0, 1] - 0.02 - drop - bounce * pulse) * scale

    joints = np.zeros((len(frames), SMPL24.size, 3))
    feet = [_foot(poses, side, turn, heading, curves, dancer, offsets) for side in (0, 1)]
    # A hop: where both feet leave the floor between two beats the body rises with them.
    flight = np.minimum(feet[0][1][:, 1], feet[1][1][:, 1]) - SMPL24.rest_positions[10, 1] * scale
    root[:, 1] += flight
    root[:, 1] = _reachable_height(root, pelvis, [ankle for ankle, _ in feet], offsets)
    joints[:, 0] = root
    for side, (ankle, toe) in enumerate(feet):
        _place_leg(joints, side, ankle, toe, pelvis, heading, poses, curves, offsets)
    _place_trunk(joints, pelvis, angles, offsets)
    chest = pelvis * Rotation.from_euler("YZX", angles[:, 3:6], degrees=True)
    for side in (0, 1):
        _place_arm(joints, side, poses, chest, curves, dancer, offsets)
    return joints


def _trunk_angles(pose: Pose) -> list[float]:
    # Yaw, roll, pitch of pelvis, chest and head.
    return [
        pose.hip_yaw, pose.hip_tilt, pose.hip_lean,
        pose.chest_yaw, pose.chest_roll, pose.chest_pitch,
        pose.head_yaw, pose.head_roll, pose.head_pitch,
    ]  # fmt: skip


def _foot(
    poses: list[Pose], side: int, turn: Floats, heading: Floats, curves: _Curves, dancer: Dancer, offsets: Floats
) -> tuple[Floats, Floats]:
    """World paths (T, 3) of a side's ankle and toe joints."""
    sign, scale = 1 - 2 * side, dancer.height / 1.72
    feet: list[Foot] = [(pose.left_foot, pose.right_foot)[side] for pose in poses]
    wide = np.sqrt(dancer.energy)
    spots = np.array([(sign * (foot.out * wide + dancer.stance), 0.0, foot.forward * wide) for foot in feet]) * scale
    spots = Rotation.from_euler("Y", turn[:, None], degrees=True).apply(spots)
    # All keys' feet in the world, so that a foot which does not step stays exactly where it is.
    toe = curves(spots, TRAVEL)
    path = np.linalg.norm(np.diff(spots, axis=0), axis=1)
    step = np.where(path > 0.01, np.minimum(MAX_FOOT_LIFT, 0.03 + FOOT_LIFT_PER_METRE * path), 0.0)
    lift = curves(np.array([foot.lift for foot in feet])) + curves.hump(step)
    toe[:, 1] = (lift + SMPL24.rest_positions[10, 1]) * scale
    # A travelling foot lets its toes hang a little; a planted one raises its heel only where the move says so.
    heel = curves(np.array([foot.heel_up for foot in feet])) + curves.hump(step * 150)
    yaw = heading + curves(np.array([sign * foot.toe_out for foot in feet]))
    sole = Rotation.from_euler("YX", np.stack([yaw, heel], axis=1), degrees=True)
    return toe - sole.apply(offsets[10 + side]), toe


def _reachable_height(root: Floats, pelvis: Rotation, ankles: list[Floats], offsets: Floats) -> Floats:
    """Pelvis height (T,), lowered smoothly where a leg would not reach its planted foot."""
    height = root[:, 1]
    for side, ankle in enumerate(ankles):
        socket = pelvis.apply(offsets[1 + side])
        reach = LEG_REACH * (np.linalg.norm(offsets[4 + side]) + np.linalg.norm(offsets[7 + side]))
        aside = np.linalg.norm((ankle - root - socket)[:, [0, 2]], axis=1)
        limit = ankle[:, 1] + np.sqrt(np.maximum(reach**2 - aside**2, 0.01)) - socket[:, 1]
        softness = 0.012
        height = height - softness * np.logaddexp(0.0, (height - limit) / softness)
    return height


def _place_leg(
    joints: Floats, side: int, ankle: Floats, toe: Floats, pelvis: Rotation, heading: Floats,
    poses: list[Pose], curves: _Curves, offsets: Floats,
) -> None:  # fmt: skip
    """Two-bone inverse kinematics: the knee bends towards where the foot points."""
    thigh, shin = np.linalg.norm(offsets[4 + side]), np.linalg.norm(offsets[7 + side])
    hip = joints[:, 0] + pelvis.apply(offsets[1 + side])
    line = ankle - hip
    distance = np.linalg.norm(line, axis=1, keepdims=True)
    axis = line / distance
    along = (thigh**2 + distance**2 - shin**2) / (2 * distance)
    toe_out = curves(np.array([(pose.left_foot, pose.right_foot)[side].toe_out for pose in poses])) * (1 - 2 * side)
    forward = Rotation.from_euler("Y", (heading + toe_out)[:, None], degrees=True).apply([0.0, 0.0, 1.0])
    bend = forward - axis * (forward * axis).sum(axis=1, keepdims=True)
    bend /= np.linalg.norm(bend, axis=1, keepdims=True)
    joints[:, 1 + side] = hip
    joints[:, 4 + side] = hip + axis * along + bend * np.sqrt(np.maximum(thigh**2 - along**2, 0.0))
    joints[:, 7 + side], joints[:, 10 + side] = ankle, toe


def _place_trunk(joints: Floats, pelvis: Rotation, angles: Floats, offsets: Floats) -> None:
    """Spine, neck, head: the chest's rotation is spread evenly over the three joints of the spine."""
    rotation = pelvis
    for step, (joint, parent) in enumerate(((3, 0), (6, 3), (9, 6), (12, 9)), start=1):
        joints[:, joint] = joints[:, parent] + rotation.apply(offsets[joint])
        rotation = pelvis * Rotation.from_euler("YZX", angles[:, 3:6] * min(step, 3) / 3, degrees=True)
    # The eyes tend to stay on the audience: half of the chest's yaw is taken back.
    looking = angles[:, 6:9] - angles[:, 3:6] * [0.5, 0.0, 0.0]
    joints[:, 15] = joints[:, 12] + (rotation * Rotation.from_euler("YZX", looking, degrees=True)).apply(offsets[15])


def _place_arm(
    joints: Floats, side: int, poses: list[Pose], chest: Rotation, curves: _Curves, dancer: Dancer, offsets: Floats
) -> None:
    """Forward kinematics from the collar, which turns up and forward as the upper arm does."""
    sign = 1 - 2 * side
    arms: list[Arm] = [(pose.left_arm, pose.right_arm)[side] for pose in poses]
    upper = _directions([arm.upper for arm in arms], dancer.arms[2 * side], ARM_SWING, sign, curves)
    fore = _directions([arm.fore for arm in arms], dancer.arms[2 * side + 1], FOREARM_SWING, sign, curves)
    raised = (COLLAR_DROP_DEG + COLLAR_RAISE_DEG) * (0.5 + 0.5 * upper[:, 1]) ** 1.5 - COLLAR_DROP_DEG
    reach = -COLLAR_REACH_DEG * upper[:, 2] * sign
    collar = Rotation.from_euler("YZ", np.stack([reach, sign * raised], axis=1), degrees=True)
    joints[:, 13 + side] = joints[:, 9] + chest.apply(offsets[13 + side])
    joints[:, 16 + side] = joints[:, 13 + side] + (chest * collar).apply(offsets[16 + side])
    for joint, parent, direction in ((18, 16, upper), (20, 18, fore), (22, 20, fore)):
        length = np.linalg.norm(offsets[joint + side])
        joints[:, joint + side] = joints[:, parent + side] + chest.apply(direction) * length


def _directions(keys: Sequence[Direction], habit: Floats, swing: Direction, sign: int, curves: _Curves) -> Floats:
    """Unit vectors (T, 3) in the chest's frame that pass through the keys' (outward, up, forward).

    Between keys the limb swings along an arc. Two opposite directions have no shortest arc: then it goes by `swing`,
    the side to which the joint moves freely.
    """
    units = np.asarray(keys) / np.linalg.norm(keys, axis=1, keepdims=True) + habit
    units /= np.linalg.norm(units, axis=1, keepdims=True)
    middle = (units[:-1] + units[1:]) / 2
    half_cosine = np.linalg.norm(middle, axis=1, keepdims=True)
    bulge = middle + 0.3 * np.asarray(swing)
    bulge *= (1 - half_cosine) / np.linalg.norm(bulge, axis=1, keepdims=True)
    weight = _minimum_jerk(curves.phase)[:, None]
    path = (curves(units) + 4 * weight * (1 - weight) * bulge[curves.key]) * [sign, 1, 1]
    return path / np.linalg.norm(path, axis=1, keepdims=True)
