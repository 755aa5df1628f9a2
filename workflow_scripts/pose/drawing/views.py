"""The motion in space, seen from the front and from the side, on its floor."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.pose.backends.base import Frame
from workflow_scripts.pose.drawing.canvas import (
    FLOOR,
    GOOD,
    GRID,
    MIDDLE,
    PANEL,
    QUIET,
    TEXT,
    UNUSED,
    Colour,
    Layer,
    fill,
    shaded,
    write,
)
from workflow_scripts.pose.drawing.skeleton import BONES, HEAD, JOINTS, colour_of

TALL_M, BELOW_M = 2.55, 0.30  # metres shown above and below the floor
_FOLLOWING_S = 0.7  # the view follows the dancer this slowly, seconds
_HEAD_RADIUS = 0.105
_BONE_WIDTH = 0.034
_FARTHEST, _SHADE_DEPTH = 0.45, 0.35  # how much of its colour a bone keeps that lies this many metres behind the middle


@dataclass(frozen=True)
class Direction:
    """Where a view looks from. `across` is what of (x, y, z) runs to the right in it, `near` what comes towards us."""

    title: str
    across: tuple[float, float, float]
    near: tuple[float, float, float]


FRONT = Direction("from the front", (1.0, 0.0, 0.0), (0.0, 0.0, 1.0))
SIDE = Direction("from the side (camera at the left)", (0.0, 0.0, -1.0), (1.0, 0.0, 0.0))


class View:
    """One person's motion in a panel: orthographic, all in one scale, following the dancer along the floor."""

    def __init__(self, person: Person | None, direction: Direction, width: int, height: int, fps: float) -> None:
        """Take the motion of a person, or of nobody, at `fps` frames per second; sizes in pixels."""
        self._person, self._direction = person, direction
        self._width, self._height = width, height
        self._scale = height / (TALL_M + BELOW_M)
        self._floor = height - BELOW_M * self._scale
        self._layer = Layer(width, height)
        if person is not None:
            world = person.world
            self._across, self._near = world @ np.array(direction.across), world @ np.array(direction.near)
            self._up = world[..., 1]
            self._middle = np.zeros(len(world))
            # Every stretch has a place of its own.
            for run in person.runs():
                self._middle[run] = gaussian_filter1d(self._across[run, 0], _FOLLOWING_S * fps, mode="nearest")

    def paint(self, picture: Frame, frame: int) -> None:
        """Paint the panel's frame over `picture`, of its size."""
        fill(picture, (0, 0, self._width, self._height), PANEL)
        middle = float(self._middle[frame]) if self._person is not None else 0.0
        self._paint_floor(picture, middle)
        size = max(self._height // 44, 10)
        write(picture, self._direction.title, (size, round(1.4 * size)), size, QUIET)
        if self._person is None:
            return
        used = self._person.valid is None or bool(self._person.valid[frame])
        guessed = self._person.interpolated is not None and bool(self._person.interpolated[frame])
        self._paint_person(frame, middle, used)
        self._layer.lay_on(picture)
        if not used:
            write(picture, "not used", (size, round(3.2 * size)), size, UNUSED, bold=True)
        elif guessed:
            write(picture, "interpolated", (size, round(3.2 * size)), size, TEXT)

    def _paint_floor(self, picture: Frame, middle: float) -> None:
        """Paint plumb lines and marks every half metre, which stand still while the dancer moves, and the floor."""
        floor, half = round(self._floor), self._width / self._scale / 2
        for step in range(int(np.ceil((middle - half) * 2)), int(np.floor((middle + half) * 2)) + 1):
            x = round((step / 2 - middle) * self._scale + self._width / 2)
            fill(picture, (x, 0, x + 1, floor), GRID)
            fill(picture, (x, floor, x + 1, floor + (12 if step % 2 == 0 else 6)), FLOOR)
        for step in range(1, int(TALL_M) + 1):
            y = round(self._floor - step * self._scale)
            fill(picture, (0, y, self._width, y + 1), GRID)
            write(picture, f"{step} m", (4, y - 9), 11, FLOOR)
        fill(picture, (0, floor, self._width, floor + 2), FLOOR)

    def _places(self, frame: int, middle: float) -> Floats:
        x = (self._across[frame] - middle) * self._scale + self._width / 2
        return np.stack([x, self._floor - self._up[frame] * self._scale], axis=-1)

    def _paint_person(self, frame: int, middle: float, used: bool) -> None:
        assert self._person is not None
        points, near = self._places(frame, middle), self._near[frame] - self._near[frame, 0]
        layer, wide = self._layer, _BONE_WIDTH * self._scale
        if self._person.contacts is not None and used:
            self._paint_contacts(points, self._person.contacts[frame])
        for parent, joint in sorted(BONES, key=lambda bone: near[list(bone)].mean()):
            colour = self._shade(colour_of(joint), float(near[[parent, joint]].mean()), used)
            layer.line(points[parent], points[joint], colour, wide)
            if joint == HEAD:
                layer.disc(points[joint], _HEAD_RADIUS * self._scale, colour)
        for joint in JOINTS:
            if joint != HEAD:
                layer.disc(points[joint], 0.32 * wide, PANEL, 0.85)

    def _paint_contacts(self, points: Floats, contacts: Floats) -> None:
        for (ankle, toe), stands in zip(SMPL24.feet, contacts, strict=True):
            if stands:
                ends = np.array([points[ankle], points[toe]])
                ends[:, 1] = self._floor + 0.06 * self._scale
                ends[:, 0] += np.array([-0.03, 0.03]) * self._scale * (1 if ends[1, 0] >= ends[0, 0] else -1)
                self._layer.line(ends[0], ends[1], GOOD, 0.03 * self._scale)

    def _shade(self, colour: Colour, near: float, used: bool) -> Colour:
        depth = float(np.clip(1 + near / _SHADE_DEPTH, 0, 1))
        share = _FARTHEST + (1 - _FARTHEST) * depth
        return shaded(colour, share) if used else shaded(MIDDLE, 0.35 * share)
