"""Rotations as six numbers, in torch: the continuous form that networks learn.

Source: Zhou et al., "On the continuity of rotation representations in neural networks", CVPR 2019. The six numbers are
the first two columns of the matrix, one after the other. (PyTorch3D and EDGE write the first two rows.)
"""

import torch
from torch import Tensor

# Vectors shorter than this have no direction: Gram-Schmidt takes another in their place.
_SHORTEST = 1e-8


def six_numbers(matrices: Tensor) -> Tensor:
    """Return the first two columns (..., 6) of rotation matrices (..., 3, 3), the first column first."""
    return matrices[..., :2].transpose(-1, -2).flatten(-2)


def rotation_matrices(numbers: Tensor) -> Tensor:
    """Return the rotation matrices (..., 3, 3) of any six numbers (..., 6), by Gram-Schmidt.

    Where they span no plane (zeros, parallel columns) a rotation is returned all the same, and gradients stay finite.
    """
    axes = torch.eye(3, dtype=numbers.dtype, device=numbers.device)
    first = _unit(numbers[..., :3], axes[0])
    second = numbers[..., 3:]
    second = second - (first * second).sum(dim=-1, keepdim=True) * first
    # The axis that is most square to the first column spans a plane with it, whatever the numbers are.
    spare = axes[first.detach().abs().argmin(dim=-1)]
    spare = spare - (first * spare).sum(dim=-1, keepdim=True) * first
    second = _unit(second, _unit(spare, axes[0]))
    return torch.stack([first, second, torch.linalg.cross(first, second)], dim=-1)


def _unit(vectors: Tensor, fallback: Tensor) -> Tensor:
    """Return vectors (..., 3) of length 1, `fallback` for those without direction."""
    short = vectors.detach().norm(dim=-1, keepdim=True) < _SHORTEST
    # Chosen before the division: its gradient at zero would be NaN, and a NaN times zero is one.
    long = torch.where(short, fallback, vectors)
    return long / long.norm(dim=-1, keepdim=True)
