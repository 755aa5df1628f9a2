"""Skeletons as data: joint names, parents, left/right pairs, feet and rest pose.

Frame of reference everywhere in this project: metres, right-handed, y up, a person at rest faces +z, so that the
person's left side is at +x.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]


@dataclass(frozen=True)
class Skeleton:
    """A tree of joints. `parents[j] < j` for every joint but the root, whose parent is -1.

    Attributes:
        rest: rest positions (J, 3) in metres, standing on the floor y = 0 (empty where a skeleton has none).
        feet: joints that touch the floor, as (ankle, toe) per side, left first.
    """

    name: str
    joints: tuple[str, ...]
    parents: tuple[int, ...]
    pairs: tuple[tuple[int, int], ...]
    feet: tuple[tuple[int, int], ...]
    rest: tuple[tuple[float, float, float], ...] = ()

    def index(self, joint: str) -> int:
        """Return the index of a joint by name."""
        return self.joints.index(joint)

    @property
    def size(self) -> int:
        """Number of joints J."""
        return len(self.joints)

    @cached_property
    def rest_positions(self) -> Floats:
        """Rest positions (J, 3) float64, metres."""
        return np.asarray(self.rest, dtype=np.float64).reshape(-1, 3)

    @cached_property
    def rest_lengths(self) -> Floats:
        """Distance (J,) of each joint from its parent at rest, metres; 0 for the root."""
        parents = np.asarray(self.parents)
        lengths = np.linalg.norm(self.rest_positions - self.rest_positions[np.maximum(parents, 0)], axis=-1)
        return np.where(parents < 0, 0.0, lengths)


# The 24 SMPL joint names, order and parents (names only). The rest pose is our own: a T-pose of 1.72 m.
SMPL24 = Skeleton(
    name="smpl24",
    joints=(
        "pelvis",
        "left_hip",
        "right_hip",
        "spine1",
        "left_knee",
        "right_knee",
        "spine2",
        "left_ankle",
        "right_ankle",
        "spine3",
        "left_foot",
        "right_foot",
        "neck",
        "left_collar",
        "right_collar",
        "head",
        "left_shoulder",
        "right_shoulder",
        "left_elbow",
        "right_elbow",
        "left_wrist",
        "right_wrist",
        "left_hand",
        "right_hand",
    ),
    parents=(-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21),
    pairs=((1, 2), (4, 5), (7, 8), (10, 11), (13, 14), (16, 17), (18, 19), (20, 21), (22, 23)),
    feet=((7, 10), (8, 11)),
    rest=(
        (0.0, 0.945, 0.0),
        (0.095, 0.925, 0.0),
        (-0.095, 0.925, 0.0),
        (0.0, 1.055, 0.0),
        (0.095, 0.500, 0.0),
        (-0.095, 0.500, 0.0),
        (0.0, 1.185, 0.0),
        (0.095, 0.085, 0.0),
        (-0.095, 0.085, 0.0),
        (0.0, 1.240, 0.0),
        (0.095, 0.020, 0.130),
        (-0.095, 0.020, 0.130),
        (0.0, 1.445, 0.0),
        (0.075, 1.370, 0.0),
        (-0.075, 1.370, 0.0),
        (0.0, 1.535, 0.030),
        (0.175, 1.400, 0.0),
        (-0.175, 1.400, 0.0),
        (0.460, 1.400, 0.0),
        (-0.460, 1.400, 0.0),
        (0.715, 1.400, 0.0),
        (-0.715, 1.400, 0.0),
        (0.800, 1.400, 0.0),
        (-0.800, 1.400, 0.0),
    ),
)
