"""Any body's motion on our own body, and our motion as another skeleton's joints."""

import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.footing import with_feet_of, with_flat_feet, with_travel
from workflow_scripts.motion.foreign import JointMotion
from workflow_scripts.motion.kinematics import with_bone_lengths
from workflow_scripts.motion.placement import LIMBS, joints_of, named_joints, placed
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import SMPL24, Floats, Skeleton
from workflow_scripts.motion.smoothing import fill_gaps, gap_lengths
from workflow_scripts.workflow.errors import UserError

# As for poses from video: about a quarter of a second. What lies between is guessed well; longer gaps are filled, but
# not valid.
LONGEST_GAP, LONGEST_GAP_S = 8, 8 / 30
FARTHEST = 1e4  # metres from the origin: nobody dances there
LEGS = (0.2, 2.5)  # metres from hip to ankle of anybody, a child or a giant of animation
STILL = 1e-3  # metres: hips that never leave one place were put there
_LEG_BONES = [SMPL24.index(name) for name in ("left_knee", "left_ankle")]


def to_smpl24(motion: JointMotion) -> Person:
    """Put a motion on our own body.

    Every bone keeps its direction and gets smpl24's length. The travel is scaled by the ratio of the legs, the standing
    feet move as the source's do, and the floor is y = 0. Facing and place are the source's.

    Args:
        motion: joints under our names (`motion.skeletons`) or under names that `motion.joint_names` knows.

    Returns:
        Positions (T, 24, 3) relative to the root and the root (T, 3), float32 metres. `interpolated` marks frames in
        which a shoulder, elbow, wrist, hip, knee or ankle was not known, `valid` is false where it was not known for
        longer than `LONGEST_GAP` frames (at high rates 0.27 s). There is no NaN anywhere.

    Raises:
        UserError: a limb is missing, or what there is can be no body in metres; the text is the reason.
    """
    points, known = _completed(motion)
    source = placed(points, motion.skeleton)
    if np.ptp((points["left_hip"] + points["right_hip"]) / 2, axis=0).max() < STILL:
        source = with_travel(source, motion.fps)
    legs = _leg_length(points)
    if not LEGS[0] <= legs <= LEGS[1]:
        raise UserError(f"the legs are {legs:.3g} m long: the unit of length is not what it should be")
    scale = float(SMPL24.rest_lengths[_LEG_BONES].sum()) / legs
    positions = with_bone_lengths(with_flat_feet(source) - source[:, :1], SMPL24.rest_lengths)
    positions, root = with_feet_of(positions, source, scale, motion.fps)
    longest = max(LONGEST_GAP, round(LONGEST_GAP_S * motion.fps))
    return Person(
        positions=positions.astype(np.float32),
        root=root.astype(np.float32),
        valid=gap_lengths(known) <= longest,
        interpolated=~known,
    )


def from_smpl24(person: Person, fps: float, skeleton: Skeleton) -> JointMotion:
    """Return our motion as the joints of one of `motion.skeletons`, in the world and on the same body.

    Joints that smpl24 has not (nose, ears, heels, ...) are fixed to the part of the body they belong to.
    """
    return JointMotion(skeleton, joints_of(person.world.astype(np.float64), skeleton), fps)


def _completed(motion: JointMotion) -> tuple[dict[str, Floats], npt.NDArray[np.bool_]]:
    """Return the known points without gaps, {name: (T, 3)}, and in which frames (T,) all limbs are known.

    A limb's gaps are bridged in the world; whatever else is not known follows the body.
    """
    names = named_joints(motion.skeleton)
    if missing := [name for name in LIMBS if name not in names]:
        raise UserError(f"the skeleton has no {missing[0]} that could be recognised")
    if not len(motion.joints):
        raise UserError("holds no frames")
    joints = np.asarray(motion.joints, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        present = np.asarray((np.abs(joints) < FARTHEST).all(axis=-1))
    points: dict[str, Floats] = {}
    for name in LIMBS:
        if not present[:, names[name]].any():
            raise UserError(f"{name} is not known in any frame")
        points[name] = fill_gaps(joints[:, names[name]], present[:, names[name]])
    middle = np.asarray(np.mean([points[name] for name in LIMBS], axis=0))
    for name, index in names.items():
        if name not in points and present[:, index].any():
            anchor = points[limb] if (limb := _anchor(name)) else middle
            points[name] = anchor + fill_gaps(joints[:, index] - anchor, present[:, index])
    return points, np.asarray(present[:, [names[name] for name in LIMBS]].all(axis=1))


def _anchor(name: str) -> str:
    """Return the limb that a point of a hand or foot hangs on ("" for points of trunk and head)."""
    side, _, part = name.partition("_")
    if side not in ("left", "right") or part in ("ear", "temple"):
        return ""
    return f"{side}_ankle" if "toe" in part or part == "foot" else f"{side}_wrist"


def _leg_length(points: dict[str, Floats]) -> float:
    """Return the median length, metres, from hip over knee to ankle."""
    bones = [
        np.linalg.norm(points[f"{side}_{upper}"] - points[f"{side}_{lower}"], axis=-1)
        for side in ("left", "right")
        for upper, lower in (("hip", "knee"), ("knee", "ankle"))
    ]
    return float(np.median(bones, axis=1).sum() / 2)
