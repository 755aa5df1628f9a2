"""Losses on poses by name: those of the ancestor Kakashi, with finite values and gradients everywhere.

Each is a function of predicted and true vectors (B, T, D) that returns the errors (B, T) of frames; masks and means
over frames are the caller's. Vectors are standardised, with D a multiple of 3: as many points in space (the joints, and
the root's height and horizontal velocity as the last). The ancestor's definitions are those of train.py in
github.com/ROODAY/Kakashi. Two things differ: where it sums over frames and joints, here is the mean over joints, so
that a longer window does not weigh more; and where it divides by what may be 0, denominators end at `SMALLEST`.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

# The least denominator of a relative error, in standard deviations (a few millimetres).
SMALLEST = 0.05
# Where smooth_l1 changes from a parabola to a line, in standard deviations.
BEND = 0.1


def mse(predicted: Tensor, target: Tensor) -> Tensor:
    """Return the mean squared difference."""
    return (predicted - target).square().mean(dim=-1)


def l1(predicted: Tensor, target: Tensor) -> Tensor:
    """Return the mean absolute difference."""
    return (predicted - target).abs().mean(dim=-1)


def smooth_l1(predicted: Tensor, target: Tensor) -> Tensor:
    """Return the mean of Huber's loss divided by `BEND`: squares near 0, absolute differences beyond."""
    return nn.functional.smooth_l1_loss(predicted, target, reduction="none", beta=BEND).mean(dim=-1)


def euclidean(predicted: Tensor, target: Tensor) -> Tensor:
    """Return the mean distance of points."""
    return torch.linalg.vector_norm(_points(predicted - target), dim=-1).mean(dim=-1)


def mape(predicted: Tensor, target: Tensor) -> Tensor:
    """Return the mean absolute difference as a share of the target."""
    return _share_of_target(predicted, target).mean(dim=-1)


def rpd(predicted: Tensor, target: Tensor) -> Tensor:
    """Return the mean relative percent difference: as a share of the mean of both absolute values, 0 to 2."""
    return _share_of_both(predicted, target).mean(dim=-1)


def mape_velocity(predicted: Tensor, target: Tensor) -> Tensor:
    """Return `mape` of the speeds of points."""
    return _share_of_target(_speeds(predicted), _speeds(target)).mean(dim=-1)


def rpd_velocity(predicted: Tensor, target: Tensor) -> Tensor:
    """Return `rpd` of the speeds of points."""
    return _share_of_both(_speeds(predicted), _speeds(target)).mean(dim=-1)


def srse_velocity(predicted: Tensor, target: Tensor) -> Tensor:
    """Return the mean square root of the squared error of the speeds of points."""
    return (_speeds(predicted) - _speeds(target)).abs().mean(dim=-1)


def ensemble(predicted: Tensor, target: Tensor) -> Tensor:
    """Return the sum of `euclidean` and `srse_velocity`: poses and how fast they change."""
    return euclidean(predicted, target) + srse_velocity(predicted, target)


LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    loss.__name__: loss
    for loss in (mse, l1, smooth_l1, euclidean, mape, rpd, mape_velocity, rpd_velocity, srse_velocity, ensemble)
}


def _points(vectors: Tensor) -> Tensor:
    """Return (B, T, D) as (B, T, D / 3, 3)."""
    return vectors.unflatten(-1, (-1, 3))


def _speeds(vectors: Tensor) -> Tensor:
    """Return how far each point moved since the frame before (B, T, D / 3); 0 in the first frame.

    The norm has gradient 0 at 0, where the root of a sum of squares has none.
    """
    moved = torch.linalg.vector_norm(_points(vectors.diff(dim=1)), dim=-1)
    return nn.functional.pad(moved, (0, 0, 1, 0))


def _share_of_target(predicted: Tensor, target: Tensor) -> Tensor:
    return (predicted - target).abs() / target.abs().clamp(min=SMALLEST)


def _share_of_both(predicted: Tensor, target: Tensor) -> Tensor:
    return (predicted - target).abs() / ((predicted.abs() + target.abs()) / 2).clamp(min=SMALLEST)
