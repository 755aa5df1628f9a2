"""What the classifier must beat: guesses that hear no music and remember at most one cluster."""

from collections.abc import Sequence

import numpy as np

from workflow_scripts.models.pose_clusters.steps import Ints
from workflow_scripts.motion.skeleton import Floats


def majority(sequences: Sequence[Ints], count: int) -> int:
    """Return the most frequent of `count` clusters in training sequences."""
    return int(np.bincount(np.concatenate(sequences), minlength=count).argmax())


def bigram(sequences: Sequence[Ints], count: int) -> Floats:
    """Return P(next cluster | cluster before), (count + 1, count), of training sequences, one row per cluster before.

    The last row is for the start of a dance. A row backs off to the frequencies of clusters: they get the weight of as
    many transitions as were seen to different clusters (Witten and Bell, IEEE Trans. Information Theory 1991).
    """
    pairs = np.zeros((count + 1, count))
    for sequence in sequences:
        np.add.at(pairs, (np.concatenate([[count], sequence[:-1]]), sequence), 1)
    frequency = (pairs.sum(axis=0) + 1) / (pairs.sum() + count)
    kinds = np.maximum((pairs > 0).sum(axis=1, keepdims=True), 1)
    return np.asarray((pairs + kinds * frequency) / (pairs.sum(axis=1, keepdims=True) + kinds))
