"""Forward kinematics in torch, for any leading dimensions and with gradients: rotations of joints to their places.

`motion.rotations` has the same in NumPy, with what finds rotations for given joints.
"""

import torch
from torch import Tensor

from workflow_scripts.motion.skeleton import SMPL24, Skeleton


def rest_offsets(skeleton: Skeleton = SMPL24, like: Tensor | None = None) -> Tensor:
    """Return every joint's rest offset from its parent, (J, 3) metres, 0 for the root; float64, or of kind `like`."""
    rest = torch.from_numpy(skeleton.rest_positions)
    parents = torch.tensor(skeleton.parents)
    offsets = rest - rest[parents.clamp(min=0)]
    return offsets if like is None else offsets.to(like)


def forward_kinematics(local: Tensor, root: Tensor, offsets: Tensor, skeleton: Skeleton = SMPL24) -> Tensor:
    """Return joints (..., J, 3) in the world.

    Args:
        local: (..., J, 3, 3) rotations of every joint in the frame of its parent, the root's in the world.
        root: (..., 3) place of the root joint.
        offsets: (J, 3) of every joint from its parent at rest; the root's is not used.
    """
    turned: list[Tensor] = []
    joints: list[Tensor] = []
    for joint, parent in enumerate(skeleton.parents):
        if parent < 0:
            turned.append(local[..., joint, :, :])
            joints.append(root)
        else:
            turned.append(turned[parent] @ local[..., joint, :, :])
            joints.append(joints[parent] + turned[parent] @ offsets[joint])
    return torch.stack(joints, dim=-2)
