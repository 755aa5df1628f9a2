"""Motion of any body on the body of the rest pose, and its poses as they are seen from the front."""

import numpy as np

from workflow_scripts.motion.kinematics import bone_lengths, facing_angle, turned, with_bone_lengths
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import SMPL24, Floats

_LEGS = [SMPL24.index(f"{side}_{joint}") for side in ("left", "right") for joint in ("knee", "ankle")]


def on_rest_body(motion: Person) -> Person:
    """Return motion (T >= 1 frames) with the bones of the rest pose; the root's path grows with the legs."""
    scale = SMPL24.rest_lengths[_LEGS].sum() / max(float(bone_lengths(motion.positions)[_LEGS].sum()), 1e-3)
    relative = motion.positions - motion.positions[:, :1]
    return Person(with_bone_lengths(relative, SMPL24.rest_lengths), motion.root.astype(np.float64) * scale)


def from_the_front(world: Floats) -> Floats:
    """Turn and move each body of (..., 24, 3) so that its root is above the origin and it faces +z; heights stay."""
    moved = world - world[..., :1, :] * np.array([1.0, 0.0, 1.0])
    return turned(moved, -facing_angle(moved)[..., None])
