"""Dancers as lines: round limbs between joints on a dark stage, for motion of any skeleton."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from workflow_scripts.figure.camera import Camera
from workflow_scripts.figure.painter import Frame
from workflow_scripts.figure.room import SHADOW_CELL
from workflow_scripts.figure.scene_painter import Spot
from workflow_scripts.motion.skeleton import Floats, Skeleton

# Display colours, 0..255. The sky is lighter above the horizon, the floor lighter below the dancers.
SKY, HORIZON, FLOOR = (10, 11, 17), (24, 26, 38), (30, 32, 46)
GRID, SHADOW, EDGE = (50, 54, 74), (13, 14, 20), (9, 10, 15)
MIDDLE, WHITE = (196, 200, 214), (255, 255, 255)
PALER = 0.68  # how far the right side's colour is from the left's, which is the accent, to white
# Radii of lines, of the balls they end in and of the head, width of the dark edge of lines, metres.
BONE, JOINT, HEAD, EDGE_WIDTH = 0.020, 0.027, 0.085, 0.012
HEADS = ("head", "nose")
GRID_CELL, GRID_REACH, NEAR = 0.5, 6.0, 0.2  # metres: grid, how far it goes, and the nearest that is drawn
GRID_LEVELS = 12
SKY_RISE, FLOOR_RISE = 0.35, 0.20  # slopes at which sky and floor have their full colour
RING_POINTS, RING_WIDTH, FAINT = 96, 0.022, 0.04
# cv2 takes places in 1/16 of a pixel.
SHIFT, PARTS = 4, 16

Colour = tuple[int, int, int]
Places = npt.NDArray[np.int32]


@dataclass(frozen=True)
class LineBody:
    """A dancer.

    Attributes:
        joints: returns the joints (J, 3) of a frame, metres, NaN where one is not known.
        skeleton: of the joints.
        accent: colour (linear RGB) of the left side.
    """

    joints: Callable[[int], Floats]
    skeleton: Skeleton
    accent: tuple[float, float, float]


class SkeletonPainter:
    """Paints frames; the empty stage is kept as long as the camera is the same. One painter for each thread."""

    def __init__(self, bodies: Sequence[LineBody], centre: tuple[float, float] = (0.0, 0.0)) -> None:
        """Set up for these dancers; the floor's grid lies around `centre` (x, z), metres."""
        self._bodies, self._grid = bodies, _Grid(centre)
        self._camera: Camera | None = None
        self._stage: Frame
        self._colours = [_side_colours(body) for body in bodies]

    def paint(self, frame: Frame, index: int, camera: Camera, spots: Sequence[Spot]) -> None:
        """Paint the whole picture `frame` (H, W, 3) u8 RGB: frame `index` of every body, seen by `camera`.

        Args:
            spots: the light of each body's rings; halos are the matter of a wall, and there is none.
        """
        if camera is not self._camera:
            self._camera = camera
            self._stage = np.repeat(_sky_and_floor(camera), camera.width, axis=1)
            self._grid.paint(self._stage, camera)
        frame[:] = self._stage
        for spot in spots:
            _paint_rings(frame, camera, spot)
        lines = [
            _Lines(camera, body.skeleton, np.asarray(body.joints(index), float), colours)
            for body, colours in zip(self._bodies, self._colours, strict=True)
        ]
        for one in lines:
            one.paint_shadow(frame)
        for _, draw, number in sorted((stroke for one in lines for stroke in one.strokes()), key=lambda one: -one[0]):
            draw(frame, number)


def display(linear: Sequence[float] | Floats) -> Colour:
    """Return the display colour (0..255) of a linear one."""
    red, green, blue = (round(255 * min(max(float(part), 0.0), 1.0) ** (1 / 2.2)) for part in linear)
    return red, green, blue


def _side_colours(body: LineBody) -> list[Colour]:
    """Return the colour of each joint, and of the bone that ends in it."""
    colours = [MIDDLE] * body.skeleton.size
    accent = display(body.accent)
    for left, right in body.skeleton.pairs:
        colours[left], colours[right] = accent, _mixed(accent, WHITE, PALER)
    return colours


def _mixed(first: Colour, second: Colour, share: float) -> Colour:
    red, green, blue = (round(a + share * (b - a)) for a, b in zip(first, second, strict=True))
    return red, green, blue


class _Lines:
    """One dancer of one frame, in the places that cv2 takes."""

    def __init__(self, camera: Camera, skeleton: Skeleton, joints: Floats, colours: Sequence[Colour]) -> None:
        self._skeleton, self._colours = skeleton, colours
        seen = np.asarray(np.isfinite(joints).all(axis=1))
        joints = np.where(seen[:, None], joints, 0.0)
        points = np.concatenate([joints, joints * [1.0, 0.0, 1.0]])
        depth = camera.to_camera(points)[:, 2]
        points[depth <= NEAR] = camera.position + camera.axes[2]
        places = camera.project(points)
        count = len(joints)
        self._seen = (seen & (depth[:count] > NEAR)).tolist()
        self._shadowed = (seen & (depth[count:] > NEAR)).tolist()
        self._depth = depth[:count]
        scale = camera.focal / np.maximum(depth, NEAR)
        self._shadow_width = np.maximum(np.round(2 * BONE * scale[count:]), 1).astype(int).tolist()
        parents = np.maximum(skeleton.parents, 0)
        self._bone_depth = (self._depth + self._depth[parents]) / 2
        ends = np.stack([places[parents], places[:count]], axis=1)
        along = ends[:, 1] - ends[:, 0]
        across = along[:, ::-1] * [-1.0, 1.0] / np.maximum(np.hypot(*along.T), 1e-6)[:, None]
        scales = np.stack([scale[parents], scale[:count]], axis=1)
        # No edge around the ends: there the next bone goes on.
        widths = np.array([BONE + EDGE_WIDTH, BONE])[:, None, None]
        wide = np.maximum(widths * scales, 0.75)[..., None] * across[:, None]
        # (2, J, 4, 2): edge and line, around from the one end to the other.
        corners = np.concatenate([ends + wide, (ends - wide)[:, :, ::-1]], axis=2)
        self._corners, self._places = _fixed(corners), _fixed(places).tolist()
        radii = np.array([[JOINT], [HEAD], [HEAD + EDGE_WIDTH]]) * scale[:count]
        self._ball, self._head, self._head_edge = np.maximum(np.round(radii * PARTS), PARTS // 2).astype(int).tolist()

    def paint_shadow(self, frame: Frame) -> None:
        """Draw every bone straight down on the floor."""
        shadow = self._places[len(self._seen) :]
        for joint, parent in enumerate(self._skeleton.parents):
            if parent >= 0 and self._shadowed[joint] and self._shadowed[parent]:
                cv2.line(frame, shadow[parent], shadow[joint], SHADOW, self._shadow_width[joint], cv2.LINE_AA, SHIFT)

    def strokes(self) -> list[tuple[float, Callable[[Frame, int], None], int]]:
        """Return what is to be drawn: its depth, what draws it, and its joint."""
        strokes: list[tuple[float, Callable[[Frame, int], None], int]] = []
        for joint, parent in enumerate(self._skeleton.parents):
            if not self._seen[joint]:
                continue
            if parent >= 0 and self._seen[parent]:
                strokes.append((float(self._bone_depth[joint]), self._draw_bone, joint))
            else:
                strokes.append((float(self._depth[joint]), self._draw_ball, joint))
            if self._skeleton.joints[joint] in HEADS:
                strokes.append((float(self._depth[joint]) - BONE, self._draw_head, joint))
        return strokes

    def _draw_bone(self, frame: Frame, joint: int) -> None:
        """A line with balls at its ends that is thicker where it is nearer; dark edges part it from what is behind."""
        colour = self._colours[joint]
        cv2.fillConvexPoly(frame, self._corners[0, joint], EDGE, cv2.LINE_AA, SHIFT)
        cv2.fillConvexPoly(frame, self._corners[1, joint], colour, cv2.LINE_AA, SHIFT)
        for end in (self._skeleton.parents[joint], joint):
            cv2.circle(frame, self._places[end], self._ball[end], colour, -1, cv2.LINE_AA, SHIFT)

    def _draw_ball(self, frame: Frame, joint: int) -> None:
        cv2.circle(frame, self._places[joint], self._ball[joint], self._colours[joint], -1, cv2.LINE_AA, SHIFT)

    def _draw_head(self, frame: Frame, joint: int) -> None:
        for radius, colour in ((self._head_edge[joint], EDGE), (self._head[joint], self._colours[joint])):
            cv2.circle(frame, self._places[joint], radius, colour, -1, cv2.LINE_AA, SHIFT)


def _paint_rings(frame: Frame, camera: Camera, spot: Spot) -> None:
    """Draw the light of a spot where it is brightest: the ring that stands and the one that runs outward."""
    light = np.asarray(spot.ring)
    if not len(light):
        return
    total = light.sum(axis=1)
    peaks = [i for i in range(1, len(total) - 1) if total[i - 1] < total[i] >= total[i + 1] and total[i] > FAINT]
    angles = np.linspace(0, 2 * np.pi, RING_POINTS, endpoint=False)
    for peak in peaks:
        radius = peak * SHADOW_CELL / 2
        x, z = spot.centre[0] + radius * np.cos(angles), spot.centre[1] + radius * np.sin(angles)
        ring = np.stack([x, np.zeros_like(x), z], axis=1)
        if (camera.to_camera(ring)[:, 2] < NEAR).any():
            continue
        brightest = float(light[peak].max())
        colour = _mixed(FLOOR, display(light[peak] / brightest), min(brightest, 1.0))
        thick = max(round(RING_WIDTH * camera.focal / float(camera.to_camera(ring)[:, 2].mean())), 1)
        cv2.polylines(frame, [_fixed(camera.project(ring))], True, colour, thick, cv2.LINE_AA, SHIFT)


def _sky_and_floor(camera: Camera) -> Frame:
    """Return a picture (H, 1, 3) of the empty stage: every row has one colour, for cameras stand upright."""
    _, up, forward = camera.axes
    rows = (camera.height / 2 - np.arange(camera.height) - 0.5) / camera.focal
    rise = (forward[1] + rows * up[1])[:, None, None]
    above, below = np.clip(rise / SKY_RISE, 0, 1), np.clip(-rise / FLOOR_RISE, 0, 1)
    sky, floor = np.subtract(SKY, HORIZON) * above, np.subtract(FLOOR, HORIZON) * below
    return np.asarray(np.round(HORIZON + sky + floor), np.uint8)


class _Grid:
    """The lines of the floor, in pieces that fade away from the middle."""

    def __init__(self, centre: tuple[float, float]) -> None:
        steps = np.arange(-GRID_REACH, GRID_REACH + 1e-6, GRID_CELL)
        lines, starts = np.meshgrid(steps, steps[:-1], indexing="ij")
        along = np.stack([starts.ravel(), starts.ravel() + GRID_CELL], axis=1)
        across = np.repeat(lines.ravel()[:, None], 2, axis=1)
        pieces = np.concatenate([np.stack([along, across], axis=-1), np.stack([across, along], axis=-1)])
        fade = 1 - np.linalg.norm(pieces.mean(axis=1), axis=-1) / GRID_REACH
        level = np.ceil(fade * GRID_LEVELS).astype(int)
        seen = level > 0
        self._level, pieces = level[seen], pieces[seen] + centre
        self._ends = np.stack([pieces[..., 0], np.zeros(pieces.shape[:2]), pieces[..., 1]], axis=-1)

    def paint(self, frame: Frame, camera: Camera) -> None:
        """Draw them over an empty stage."""
        before = (camera.to_camera(self._ends)[..., 2] > NEAR).all(axis=1)
        places, level = _fixed(camera.project(self._ends[before])), self._level[before]
        for share in range(1, GRID_LEVELS + 1):
            colour = _mixed(FLOOR, GRID, share / GRID_LEVELS)
            cv2.polylines(frame, list(places[level == share]), False, colour, 1, cv2.LINE_AA, SHIFT)


def _fixed(places: Floats) -> Places:
    return np.round(np.asarray(places) * PARTS).clip(-(2**30), 2**30).astype(np.int32)
