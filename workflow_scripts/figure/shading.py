"""From the depth buffer to colours: light, cloth, skin and a painted face. Fused to 8 bit: no float picture is kept."""

import math

import numba
import numpy as np

from workflow_scripts.figure.anatomy import HAIR, HEAD, SHIRT, SKIN, TROUSERS
from workflow_scripts.motion.skeleton import Floats

_FAST = {"cache": True, "nogil": True, "fastmath": True}
TABLE_SIZE = 8192
TABLE_RANGE = 4.0
SHADOW_BIAS = 0.022  # metres: more than the mesh's own unevenness, less than an arm


def tone_table() -> Floats:
    """Return the table (TABLE_SIZE,) u8 from linear light (0 .. TABLE_RANGE) to display values.

    The curve is Narkowicz's fit of the ACES film curve (2015), then a gamma of 2.2.
    """
    x = np.linspace(0, TABLE_RANGE, TABLE_SIZE)
    film = np.clip(x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14), 0, 1)
    return (film ** (1 / 2.2) * 255 + 0.5).astype(np.uint8)


@numba.njit(**_FAST)
def tone(value: float, table: Floats) -> int:
    """Look linear light up in `tone_table`."""
    return table[min(max(int(value * ((TABLE_SIZE - 1) / TABLE_RANGE) + 0.5), 0), TABLE_SIZE - 1)]


@numba.njit(**_FAST)
def _paint_face(
    x: float, y: float, z: float, r: float, g: float, b: float, hair: Floats
) -> tuple[float, float, float, float]:
    """Colour of a head of skin colour (r, g, b) at (x, y, z) from its middle, metres; and its gloss."""
    gloss = 0.12
    if z < 0.02:
        return r, g, b, gloss
    side = abs(x)
    socket = math.exp(-(((side - 0.034) / 0.022) ** 2) - ((y - 0.017) / 0.015) ** 2)
    cheek = math.exp(-(((side - 0.046) / 0.020) ** 2) - ((y + 0.030) / 0.018) ** 2)
    r *= 1 - 0.20 * socket
    g *= (1 - 0.25 * socket) * (1 - 0.12 * cheek)
    b *= (1 - 0.25 * socket) * (1 - 0.12 * cheek)
    ex, ey = (side - 0.0335) / 0.0175, (y - 0.014) / 0.0095
    eye = ex * ex + ey * ey
    if eye < 1:
        iris = ((side - 0.0335) ** 2 + (y - 0.0142) ** 2) / 0.0080**2
        if iris < 0.22:
            r = g = b = 0.015
        elif iris < 1:
            r, g, b = 0.15, 0.085, 0.045
        else:
            r, g, b = 0.84, 0.82, 0.80
        gloss = 0.6
        if ey > 0.5:
            r, g, b = 0.5 * r, 0.5 * g, 0.5 * b
    elif eye < 1.7 and ey > -0.1:
        r, g, b = 0.25 * r, 0.20 * g, 0.18 * b
    along = (side - 0.035) / 0.024
    across = (y - (0.0385 - 0.006 * along * along + 0.002 * along)) / 0.0052
    if along * along < 1 and across * across < 1 - 0.5 * max(0.0, along):
        r, g, b = 0.8 * hair[0], 0.8 * hair[1], 0.8 * hair[2]
    if ((side - 0.009) / 0.0055) ** 2 + ((y + 0.0345) / 0.0032) ** 2 < 1:
        r, g, b = 0.35 * r, 0.30 * g, 0.30 * b
    mouth = side / 0.0265
    if mouth < 1:
        upper = 0.0080 * (1 - mouth * mouth) * (0.75 + 0.35 * min(1.0, side / 0.006))
        lower = -0.0105 * math.sqrt(1 - mouth * mouth)
        level = y + 0.0575 - 0.003 * mouth * mouth
        if lower < level < upper:
            r, g, b = 0.80 * r, 0.46 * g, 0.48 * b
            if abs(level) < 0.0015:
                r, g, b = 0.35 * r, 0.35 * g, 0.35 * b
    return r, g, b, gloss


@numba.njit(**_FAST)
def _lit(x: float, y: float, z: float, shadow: Floats, axes: Floats, origin: Floats, scale: float) -> float:
    """Share of the lamp's light (0..1) that reaches a point: four neighbours of the shadow map, blended."""
    x, y, z = x - origin[0], y - origin[1], z - origin[2]
    u = (axes[0, 0] * x + axes[0, 1] * y + axes[0, 2] * z) * scale + 0.5 * shadow.shape[1] - 0.5
    v = -(axes[1, 0] * x + axes[1, 1] * y + axes[1, 2] * z) * scale + 0.5 * shadow.shape[0] - 0.5
    near = 10 - (axes[2, 0] * x + axes[2, 1] * y + axes[2, 2] * z) + SHADOW_BIAS
    i, j = int(math.floor(v)), int(math.floor(u))
    if i < 0 or j < 0 or i >= shadow.shape[0] - 1 or j >= shadow.shape[1] - 1:
        return 1.0
    a, b = u - j, v - i
    total = 0.0
    if shadow[i, j] < near:
        total += (1 - a) * (1 - b)
    if shadow[i, j + 1] < near:
        total += a * (1 - b)
    if shadow[i + 1, j] < near:
        total += (1 - a) * b
    if shadow[i + 1, j + 1] < near:
        total += a * b
    return total


@numba.njit(**_FAST)
def _colour(
    px: float,
    py: float,
    f: int,
    screen: Floats,
    faces: Floats,
    points: Floats,
    normals: Floats,
    rest: Floats,
    openness: Floats,
    material: Floats,
    palette: Floats,
    marks: Floats,
    lights: Floats,
    eye: Floats,
    shadow: Floats,
    axes: Floats,
    origin: Floats,
    scale: float,
) -> tuple[float, float, float]:
    """Linear light from face `f` through the sample at (px, py)."""
    i, j, k = faces[f, 0], faces[f, 1], faces[f, 2]
    ax, ay = screen[i, 0], screen[i, 1]
    bx, by, cx, cy = screen[j, 0] - ax, screen[j, 1] - ay, screen[k, 0] - ax, screen[k, 1] - ay
    area = cx * by - bx * cy
    u = (cx * (py - ay) - cy * (px - ax)) / area
    v = ((px - ax) * by - (py - ay) * bx) / area
    u, v = min(max(u, -0.3), 1.3), min(max(v, -0.3), 1.3)
    # Perspective: shares weighted by nearness.
    p, q, r_ = (1 - u - v) * screen[i, 2], u * screen[j, 2], v * screen[k, 2]
    total = 1 / (p + q + r_)
    p, q, r_ = p * total, q * total, r_ * total
    nx = p * normals[i, 0] + q * normals[j, 0] + r_ * normals[k, 0]
    ny = p * normals[i, 1] + q * normals[j, 1] + r_ * normals[k, 1]
    nz = p * normals[i, 2] + q * normals[j, 2] + r_ * normals[k, 2]
    x = p * points[i, 0] + q * points[j, 0] + r_ * points[k, 0]
    y = p * points[i, 1] + q * points[j, 1] + r_ * points[k, 1]
    z = p * points[i, 2] + q * points[j, 2] + r_ * points[k, 2]
    rx = p * rest[i, 0] + q * rest[j, 0] + r_ * rest[k, 0]
    ry = p * rest[i, 1] + q * rest[j, 1] + r_ * rest[k, 1]
    rz = p * rest[i, 2] + q * rest[j, 2] + r_ * rest[k, 2]
    free = p * openness[i] + q * openness[j] + r_ * openness[k]

    m = material[i]
    r, g, b, gloss, hardness = palette[m, 0], palette[m, 1], palette[m, 2], palette[m, 3], palette[m, 4]
    s = marks[3]
    if m == HEAD:
        r, g, b, gloss = _paint_face(
            (rx - marks[0]) / s, (ry - marks[1]) / s, (rz - marks[2]) / s, r, g, b, palette[HAIR]
        )
    elif m == SHIRT:
        dx, dy = rx / s, (ry - marks[4]) / s
        neckline = (dx / 0.078) ** 2 + (dy / 0.060) ** 2
        if ry < marks[6] and abs(dx) < 0.3:
            m = TROUSERS
            r, g, b, gloss = palette[m, 0], palette[m, 1], palette[m, 2], palette[m, 3]
        elif rz > -0.03 and neckline < 1:
            r, g, b = palette[SKIN, 0], palette[SKIN, 1], palette[SKIN, 2]
        elif neckline < 1.30 and dy > -0.09:
            r, g, b = 0.78 * r, 0.78 * g, 0.78 * b
        elif marks[5] == 1 and math.sin(dy * 110) > 0.25 and abs(dx) < 0.24:
            r, g, b = 0.80 - 0.6 * r, 0.80 - 0.6 * g, 0.80 - 0.6 * b
        elif marks[5] == 2 and -0.21 < dy < -0.13 and abs(dx) < 0.20:
            r, g, b = 0.80 - 0.6 * r, 0.80 - 0.6 * g, 0.80 - 0.6 * b
    if m == SHIRT or m == TROUSERS:
        # Folds: a slow, warped wave across the cloth tilts the normal.
        wave = math.cos(46 * ry + 17 * abs(rx) + 2.1 * math.sin(23 * rx + 31 * rz))
        fold = 0.10 * wave
        ny += fold
        nx += 0.6 * fold * math.sin(31 * rx + 9 * ry)
    elif m == HAIR:
        nx += 0.16 * math.sin(420 * rx + 60 * rz)
        nz += 0.10 * math.sin(350 * rz + 210 * rx)

    length = 1 / math.sqrt(nx * nx + ny * ny + nz * nz + 1e-12)
    nx, ny, nz = nx * length, ny * length, nz * length
    ex, ey, ez = eye[0] - x, eye[1] - y, eye[2] - z
    length = 1 / math.sqrt(ex * ex + ey * ey + ez * ez)
    ex, ey, ez = ex * length, ey * length, ez * length
    facing = nx * lights[0] + ny * lights[1] + nz * lights[2]
    lit = _lit(x + 0.012 * nx, y + 0.012 * ny, z + 0.012 * nz, shadow, axes, origin, scale)
    key = max(0.0, (facing + 0.22) / 1.22) * (0.12 + 0.88 * lit)
    sky = free * (0.45 + 0.55 * (0.5 + 0.5 * ny))
    head_on = max(0.0, nx * ex + ny * ey + nz * ez)
    edge = (1 - head_on) ** 3
    fill = 0.18 * head_on * free
    hx, hy, hz = lights[0] + ex, lights[1] + ey, lights[2] + ez
    length = 1 / math.sqrt(hx * hx + hy * hy + hz * hz + 1e-9)
    shine = 0.5 * gloss * lit * max(0.0, (nx * hx + ny * hy + nz * hz) * length) ** hardness
    rim = 0.24 * edge * free * (0.4 + 0.6 * (0.5 + 0.5 * ny))
    r = r * (lights[3] * key + lights[6] * sky + fill) + shine + rim * lights[9]
    g = g * (lights[4] * key + lights[7] * sky + fill) + shine + rim * lights[10]
    b = b * (lights[5] * key + lights[8] * sky + fill) + shine + rim * lights[11]
    return r, g, b


@numba.njit(**_FAST)
def shade(
    frame: Floats,
    box: tuple[int, int, int, int],
    owner: Floats,
    depth: Floats,
    screen: Floats,
    faces: Floats,
    points: Floats,
    normals: Floats,
    rest: Floats,
    openness: Floats,
    material: Floats,
    palette: Floats,
    marks: Floats,
    lights: Floats,
    eye: Floats,
    shadow: Floats,
    axes: Floats,
    origin: Floats,
    scale: float,
    table: Floats,
) -> None:
    """Paint the figure over `frame` (H, W, 3) u8 from buffers of twice its size: four samples a pixel.

    Pixels that lie within one part are shaded once; edges and the face are shaded for every sample and averaged with
    the picture behind.

    Args:
        box: x0, y0, x1, y1 of the pixels to look at.
        owner, depth: from `raster.draw`, (2H, 2W); screen: (V, 3) in samples.
        points, normals: (V, 3) in the world; rest: (V, 3) of the rest pose.
        palette: (M, 5) colour, gloss, hardness per material.
        marks: head's middle x, y, z; scale of the head; height of the neck; number of the shirt's pattern;
            height of the shirt's hem.
        lights: direction to the lamp (3), its colour (3), colour from above (3), colour at the rim (3).
        eye: the camera's position (3). shadow, axes, origin, scale: the lamp's depth map (see `raster.project_flat`).
        table: `tone_table`.
    """
    x0, y0, x1, y1 = box
    for y in range(y0, y1):
        for x in range(x0, x1):
            f0, f1 = owner[2 * y, 2 * x], owner[2 * y, 2 * x + 1]
            f2, f3 = owner[2 * y + 1, 2 * x], owner[2 * y + 1, 2 * x + 1]
            if f0 < 0 and f1 < 0 and f2 < 0 and f3 < 0:
                continue
            whole = f0 >= 0 and f1 >= 0 and f2 >= 0 and f3 >= 0
            if whole:
                m = material[faces[f0, 0]]
                same = m == material[faces[f1, 0]] and m == material[faces[f2, 0]] and m == material[faces[f3, 0]]
                d0, d1, d2, d3 = (
                    depth[2 * y, 2 * x],
                    depth[2 * y, 2 * x + 1],
                    depth[2 * y + 1, 2 * x],
                    depth[2 * y + 1, 2 * x + 1],
                )
                whole = same and m != HEAD and max(d0, d1, d2, d3) < 1.012 * min(d0, d1, d2, d3)
            if whole:
                r, g, b = _colour(
                    2 * x + 1.0,
                    2 * y + 1.0,
                    f0,
                    screen,
                    faces,
                    points,
                    normals,
                    rest,
                    openness,
                    material,
                    palette,
                    marks,
                    lights,
                    eye,
                    shadow,
                    axes,
                    origin,
                    scale,
                )
                frame[y, x, 0] = tone(r, table)
                frame[y, x, 1] = tone(g, table)
                frame[y, x, 2] = tone(b, table)
                continue
            red, green, blue = 2, 2, 2
            for sample in range(4):
                f = owner[2 * y + sample // 2, 2 * x + sample % 2]
                if f < 0:
                    red += frame[y, x, 0]
                    green += frame[y, x, 1]
                    blue += frame[y, x, 2]
                else:
                    r, g, b = _colour(
                        2 * x + 0.5 + sample % 2,
                        2 * y + 0.5 + sample // 2,
                        f,
                        screen,
                        faces,
                        points,
                        normals,
                        rest,
                        openness,
                        material,
                        palette,
                        marks,
                        lights,
                        eye,
                        shadow,
                        axes,
                        origin,
                        scale,
                    )
                    red += tone(r, table)
                    green += tone(g, table)
                    blue += tone(b, table)
            frame[y, x, 0] = red // 4
            frame[y, x, 1] = green // 4
            frame[y, x, 2] = blue // 4
