"""Motion as joint rotations, foot contacts and the root's velocity: 151 numbers per frame.

After EDGE (Tseng et al., CVPR 2023), with the root's velocity in the place of its position. Columns:

    contacts   4    1 where left ankle, left toe, right ankle, right toe stand, else 0 (`feet.end_contacts`)
    velocity   2    the root's to the left (x) and ahead (z) of where the pelvis faces, metres per second
    height     1    the root's, metres
    rotations  144  six numbers of each joint of smpl24 (`rotation_6d`) in its parent's frame, the pelvis's in the world

The skeleton is fixed: smpl24's rest offsets. A dancer with other bone lengths is given these, as by
`motion.representation`, if the way back is not told the dancer's own: directions stay, joints move, and feet float or
sink by as much as the legs differ. Hips and spine, neck and collars hang rigidly on one joint each, as in SMPL; where a
motion's do not, limbs reach out for their places (`rotations.fitted_rotations`), and what remains is in the trunk.

Finding rotations is NumPy over whole clips, since the twist of limbs is smoothed over time; the way back is torch.
"""

import numpy as np
import torch
from torch import Tensor

from workflow_scripts.motion.feet import end_contacts
from workflow_scripts.motion.forward_kinematics import forward_kinematics, rest_offsets
from workflow_scripts.motion.kinematics import turned, with_bone_lengths
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.representation import root_velocity
from workflow_scripts.motion.rotation_6d import rotation_matrices, six_numbers
from workflow_scripts.motion.rotations import SMPL24_HINGES, fitted_rotations, local_rotations
from workflow_scripts.motion.skeleton import SMPL24, Floats

CONTACTS, VELOCITY, HEIGHT, ROTATIONS = slice(0, 4), slice(4, 6), 6, slice(7, 7 + 6 * SMPL24.size)
WIDTH = ROTATIONS.stop
_UPSIDE_DOWN = 1e-12


def to_rotation_vectors(person: Person, fps: float) -> Floats:
    """Return (T, 151) float32 vectors of a motion of T >= 1 frames at `fps`, of smpl24 joints and the floor at y = 0.

    The velocity of a frame is that since the frame before it; frame 0 repeats the velocity of frame 1.
    """
    positions = with_bone_lengths(person.positions, SMPL24.rest_lengths)
    offsets = rest_offsets().numpy()
    world = fitted_rotations(positions, offsets, SMPL24.parents, SMPL24_HINGES, reach=True)
    local = torch.from_numpy(local_rotations(world, SMPL24.parents))
    velocity = root_velocity(person.root, fps)
    own = turned(np.insert(velocity, 1, 0.0, axis=1), -heading(local[:, 0]).numpy())
    parts = [
        end_contacts(person.world.astype(np.float64), fps),
        own[:, [0, 2]],
        person.root[:, 1:2],
        six_numbers(local).flatten(1).numpy(),
    ]
    return np.concatenate(parts, axis=1).astype(np.float32)


def from_rotation_vectors(
    vectors: Floats, fps: float, start: tuple[float, float] = (0.0, 0.0), lengths: Floats | None = None
) -> Person:
    """Return the motion of (T, 151) vectors: the inverse of `to_rotation_vectors`, up to where it starts and its bones.

    Args:
        vectors: (T, 151); any numbers will do as rotations.
        fps: frames per second.
        start: x and z of the root in frame 0, metres.
        lengths: (24,) of the bones, metres; by default those of smpl24 at rest.
    """
    exact = torch.from_numpy(np.asarray(vectors, dtype=np.float64))
    offsets = rest_offsets()
    if lengths is not None:
        offsets[1:] *= torch.from_numpy(lengths[1:] / SMPL24.rest_lengths[1:])[:, None]
    world = world_joints(exact, fps, torch.tensor(start, dtype=torch.float64), offsets).numpy()
    return Person((world - world[:, :1]).astype(np.float32), world[:, 0].astype(np.float32))


def world_joints(vectors: Tensor, fps: float, start: Tensor | None = None, offsets: Tensor | None = None) -> Tensor:
    """Return joints (..., T, 24, 3) in the world, metres, of vectors (..., T, 151), with gradients.

    Args:
        vectors: any leading dimensions.
        fps: frames per second.
        start: (..., 2) x and z of the root in frame 0, metres; by default 0.
        offsets: (24, 3) of every joint from its parent at rest, metres; by default smpl24's.
    """
    local = rotation_matrices(vectors[..., ROTATIONS].unflatten(-1, (SMPL24.size, 6)))
    angle = heading(local[..., 0, :, :])
    left, ahead = vectors[..., VELOCITY].unbind(dim=-1)
    steps = torch.stack(
        [angle.cos() * left + angle.sin() * ahead, angle.cos() * ahead - angle.sin() * left], dim=-1
    ).double()
    # Summed in double precision: over a song, float32 would lose millimetres. Frame 0 is where the path starts.
    path = torch.cumsum(steps, dim=-2) - steps[..., :1, :]
    horizontal = path / fps if start is None else path / fps + start[..., None, :]
    root = torch.stack([horizontal[..., 0], vectors[..., HEIGHT], horizontal[..., 1]], dim=-1).to(vectors)
    return forward_kinematics(local, root, rest_offsets(like=vectors) if offsets is None else offsets)


def heading(pelvis: Tensor) -> Tensor:
    """Return the heading (...,) of the pelvis's rotations (..., 3, 3), radians, 0 facing +z and growing towards +x.

    It is the twist about y: the turn that is left when the shortest turn that tilts the pelvis is taken out. A turn of
    the body adds to it whatever the tilt, and it has no direction only for a body that is upside down.
    """
    sine, cosine = pelvis[..., 0, 2] - pelvis[..., 2, 0], pelvis[..., 0, 0] + pelvis[..., 2, 2]
    # Exactly upside down the angle is any and its gradient would be NaN.
    return torch.atan2(sine, torch.where(sine.square() + cosine.square() < _UPSIDE_DOWN, 1.0, cosine))
