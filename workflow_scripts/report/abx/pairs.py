"""Which dances are compared, in an order of which every stretch treats all models alike."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TypeVar

import numpy as np

Clip = TypeVar("Clip")


def paired(clips: Mapping[tuple[str, str], Clip], seed: int) -> list[tuple[Clip, Clip]]:
    """Return every pair of models once for each dance, as (left, right).

    The list is made of rounds. In a round every two models meet once, on different songs as far as there are so many,
    and each stands to the left as often as to the right (once more or less when the number of models is even). The
    next round has the sides the other way round. So whoever sees any stretch of the list, with all sides swapped or
    none, sees all models about equally often on either side.

    Args:
        clips: {(model, dance): clip}; a dance is a song with the number of the sample, and each model has each of them.
        seed: of the order in which models and dances take turns.
    """
    rng = np.random.default_rng(seed)
    models = _shuffled(sorted({model for model, _ in clips}), rng)
    dances = _shuffled(sorted({dance for _, dance in clips}), rng)
    meetings = _shuffled(list(combinations(range(len(models)), 2)), rng)
    pairs = []
    for turn in range(len(dances)):
        for number, (first, second) in enumerate(meetings):
            dance = dances[(turn + number) % len(dances)]
            both = (clips[models[first], dance], clips[models[second], dance])
            # Around a circle of models, each has the next on one side and the one after on the other.
            pairs.append(both if (second - first + turn) % 2 else both[::-1])
    return pairs


def repeats(pairs: int) -> int:
    """Return how many of a voter's pairs are asked twice: a tenth, at least one, and none of fewer than four."""
    return max(round(pairs / 10), 1) if pairs >= 4 else 0


Item = TypeVar("Item")


def _shuffled(items: Sequence[Item], rng: np.random.Generator) -> list[Item]:
    return [items[place] for place in rng.permutation(len(items))]
