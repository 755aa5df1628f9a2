"""Feet that stay where they stand, for motion estimated from a picture.

What slides is mostly the estimated depth, of the whole body or of one leg. One linear least squares problem shares the
correction out: between the path of the root and the two feet, each by how far, and how slowly, its error varies, and
less across the picture than in depth. Legs follow by inverse kinematics; bone lengths stay.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.linalg import spsolve

from workflow_scripts.motion.feet import two_bone
from workflow_scripts.motion.kinematics import facing_angle, turned
from workflow_scripts.motion.skeleton import SMPL24, Floats

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Error:
    """How wrong an estimate is along one axis: standard deviation in metres, and over how many seconds it varies."""

    deviation: float
    duration: float

    def prior(self, frames: int, fps: float) -> sparse.csr_array:
        """Return the quadratic form (frames, frames) of how unlikely an error over time is.

        A random process of this deviation whose spectrum is flat up to 1 / duration and falls steeply above
        (Whittaker's smoother with third differences: Eilers, Analytical Chemistry 2003).
        """
        third = _differences(frames, 3)
        roughness = (self.duration * fps) ** 6 * (third.T @ third)
        return (sparse.eye_array(frames) + roughness) / (3 * self.duration * fps * self.deviation**2)


# x is across the picture, y up, z in depth.
_ROOT = (_Error(0.02, 0.3), _Error(0.03, 0.3), _Error(0.07, 0.4))
_FOOT = (_Error(0.03, 0.08), _Error(0.015, 0.08), _Error(0.06, 0.08))
# What a standing foot may still do. Faster than the second it slides on purpose, or does not stand.
_STANDING_SPEED = 0.05  # m/s
_SLIDING_SPEED = 0.05  # m/s
_STANDING_HEIGHT = 0.01  # m
_ROUNDS = 3
_LEGS = [[SMPL24.index(f"{side}_{joint}") for joint in ("hip", "knee", "ankle", "foot")] for side in ("left", "right")]
_TOES = [toe for _, toe in SMPL24.feet]


def locked(positions: Floats, root: Floats, contacts: Mask, fps: float) -> tuple[Floats, Floats]:
    """Return positions and root with every standing foot still and on the floor.

    Args:
        positions: (T, 24, 3) metres relative to the root, x across the picture, y up, z towards the camera.
        root: (T, 3) metres, floor at y = 0.
        contacts: (T, 2), when the left and the right foot stand.
        fps: frames per second.

    Returns:
        positions (T, 24, 3), of which only the legs have changed, and root (T, 3).
    """
    if len(root) < 4 or not contacts.any():
        return positions, root
    toes = positions[:, _TOES] + root[:, None]
    across, stands = _still_across(toes[..., 0], contacts, fps)
    steps = _differences(len(root), 1)
    depth = _moves(steps, toes[..., 2], stands, _ROOT[2], _FOOT[2], fps)
    up = _on_floor(toes[..., 1] - SMPL24.rest_positions[_TOES, 1], contacts, fps)
    moves = np.stack([across, up, depth], axis=-1)
    return _with_moved_feet(positions, moves[:, 1:]), root + moves[:, 0]


def _still_across(path: Floats, contacts: Mask, fps: float) -> tuple[Floats, Floats]:
    """Return the moves (T, 3) across the picture that keep standing feet still, and how much each counts (T-1, 2).

    What slides across the picture after all slides on purpose: it loses its weight (Cauchy's, by reweighting).

    Args:
        path: (T, 2) metres, the two toes across the picture.
    """
    steps = _differences(len(path), 1)
    standing = (contacts[1:] & contacts[:-1]) * (fps / _STANDING_SPEED) ** 2
    moves: Floats = np.zeros((len(path), 3))
    for _ in range(_ROUNDS):
        slip = np.diff(path + moves[:, :1] + moves[:, 1:], axis=0) * fps
        weights = standing / (1 + (slip / _SLIDING_SPEED) ** 2)
        moves = _moves(steps, path, weights, _ROOT[0], _FOOT[0], fps)
    return moves, weights


def _on_floor(heights: Floats, contacts: Mask, fps: float) -> Floats:
    """Return the moves (T, 3) upwards that put standing feet on the floor and none below it.

    Args:
        heights: (T, 2) metres, the two toes above where they stand.
    """
    here = _differences(len(heights), 0)
    touches = contacts
    for _ in range(_ROUNDS):
        moves = _moves(here, heights, touches / _STANDING_HEIGHT**2, _ROOT[1], _FOOT[1], fps)
        touches = touches | (heights + moves[:, :1] + moves[:, 1:] < -_STANDING_HEIGHT)
    return moves


def _moves(operator: sparse.csr_array, path: Floats, weights: Floats, root: _Error, foot: _Error, fps: float) -> Floats:
    """Return the likeliest moves (T, 3) of root, left and right foot for which operator @ (path + moves) vanishes.

    Args:
        operator: (N, T), linear.
        path: (T, 2), one coordinate of the two feet.
        weights: (N, 2), how much each equation counts: one over its variance.
    """
    frames = len(path)
    prior = sparse.block_diag([root.prior(frames, fps), *[foot.prior(frames, fps)] * 2], format="csc")
    none = sparse.csr_array(operator.shape)
    equations = sparse.block_array([[operator, operator, none], [operator, none, operator]], format="csr")
    weighted = equations.T @ sparse.diags_array(weights.T.ravel())
    wanted = -(operator @ path).T.ravel()
    moves = spsolve((prior + weighted @ equations).tocsc(), weighted @ wanted)
    return np.asarray(moves).reshape(3, frames).T


def _differences(frames: int, order: int) -> sparse.csr_array:
    """Return the operator (frames - order, frames) of differences of the given order over time."""
    matrix = sparse.eye_array(frames, format="csr")
    for _ in range(order):
        matrix = matrix[1:] - matrix[:-1]
    return matrix


def _with_moved_feet(positions: Floats, moves: Floats) -> Floats:
    """Bend or stretch the legs so that the feet move by `moves` (T, 2, 3) metres, as far as they reach."""
    result = positions.copy()
    forward = turned(np.broadcast_to(np.array([0.0, 0.0, 1.0]), (len(positions), 3)), facing_angle(positions))
    for (hip, knee, ankle, toe), move in zip(_LEGS, np.moveaxis(moves, 1, 0), strict=True):
        target = positions[:, ankle] + move
        result[:, knee], result[:, ankle] = two_bone(
            positions[:, hip], positions[:, knee], positions[:, ankle], target, forward
        )
        result[:, toe] = result[:, ankle] + positions[:, toe] - positions[:, ankle]
    return result
