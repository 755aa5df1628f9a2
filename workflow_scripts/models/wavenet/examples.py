"""Windows of sound as batches: what is predicted, exactly the samples it depends on, and the condition of each.

Windows of one clip follow each other without overlap. Before a clip there is silence, and nobody is known.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from workflow_scripts.models.examples import Batch, Windows
from workflow_scripts.models.wavenet.mu_law import SILENCE
from workflow_scripts.motion.pictures_file import FPS, Pictures


@dataclass(frozen=True)
class Extent:
    """How far things reach.

    Attributes:
        receptive_field: samples that a sample depends on, all before it.
        window: samples that are predicted; whole condition frames.
        hop: samples per condition frame.
        margin: condition frames that the encoder takes before the first and after the last.
        rate: samples per second.
    """

    receptive_field: int
    window: int
    hop: int
    margin: int
    rate: int = 8000

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
        pictures: (P, H, W, 3) uint8 at `pictures_file.FPS`, where the condition is made of them: in all clips or none.
    """

    classes: npt.NDArray[np.uint8]
    frames: Tensor
    category: int
    pictures: Pictures | None = None


class SoundWindows(Windows):
    """Batches of windows, R samples of the receptive field and W of the window in each.

    "audio" (B, R + W - 1) and "target" (B, W) are classes, "frames" (B, F + 2 margin, D) the condition's, "category"
    (B,) is the genre's, and "present" (B, W) is 0 where a clip is over. With pictures there are those that the frames
    fall on, "pictures" (B, P, H, W, 3), and "first" (B,), which of the clip's pictures the first of them is.

    A clip has as many windows as it takes; without a sample it has none.
    """

    def __init__(self, clips: Mapping[int, SoundClip], extent: Extent) -> None:
        """Take the clips by their numbers."""
        window, before, around = extent.window, extent.receptive_field, extent.lead + extent.margin
        self._extent = extent
        self._clips: list[_Padded] = []
        rows = []
        for number, clip in clips.items():
            count = len(clip.classes)
            windows = -(-count // window)
            sound = np.full(before + windows * window, SILENCE, np.uint8)
            sound[before : before + count] = clip.classes
            frames = windows * window // extent.hop
            condition = clip.frames.new_zeros(around + frames + extent.margin, clip.frames.shape[1])
            known = clip.frames[:frames]
            condition[around : around + len(known)] = known
            rows += [(number, len(self._clips), start, count) for start in range(0, count, window)]
            self._clips.append(_Padded(torch.from_numpy(sound), condition, clip))
        self._rows = rows
        self.numbers = np.array([number for number, *_ in rows], dtype=np.int64)

    def __getitems__(self, indices: Sequence[int]) -> Batch:
        """Return several windows as a batch; see the class."""
        extent, parts = self._extent, []
        samples, steps = extent.receptive_field + extent.window, torch.arange(extent.window)
        for _, place, start, count in (self._rows[index] for index in indices):
            padded, frame = self._clips[place], start // extent.hop
            sound = padded.sound[start : start + samples].long()
            part = {
                "audio": sound[:-1],
                "target": sound[extent.receptive_field :],
                "frames": padded.frames[frame : frame + extent.frames + 2 * extent.margin],
                "category": torch.tensor(padded.clip.category),
                "present": (steps < count - start).float(),
            }
            if padded.clip.pictures is not None:
                part |= self._shown(padded.clip.pictures, frame)
            parts.append(part)
        return {name: torch.stack([part[name] for part in parts]) for name in parts[0]}

    def _shown(self, pictures: Pictures, frame: int) -> Batch:
        """Return the pictures of a window whose first predicted sample lies in a condition frame.

        One more comes before those that frames lie between, for what has changed since.
        """
        extent, last = self._extent, len(pictures) - 1
        seconds = extent.hop / extent.rate
        count = math.ceil((extent.frames + 2 * extent.margin) * seconds * FPS) + 3
        before = math.floor((frame - extent.lead - extent.margin + 0.5) * seconds * FPS) - 1
        first = max(0, min(before, last + 1 - count))
        chosen = np.minimum(np.arange(first, first + count), last)
        return {"pictures": torch.from_numpy(pictures[chosen]), "first": torch.tensor(first)}


@dataclass(frozen=True)
class _Padded:
    """A clip with silence and unknown frames around it."""

    sound: Tensor
    frames: Tensor
    clip: SoundClip
