"""Which frames of clips make one example: whole clips, windows of them, or single frames."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

Mode = Literal["clip", "window", "frame"]
MODES: tuple[Mode, ...] = get_args(Mode)


@dataclass(frozen=True)
class WindowPlan:
    """How clips are cut into examples.

    Attributes:
        mode: "clip", a whole clip is one example; "window", windows of it; "frame", each of its frames.
        frames, stride: length and distance of windows in frames; of no meaning in the other modes.
    """

    mode: Mode
    frames: int
    stride: int

    def windows(self, lengths: Sequence[tuple[int, int]]) -> npt.NDArray[np.int64]:
        """Return rows (clip number, first frame, frames) for (clip number, length in frames) of clips, (N, 3)."""
        rows = [(number, start, frames) for number, length in lengths for start, frames in self._parts(length)]
        return np.array(rows, dtype=np.int64).reshape(-1, 3)

    def _parts(self, length: int) -> list[tuple[int, int]]:
        if self.mode == "clip":
            return [(0, length)]
        if self.mode == "frame":
            return [(frame, 1) for frame in range(length)]
        return [(start, min(self.frames, length)) for start in window_starts(length, self.frames, self.stride)]


def window_starts(frames: int, window: int, stride: int) -> list[int]:
    """Return the first frames of windows that cover every frame of a clip (if `stride` is no longer than `window`).

    The last window is shifted back to end where the clip ends. A clip of at most `window` frames is one window.
    """
    if frames <= window:
        return [0]
    last = frames - window
    return sorted({*range(0, last, stride), last})
