"""What dancers do to the floor: their shadow, the darkness where they touch it, their rings and their mirror image."""

import math
from collections.abc import Sequence

import numba
import numpy as np

from workflow_scripts.figure.raster import FAST, INLINE
from workflow_scripts.figure.room import CAPSULE_ENDS, CAPSULE_RADII, SHADOW_CELL, SHADOW_DARKNESS
from workflow_scripts.figure.room_light import BLOCK
from workflow_scripts.figure.tone import tone
from workflow_scripts.motion.skeleton import Floats

# Farther from the floor than this (metres) a limb does not darken what is below it.
CONTACT_REACH, CONTACT_DARKNESS = 0.45, 0.75
LARGEST = 6.0  # metres: a shadow's map is never larger


class FloorShadow:
    """One dancer's shadow on the floor.

    Attributes:
        map: (N, M) f32 of x and z, how much of the floor's light is left there; outside the map all of it is.
        corner, end: x and z where the map begins and ends, metres. cell: width of its cells.
    """

    def __init__(self, lamp: Floats, scale: float, width: float, cell: float) -> None:
        """Set up for a direction to the lamp (3,), a body's scale and width, and cells in metres."""
        self._lamp, self.cell = lamp, cell
        self._radii = CAPSULE_RADII * scale * width
        self._buffer = np.ones((int(LARGEST / cell), int(LARGEST / cell)), np.float32)
        self.map, self.corner, self.end = self._buffer[:0, :0], np.zeros(2), np.zeros(2)

    def cast(self, joints: Floats) -> None:
        """Work the shadow of joints (24, 3) out."""
        high = np.maximum(joints[:, 1], 0)
        shadow = joints[:, ::2] - np.outer(high, self._lamp[::2] / self._lamp[1])
        reach = 0.30 + 0.12 * high[:, None]
        below = joints[:, ::2]
        low = np.minimum((shadow - reach).min(axis=0), below.min(axis=0) - CONTACT_REACH)
        far = np.maximum((shadow + reach).max(axis=0), below.max(axis=0) + CONTACT_REACH)
        cells = np.clip(np.ceil((far - low) / self.cell).astype(int) + 1, 2, len(self._buffer))
        self.corner, self.end, self.map = low, low + cells * self.cell, self._buffer[: cells[0], : cells[1]]
        cast_shadow(joints, CAPSULE_ENDS, self._radii, self._lamp, low, self.cell, self.map)


@numba.njit(**FAST)
def cast_shadow(
    joints: Floats, ends: Floats, radii: Floats, lamp: Floats, corner: Floats, cell: float, out: Floats
) -> None:
    """Write how much light each cell of a floor grid still gets.

    Every capsule is thrown along the lamp's direction onto y = 0; the higher it is, the softer its edge. And it hides
    part of the sky over the cells below it: that of a ball at its nearest point, sin^2 of its angle times the cosine.

    Args:
        joints: (24, 3) metres. ends: (C, 2) joints of each capsule; radii: (C,) metres.
        lamp: (3,) direction to the lamp. corner: x and z of the grid's first cell; `cell` its width.
        out: (N, M) f32 along x and z, 0..1.
    """
    x0, z0 = corner[0], corner[1]
    out[:] = 1
    for c in range(ends.shape[0]):
        a, b = joints[ends[c, 0]], joints[ends[c, 1]]
        ah, bh = max(0.0, a[1]), max(0.0, b[1])
        ax, az = a[0] - lamp[0] * ah / lamp[1], a[2] - lamp[2] * ah / lamp[1]
        bx, bz = b[0] - lamp[0] * bh / lamp[1], b[2] - lamp[2] * bh / lamp[1]
        radius = radii[c]
        reach = radius + 0.04 + 0.15 * max(ah, bh)
        i0, i1, j0, j1 = _cells(ax, az, bx, bz, reach, x0, z0, cell, out)
        dx, dz = bx - ax, bz - az
        square = dx * dx + dz * dz + 1e-9
        for i in range(i0, i1):
            for j in range(j0, j1):
                px, pz = x0 + i * cell - ax, z0 + j * cell - az
                h = min(1.0, max(0.0, (px * dx + pz * dz) / square))
                distance = math.sqrt((px - h * dx) ** 2 + (pz - h * dz) ** 2)
                soft = 0.04 + 0.13 * (ah + (bh - ah) * h)
                v = min(1.0, max(0.0, (distance - radius + 0.5 * soft) / (1.5 * soft)))
                v = 1 - (1 - v * v * (3 - 2 * v)) * min(1.0, radius / (radius + 0.35 * soft))
                out[i, j] = min(out[i, j], v)
    # Some light reaches the shadow from the walls.
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = 1 - SHADOW_DARKNESS * (1 - out[i, j])
    for c in range(ends.shape[0]):
        a, b = joints[ends[c, 0]], joints[ends[c, 1]]
        ah, bh, radius = max(0.0, a[1]), max(0.0, b[1]), radii[c]
        if min(ah, bh) > CONTACT_REACH:
            continue
        dx, dy, dz = b[0] - a[0], bh - ah, b[2] - a[2]
        square = dx * dx + dz * dz + dy * dy + 1e-9
        i0, i1, j0, j1 = _cells(a[0], a[2], b[0], b[2], CONTACT_REACH, x0, z0, cell, out)
        for i in range(i0, i1):
            for j in range(j0, j1):
                px, pz = x0 + i * cell - a[0], z0 + j * cell - a[2]
                h = min(1.0, max(0.0, (px * dx - ah * dy + pz * dz) / square))
                high = max(ah + h * dy, 0.3 * radius)
                away = (px - h * dx) ** 2 + high * high + (pz - h * dz) ** 2
                hidden = radius * radius * high / (max(away, radius * radius) * math.sqrt(away))
                fade = max(1 - away / CONTACT_REACH**2, 0.0)
                out[i, j] *= 1 - CONTACT_DARKNESS * hidden * fade


@numba.njit(**FAST)
def _cells(
    ax: float, az: float, bx: float, bz: float, reach: float, x0: float, z0: float, cell: float, out: Floats
) -> tuple[int, int, int, int]:
    """Range of cells along x and along z within `reach` of the box around two points."""
    return (
        max(0, int((min(ax, bx) - reach - x0) / cell)),
        min(out.shape[0], int((max(ax, bx) + reach - x0) / cell) + 2),
        max(0, int((min(az, bz) - reach - z0) / cell)),
        min(out.shape[1], int((max(az, bz) + reach - z0) / cell) + 2),
    )


def packed(shadows: Sequence[FloorShadow]) -> tuple[Floats, Floats]:
    """Return the maps of all shadows in one array (K, N, M) and (K, 5): corner, size in cells, cells per metre."""
    if not shadows:
        return np.ones((0, 2, 2), np.float32), np.zeros((0, 5))
    size = np.max([shadow.map.shape for shadow in shadows], axis=0)
    maps = np.ones((len(shadows), *size), np.float32)
    for number, shadow in enumerate(shadows):
        maps[number, : shadow.map.shape[0], : shadow.map.shape[1]] = shadow.map
    places = np.array([[*shadow.corner, *shadow.map.shape, 1 / shadow.cell] for shadow in shadows])
    return maps, places


@numba.njit(**INLINE)
def _reached(
    box: tuple[int, int, int, int], x_start: float, z_start: float, x_step: float, z_step: float, places: Floats,
    centres: Floats,
) -> tuple[int, int]:  # fmt: skip
    """Columns of a row between which the circles around all shadows' maps and rings lie."""
    low, high = 1e9, -1e9
    square = x_step * x_step + z_step * z_step + 1e-12
    for n in range(places.shape[0] + centres.shape[0]):
        if n < places.shape[0]:
            half_x, half_z = 0.5 * places[n, 2] / places[n, 4], 0.5 * places[n, 3] / places[n, 4]
            x, z, radius = places[n, 0] + half_x, places[n, 1] + half_z, half_x * half_x + half_z * half_z
        else:
            m = n - places.shape[0]
            x, z, radius = centres[m, 0], centres[m, 1], centres[m, 2] * centres[m, 2]
        dx, dz = x - x_start, z - z_start
        middle = (dx * x_step + dz * z_step) / square
        reach = middle * middle - (dx * dx + dz * dz - radius) / square
        if reach > 0:
            low, high = min(low, middle - math.sqrt(reach)), max(high, middle + math.sqrt(reach))
    if low > high:
        return 0, 0
    return max(box[0], int(min(max(low, -1.0), 1e6))), min(box[2], int(max(min(high, 1e6), -1.0)) + 2)


@numba.njit(**FAST)
def paint_floor(
    frame: Floats,
    box: tuple[int, int, int, int],
    position: Floats,
    axes: Floats,
    focal: float,
    light: Floats,
    share: Floats,
    glow: Floats,
    shadows: Floats,
    places: Floats,
    rings: Floats,
    centres: Floats,
    mirrored: Floats,
    table: Floats,
) -> None:
    """Repaint the pixels of `frame` (H, W, 3) u8 within `box` where the floor is shadowed, lit by rings, or mirrors.

    Args:
        position, axes, focal: of the camera; rows of the picture are level.
        light, share, glow: of the `Backdrop`.
        shadows: (K, N, M), places: (K, 5): from `packed`. Where several fall, the darkest counts.
        rings: (S, R, 3) light added at steps of SHADOW_CELL / 2 around centres (S, 3): x, z, reach in metres.
        mirrored: (h, w, 4) f32: light from a mirror image of the dancers over the box, and how much it covers;
            (0, 0, 4) for none.
        table: see `tone.tone_table`.
    """
    height, width, _ = frame.shape
    mirrors = mirrored.shape[0] > 0
    for y in range(box[1], box[3]):
        py = (0.5 * height - y - 0.5) / focal
        dy = axes[2, 1] + py * axes[1, 1]
        if dy > -1e-3:
            continue
        # Along a row, places on the floor are evenly spaced.
        reach = -position[1] / dy
        px = (0.5 - 0.5 * width) / focal
        x_start = position[0] + reach * (axes[2, 0] + px * axes[0, 0] + py * axes[1, 0])
        z_start = position[2] + reach * (axes[2, 2] + px * axes[0, 2] + py * axes[1, 2])
        x_step, z_step = reach * axes[0, 0] / focal, reach * axes[0, 2] / focal
        i = y // BLOCK
        down = (y + 0.5) / BLOCK - i
        start, stop = _reached(box, x_start, z_start, x_step, z_step, places, centres)
        if mirrors:
            start, stop = box[0], box[2]
        for x in range(start, stop):
            fx, fz = x_start + x * x_step, z_start + x * z_step
            left, red, green, blue, cover = 1.0, 0.0, 0.0, 0.0, 0.0
            for n in range(places.shape[0]):
                u, v = (fx - places[n, 0]) * places[n, 4], (fz - places[n, 1]) * places[n, 4]
                if u > 0 and v > 0 and u < places[n, 2] - 1 and v < places[n, 3] - 1:
                    p, q = np.uint32(u), np.uint32(v)
                    a, b = u - p, v - q
                    first = (1 - b) * shadows[n, p, q] + b * shadows[n, p, q + 1]
                    second = (1 - b) * shadows[n, p + 1, q] + b * shadows[n, p + 1, q + 1]
                    left = min(left, (1 - a) * first + a * second)
            for n in range(centres.shape[0]):
                square = (fx - centres[n, 0]) ** 2 + (fz - centres[n, 1]) ** 2
                if square < centres[n, 2] * centres[n, 2]:
                    away = 2 / SHADOW_CELL * math.sqrt(square)
                    p = np.uint32(away)
                    a = away - p
                    red += (1 - a) * rings[n, p, 0] + a * rings[n, p + 1, 0]
                    green += (1 - a) * rings[n, p, 1] + a * rings[n, p + 1, 1]
                    blue += (1 - a) * rings[n, p, 2] + a * rings[n, p + 1, 2]
            if mirrors:
                cover = mirrored[y - box[1], x - box[0], 3]
            ground = share[y, x, 2]
            if ground <= 0 or (left > 0.996 and red + green + blue < 0.002 and cover < 0.004):
                continue
            halo, line = share[y, x, 0], share[y, x, 1]
            lit_by_halo = halo > 0 or line > 0
            j = x // BLOCK
            over = (x + 0.5) / BLOCK - j
            a, b, c, d = (1 - over) * (1 - down), over * (1 - down), (1 - over) * down, over * down
            for k in range(3):
                value = light[y, x, k]
                if lit_by_halo:
                    shine = a * glow[i, j, k] + b * glow[i, j + 1, k]
                    shine += c * glow[i + 1, j, k] + d * glow[i + 1, j + 1, k]
                    value += halo * shine + line * glow[i, j, 3 + k]
                lit = value * left + (red if k == 0 else (green if k == 1 else blue))
                if cover > 0:
                    lit = lit * (1 - cover) + mirrored[y - box[1], x - box[0], k]
                frame[y, x, k] = tone(value + ground * (lit - value), table)
