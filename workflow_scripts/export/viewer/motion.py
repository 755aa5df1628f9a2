"""The motion of a body's bones in few whole numbers; `motion.js` is the other side.

Every bone has a parent and a pivot, the joint of the rest pose that it carries best. Of every frame two things are
kept, each relative to where the parent, as it will be decoded, would carry the bone: a turn as a rotation vector, and
how far off the pivot is. In a motion with rigid bones the second is next to nothing. Errors do not add up along a limb.
The root is told from its first place.

Where a page must stay small, lengths are held as long as they are right within a tolerance (what is nearly still is
still then, and takes next to no bytes), and every other frame is left out.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workflow_scripts.figure.posing import BONES
from workflow_scripts.motion.skeleton import Floats

LENGTH_STEP = 0.001  # metres


@dataclass(frozen=True)
class Detail:
    """How much is kept of motion: numbers are of `angle_step` radians and LENGTH_STEP.

    Lengths of all bones but the root are held while they are off by at most `length_hold` steps; half a step is
    rounding alone. Of every `stride` frames (1 or 2) one is kept, those between follow smooth curves.
    """

    angle_step: float = 1 / 256
    length_hold: float = 0.5
    stride: int = 1


FULL = Detail()


_OF_SIDES = {
    "collar": "chest",
    "upper_arm": "chest",
    "forearm": "upper_arm",
    "hand": "forearm",
    "thigh": "pelvis",
    "shin": "thigh",
    "foot": "shin",
}


def _parents() -> tuple[int, ...]:
    names = {"spine": "pelvis", "chest": "spine", "head": "chest"}
    for side in ("left", "right"):
        for bone, parent in _OF_SIDES.items():
            own = f"{side}_{parent}"
            names[f"{side}_{bone}"] = own if own in BONES else parent
    # A bone that is not known here hangs on the pelvis: that costs bytes, nothing else.
    return tuple(-1 if bone == "pelvis" else BONES.index(names.get(bone, "pelvis")) for bone in BONES)


PARENTS = _parents()


@dataclass(frozen=True)
class BoneMotion:
    """Coded motion of B bones.

    Attributes:
        turns, shifts: (kept frames, 3 B) whole numbers of `angle_step` and LENGTH_STEP.
        origin: (3,) metres, where the root is told from.
        pivots: (B, 3) metres, in the rest pose.
        carriers: (J,) which bone carries each joint best.
    """

    turns: npt.NDArray[np.int64]
    shifts: npt.NDArray[np.int64]
    angle_step: float
    origin: Floats
    pivots: Floats
    carriers: npt.NDArray[np.intp]


def encode(transforms: Floats, rest: Floats, world: Floats, detail: Detail = FULL) -> BoneMotion:
    """Code the motion of bones.

    Args:
        transforms: (T, B, 3, 4) maps of points of the rest pose, from `figure.posing.bone_transforms`. Stretching is
            dropped: ends of a bone whose length changes are off by that.
        rest: (J, 3) joints of the rest pose, metres.
        world: (T, J, 3) the joints.
        detail: how much is kept.
    """
    from scipy.spatial.transform import Rotation

    # The last frame ends the last curve.
    kept = np.append(np.arange(0, len(world) - 1, detail.stride), len(world) - 1)
    transforms, world = transforms[kept], world[kept]
    linear, offset = np.asarray(transforms[..., :3], float), np.asarray(transforms[..., 3], float)
    carried = np.einsum("tbij,kj->tbki", linear, rest) + offset[:, :, None]
    error = np.abs(carried - world[:, None]).max(axis=(0, 3))  # (B, J)
    places = error.argmin(axis=1)
    left, _, right = np.linalg.svd(linear)
    turned = left @ right
    frames, bones = linear.shape[:2]
    turns, shifts = np.empty((2, frames, bones, 3), np.int64)
    decoded = np.empty_like(turned)
    positions = np.empty((frames, bones, 3))
    pivots = rest[places]
    origin = np.round(carried[0, 0, places[0]], 3)
    # BONES lists parents first.
    for bone, parent in enumerate(PARENTS):
        pivot = carried[:, bone, places[bone]]
        if parent < 0:
            relative, expected = turned[:, bone], np.broadcast_to(origin, pivot.shape)
        else:
            relative = np.swapaxes(decoded[:, parent], -1, -2) @ turned[:, bone]
            expected = positions[:, parent] + decoded[:, parent] @ (pivots[bone] - pivots[parent])
        turns[:, bone] = np.round(_rotation_vectors(relative) / detail.angle_step)
        hold = detail.length_hold if parent >= 0 else FULL.length_hold
        shifts[:, bone] = _held((pivot - expected) / LENGTH_STEP, hold)
        own = Rotation.from_rotvec(turns[:, bone] * detail.angle_step).as_matrix()
        decoded[:, bone] = own if parent < 0 else decoded[:, parent] @ own
        positions[:, bone] = expected + shifts[:, bone] * LENGTH_STEP
    turns, shifts = turns.reshape(frames, -1), shifts.reshape(frames, -1)
    return BoneMotion(turns, shifts, detail.angle_step, origin, pivots, error.argmin(axis=0))


def _held(values: Floats, hold: float) -> npt.NDArray[np.int64]:
    """Return whole numbers (T, C), each the one before while that is off by at most `hold`."""
    rounded = np.round(values).astype(np.int64)
    if hold > 0.5:
        for frame in range(1, len(values)):
            before = rounded[frame - 1]
            rounded[frame] = np.where(np.abs(values[frame] - before) <= hold, before, rounded[frame])
    return rounded


def _rotation_vectors(turns: Floats) -> Floats:
    """Return rotation vectors (T, 3) of turns (T, 3, 3) that go on smoothly where they can, beyond half a turn too."""
    from scipy.spatial.transform import Rotation

    quaternions = Rotation.from_matrix(turns).as_quat()
    signs = np.where((quaternions[1:] * quaternions[:-1]).sum(axis=-1) < 0, -1.0, 1.0)
    quaternions[1:] *= np.cumprod(signs)[:, None]
    imaginary = np.linalg.norm(quaternions[:, :3], axis=-1)
    angle = 2 * np.arctan2(imaginary, quaternions[:, 3])
    return quaternions[:, :3] * np.where(imaginary > 1e-12, angle / np.maximum(imaginary, 1e-12), 2.0)[:, None]
