"""In which order windows are learned: it depends on nothing but seed and epoch, so that a broken run can go on."""

from collections.abc import Iterator

import numpy as np
import torch
from torch.utils.data import DataLoader, Sampler

from workflow_scripts.models.examples import Batch, Windows, as_they_are
from workflow_scripts.motion.skeleton import Floats


class EpochOrder(Sampler[list[int]]):
    """Batches of one epoch, the last one as short as it comes out.

    Windows of equal weights all come once in an epoch. Otherwise an epoch has as many draws as there are windows, each
    in proportion to the weights (N,): some come twice, some not at all.

    Several processes share every batch: each takes its windows from the same global batch, so that a step means the
    same whatever their number.

    Attributes:
        epoch: from 0.
        done: batches of this epoch that were learned before, in a run that was broken off.
        share: (rank, processes).
    """

    def __init__(self, weights: Floats, batch_size: int, seed: int) -> None:
        self.weights, self.batch_size, self.seed = weights, batch_size, seed
        self.epoch, self.done, self.share = 0, 0, (0, 1)

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        return -(-len(self.weights) // self.batch_size)

    def __iter__(self) -> Iterator[list[int]]:
        """Yield this process's windows of every batch that is still to be learned."""
        rng = np.random.default_rng([self.seed, self.epoch])
        count = len(self.weights)
        if (self.weights == self.weights[:1]).all():
            order = rng.permutation(count).tolist()
        else:
            order = rng.choice(count, count, p=self.weights / self.weights.sum()).tolist()
        rank, processes = self.share
        for first in range(self.done * self.batch_size, count, self.batch_size):
            batch = order[first : first + self.batch_size]
            # A process without a window of its own computes one for nothing: all of them must take part in a step.
            yield batch[rank::processes] or batch[:1]
        self.done = 0

    def part_of_batch(self, index: int) -> tuple[int, int]:
        """Return how many windows of the batch number `index` are this process's, and how many there are in all."""
        total = min(self.batch_size, len(self.weights) - index * self.batch_size)
        rank, processes = self.share
        return len(range(rank, total, processes)), total


def loader(examples: Windows, order: EpochOrder) -> DataLoader[Batch]:
    """Return the batches of an order."""
    # A loader gets a generator of its own: it would draw from that of dropout, more on a resume.
    made = DataLoader(examples, batch_sampler=order, collate_fn=as_they_are, generator=torch.Generator())  # type: ignore[arg-type]
    return made  # `Windows` hand out batches


def plain_loader(examples: Windows, batch_size: int) -> DataLoader[Batch]:
    """Return all examples in their order."""
    made = DataLoader(examples, batch_size, collate_fn=as_they_are, generator=torch.Generator())  # type: ignore[arg-type]
    return made
