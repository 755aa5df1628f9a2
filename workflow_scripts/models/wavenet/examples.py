"""Windows of sound as batches: what is predicted, exactly the samples it depends on, and the condition of each.

Windows of one clip follow each other without overlap. Before a clip there is silence, and nobody is known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from workflow_scripts.models.examples import Batch, Windows
from workflow_scripts.models.wavenet.mu_law import SILENCE


@dataclass(frozen=True)
class Extent:
    """How far things reach.

    Attributes:
        receptive_field: samples that a sample depends on, all before it.
        window: samples that are predicted; whole condition frames.
        hop: samples per condition frame.
        margin: condition frames that the encoder takes before the first and after the last.
    """

    receptive_field: int
    window: int
    hop: int
    margin: int

    @property
    def lead(self) -> int:
        """Condition frames, without margin, before the frame of the first predicted sample."""
        return -(-(self.receptive_field - 1) // self.hop)

    @property
    def frames(self) -> int:
        """Condition frames of a window, without margin."""
        return self.lead + self.window // self.hop

    def at(self, count: int | None = None) -> Tensor:
        """Return the frame, without margin, of the sample that each input predicts: (receptive_field - 1 + count,).

        Args:
            count: samples that are predicted; by default a window of them.
        """
        predicted = torch.arange(1 - self.receptive_field, self.window if count is None else count)
        return torch.div(predicted, self.hop, rounding_mode="floor") + self.lead


@dataclass(frozen=True)
class SoundClip:
    """A clip to learn from.

    Attributes:
        classes: (N,) uint8 samples as classes.
        frames: (ceil(N / hop), D) condition frames.
        category: the clip's genre (an index).
    """

    classes: npt.NDArray[np.uint8]
    frames: Tensor
    category: int


class SoundWindows(Windows):
    """Batches of "audio" (B, R + W - 1) and "target" (B, W) classes, "frames" (B, F + 2 margin, D) of the condition,
    "category" (B,), and "present" (B, W), 0 where a clip is over.

    R is the receptive field and W the window. A clip has as many windows as it takes, at least one if it has a sample.
    """

    def __init__(self, clips: Mapping[int, SoundClip], extent: Extent) -> None:
        """Lay the clips, by their numbers, end to end."""
        window, before, around = extent.window, extent.receptive_field, extent.lead + extent.margin
        sounds, conditions, rows = [], [], []
        sound_at = frame_at = 0
        for number, clip in clips.items():
            count = len(clip.classes)
            windows = -(-count // window)
            sound = np.full(before + windows * window, SILENCE, np.uint8)
            sound[before : before + count] = clip.classes
            frames = windows * window // extent.hop
            condition = clip.frames.new_zeros(around + frames + extent.margin, clip.frames.shape[1])
            known = clip.frames[:frames]
            condition[around : around + len(known)] = known
            for nth in range(windows):
                start = nth * window
                rows.append(
                    (
                        number,
                        sound_at + start,
                        frame_at + start // extent.hop,
                        min(window, count - start),
                        clip.category,
                    )
                )
            sounds.append(sound)
            conditions.append(condition)
            sound_at, frame_at = sound_at + len(sound), frame_at + len(condition)
        table = np.array(rows, dtype=np.int64).reshape(-1, 5)
        self.numbers = table[:, 0]
        self._table = torch.from_numpy(table)
        self._sounds = torch.from_numpy(np.concatenate([*sounds, np.zeros(0, np.uint8)]))
        self._frames = torch.cat(conditions) if conditions else torch.zeros(0, 0)
        self._samples = torch.arange(before + window)
        self._seen = torch.arange(extent.frames + 2 * extent.margin)
        self._before = before

    def __getitems__(self, indices: Sequence[int]) -> Batch:
        """Return several windows as a batch; see the class."""
        rows = self._table[torch.as_tensor(indices, dtype=torch.int64)]
        sound = self._sounds[rows[:, 1, None] + self._samples].long()
        return {
            "audio": sound[:, :-1],
            "target": sound[:, self._before :],
            "frames": self._frames[rows[:, 2, None] + self._seen],
            "category": rows[:, 4],
            "present": (self._samples[: -self._before] < rows[:, 3, None]).float(),
        }
