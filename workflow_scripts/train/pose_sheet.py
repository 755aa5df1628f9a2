"""Sheets of stick figures: what a generator of poses makes."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.skeleton import SMPL24, Floats

CELL_WIDTH, CELL_HEIGHT = 120, 170  # pixels of one figure
HEAD = 26
METRE = 72.0  # pixels
BACKGROUND, FLOOR, TEXT = (250, 250, 250), (205, 205, 205), (70, 70, 70)
LEFT, RIGHT, MIDDLE = (32, 110, 190), (205, 75, 50), (60, 60, 60)
# Places are given to the painter in sixteenths of a pixel.
_SHIFT = 4


def sheet(rows: Sequence[tuple[str, Floats]], title: str) -> npt.NDArray[np.uint8]:
    """Return a picture (H, W, 3) RGB with a row of figures per name, seen from the front, their left side blue.

    Args:
        rows: (name, world joints (N, 24, 3) in metres, N the same in all).
        title: stands above all.
    """
    figures = max(len(joints) for _, joints in rows)
    picture = np.empty((HEAD + len(rows) * (CELL_HEIGHT + HEAD), figures * CELL_WIDTH, 3), np.uint8)
    picture[:] = BACKGROUND
    _write(picture, title, HEAD - 8)
    for number, (name, joints) in enumerate(rows):
        top = HEAD + number * (CELL_HEIGHT + HEAD)
        _write(picture, name, top + HEAD - 8)
        floor = top + HEAD + CELL_HEIGHT - 12
        cv2.line(picture, (0, floor), (picture.shape[1], floor), FLOOR, 1, cv2.LINE_AA)
        for place, body in enumerate(joints):
            _draw(picture, body, ((place + 0.5) * CELL_WIDTH, floor))
    return picture


def _draw(picture: npt.NDArray[np.uint8], body: Floats, foot: tuple[float, float]) -> None:
    points = np.stack([foot[0] + METRE * body[:, 0], foot[1] - METRE * body[:, 1]], axis=-1)
    places = np.round(points * 2**_SHIFT).astype(int).tolist()
    for joint, parent in enumerate(SMPL24.parents):
        if parent >= 0:
            name = SMPL24.joints[joint]
            colour = LEFT if name.startswith("left") else RIGHT if name.startswith("right") else MIDDLE
            cv2.line(picture, places[parent], places[joint], colour, 2, cv2.LINE_AA, _SHIFT)
    cv2.circle(picture, places[SMPL24.index("head")], round(0.11 * METRE) << _SHIFT, MIDDLE, 2, cv2.LINE_AA, _SHIFT)


def _write(picture: npt.NDArray[np.uint8], text: str, baseline: int) -> None:
    cv2.putText(picture, text, (8, baseline), cv2.FONT_HERSHEY_SIMPLEX, 0.45, TEXT, 1, cv2.LINE_AA)
