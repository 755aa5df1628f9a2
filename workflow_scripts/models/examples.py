"""Windows as batches of tensors: clips lie end to end in memory, and a batch is gathered from them at once.

Windows overlap several times over; none is stored, each is a first row and a length.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.utils.data import Dataset

Batch = dict[str, Tensor]


class Windows(Dataset[Batch], ABC):
    """Windows of clips, handed out as batches with "present" (B, W) among them: 1 where a window is real, else 0.

    Attributes:
        numbers: (N,) int64, of the clips that windows lie in.
    """

    numbers: npt.NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of windows N."""
        return len(self.numbers)

    def __getitem__(self, index: int) -> Batch:
        """Return one example, tensors (W, ...) by name."""
        if not 0 <= index < len(self):
            raise IndexError(index)  # which is what ends a loop over examples
        return {name: values[0] for name, values in self.__getitems__([index]).items()}

    @abstractmethod
    def __getitems__(self, indices: Sequence[int]) -> Batch:
        """Return several examples as a batch, tensors (B, W, ...) by name. DataLoader asks for batches in this way."""


class Examples(Windows):
    """One example per window, all of the length of the longest: a shorter one repeats its last frame.

    An example has a tensor (W, ...) per name, and "present" (W,), 1 where frames are real and 0 where they repeat.
    """

    def __init__(self, clips: Mapping[int, Mapping[str, Tensor]], windows: npt.NDArray[np.int64]) -> None:
        """Lay the clips end to end.

        Args:
            clips: {number: {name: (T, ...)}}, for every clip that windows lie in; all tensors on one device.
            windows: (N, 3) rows: number of the clip, first frame, frames (see `motion.windows`).
        """
        self.numbers = windows[:, 0]
        names = next(iter(clips.values()), {})
        self.columns = {name: torch.cat([clip[name] for clip in clips.values()]) for name in names}
        lengths = [len(next(iter(clip.values()))) for clip in clips.values()]
        begins = dict(zip(clips, np.cumsum([0, *lengths[:-1]]).tolist(), strict=False))
        device = next(iter(self.columns.values())).device if self.columns else None
        first = [begins[number] + start for number, start, _ in windows.tolist()]
        self._first = torch.tensor(first, dtype=torch.int64, device=device)
        self._length = torch.as_tensor(np.ascontiguousarray(windows[:, 2]), dtype=torch.int64, device=device)
        self._steps = torch.arange(int(windows[:, 2].max(initial=0)), device=device)

    def __getitems__(self, indices: Sequence[int]) -> Batch:
        """Return several examples as a batch, tensors (B, W, ...) by name."""
        chosen = torch.as_tensor(indices, dtype=torch.int64, device=self._first.device)
        length = self._length[chosen, None]
        rows = self._first[chosen, None] + torch.minimum(self._steps, length - 1)
        # index_select of whole rows is several times as fast as indexing.
        batch = {
            name: values.index_select(0, rows.flatten()).unflatten(0, rows.shape)
            for name, values in self.columns.items()
        }
        return batch | {"present": (self._steps < length).float()}


def as_they_are(batch: Batch) -> Batch:
    """Return a batch of windows itself: for DataLoader's `collate_fn`, which has nothing left to do."""
    return batch
