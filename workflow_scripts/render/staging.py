"""Where everybody dances: side by side, each in a place of its own, from the first frame to the last."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial import ConvexHull

from workflow_scripts.figure.body import extent
from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.render.scene import Dancer
from workflow_scripts.workflow.errors import UserError

# Between two neighbours, metres.
GAP = 0.35
# Places become equally wide unless one is so many times as wide as all are in the mean.
EVEN = 1.5
# So many frames are looked at once: extents of an hour are never held.
CHUNK = 256
# How far lines reach beyond their joints, metres.
LINE_REACH = 0.05


@dataclass(frozen=True)
class Staged:
    """A dancer in its place.

    Attributes:
        dancer: who.
        frames: of the video; behind the dance's end its last pose is held.
        shift: (3,) metres from where the motion has it to its place.
        low, high: (3,) corners of the box it dances in, in its place, metres.
    """

    dancer: Dancer
    frames: int
    shift: Floats
    low: Floats
    high: Floats

    def joints(self, start: int, stop: int) -> Floats:
        """Return the joints (stop - start, J, 3) float64 of some frames of the video, metres."""
        world = self.dancer.world
        return np.asarray(world[np.minimum(np.arange(start, stop), len(world) - 1)], np.float64) + self.shift

    def joint(self, frame: int) -> Floats:
        """Return the joints (J, 3) float64 of a frame of the video, metres."""
        world = self.dancer.world
        return np.asarray(world[min(frame, len(world) - 1)], np.float64) + self.shift

    def reach(self, start: int, stop: int) -> Floats:
        """Return points (stop - start, N, 3) between which the dancer lies; NaN for joints that are not known."""
        return _reach(self.joints(start, stop), self.dancer)

    @property
    def middle(self) -> Floats:
        """(2,) x and z of the middle of its place, metres."""
        return (self.low + self.high)[::2] / 2

    def path(self) -> Floats:
        """Return x and z (T, 2) of the first joint, metres, with gaps of unknown joints filled."""
        moved = self.dancer.world[: self.frames]
        path = np.asarray(moved[:, 0, ::2], np.float64) + self.shift[::2]
        known = np.isfinite(path).all(axis=1)
        if not known.all():
            if not known.any():
                return np.broadcast_to(self.middle, path.shape).copy()
            times = np.arange(len(path))
            path = np.stack([np.interp(times, times[known], path[known, axis]) for axis in range(2)], axis=1)
        return np.concatenate([path, np.repeat(path[-1:], self.frames - len(path), axis=0)])


def stage(dancers: Sequence[Dancer], frames: int) -> list[Staged]:
    """Give every dancer its place, from the left of the picture to its right.

    Places are as wide as what is danced in them, so that nobody ever runs into a neighbour; nearly equal ones are made
    equal. The middle of all of them is x = 0, and each place's middle lies on z = 0. One dancer alone stays where it
    dances.

    Raises:
        UserError: a dancer is never seen.
    """
    boxes = [_box(dancer, frames) for dancer in dancers]
    if len(dancers) == 1:
        return [Staged(dancers[0], frames, np.zeros(3), *boxes[0])]
    widths = [float(high[0] - low[0]) for low, high in boxes]
    if max(widths) < EVEN * sum(widths) / len(widths):
        widths = [max(widths)] * len(widths)
    left = -(sum(widths) + GAP * (len(widths) - 1)) / 2
    staged = []
    for dancer, (low, high), width in zip(dancers, boxes, widths, strict=True):
        shift = np.array([left + width / 2 - (low[0] + high[0]) / 2, 0.0, -(low[2] + high[2]) / 2])
        staged.append(Staged(dancer, frames, shift, low + shift, high + shift))
        left += width + GAP
    return staged


def chunks(frames: int, size: int = CHUNK) -> Iterator[tuple[int, int]]:
    """Yield the first and the next-to-last frame of parts of the video."""
    for start in range(0, frames, size):
        yield start, min(start + size, frames)


def outline(staged: Sequence[Staged], frames: int) -> Floats:
    """Return points (N, 3) with the same convex hull as all that is ever danced: a few hundred for any length."""
    points = np.empty((0, 3))
    for one in staged:
        for start, stop in chunks(min(frames, len(one.dancer.world))):
            reach = one.reach(start, stop).reshape(-1, 3)
            points = np.concatenate([points, reach[np.isfinite(reach).all(axis=1)]])
            points = points[ConvexHull(points).vertices]
    return points


def _box(dancer: Dancer, frames: int) -> tuple[Floats, Floats]:
    low, high = np.full(3, np.inf), np.full(3, -np.inf)
    for start, stop in chunks(min(frames, len(dancer.world))):
        reach = _reach(np.asarray(dancer.world[start:stop], np.float64), dancer).reshape(-1, 3)
        reach = reach[np.isfinite(reach).all(axis=1)]
        if len(reach):
            low, high = np.minimum(low, reach.min(axis=0)), np.maximum(high, reach.max(axis=0))
    if not np.isfinite(low).all():
        raise UserError(f"{dancer.caption or 'a dancer'}: nobody is seen; all joints are unknown in every frame")
    return low, high


def _reach(joints: Floats, dancer: Dancer) -> Floats:
    if dancer.skeleton == SMPL24:
        return extent(joints)
    offsets = LINE_REACH * np.concatenate([np.eye(3), -np.eye(3)])
    return (joints[:, :, None] + offsets).reshape(len(joints), -1, 3)
