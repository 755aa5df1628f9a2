"""Motion as one vector per frame, the form learned models read and write.

Columns, for J joints: root-relative, world-aligned positions of joints 1..J-1 (x, y, z each, metres), the root's height
(metres), the root's horizontal velocity x, z (metres per second). Directions stay those of the world and are not turned
into the body's own frame: a filmed dancer faces the camera again and again, and a heading that is integrated from
generated turns would drift away from it over a song.
"""

import numpy as np

from workflow_scripts.motion.kinematics import with_bone_lengths
from workflow_scripts.motion.parts import PART
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import SMPL24, Floats, Skeleton


def width(skeleton: Skeleton = SMPL24) -> int:
    """Return the number of columns D."""
    return 3 * (skeleton.size - 1) + 3


def to_vectors(person: Person, fps: float) -> Floats:
    """Return (T, D) float32 vectors of a motion of T >= 1 frames at `fps`.

    The velocity of a frame is that since the frame before it; frame 0 repeats the velocity of frame 1.
    """
    joints = person.positions[:, 1:].reshape(len(person.positions), -1)
    return np.concatenate([joints, person.root[:, 1:2], root_velocity(person.root, fps)], axis=1).astype(np.float32)


def root_velocity(root: Floats, fps: float) -> Floats:
    """Return the velocity (T, 2), m/s in x and z, of a root's path (T >= 1, 3), as `to_vectors` defines it; float64."""
    velocity = np.zeros((len(root), 2))
    velocity[1:] = np.diff(root[:, [0, 2]].astype(np.float64), axis=0) * fps
    velocity[:1] = velocity[1:2] if len(root) > 1 else 0.0
    return velocity


def to_person(
    vectors: Floats,
    fps: float,
    start: tuple[float, float] = (0.0, 0.0),
    skeleton: Skeleton = SMPL24,
    lengths: Floats | None = None,
) -> Person:
    """Return the motion of (T, D) vectors: the inverse of `to_vectors`, up to where it starts and its bone lengths.

    Args:
        vectors: (T, D), as `to_vectors` returns them.
        fps: frames per second.
        start: x and z of the root in frame 0, metres.
        skeleton: what the columns are joints of.
        lengths: (J,) of the bones, metres, by default those of the skeleton at rest; directions are those of `vectors`.
    """
    frames = len(vectors)
    lengths = skeleton.rest_lengths if lengths is None else lengths
    positions = np.empty((frames, skeleton.size, 3), np.float32)
    for first in range(0, frames, PART):
        part = slice(first, first + PART)
        joints = np.zeros((len(vectors[part]), skeleton.size, 3))
        joints[:, 1:] = vectors[part, :-3].reshape(len(joints), -1, 3)
        positions[part] = with_bone_lengths(joints, lengths, skeleton)
    steps = vectors[:, -2:].astype(np.float64) / fps
    steps[:1] = start
    horizontal = np.cumsum(steps, axis=0)
    root = np.stack([horizontal[:, 0], vectors[:, -3], horizontal[:, 1]], axis=-1)
    return Person(positions, root.astype(np.float32))
