"""The room a dance is filmed in: a wall, a plank floor, lights; and the dancer's soft shadow on the floor."""

import math
from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

from workflow_scripts.figure.camera import Camera
from workflow_scripts.figure.raster import FAST
from workflow_scripts.figure.tone import tone
from workflow_scripts.motion.skeleton import SMPL24, Floats

# The shadow is worked out on a grid of the floor that goes along with the dancer: cells of 2.5 cm, 3.2 m across.
SHADOW_CELL, SHADOW_CELLS = 0.025, 128
SHADOW_DARKNESS = 0.66


@dataclass(frozen=True)
class RoomStyle:
    """Colours (linear RGB) of wall and floor, width of the wall's panels in metres, light of the room (factor)."""

    wall: tuple[float, float, float]
    floor: tuple[float, float, float]
    panel: float = 1.1
    brightness: float = 1.0


STYLES = {
    "studio": RoomStyle((0.62, 0.62, 0.60), (0.42, 0.30, 0.19)),
    "slate": RoomStyle((0.34, 0.38, 0.46), (0.30, 0.30, 0.31)),
    "warm": RoomStyle((0.70, 0.60, 0.48), (0.50, 0.36, 0.22), panel=1.6),
    "night": RoomStyle((0.060, 0.066, 0.105), (0.075, 0.075, 0.095)),
    "sage": RoomStyle((0.42, 0.50, 0.42), (0.36, 0.27, 0.18), panel=0.6),
    "clay": RoomStyle((0.55, 0.32, 0.24), (0.26, 0.20, 0.16), panel=2.0),
}


@dataclass(frozen=True)
class Room:
    """The empty room as one camera sees it.

    Attributes:
        light: (H, W, 3) f32 linear light of wall and floor.
        floor: (H, W) bool; x, z: (H, W) f32, where on the floor a pixel looks (metres; far away on the wall).
    """

    light: Floats
    floor: npt.NDArray[np.bool_]
    x: Floats
    z: Floats


def make_room(camera: Camera, style: RoomStyle, wall_z: float, centre: tuple[float, float] = (0.0, 0.0)) -> Room:
    """Look at a room from a camera.

    Args:
        camera: must look towards -z.
        style: see STYLES.
        wall_z: where the back wall stands, metres.
        centre: x and z of the place that is lit best.
    """
    rays = camera.rays().astype(np.float32)
    position = camera.position
    to_floor = np.where(rays[..., 1] < -1e-4, -position[1] / np.minimum(rays[..., 1], -1e-4), np.inf)
    to_wall = np.where(rays[..., 2] < -1e-4, (wall_z - position[2]) / np.minimum(rays[..., 2], -1e-4), np.inf)
    floor = to_floor < to_wall
    reach = np.minimum(np.minimum(to_floor, to_wall), 60.0).astype(np.float32)
    x, y, z = (position[i] + rays[..., i] * reach for i in range(3))
    light = np.where(floor[..., None], _floor_light(x, z, reach, style, centre), _wall_light(x, y, style, centre))
    light *= style.brightness
    away = np.float32(1e6)
    return Room(light.astype(np.float32), floor, np.where(floor, x, away), np.where(floor, z, away))


def _wall_light(x: Floats, y: Floats, style: RoomStyle, centre: tuple[float, float]) -> Floats:
    height = np.clip(y, -1, 5)
    lamp = 0.55 + 0.45 * np.exp(-((x - centre[0] - 0.2) ** 2 + (height - 1.6) ** 2) / 3.2)
    corner = 1 - 0.25 * np.exp(-height / 0.18)
    seam = np.abs(x / style.panel - np.round(x / style.panel)) * style.panel < 0.006
    light = np.asarray(style.wall) * (lamp * corner * np.where(seam, 0.75, 1))[..., None]
    return np.where(
        (y < 0.09)[..., None],
        np.asarray(style.wall) * (0.42 * lamp * (0.8 + 2.2 * np.clip(y, 0, 0.09)))[..., None],
        light,
    )


def _floor_light(x: Floats, z: Floats, reach: Floats, style: RoomStyle, centre: tuple[float, float]) -> Floats:
    """Planks along x, 14 cm wide and 1.4 m long, each of its own shade, with fine grain that fades with distance."""
    row = np.floor(z / 0.14)
    shifted = x + (row * 0.618 % 1) * 1.7
    plank = np.floor(shifted / 1.4)
    shade = np.abs(np.modf(np.sin(row * 12.9898 + plank * 78.233) * 43758.5453)[0])
    grain = 0.05 * np.sin(z * 160 + 6 * np.sin(x * 3 + shade * 30)) * np.exp(-np.clip(reach - 2, 0, 10) / 3)
    # Gaps are as wide as a pixel at least, and paler with distance, so that they do not flicker.
    gap = ((z / 0.14) % 1 < 0.035) | ((shifted / 1.4) % 1 < 0.006)
    lamp = np.clip(np.exp(-((x - centre[0]) ** 2 + (z - centre[1]) ** 2) / 9), 0.3, 1)
    return np.asarray(style.floor) * ((0.84 + 0.24 * shade + grain) * np.where(gap, 0.72, 1) * lamp)[..., None]


# What throws the floor shadow: capsules between joints, with their radii in metres at 1.72 m height.
_CAPSULES = (
    ("pelvis", "spine3", 0.12),
    ("spine3", "neck", 0.12),
    ("neck", "head", 0.07),
    ("head", "head", 0.10),
    *(
        (f"{side}_{a}", f"{side}_{b}", radius)
        for side in ("left", "right")
        for a, b, radius in (
            ("shoulder", "elbow", 0.05),
            ("elbow", "wrist", 0.04),
            ("wrist", "hand", 0.045),
            ("hip", "knee", 0.075),
            ("knee", "ankle", 0.055),
            ("ankle", "foot", 0.05),
        )
    ),
)
CAPSULE_ENDS = np.array([(SMPL24.index(a), SMPL24.index(b)) for a, b, _ in _CAPSULES])
CAPSULE_RADII = np.array([radius for *_, radius in _CAPSULES])


@numba.njit(**FAST)
def floor_shadow(joints: Floats, ends: Floats, radii: Floats, lamp: Floats, corner: Floats, out: Floats) -> None:
    """Write how much of the lamp's light (0..1) each cell of a floor grid still gets.

    Every capsule is thrown along the lamp's direction onto y = 0; the higher it is, the softer its edge.

    Args:
        joints: (24, 3) metres. ends: (C, 2) joints of each capsule; radii: (C,) metres.
        lamp: (3,) direction to the lamp. corner: x and z of the grid's first cell; cells are SHADOW_CELL wide.
        out: (N, N) first index along x, second along z.
    """
    n, cell, x0, z0 = out.shape[0], SHADOW_CELL, corner[0], corner[1]
    out[:] = 1
    for c in range(ends.shape[0]):
        a, b = joints[ends[c, 0]], joints[ends[c, 1]]
        ah, bh = max(0.0, a[1]), max(0.0, b[1])
        ax, az = a[0] - lamp[0] * ah / lamp[1], a[2] - lamp[2] * ah / lamp[1]
        bx, bz = b[0] - lamp[0] * bh / lamp[1], b[2] - lamp[2] * bh / lamp[1]
        radius = radii[c]
        reach = radius + 0.03 + 0.11 * max(ah, bh)
        i0, i1 = max(0, int((min(ax, bx) - reach - x0) / cell)), min(n - 1, int((max(ax, bx) + reach - x0) / cell) + 1)
        j0, j1 = max(0, int((min(az, bz) - reach - z0) / cell)), min(n - 1, int((max(az, bz) + reach - z0) / cell) + 1)
        dx, dz = bx - ax, bz - az
        square = dx * dx + dz * dz + 1e-9
        for i in range(i0, i1 + 1):
            for j in range(j0, j1 + 1):
                px, pz = x0 + i * cell - ax, z0 + j * cell - az
                h = min(1.0, max(0.0, (px * dx + pz * dz) / square))
                distance = math.sqrt((px - h * dx) ** 2 + (pz - h * dz) ** 2)
                soft = 0.02 + 0.13 * (ah + (bh - ah) * h)
                v = min(1.0, max(0.0, (distance - radius + 0.5 * soft) / (1.5 * soft)))
                v = 1 - (1 - v * v * (3 - 2 * v)) * min(1.0, radius / (radius + 0.35 * soft))
                out[i, j] = min(out[i, j], v)


@numba.njit(**FAST)
def paint_floor(
    frame: Floats,
    box: tuple[int, int, int, int],
    light: Floats,
    x: Floats,
    z: Floats,
    shadow: Floats,
    corner: Floats,
    table: Floats,
) -> None:
    """Repaint the pixels of `frame` (H, W, 3) u8 within `box` where the floor is shadowed.

    Args:
        light: (H, W, 3), x, z: (H, W), see `Room`.
        shadow: (N, N) from `floor_shadow`, whose first cell lies at `corner` (x, z).
        table: see `tone.tone_table`.
    """
    n = shadow.shape[0]
    for row in range(box[1], box[3]):
        for column in range(box[0], box[2]):
            u, v = (x[row, column] - corner[0]) / SHADOW_CELL, (z[row, column] - corner[1]) / SHADOW_CELL
            if u < 0 or v < 0 or u >= n - 1 or v >= n - 1:
                continue
            i, j = int(u), int(v)
            a, b = u - i, v - j
            left = (1 - a) * ((1 - b) * shadow[i, j] + b * shadow[i, j + 1]) + a * (
                (1 - b) * shadow[i + 1, j] + b * shadow[i + 1, j + 1]
            )
            left = 1 - SHADOW_DARKNESS * (1 - left)
            if left < 0.998:
                for k in range(3):
                    frame[row, column, k] = tone(light[row, column, k] * left, table)


@numba.njit(**FAST)
def tonemap_into(light: Floats, table: Floats, out: Floats) -> None:
    """Write the picture (H, W, 3) u8 of linear light."""
    height, width, _ = light.shape
    for row in range(height):
        for column in range(width):
            for k in range(3):
                out[row, column, k] = tone(light[row, column, k], table)
