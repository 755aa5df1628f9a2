"""Pictures with transparency that lie over every frame."""

from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

from workflow_scripts.figure.raster import FAST

Frame = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Layer:
    """A picture (h, w, 4) u8, opacity last, whose corner lies at `top`, `left` of the frame, pixels."""

    pixels: Frame
    top: int
    left: int

    @classmethod
    def cut(cls, whole: Frame) -> "Layer":
        """Return the layer of a picture (H, W, 4) as large as the frame, without its empty edges."""
        rows, columns = np.nonzero(whole[..., 3])
        if not len(rows):
            return cls(np.zeros((0, 0, 4), np.uint8), 0, 0)
        top, left = rows.min(), columns.min()
        part = whole[top : rows.max() + 1, left : columns.max() + 1]
        return cls(np.ascontiguousarray(part), int(top), int(left))

    def paint(self, frame: Frame, start: int = 0, stop: int | None = None) -> None:
        """Lay columns start..stop of the layer over the frame (H, W, 3) u8, in place."""
        stop = self.pixels.shape[1] if stop is None else stop
        _blend(frame, self.top, self.left, self.pixels, start, stop)


@numba.njit(**FAST)
def _blend(frame: Frame, top: int, left: int, layer: Frame, start: int, stop: int) -> None:
    for row in range(layer.shape[0]):
        for column in range(start, stop):
            alpha = int(layer[row, column, 3])
            if alpha:
                for k in range(3):
                    old = int(frame[top + row, left + column, k])
                    new = int(layer[row, column, k])
                    frame[top + row, left + column, k] = (old * (255 - alpha) + new * alpha + 127) // 255
