"""How far away every joint is: the depths along its ray for which a body's bones have their lengths.

A network that sees one picture places joints in the picture well and in depth badly. Bones of known length say how far
a bone reaches towards the camera or away from it (C. J. Taylor, "Reconstruction of articulated objects from point
correspondences in a single uncalibrated image", CVIU 2000), but neither which of the two, nor anything about a bone
that lies in the picture plane; there the estimator's own depth decides. All frames of a stretch are solved at once, so
that what is uncertain in one frame follows from those about it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import solveh_banded

from workflow_scripts.motion.skeleton import Floats

_ITERATIONS, _CONVERGED_M = 12, 1e-3
_LARGEST_STEP_M = 0.3
_NEAREST_M = 0.3
# A residual of as many standard deviations counts half (Cauchy): a joint that was mistaken does not bend the rest.
_OUTLIER = 5.0
# m/s², of the depth of a joint. Dancers' wrists have a few times as much at accents, everything else less.
_ACCELERATION = 13.5
_SECOND_DIFFERENCE = (1.0, -2.0, 1.0)
# Longer stretches are solved in blocks, so that memory does not grow with them, each with so much on both sides that
# its end is not felt: what a frame says of others is down to a thousandth after a second.
_BLOCK_S, _MARGIN_S = 120.0, 3.0


@dataclass(frozen=True)
class Bones:
    """Pairs of nodes, B of them, and how well their distance and their depth are known.

    Attributes:
        pairs: (B) indices of two nodes each.
        spread: (B,) standard deviation of the distance between them as the picture shows it, metres.
        depth_spread: (B,) standard deviation of the estimated difference in depth, metres; infinite: not known.
    """

    pairs: Sequence[tuple[int, int]]
    spread: Floats
    depth_spread: Floats


def fitted_depths(
    start: Floats, rays: Floats, trust: Floats, depths: Floats, lengths: Floats, bones: Bones, fps: float
) -> Floats:
    """Return the depths (T, N), metres, of N nodes along their rays, by damped Gauss-Newton on all frames at once.

    The cost is linear in T: the normal equations are banded, since accelerations join only three frames. Beyond two
    minutes memory does not grow.

    Args:
        start: (T, N) metres, depths to start from; their signs decide between bones that point to the camera and away.
        rays: (T, N, 2) x/z and y/z of the nodes in the picture.
        trust: (T, N) in 0..1, in each node.
        depths: (T, B) metres, the estimated depth of the second node of each bone minus that of the first.
        lengths: (B,) metres.
        bones: which nodes they join.
        fps: frames per second.
    """
    block, margin = round(_BLOCK_S * fps), round(_MARGIN_S * fps)
    parts = []
    for first in range(0, len(start), block):
        low, high = max(first - margin, 0), min(first + block + margin, len(start))
        some = slice(low, high)
        part = _fitted(start[some], rays[some], trust[some], depths[some], lengths, bones, fps)
        parts.append(part[first - low : first - low + block])
    return np.concatenate(parts)


def _fitted(
    start: Floats, rays: Floats, trust: Floats, depths: Floats, lengths: Floats, bones: Bones, fps: float
) -> Floats:
    frames, nodes = start.shape
    directions = np.concatenate([rays, np.ones((frames, nodes, 1))], axis=-1)
    smoothness = _smoothness(frames, nodes, fps)
    depth = np.array(start, dtype=np.float64)
    for _ in range(_ITERATIONS):
        equations = _Equations(smoothness.copy(), -_smoothness_gradient(depth, fps))
        points = directions * depth[..., None]
        for index, (first, second) in enumerate(bones.pairs):
            both = trust[:, first] * trust[:, second]
            bone = points[:, second] - points[:, first]
            length = np.maximum(np.linalg.norm(bone, axis=-1), 1e-6)
            unit = bone / length[:, None]
            slopes = -(unit * directions[:, first]).sum(axis=-1), (unit * directions[:, second]).sum(axis=-1)
            error = length - lengths[index]
            equations.add((first, second), slopes, error, both * _weight(error, bones.spread[index]))
            if np.isfinite(bones.depth_spread[index]):
                error = depth[:, second] - depth[:, first] - depths[:, index]
                ones = np.ones(frames)
                weight = both * _weight(error, bones.depth_spread[index])
                equations.add((first, second), (-ones, ones), error, weight)
        step = np.clip(equations.solved(), -_LARGEST_STEP_M, _LARGEST_STEP_M)
        depth = np.maximum(depth + step, _NEAREST_M)
        if np.abs(step).max() < _CONVERGED_M:
            break
    return depth


@dataclass(frozen=True)
class _Equations:
    """Normal equations of (T, N) unknowns: the matrix in LAPACK's lower band form (bands, T, N), and the right side."""

    matrix: Floats
    right: Floats

    def add(self, pair: tuple[int, int], slopes: tuple[Floats, Floats], error: Floats, weight: Floats) -> None:
        """Add weight x error² of every frame, the error (T,) linear with `slopes` in the two nodes of a pair."""
        for node, slope in zip(pair, slopes, strict=True):
            self.right[:, node] -= weight * slope * error
            self.matrix[0, :, node] += weight * slope**2
        self.matrix[abs(pair[0] - pair[1]), :, min(pair)] += weight * slopes[0] * slopes[1]

    def solved(self) -> Floats:
        """Return the unknowns (T, N)."""
        matrix = self.matrix.reshape(len(self.matrix), -1)[: self.right.size]
        matrix[0] += 1e-3  # a node nobody knows anything about stays where it is
        flat = solveh_banded(matrix, self.right.reshape(-1), lower=True, check_finite=False)
        return np.asarray(flat.reshape(self.right.shape))


def _weight(error: Floats, spread: float) -> Floats:
    return np.asarray(1 / spread**2 / (1 + (error / (_OUTLIER * spread)) ** 2))


def _smoothness(frames: int, nodes: int, fps: float) -> Floats:
    """Return the normal equations (bands, T, N) of small accelerations alone, in LAPACK's lower band form."""
    bands = np.zeros((2 * nodes + 1, frames, nodes))
    strength = (fps**2 / _ACCELERATION) ** 2
    for first in range(3 if frames > 2 else 0):
        for second in range(first, 3):
            product = _SECOND_DIFFERENCE[first] * _SECOND_DIFFERENCE[second]
            bands[(second - first) * nodes, first : frames - 2 + first] += strength * product
    return bands


def _smoothness_gradient(depth: Floats, fps: float) -> Floats:
    gradient = np.zeros_like(depth)
    if len(depth) > 2:
        acceleration = np.diff(depth, 2, axis=0) * (fps**2 / _ACCELERATION) ** 2
        for offset, slope in enumerate(_SECOND_DIFFERENCE):
            gradient[offset : len(depth) - 2 + offset] += slope * acceleration
    return gradient
