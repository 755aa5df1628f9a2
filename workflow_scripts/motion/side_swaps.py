"""Left and right mistaken for each other: found by the jumps it makes, and taken back."""

import itertools

import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.foreign import KeypointMotion
from workflow_scripts.motion.skeleton import Floats, Skeleton

# What is exchanged together, limb by limb: an estimator mixes up feet, knees and hips each for itself, arms as wholes.
_LIMBS = (
    (("hip",), ("knee",), ("ankle", "foot", "heel", "big_toe", "small_toe", "toe")),
    (("collar", "shoulder", "elbow", "wrist", "hand"),),
)
# A second of exchanged sides costs that many sizes of the body (an estimator is right most of the time, and sides that
# really cross in the picture shall stay crossed); no jump costs more than a fifth of the body.
_DOUBT_PER_S, _LARGEST_JUMP = 1.0, 0.2
# Legs that cross are longer in sum than legs that do not; what a length costs beside a movement of the same length.
_CROSSING = 0.3


def with_sides_repaired(motion: KeypointMotion) -> tuple[KeypointMotion, npt.NDArray[np.bool_]]:
    """Exchange left and right back where they were mistaken for some frames.

    For each limb the sequence of "as found" and "exchanged" with the least movement and crossing in the picture is
    chosen (dynamic programming, Viterbi 1967). The whole clip cannot be exchanged: facing is what the estimator says.

    Returns:
        (the motion, which joints (T, J) were exchanged).
    """
    exchanged = exchanged_sides(motion.keypoints, _size(motion.keypoints), motion.skeleton, motion.fps)
    keypoints, confidence = (
        with_sides_exchanged(values, exchanged, motion.skeleton) for values in (motion.keypoints, motion.confidence)
    )
    return KeypointMotion(motion.skeleton, keypoints, confidence, motion.fps), exchanged


def exchanged_sides(points: Floats, size: float, skeleton: Skeleton, fps: float) -> npt.NDArray[np.bool_]:
    """Return the joints (T, J) whose sides were mistaken: exchanged, the body moves least (`with_sides_repaired`).

    Args:
        points: (T, J, D) coordinates of the joints in any number of dimensions, NaN where not found.
        size: of the body, in the same unit; where it is 0 there is nothing to say.
        skeleton: of the J joints.
        fps: frames per second.
    """
    exchanged = np.zeros(points.shape[:2], dtype=bool)
    names = skeleton.joints
    for limb in _LIMBS if size else ():
        pairs = [[pair for pair in skeleton.pairs if names[pair[0]].removeprefix("left_") in group] for group in limb]
        pairs = [group for group in pairs if group]
        wrong = _exchanged([points[:, group] / size for group in pairs], fps) if pairs else []
        for group, frames in zip(pairs, wrong, strict=True):
            for pair in group:
                exchanged[frames, pair[0]] = exchanged[frames, pair[1]] = True
    return exchanged


def with_sides_exchanged(values: Floats, exchanged: npt.NDArray[np.bool_], skeleton: Skeleton) -> Floats:
    """Return values (T, J, ...) of joints, those marked (T, J) taken from the same joint of the other side."""
    other = np.arange(skeleton.size)
    for left, right in skeleton.pairs:
        other[[left, right]] = right, left
    return np.where(exchanged.reshape(*exchanged.shape, *[1] * (values.ndim - 2)), values[:, other], values)


def _exchanged(groups: list[Floats], fps: float) -> list[npt.NDArray[np.bool_]]:
    """For each group of a limb, (T, pairs, 2 sides, D) sizes of the body: in which frames (T,) sides are exchanged."""
    pairs = np.concatenate(groups, axis=1)
    seen = np.isfinite(pairs).all(axis=(2, 3))
    frames = np.flatnonzero(seen.any(axis=1))
    result = [np.zeros(len(pairs), dtype=bool) for _ in groups]
    if len(frames) < 2:
        return result
    pairs, trust = _without_gaps(pairs)[frames], seen[frames] / seen[frames].sum(axis=1, keepdims=True)
    ways = np.array(list(itertools.product((False, True), repeat=len(groups))))
    ends = np.cumsum([0, *(group.shape[1] for group in groups)])
    here = np.repeat(ways.mean(axis=1)[:, None] * _DOUBT_PER_S / fps, len(frames), axis=1)
    moves = np.zeros((len(ways), len(ways), len(frames) - 1))
    for k, (start, stop) in enumerate(itertools.pairwise(ends)):
        # What counts is only whether a group goes on as it was or changes sides.
        stays, changes = (
            (np.minimum(_distances(pairs[1:, start:stop], before), _LARGEST_JUMP) * trust[1:, start:stop]).sum(axis=1)
            for before in (pairs[:-1, start:stop], pairs[:-1, start:stop, ::-1])
        )
        moves += np.where((ways[:, None, k] == ways[None, :, k])[..., None], stays, changes)
    for k, (upper, lower) in enumerate(itertools.pairwise(ends[:-1])):
        straight, crossed = (_distances(pairs[:, lower], above) for above in (pairs[:, upper], pairs[:, upper, ::-1]))
        here += _CROSSING * np.where((ways[:, k] == ways[:, k + 1])[:, None], straight, crossed)
    cost = here[:, 0]
    choices = np.zeros((len(frames), len(ways)), dtype=int)
    for number in range(1, len(frames)):
        total = cost[:, None] + moves[..., number - 1]
        choices[number] = total.argmin(axis=0)
        cost = total.min(axis=0) + here[:, number]
    way = int(cost.argmin())
    for number in range(len(frames) - 1, -1, -1):
        for k, one in enumerate(result):
            one[frames[number]] = ways[way, k]
        way = choices[number, way]
    return result


def _distances(points: Floats, others: Floats) -> Floats:
    """The mean over both sides of how far points (..., 2 sides, D) are from others."""
    return np.asarray(np.linalg.norm(points - others, axis=-1).mean(axis=-1))


def _without_gaps(pairs: Floats) -> Floats:
    """Missing values drawn on straight lines; 0 where a joint is never found."""
    frames, filled = np.arange(len(pairs)), np.zeros_like(pairs)
    for index in np.ndindex(pairs.shape[1:]):
        one = pairs[(slice(None), *index)]
        known = np.isfinite(one)
        if known.any():
            filled[(slice(None), *index)] = np.interp(frames, frames[known], one[known])
    return filled


def _size(keypoints: Floats) -> float:
    """The median diagonal of the box around the body, pixels; 0 where there is no body."""
    found = np.isfinite(keypoints[..., 0])
    boxes = [np.ptp(frame[seen], axis=0) for frame, seen in zip(keypoints, found, strict=True) if seen.sum() > 1]
    return float(np.median(np.linalg.norm(boxes, axis=-1))) if boxes else 0.0
