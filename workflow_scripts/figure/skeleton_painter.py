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
        self._bodies, self._centre = bodies, centre
        self._camera: Camera | None = None
        self._stage: Frame
        self._colours = [_side_colours(body) for body in bodies]

    def paint(self, frame: Frame, index: int, camera: Camera, spots: Sequence[Spot]) -> None:
        """Paint the whole picture `frame` (H, W, 3) u8 RGB: frame `index` of every body, seen by `camera`.

        Args:
            spots: the light of each body's rings; halos are the matter of a wall, and there is none.
        """
        if camera is not self._camera:
            self._camera, self._stage = camera, _stage(camera, self._centre)
        frame[:] = self._stage
        joints = [np.asarray(body.joints(index), float) for body in self._bodies]
        for spot in spots:
            _paint_rings(frame, camera, spot)
        for body, at in zip(self._bodies, joints, strict=True):
            _paint_shadow(frame, camera, body.skeleton, at)
        strokes: list[tuple[float, Callable[[], None]]] = []
        for body, at, colours in zip(self._bodies, joints, self._colours, strict=True):
            strokes += _strokes(frame, camera, body.skeleton, at, colours)
        for _, stroke in sorted(strokes, key=lambda one: -one[0]):
            stroke()


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


def _strokes(
    frame: Frame, camera: Camera, skeleton: Skeleton, joints: Floats, colours: Sequence[Colour]
) -> list[tuple[float, Callable[[], None]]]:
    """Return what is to be drawn of one dancer, with its depth: bones, single joints and the head."""
    seen = np.isfinite(joints).all(axis=1)
    depth = camera.to_camera(np.where(seen[:, None], joints, 0.0))[:, 2]
    seen &= depth > NEAR
    places = camera.project(np.where(seen[:, None], joints, camera.position + camera.axes[2]))
    scale = camera.focal / np.maximum(depth, NEAR)
    strokes: list[tuple[float, Callable[[], None]]] = []
    for joint, parent in enumerate(skeleton.parents):
        if not seen[joint]:
            continue
        if parent >= 0 and seen[parent]:
            pair = [parent, joint]
            bone = _bone(frame, places[pair], scale[pair], colours[joint])
            strokes.append((float(depth[pair].mean()), bone))
        if skeleton.joints[joint] in HEADS:
            discs = ((HEAD + EDGE_WIDTH, EDGE), (HEAD, colours[joint]))
            strokes.append((float(depth[joint]) - BONE, _ball(frame, places[joint], scale[joint], discs)))
        elif parent < 0 or not seen[parent]:
            ball = _ball(frame, places[joint], scale[joint], ((JOINT, colours[joint]),))
            strokes.append((float(depth[joint]), ball))
    return strokes


def _ball(frame: Frame, place: Floats, scale: float, discs: Sequence[tuple[float, Colour]]) -> Callable[[], None]:
    def draw() -> None:
        for radius, colour in discs:
            _disc(frame, place, radius * scale, colour)

    return draw


def _bone(frame: Frame, ends: Floats, scales: Floats, colour: Colour) -> Callable[[], None]:
    """A line with balls at its ends that is thicker where it is nearer; dark edges part it from what is behind."""

    def draw() -> None:
        along = ends[1] - ends[0]
        across = np.array([-along[1], along[0]]) / max(float(np.hypot(*along)), 1e-6)
        # No edge around the ends: there the next bone goes on.
        for size, shade in ((BONE + EDGE_WIDTH, EDGE), (BONE, colour)):
            wide = np.maximum(size * scales, 0.75)[:, None] * across
            corners = np.array([ends[0] + wide[0], ends[1] + wide[1], ends[1] - wide[1], ends[0] - wide[0]])
            cv2.fillConvexPoly(frame, _fixed(corners), shade, cv2.LINE_AA, SHIFT)
        for end, scale in zip(ends, scales, strict=True):
            _disc(frame, end, JOINT * scale, colour)

    return draw


def _disc(frame: Frame, centre: Floats, radius: float, colour: Colour) -> None:
    x, y = _fixed(centre).tolist()
    cv2.circle(frame, (x, y), max(round(radius * PARTS), PARTS // 2), colour, -1, cv2.LINE_AA, SHIFT)


def _paint_shadow(frame: Frame, camera: Camera, skeleton: Skeleton, joints: Floats) -> None:
    """Draw every bone straight down on the floor."""
    flat = joints * [1.0, 0.0, 1.0]
    for joint, parent in enumerate(skeleton.parents):
        ends = flat[[joint, parent]]
        if parent < 0 or not np.isfinite(ends).all() or (camera.to_camera(ends)[:, 2] < NEAR).any():
            continue
        thick = max(round(2 * BONE * camera.focal / float(camera.to_camera(ends)[:, 2].mean())), 1)
        start, end = _fixed(camera.project(ends))
        cv2.line(frame, tuple(start.tolist()), tuple(end.tolist()), SHADOW, thick, cv2.LINE_AA, SHIFT)


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


def _stage(camera: Camera, centre: tuple[float, float]) -> Frame:
    """Return the empty stage (H, W, 3): floor with a grid that fades away, and the dark behind it."""
    rays = camera.rays()
    down = rays[..., 1] / np.linalg.norm(rays, axis=-1)
    above = np.clip(down[..., None] / 0.35, 0, 1)
    below = np.clip(-down[..., None] / 0.20, 0, 1)
    picture = np.where(
        down[..., None] > 0,
        np.array(HORIZON) * (1 - above) + np.array(SKY) * above,
        np.array(HORIZON) * (1 - below) + np.array(FLOOR) * below,
    )
    base = np.ascontiguousarray(np.round(picture).astype(np.uint8))
    lines = base.copy()
    near, far = -GRID_REACH, GRID_REACH
    for step in np.arange(near, far + 1e-6, GRID_CELL):
        for ends in ([(step, near), (step, far)], [(near, step), (far, step)]):
            _floor_line(lines, camera, np.array(ends) + centre)
    reach = np.where(rays[..., 1] < -1e-4, -camera.position[1] / np.minimum(rays[..., 1], -1e-4), 1e3)
    spot = camera.position[[0, 2]] + rays[..., [0, 2]] * reach[..., None] - centre
    fade = np.clip(1 - np.linalg.norm(spot, axis=-1) / GRID_REACH, 0, 1)[..., None]
    return np.ascontiguousarray(np.round(base * (1 - fade) + lines * fade).astype(np.uint8))


def _floor_line(picture: Frame, camera: Camera, ends: Floats) -> None:
    """Draw a line of the floor between two points (2, 2), x and z, as far as it lies before the camera."""
    points = np.stack([ends[:, 0], np.zeros(2), ends[:, 1]], axis=1)
    depth = camera.to_camera(points)[:, 2]
    if (depth < NEAR).all():
        return
    if (depth < NEAR).any():
        behind = int(np.argmin(depth))
        share = (NEAR - depth[behind]) / (depth[1 - behind] - depth[behind])
        points[behind] += share * (points[1 - behind] - points[behind])
    start, end = _fixed(camera.project(points))
    cv2.line(picture, tuple(start.tolist()), tuple(end.tolist()), GRID, 1, cv2.LINE_AA, SHIFT)


def _fixed(places: Floats) -> Places:
    return np.round(np.asarray(places) * PARTS).clip(-(2**30), 2**30).astype(np.int32)
