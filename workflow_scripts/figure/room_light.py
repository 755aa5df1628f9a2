"""The light of the empty room as a camera sees it: wall, plank floor and the wall's reflection in the floor.

Everything is analytic and averaged over a pixel's width, so that thin seams do not flicker when the camera moves. What
changes slowly over the picture (places on the wall, its lamp's light) is worked out at the corners of blocks of pixels
and interpolated between them.
"""

import math

import numba
import numpy as np

from workflow_scripts.figure.raster import FAST, INLINE
from workflow_scripts.motion.skeleton import Floats

BLOCK = 16  # pixels
BOARD, LINE = 0.09, 0.06  # heights of the skirting board and of the line of light at the wall's foot, metres
FOOT = 0.24  # metres: higher up there is nothing but wall
PLANK_WIDTH, PLANK_LENGTH = 0.14, 1.4
FARTHEST = 60.0


@numba.njit(**INLINE)
def mirroring(dx: float, dy: float, dz: float) -> float:
    """Share of light that a floor reflects to a ray that comes along (dx, dy, dz): Schlick's formula (1994)."""
    inverse = 1 / math.sqrt(dx * dx + dy * dy + dz * dz)
    grazing = 1 + dy * inverse
    square = grazing * grazing
    return 0.04 + 0.96 * square * square * grazing


@numba.njit(**FAST)
def wall_corners(
    position: Floats, axes: Floats, focal: float, size: tuple[int, int], place: Floats, out: Floats
) -> None:
    """Work out where the corners of all blocks look on the wall.

    Args:
        position, axes, focal: of the camera. size: width and height of the picture.
        place: z of the wall; x and z of what is lit best; radius of a round wall around it or 0; width of its panels;
            gloss of the floor; whether it mirrors halos (1 or 0).
        out: (h, w, 6) f32: 1 / distance along the viewing direction, place along the wall and height over the floor
            (metres; heights below it are where the wall's mirror image would be), lamp's light, darkness of the foot,
            share of light that the floor would mirror.
    """
    radius = place[3]
    ahead = math.atan2(axes[2, 0], -axes[2, 2])
    for i in range(out.shape[0]):
        py = (0.5 * size[1] - i * BLOCK) / focal
        for j in range(out.shape[1]):
            px = (j * BLOCK - 0.5 * size[0]) / focal
            dx = axes[2, 0] + px * axes[0, 0] + py * axes[1, 0]
            dy = axes[2, 1] + px * axes[0, 1] + py * axes[1, 1]
            dz = axes[2, 2] + px * axes[0, 2] + py * axes[1, 2]
            if radius > 0:
                # The far side of a cylinder; a ray that misses it meets a wall where it passes nearest.
                ox, oz = position[0] - place[1], position[2] - place[2]
                a, b, c = dx * dx + dz * dz + 1e-12, ox * dx + oz * dz, ox * ox + oz * oz - radius * radius
                reach = (-b + math.sqrt(max(b * b - a * c, 0.0))) / a
                reach = min(max(reach, 0.1), FARTHEST)
                angle = math.atan2(ox + dx * reach, -(oz + dz * reach)) - ahead
                angle -= 2 * math.pi * math.floor(angle / (2 * math.pi) + 0.5)
                along = radius * (angle + ahead)
                away = 0.35 * radius * math.sin(0.5 * (angle + ahead)) * 2
            else:
                reach = FARTHEST
                if dz < -1e-4:
                    reach = min(max((place[0] - position[2]) / dz, 0.1), FARTHEST)
                along = position[0] + dx * reach
                away = along - place[1] - 0.2
            height = position[1] + dy * reach
            high = min(abs(height), 5.0)
            out[i, j, 0] = 1 / reach
            out[i, j, 1] = along
            out[i, j, 2] = height
            out[i, j, 3] = 0.55 + 0.45 * math.exp(-(away * away + (high - 1.6) ** 2) / 3.2)
            out[i, j, 4] = 0.25 * math.exp(-high / 0.18)
            out[i, j, 5] = mirroring(dx, min(dy, 0.0), dz)


@numba.njit(**INLINE)
def _gap(position: float, width: float, share: float) -> float:
    """Share (0..1) of an interval of `width` around `position` that lies in gaps [n, n + share), n whole."""
    low, high = position - 0.5 * width, position + 0.5 * width
    a, b = math.floor(low), math.floor(high)
    return ((b - a) * share + min(high - b, share) - min(low - a, share)) / width


@numba.njit(**INLINE)
def _wave(turns: float) -> float:
    """Two parabolas instead of a sine of 2 pi `turns`: a third of its time."""
    turns -= math.floor(turns + 0.5)
    return 8 * turns * (1 - 2 * abs(turns))


@numba.njit(**INLINE)
def _planks(x: float, z: float, wide: float, deep: float) -> float:
    """Brightness (about 1) of the floor at x, z, averaged over `wide` by `deep` metres."""
    row = math.floor(z / PLANK_WIDTH)
    offset = row * 0.618
    shifted = x + (offset - math.floor(offset)) * 1.7
    plank = math.floor(shifted / PLANK_LENGTH)
    # An integer hash (of Wang's kind): each plank its own shade.
    seed = (int(row) * 73856093) ^ (int(plank) * 19349663)
    seed = (seed ^ (seed >> 13)) * 1274126177 & 0x7FFFFFFF
    shade = ((seed ^ (seed >> 16)) & 1023) / 1023
    shade = 0.5 + (shade - 0.5) * min(max(1.6 - deep / 0.1, 0.0), 1.0)
    value = 0.84 + 0.24 * shade
    fine = 0.05 * min(1.0, 1.3 - deep / 0.03)
    if fine > 0:
        value += fine * _wave(25.5 * z + 0.95 * _wave(0.48 * x + 4.8 * shade))
    dark = _gap(z / PLANK_WIDTH, deep / PLANK_WIDTH, 0.035) + _gap(shifted / PLANK_LENGTH, wide / PLANK_LENGTH, 0.006)
    return value * (1 - 0.28 * min(dark, 1.0))


@numba.njit(**FAST)
def room_light(
    position: Floats,
    axes: Floats,
    focal: float,
    place: Floats,
    wall: Floats,
    floor: Floats,
    corners: Floats,
    light: Floats,
    share: Floats,
) -> None:
    """Write the light of every pixel.

    Args:
        position, axes, focal, place, corners: as for `wall_corners`; the picture's rows must be level.
        wall, floor: (3,) linear RGB, times the brightness of the room.
        light: (H, W, 3) f32 gets linear light.
        share: (H, W, 3) f32 gets the share of the light of a halo on the wall, and of a line at its foot, that the
            pixel shows, on the wall itself or mirrored by the floor; and the share of the pixel that is floor.
    """
    height, width, _ = light.shape
    values = np.empty(BLOCK, np.float32)
    for i in range(corners.shape[0] - 1):
        for j in range(corners.shape[1] - 1):
            lowest = min(
                min(corners[i, j, 2], corners[i + 1, j, 2]), min(corners[i, j + 1, 2], corners[i + 1, j + 1, 2])
            )
            left, right = j * BLOCK, min((j + 1) * BLOCK, width)
            for y in range(i * BLOCK, min((i + 1) * BLOCK, height)):
                if lowest > FOOT:
                    _wall_row(y, left, right, focal, np.float32(place[4]), wall, corners, light, share, values)
                else:
                    _foot_row(y, left, right, position, axes, focal, place, wall, floor, corners, light, share)


@numba.njit(**INLINE)
def _wall_row(
    y: int, left: int, right: int, focal: float, panel: float, wall: Floats, corners: Floats, light: Floats,
    share: Floats, values: Floats,
) -> None:  # fmt: skip
    """Pixels `left` to `right` of row `y` that show nothing but wall above the skirting board; `values`: a buffer."""
    i, j, one, half = y // BLOCK, left // BLOCK, np.float32(1), np.float32(0.5)
    down = np.float32((y + 0.5) / BLOCK - i)
    pixel = np.float32(1 / (corners[i, j, 0] * focal))
    ends = np.float32(0.006)
    along = corners[i, j, 1] + down * (corners[i + 1, j, 1] - corners[i, j, 1])
    along_step = (corners[i, j + 1, 1] + down * (corners[i + 1, j + 1, 1] - corners[i, j + 1, 1]) - along) / BLOCK
    first = corners[i, j, 3] * (one - corners[i, j, 4])
    below = corners[i + 1, j, 3] * (one - corners[i + 1, j, 4])
    last = corners[i, j + 1, 3] * (one - corners[i, j + 1, 4])
    opposite = corners[i + 1, j + 1, 3] * (one - corners[i + 1, j + 1, 4])
    lamp = first + down * (below - first)
    lamp_step = (last + down * (opposite - last) - lamp) / BLOCK
    a, s, v, t = np.float32(along), np.float32(along_step), np.float32(lamp), np.float32(lamp_step)
    inverse, quarter, panels = one / pixel, np.float32(0.25), one / panel
    for x in range(right - left):
        at = np.float32(x) + half
        there = (a + at * s) * panels
        seam = abs(there - np.floor(there + half)) * panel
        seam = max(min(seam + half * pixel, ends) - max(seam - half * pixel, -ends), np.float32(0)) * inverse
        values[x] = (v + at * t) * (one - quarter * seam)
    for k in range(3):
        colour = np.float32(wall[k])
        for x in range(right - left):
            light[y, left + x, k] = colour * values[x]
    for x in range(right - left):
        share[y, left + x, 0], share[y, left + x, 1], share[y, left + x, 2] = one, 0, 0


@numba.njit(**INLINE)
def _foot_row(
    y: int, left: int, right: int, position: Floats, axes: Floats, focal: float, place: Floats, wall: Floats,
    floor: Floats, corners: Floats, light: Floats, share: Floats,
) -> None:  # fmt: skip
    """Pixels `left` to `right` of row `y` with floor or the wall's foot in them."""
    height, width, _ = light.shape
    i, j = y // BLOCK, left // BLOCK
    down = (y + 0.5) / BLOCK - i
    panel, gloss = place[4], place[5]
    near, near_step = _between(corners, i, j, 0, down)
    along, along_step = _between(corners, i, j, 1, down)
    high, high_step = _between(corners, i, j, 2, down)
    lamp, lamp_step = _between(corners, i, j, 3, down)
    foot, foot_step = _between(corners, i, j, 4, down)
    mirror, mirror_step = _between(corners, i, j, 5, down)
    # Rows are level, so a row of the picture lies at one distance on the floor.
    py = (0.5 * height - y - 0.5) / focal
    px = (left + 0.5 - 0.5 * width) / focal
    reach = min(-position[1] / min(axes[2, 1] + py * axes[1, 1], -1e-4), FARTHEST)
    slide = reach * reach * axes[1, 1] / (position[1] * focal)
    dx, dx_step = axes[2, 0] + px * axes[0, 0] + py * axes[1, 0], axes[0, 0] / focal
    dz, dz_step = axes[2, 2] + px * axes[0, 2] + py * axes[1, 2], axes[0, 2] / focal
    for x in range(left, right):
        on_wall, red, green, blue, halo, line = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        if high > -3 * LINE:
            on_wall = min(max(high * near * focal + 0.5, 0.0), 1.0)
            if high < 3 * LINE:
                line = math.exp(-((high / LINE) ** 2))
        if on_wall > 0:
            pixel = 1 / (near * focal)
            seam = abs(along / panel - math.floor(along / panel + 0.5)) * panel
            seam = max(min(seam + 0.5 * pixel, 0.006) - max(seam - 0.5 * pixel, -0.006), 0.0) / pixel
            value = lamp * (1 - foot) * (1 - 0.25 * seam)
            board = min(max((BOARD - high) / pixel + 0.5, 0.0), 1.0)
            low = 0.42 * lamp * (0.8 + 2.2 * min(max(high, 0.0), BOARD))
            value += board * (low - value)
            red, green, blue, halo = wall[0] * value, wall[1] * value, wall[2] * value, 1.0
        if on_wall < 1:
            wide = abs(reach * dx_step) + abs(slide * dx)
            deep = abs(reach * dz_step) + abs(slide * dz)
            fx, fz = position[0] + dx * reach, position[2] + dz * reach
            # A lamp's pool of light: exp(-u) as (1 - u / 8)^8, never below 0.3.
            pool = 1 - min(((fx - place[1]) ** 2 + (fz - place[2]) ** 2) / 9, 4.0) / 8
            pool *= pool
            pool *= pool
            value = _planks(fx, fz, wide, deep) * max(pool * pool, 0.3)
            sheen = gloss * mirror * lamp * (1 - 2 * foot)
            rest = 1 - on_wall
            red = on_wall * red + rest * (floor[0] * value + sheen * wall[0])
            green = on_wall * green + rest * (floor[1] * value + sheen * wall[1])
            blue = on_wall * blue + rest * (floor[2] * value + sheen * wall[2])
            halo = on_wall + rest * gloss * mirror * place[6]
            line *= on_wall + rest * gloss * (0.3 + mirror)
        light[y, x, 0], light[y, x, 1], light[y, x, 2] = red, green, blue
        share[y, x, 0], share[y, x, 1], share[y, x, 2] = halo, line, 1 - on_wall
        near += near_step
        along += along_step
        high += high_step
        lamp += lamp_step
        foot += foot_step
        mirror += mirror_step
        dx += dx_step
        dz += dz_step


@numba.njit(**INLINE)
def _between(corners: Floats, i: int, j: int, k: int, down: float) -> tuple[float, float]:
    """Value k at the first pixel of a row of block (i, j), `down` (0..1) its height, and its step to the next pixel."""
    start = corners[i, j, k] + down * (corners[i + 1, j, k] - corners[i, j, k])
    end = corners[i, j + 1, k] + down * (corners[i + 1, j + 1, k] - corners[i, j + 1, k])
    step = (end - start) / BLOCK
    return start + 0.5 * step, step
