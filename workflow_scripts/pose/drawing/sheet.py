"""The whole picture: the video with the people seen in it, the motion from two sides, and what is known about it."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from workflow_scripts.motion.pose_file import Person, PoseClip
from workflow_scripts.pose.backends.base import Frame
from workflow_scripts.pose.drawing.canvas import (
    BACKGROUND,
    FLOOR,
    GOOD,
    GUESSED,
    LEFT,
    QUIET,
    RIGHT,
    TEXT,
    UNUSED,
    Colour,
    Layer,
    blend,
    fill,
    shortened,
    width_of,
    write,
)
from workflow_scripts.pose.drawing.skeleton import draw_seen
from workflow_scripts.pose.drawing.views import FRONT, SIDE, View

WIDEST, HIGHEST = 960, 640  # pixels of the video's picture
PANEL_WIDTH = 384
MARGIN, HEAD, FOOT = 16, 96, 44
_BAR = 10


@dataclass(frozen=True)
class Title:
    """The words of a sheet: the video's name, and the lines below it."""

    name: str
    lines: tuple[str, ...]


class Sheet:
    """Paints one frame after the other.

    Attributes:
        size: width and height of the whole, pixels, both even.
    """

    def __init__(self, clip: PoseClip, title: Title, frames: int, fps: float, size: tuple[int, int]) -> None:
        """Prepare for a clip of so many frames, whose pictures are of `size` (width, height)."""
        self._people = clip.people
        self._frames, self._fps = frames, fps
        self._scale = min(WIDEST / size[0], HIGHEST / size[1])
        width, height = (max(round(length * self._scale), 1) for length in size)
        self._picture = (MARGIN, HEAD + (HIGHEST - height) // 2, width, height)
        self._layer = Layer(width, height)
        lefts = (2 * MARGIN + width, 3 * MARGIN + width + PANEL_WIDTH)
        whole = lefts[1] + PANEL_WIDTH + MARGIN
        self.size = whole + whole % 2, HEAD + HIGHEST + FOOT
        first = clip.people[0] if clip.people else None
        self._views = [
            (left, View(first, direction, PANEL_WIDTH, HIGHEST, fps))
            for left, direction in zip(lefts, (FRONT, SIDE), strict=True)
        ]
        self._background = self._make_background(title)

    def _make_background(self, title: Title) -> Frame:
        width, height = self.size
        background = np.empty((height, width, 3), np.uint8)
        background[:] = BACKGROUND
        room = width - 2 * MARGIN
        write(background, shortened(title.name, 24, room - 200, bold=True), (MARGIN, 26), 24, TEXT, bold=True)
        for number, line in enumerate(title.lines):
            write(background, shortened(line, 15, room), (MARGIN, 54 + 22 * number), 15, QUIET)
        x, y = MARGIN, HEAD + HIGHEST + 28
        for word, colour in (
            ("left", LEFT),
            ("right", RIGHT),
            ("interpolated", GUESSED),
            ("not used", UNUSED),
            ("foot stands", GOOD),
        ):
            fill(background, (x, y - 3, x + 18, y + 3), colour)
            x += 24 + write(background, word, (x + 24, y), 13, QUIET) + 22
        write(background, "fainter: less sure", (x, y), 13, QUIET)
        self._draw_bar(background)
        return background

    def _draw_bar(self, background: Frame) -> None:
        """Draw the course of the clip along its foot: which frames are seen, guessed and not used."""
        left, right, top = MARGIN, self.size[0] - MARGIN, HEAD + HIGHEST + 5
        frames = np.minimum(np.arange(right - left) * self._frames // (right - left), self._frames - 1)
        colours = np.full((right - left, 3), FLOOR, np.uint8)
        if self._people:
            person = self._people[0]
            inside = np.minimum(frames, len(person.root) - 1)
            if person.interpolated is not None:
                colours[person.interpolated[inside]] = GUESSED
            if person.valid is not None:
                colours[~person.valid[inside]] = UNUSED
        background[top : top + _BAR, left:right] = colours // 2

    def paint(self, picture: Frame, frame: int, lost: bool = False) -> Frame:
        """Return the sheet of one frame (height, width, 3).

        Args:
            picture: of the video.
            frame: its number.
            lost: it could not be decoded; another stands in.
        """
        sheet = self._background.copy()
        left, top, width, height = self._picture
        way = cv2.INTER_AREA if self._scale < 1 else cv2.INTER_CUBIC
        shown = np.asarray(cv2.resize(picture, (width, height), interpolation=way), dtype=np.uint8)
        marks: list[tuple[str, Colour]] = [("picture lost", UNUSED)] if lost else []
        for number, person in enumerate(self._people):
            if person.keypoints_2d is not None and frame < len(person.root):
                draw_seen(self._layer, person, frame, self._scale)
                marks += _marks(person, frame) if not number else []
        self._layer.lay_on(shown)
        _write_marks(shown, marks)
        sheet[top : top + height, left : left + width] = shown
        for at, view in self._views:
            # Where the motion ends before the pictures, its last pose stays.
            last = len(self._people[0].root) - 1 if self._people else frame
            view.paint(sheet[HEAD : HEAD + HIGHEST, at : at + PANEL_WIDTH], min(frame, last))
        self._paint_time(sheet, frame)
        return sheet

    def _paint_time(self, sheet: Frame, frame: int) -> None:
        width = self.size[0]
        text = f"{frame / self._fps:6.2f} s   {frame:5d} / {self._frames}"
        write(sheet, text, (width - MARGIN - width_of(text, 15), 26), 15, QUIET)
        left, right, top = MARGIN, width - MARGIN, HEAD + HIGHEST + 5
        head = left + (right - left) * frame // max(self._frames, 1)
        fill(sheet, (head - 1, top - 3, head + 2, top + _BAR + 3), TEXT)


def _marks(person: Person, frame: int) -> list[tuple[str, Colour]]:
    if person.valid is not None and not person.valid[frame]:
        return [("not used", UNUSED)]
    return [("interpolated", GUESSED)] if person.interpolated is not None and person.interpolated[frame] else []


def _write_marks(picture: Frame, marks: Sequence[tuple[str, Colour]]) -> None:
    for number, (word, colour) in enumerate(marks):
        top = 10 + 30 * number
        box = picture[top : top + 24, 10 : 10 + width_of(word, 14, True) + 16]
        if box.size:
            blend(box, BACKGROUND, np.full(box.shape[:2], 190, np.uint8))
            write(picture, word, (18, top + 12), 14, colour, bold=True)
