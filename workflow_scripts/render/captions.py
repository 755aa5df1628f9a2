"""Words and waveform on the picture: title, subtitle, and a strip of the song with its beats and a playhead."""

import unicodedata
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numba
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from workflow_scripts.motion.skeleton import Floats

Frame = npt.NDArray[np.uint8]
ELLIPSIS = "…"
UNPLAYED, TICK = (112, 112, 132), (255, 214, 110)


@lru_cache(maxsize=8)
def font(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    """Return DejaVu Sans (it comes with matplotlib: nothing of the system is used) in `size` pixels."""
    import matplotlib

    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name), size)


def printable(text: str) -> str:
    """Return `text` on one line without control characters, which would draw as boxes or turn the line around."""
    kept = (" " if character.isspace() else character for character in text)
    return " ".join("".join(c for c in kept if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn")).split())


def shortened(text: str, face: ImageFont.FreeTypeFont, width: float) -> str:
    """Return `text`, or its longest beginning that fits `width` pixels with an ellipsis."""
    if face.getlength(text) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if face.getlength(text[:middle].rstrip() + ELLIPSIS) <= width:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + ELLIPSIS


def draw_title(picture: Frame, title: str, subtitle: str, accent: tuple[int, int, int]) -> None:
    """Write title and subtitle into the top of the picture (H, W, 3) u8, in place."""
    height, width = picture.shape[:2]
    image = Image.fromarray(picture)
    draw = ImageDraw.Draw(image)
    for text, size, bold, y, colour in (
        (title, height // 24, True, 0.055, (240, 242, 250)),
        (subtitle, height // 38, False, 0.102, accent),
    ):
        face = font(max(size, 8), bold)
        line = shortened(printable(text), face, 0.9 * width)
        place = (width / 2, y * height)
        draw.text((place[0] + 1, place[1] + 2), line, font=face, anchor="mm", fill=(0, 0, 0))
        draw.text(place, line, font=face, anchor="mm", fill=colour)
    picture[:] = np.asarray(image)


class Strip:
    """The song as a waveform along the foot of the picture."""

    def __init__(
        self,
        samples: Floats,
        duration: float,
        beats: Floats,
        downbeats: Floats,
        size: tuple[int, int],
        accent: tuple[int, int, int],
    ) -> None:
        """Draw the strip, once played and once not.

        Args:
            samples: (N,) mono in [-1, 1]. duration: seconds they last. beats, downbeats: seconds.
            size: width and height of the picture, pixels. accent: colour of what has been played.
        """
        width, height = size
        self._left, self._right = round(0.047 * width), round(0.953 * width)
        self._top, depth = round(0.885 * height), round(0.095 * height)
        columns = self._right - self._left
        self._duration, self._beats = duration, np.asarray(beats, float)
        edges = np.linspace(0, len(samples), columns + 1).astype(int)
        loud = np.array([float(np.abs(samples[a : max(b, a + 1)]).max(initial=0.0)) for a, b in pairwise(edges)])
        loud /= max(float(loud.max(initial=0.0)), 1e-9)
        middle, half = 0.42 * depth, 0.40 * depth
        rows = np.arange(depth)[:, None] + 0.5
        wave = np.clip(1.0 + half * loud - np.abs(rows - middle), 0, 1)
        self._unplayed = np.zeros((depth, columns, 4), np.uint8)
        self._unplayed[..., :3], self._unplayed[..., 3] = UNPLAYED, 150 * wave
        self._played = np.zeros_like(self._unplayed)
        self._played[..., :3], self._played[..., 3] = accent, 235 * wave
        dot = max(2, round(height / 240))
        for time in self._beats:
            x = self._column(float(time))
            tall = dot * (2 if np.any(np.abs(np.asarray(downbeats) - time) < 1e-3) else 1)
            part = (
                slice(depth - 2 * dot - tall, depth - 2 * dot + dot),
                slice(max(x - dot // 2, 0), x + dot - dot // 2),
            )
            self._unplayed[part] = (*TICK, 90)
            self._played[part] = (*TICK, 235)

    def _column(self, time: float) -> int:
        share = min(max(time / max(self._duration, 1e-9), 0.0), 1.0)
        return min(int(share * (self._right - self._left)), self._right - self._left - 1)

    def paint(self, picture: Frame, time: float) -> None:
        """Lay the strip over the picture (H, W, 3) u8 with the playhead at `time` seconds."""
        head = self._column(time)
        _blend(picture, self._top, self._left, self._played, 0, head)
        _blend(picture, self._top, self._left, self._unplayed, head, self._right - self._left)
        bottom = self._top + self._played.shape[0]
        picture[self._top : bottom, self._left + head : self._left + head + 2] = 245


@numba.njit(cache=True, nogil=True)
def _blend(picture: Frame, top: int, left: int, layer: Frame, start: int, stop: int) -> None:
    """Lay columns start..stop of `layer` (h, w, 4; alpha last) over the picture, in place."""
    for row in range(layer.shape[0]):
        for column in range(start, stop):
            alpha = int(layer[row, column, 3])
            if alpha:
                for k in range(3):
                    old = int(picture[top + row, left + column, k])
                    new = int(layer[row, column, k])
                    picture[top + row, left + column, k] = (old * (255 - alpha) + new * alpha + 127) // 255
