"""The room behind the dancers, lit by the beat: worked out once for a camera that stays, anew for one that moves."""

from collections.abc import Sequence
from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

from workflow_scripts.figure import room_light
from workflow_scripts.figure.camera import Camera
from workflow_scripts.figure.raster import FAST
from workflow_scripts.figure.room import RoomStyle
from workflow_scripts.figure.room_light import BLOCK
from workflow_scripts.figure.tone import TABLE_RANGE, TABLE_SIZE, tone_table
from workflow_scripts.motion.skeleton import Floats

Frame = npt.NDArray[np.uint8]
# Size of the halo on the wall (standard deviations, metres), its height, and how far its line of light reaches.
HALO_WIDTH, HALO_HEIGHT, HALO_MIDDLE, LINE_REACH, LINE_STRENGTH = 1.5, 1.2, 1.1, 3.5, 0.77
# Steps of the halo's light: below what 8 bits show.
QUANTUM = 1 / 2048


@dataclass(frozen=True)
class Spot:
    """One dancer's light at one moment.

    Attributes:
        centre: (2,) x and z of the rings' middle on the floor, metres.
        ring: (R, 3) linear light at steps of room.SHADOW_CELL / 2 from the centre; may be empty.
        halo: (3,) linear light the beat adds on the wall behind the centre, and in a line along the wall's foot.
    """

    centre: Floats
    ring: Floats
    halo: Floats


class Backdrop:
    """The empty room. `light` (H, W, 3), `share` (H, W, 3) and `glow` (h, w, 6) are those of the last view."""

    def __init__(
        self, style: RoomStyle, wall_z: float, lit: tuple[float, float], round_wall: bool, gloss: float, mirrors: bool
    ) -> None:
        """Say what the room is like, see `ScenePainter`.

        Args:
            style, wall_z, lit, round_wall: as there.
            gloss: 0..1, how much the floor mirrors.
            mirrors: whether it mirrors halos too, which takes time in every frame.
        """
        radius = abs(lit[1] - wall_z) if round_wall else 0.0
        panel = style.panel
        if round_wall:
            # A whole number of panels around the room.
            panel = 2 * np.pi * radius / max(round(2 * np.pi * radius / panel), 1)
        self.place = np.array([wall_z, lit[0], lit[1], radius, panel, gloss, float(mirrors)])
        self._wall = np.asarray(style.wall) * style.brightness
        self._floor = np.asarray(style.floor) * style.brightness
        self._table = tone_table()
        self._camera: Camera | None = None
        self.light = self.share = self._corners = self.glow = np.zeros((0, 0, 0), np.float32)
        self._plain = self._unlit = np.zeros((0, 0), np.bool_)
        self._steps: npt.NDArray[np.int32] | None = None
        self._picture = np.zeros((0, 0, 3), np.uint8)
        self._places = np.zeros((0, 0, 3), np.uint16)  # of the light in the table

    def paint(self, frame: Frame, camera: Camera, spots: Sequence[Spot]) -> None:
        """Fill the whole picture `frame` (H, W, 3) u8 with the room and its halos."""
        self._look(camera)
        steps = self._halo_steps(camera, spots)
        if self._steps is None:
            changed = np.ones((steps.shape[0] - 1, steps.shape[1] - 1), np.bool_)
        else:
            corner = (steps != self._steps).any(axis=-1)
            changed = corner[:-1, :-1] | corner[1:, :-1] | corner[:-1, 1:] | corner[1:, 1:]
            changed &= ~self._unlit
        self._steps = steps
        self.glow = (steps * QUANTUM).astype(np.float32)
        flat = (camera.height, 3 * camera.width)
        _lighten(
            self.light.reshape(flat), self._places.reshape(flat), self.share, self.glow, changed, self._plain,
            self._table, self._picture.reshape(flat),
        )  # fmt: skip
        frame[:] = self._picture

    def _look(self, camera: Camera) -> None:
        if self._camera is not None and _same(camera, self._camera):
            return
        height, width = camera.height, camera.width
        if self.light.shape[:2] != (height, width):
            self.light, self.share = np.empty((height, width, 3), np.float32), np.empty((height, width, 3), np.float32)
            self._corners = np.empty((-(-height // BLOCK) + 1, -(-width // BLOCK) + 1, 6), np.float32)
            self._picture = np.empty((height, width, 3), np.uint8)
            self._places = np.empty((height, width, 3), np.uint16)
        view = (camera.position, camera.axes, camera.focal)
        room_light.wall_corners(*view, (width, height), self.place, self._corners)
        room_light.room_light(
            *view, self.place, self._wall, self._floor, self._corners, self.light, self.share
        )  # fmt: skip
        _look_up(self.light, self._places)
        high = self._corners[..., 2]
        lowest = np.minimum(np.minimum(high[1:, 1:], high[:-1, :-1]), np.minimum(high[1:, :-1], high[:-1, 1:]))
        self._plain = lowest > room_light.FOOT
        highest = np.maximum(np.maximum(high[1:, 1:], high[:-1, :-1]), np.maximum(high[1:, :-1], high[:-1, 1:]))
        self._unlit = (highest < -room_light.FOOT) & (self.place[6] == 0)
        self._camera, self._steps = camera, None

    def _halo_steps(self, camera: Camera, spots: Sequence[Spot]) -> npt.NDArray[np.int32]:
        """Return the light of halos and of the line at the wall's foot (h, w, 6) at the blocks' corners, in QUANTUM."""
        along, high = self._corners[..., 1], np.abs(self._corners[..., 2])
        total = np.zeros((*along.shape, 6))
        rise = np.exp(-(((high - HALO_MIDDLE) / HALO_HEIGHT) ** 2) / 2)
        for spot in spots:
            if not np.any(spot.halo):
                continue
            away = along - self._behind(camera, spot.centre)
            if self.place[3] > 0:
                around = 2 * np.pi * self.place[3]
                away = away - around * np.round(away / around)
            halo = rise * np.exp(-((away / HALO_WIDTH) ** 2) / 2)
            line = LINE_STRENGTH * np.exp(-((away / LINE_REACH) ** 2) / 2)
            total[..., :3] += halo[..., None] * spot.halo
            total[..., 3:] += line[..., None] * spot.halo
        return np.round(total / QUANTUM).astype(np.int32)

    def _behind(self, camera: Camera, centre: Floats) -> float:
        """Return the place along the wall behind `centre` (x, z): on a round wall, behind it as the camera sees it."""
        radius = self.place[3]
        if radius == 0:
            return float(centre[0])
        start = camera.position[::2] - self.place[1:3]
        ray = np.asarray(centre) - camera.position[::2]
        a, b, c = ray @ ray + 1e-12, start @ ray, start @ start - radius**2
        x, z = start + ray * (-b + np.sqrt(max(b * b - a * c, 0.0))) / a
        return float(radius * np.arctan2(x, -z))


def wall_around(cameras: Sequence[Camera], lit: tuple[float, float], distance: float) -> float:
    """Return the z of a round wall, see `ScenePainter`, that no camera looks past.

    Args:
        cameras: all that will be used.
        lit: x and z of the wall's middle.
        distance: of the wall from it at least, metres.
    """
    radius = distance
    for camera in cameras:
        to_middle = np.asarray(lit) - camera.position[::2]
        for x in (-0.5 * camera.width, 0.5 * camera.width):
            for y in (-0.5 * camera.height, 0.5 * camera.height):
                ray = (np.array([x / camera.focal, y / camera.focal, 1.0]) @ camera.axes)[::2]
                # How far from the middle the ray passes; a camera within the wall always meets it.
                past = abs(ray[0] * to_middle[1] - ray[1] * to_middle[0]) / max(float(np.linalg.norm(ray)), 1e-9)
                radius = max(radius, 1.15 * float(past))
    return lit[1] - radius


def _same(one: Camera, other: Camera) -> bool:
    """Whether two cameras see the same."""
    return one is other or (
        (one.focal, one.width, one.height) == (other.focal, other.width, other.height)
        and np.array_equal(one.position, other.position)
        and np.array_equal(one.axes, other.axes)
    )


@numba.njit(**FAST)
def _look_up(light: Floats, out: Floats) -> None:
    """Write where in the table of tones the light (H, W, 3) stands."""
    scale = np.float32((TABLE_SIZE - 1) / TABLE_RANGE)
    for y in range(light.shape[0]):
        for x in range(light.shape[1]):
            for k in range(3):
                out[y, x, k] = np.uint16(min(light[y, x, k] * scale + np.float32(0.5), np.float32(TABLE_SIZE - 1)))


@numba.njit(**FAST)
def _lighten(
    light: Floats,
    places: Floats,
    share: Floats,
    glow: Floats,
    changed: Floats,
    plain_blocks: Floats,
    table: Floats,
    out: Floats,
) -> None:
    """Repaint those blocks of the picture whose corners' glow (h, w, 6) has changed.

    Args:
        light, places: (H, 3 W), see `_look_up`; out: (H, 3 W) u8. share: (H, W, 3).
        changed, plain_blocks: (h - 1, w - 1) bool: which to repaint; which show all of the halo and none of the line.
    """
    height, width, _ = share.shape
    half, scale, last = np.float32(0.5), np.float32((TABLE_SIZE - 1) / TABLE_RANGE), np.int32(TABLE_SIZE - 1)
    # Along a row of a block, three numbers a pixel: the glow and its step to the next row, and both as places in the
    # table with 14 binary digits more. Plain blocks, which are most, need whole numbers alone.
    row, step = np.empty(3 * BLOCK, np.float32), np.empty(3 * BLOCK, np.float32)
    whole_row, whole_step = np.empty(3 * BLOCK, np.int32), np.empty(3 * BLOCK, np.int32)
    place = np.empty(3 * BLOCK, np.int32)
    for i in range(changed.shape[0]):
        for j in range(changed.shape[1]):
            if not changed[i, j]:
                continue
            for k in range(3):
                for x in range(BLOCK):
                    over = np.float32((x + 0.5) / BLOCK)
                    top = glow[i, j, k] + over * (glow[i, j + 1, k] - glow[i, j, k])
                    low = glow[i + 1, j, k] + over * (glow[i + 1, j + 1, k] - glow[i + 1, j, k])
                    step[3 * x + k] = (low - top) / np.float32(BLOCK)
                    row[3 * x + k] = top + half * step[3 * x + k]
            left, count = 3 * j * BLOCK, 3 * min(BLOCK, width - j * BLOCK)
            rows = range(i * BLOCK, min((i + 1) * BLOCK, height))
            if plain_blocks[i, j]:
                for x in range(3 * BLOCK):
                    whole_row[x] = np.int32(row[x] * scale * np.float32(16384)) + 8192
                    whole_step[x] = np.int32(step[x] * scale * np.float32(16384))
                for y in rows:
                    for x in range(count):
                        place[x] = min(np.int32(places[y, left + x]) + (whole_row[x] >> 14), last)
                    for x in range(3 * BLOCK):
                        whole_row[x] += whole_step[x]
                    for x in range(count):
                        out[y, left + x] = table[np.uint32(place[x])]
                continue
            for y in rows:
                for x in range(count // 3):
                    halo, foot = share[y, j * BLOCK + x, 0], share[y, j * BLOCK + x, 1]
                    for k in range(3):
                        value = light[y, left + 3 * x + k] + halo * row[3 * x + k] + foot * glow[i, j, 3 + k]
                        place[3 * x + k] = min(np.int32(value * scale + half), last)
                for x in range(3 * BLOCK):
                    row[x] += step[x]
                for x in range(count):
                    out[y, left + x] = table[np.uint32(place[x])]
