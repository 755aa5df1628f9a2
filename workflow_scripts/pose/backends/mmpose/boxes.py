"""Boxes around people: left, top, right, bottom in pixels (..., 4), with a score (..., 5) where a detector says so."""

import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.skeleton import Floats

# Two boxes of different pictures are of one person if their edges differ, on average, by less than so many of its
# sizes (the root of a box's area): a dancer crosses half a metre, or opens the arms, in a third of a second.
_FARTHEST = 0.6


def apart(boxes: Floats, overlap: float, most: int) -> npt.NDArray[np.intp]:
    """Return the indices of the boxes (P, 5) that greedy non-maximum suppression keeps, `most` at most, best first.

    A box goes if its intersection over union with a better one that stays is greater than `overlap`.
    """
    order = np.argsort(-boxes[:, 4], kind="stable")
    area = sizes(boxes) ** 2
    kept: list[int] = []
    while len(order) and len(kept) < most:
        best, rest = order[0], order[1:]
        kept.append(best)
        shared = np.minimum(boxes[best, 2:4], boxes[rest, 2:4]) - np.maximum(boxes[best, :2], boxes[rest, :2])
        intersection = shared.clip(0).prod(axis=1)
        order = rest[intersection <= overlap * (area[best] + area[rest] - intersection)]
    return np.asarray(kept, dtype=np.intp)


def sizes(boxes: Floats) -> Floats:
    """Return the root of the area (...) of boxes (..., 4), pixels."""
    return np.sqrt((boxes[..., 2:4] - boxes[..., :2]).clip(0).prod(axis=-1))


def between(before: Floats, after: Floats, count: int) -> list[Floats]:
    """Return the boxes (P, 4) in the `count` pictures between two in which people were detected.

    Args:
        before: (P, 4 or more), people in the picture before the first.
        after: (Q, 4 or more), people in the picture after the last.
        count: how many pictures are between.

    Returns:
        Who is in both pictures goes from one place to the other, evenly; who is in one of them is looked for there all
        the time: keypoints will tell whether somebody is.
    """
    from scipy.optimize import linear_sum_assignment

    before, after = before[:, :4], after[:, :4]
    scale = np.maximum(np.maximum(sizes(before)[:, None], sizes(after)), 1e-6)
    away = np.abs(before[:, None] - after).mean(axis=-1) / scale
    rows, columns = linear_sum_assignment(np.minimum(away, 1.0))
    pairs = [(p, q) for p, q in zip(rows, columns, strict=True) if away[p, q] < _FARTHEST]
    first, second = ([pair[side] for pair in pairs] for side in (0, 1))
    lone = np.concatenate([np.delete(before, first, axis=0), np.delete(after, second, axis=0)])
    shares = np.arange(1, count + 1) / (count + 1)
    return [
        np.concatenate([before[first] * (1 - share) + after[second] * share, lone]).reshape(-1, 4) for share in shares
    ]


def around(keypoints: Floats) -> Floats:
    """Return the box (4,) around keypoints (K, 2)."""
    return np.concatenate([keypoints.min(axis=0), keypoints.max(axis=0)])
