"""Lines, discs and words on a picture: smooth edges, places in fractions of pixels, colours that can be seen through.

Pictures are (height, width, 3) u8 RGB and painted in place; places are (x, y) pixels from the upper left corner.
"""

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.pose.backends.base import Frame

Colour = tuple[int, int, int]
BACKGROUND: Colour = (16, 17, 24)
PANEL: Colour = (24, 26, 36)
GRID: Colour = (44, 47, 62)
FLOOR: Colour = (120, 124, 148)
TEXT: Colour = (240, 242, 250)
QUIET: Colour = (150, 154, 172)
LEFT: Colour = (255, 156, 66)
RIGHT: Colour = (70, 188, 255)
MIDDLE: Colour = (226, 229, 240)
GUESSED: Colour = (255, 214, 110)
UNUSED: Colour = (255, 92, 110)
GOOD: Colour = (96, 220, 150)

_SHIFT = 4  # cv2 takes places in fixed point, with so many bits of fraction
_FAR = 30_000.0  # pixels; cv2 counts in 16 bits before the fraction


class Layer:
    """What is drawn over a part of a picture before it is laid on: colours and how much they cover."""

    def __init__(self, width: int, height: int) -> None:
        self._colour = np.zeros((height, width, 3), np.uint8)
        self._cover = np.zeros((height, width), np.uint8)

    def line(self, start: Floats, end: Floats, colour: Colour, width: float, cover: float = 1.0) -> None:
        """Draw a line with round ends, `width` pixels wide; `cover` from 0 (unseen) to 1."""
        first, last = _fixed(start), _fixed(end)
        wide = max(round(width), 1)
        cv2.line(self._colour, first, last, colour, wide + 2, cv2.LINE_8, _SHIFT)
        cv2.line(self._cover, first, last, (255 * cover,), wide, cv2.LINE_AA, _SHIFT)

    def disc(self, middle: Floats, radius: float, colour: Colour, cover: float = 1.0, width: float = 0) -> None:
        """Draw a disc, or a ring `width` pixels wide."""
        at, size, wide = _fixed(middle), round(radius * 2**_SHIFT), round(width) or -1
        cv2.circle(self._colour, at, size + 2**_SHIFT, colour, wide + 2 if wide > 0 else -1, cv2.LINE_8, _SHIFT)
        cv2.circle(self._cover, at, size, (255 * cover,), wide, cv2.LINE_AA, _SHIFT)

    def lay_on(self, picture: Frame) -> None:
        """Blend what was drawn into the picture, of the layer's size, and begin anew."""
        rows, columns = np.flatnonzero(self._cover.any(axis=1)), np.flatnonzero(self._cover.any(axis=0))
        if len(rows):
            box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
            blend(picture[box], self._colour[box], self._cover[box])
            self._colour[box] = 0
            self._cover[box] = 0


def _fixed(point: Floats) -> tuple[int, int]:
    x, y = np.clip(np.nan_to_num(point), -_FAR, _FAR) * 2**_SHIFT
    return round(float(x)), round(float(y))


def blend(picture: Frame, colour: Frame | Colour, cover: npt.NDArray[np.uint8]) -> None:
    """Lay a colour over the picture where `cover` (height, width) says so: 0 not at all, 255 wholly."""
    share = cover[..., None].astype(np.uint16)
    mixed = picture.astype(np.uint16) * (255 - share) + np.asarray(colour, np.uint16) * share
    picture[:] = ((mixed + 127) // 255).astype(np.uint8)


def shaded(colour: Colour, share: float, towards: Colour = PANEL) -> Colour:
    """Return a colour mixed with another: `share` 1 is the colour itself."""
    red, green, blue = (round(share * one + (1 - share) * other) for one, other in zip(colour, towards, strict=True))
    return red, green, blue


def fill(picture: Frame, box: tuple[int, int, int, int], colour: Colour) -> None:
    """Fill the box (left, top, right, bottom)."""
    left, top, right, bottom = box
    picture[max(top, 0) : bottom, max(left, 0) : right] = colour


def write(picture: Frame, text: str, at: tuple[int, int], size: int, colour: Colour, bold: bool = False) -> int:
    """Write a line with its left end and its middle at `at`; return its width in pixels."""
    cover = _letters(text, size, bold)
    height, width = cover.shape
    left, top = at[0], at[1] - height // 2
    seen = picture[max(top, 0) : top + height, max(left, 0) : left + width]
    blend(seen, colour, cover[max(-top, 0) :, max(-left, 0) :][: seen.shape[0], : seen.shape[1]])
    return width


def width_of(text: str, size: int, bold: bool = False) -> int:
    """Return how many pixels wide `write` makes a line."""
    return _letters(text, size, bold).shape[1]


def shortened(text: str, size: int, width: int, bold: bool = False) -> str:
    """Return the line, or as much of its beginning as fits into `width` pixels, with an ellipsis."""
    if width_of(text, size, bold) <= width:
        return text
    while text and width_of(f"{text}…", size, bold) > width:
        text = text[:-1].rstrip()
    return f"{text}…"


@lru_cache(maxsize=512)
def _letters(text: str, size: int, bold: bool) -> npt.NDArray[np.uint8]:
    face = _font(size, bold)
    width = max(int(np.ceil(face.getlength(text))), 1)
    image = Image.new("L", (width, round(1.5 * size)))
    ImageDraw.Draw(image).text((0, 0.75 * size), text, font=face, anchor="lm", fill=255)
    return np.asarray(image)


@lru_cache(maxsize=8)
def _font(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    """Return DejaVu Sans (it comes with matplotlib: nothing of the system is used)."""
    import matplotlib

    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name), size)
