"""From the depth buffer to colours: light, cloth, skin and a painted face. Fused to 8 bit: no float picture is kept."""

import math

import numba
import numpy as np

from workflow_scripts.figure.anatomy import HAIR, HEAD, SHIRT, SKIN, TROUSERS
from workflow_scripts.figure.raster import FAST, NEARNESS_OFFSET
from workflow_scripts.motion.skeleton import Floats

TABLE_SIZE = 8192
TABLE_RANGE = 4.0
SHADOW_BIAS = 0.022  # metres: more than the mesh's own unevenness, less than an arm
SHADE_LIGHT = 0.3  # share of the lamp's light that gets even into its shadow, off the walls


def tone_table() -> Floats:
    """Return the table (TABLE_SIZE,) u8 from linear light (0 .. TABLE_RANGE) to display values.

    The curve is Narkowicz's fit of the ACES film curve (2015), then a gamma of 2.2.
    """
    x = np.linspace(0, TABLE_RANGE, TABLE_SIZE)
    film = np.clip(x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14), 0, 1)
    return (film ** (1 / 2.2) * 255 + 0.5).astype(np.uint8)


@numba.njit(**FAST)
def tone(value: float, table: Floats) -> int:
    """Look linear light up in `tone_table`."""
    return table[min(max(int(value * ((TABLE_SIZE - 1) / TABLE_RANGE) + 0.5), 0), TABLE_SIZE - 1)]


@numba.njit(**FAST)
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
        gloss = 0.25
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


@numba.njit(**FAST)
def _paint_shirt(
    x: float, y: float, z: float, over_hem: float, pattern: float, palette: Floats
) -> tuple[float, float, float]:
    """Colour of the shirt at a place given from the neck, metres, and its height over the hem."""
    r, g, b = palette[SHIRT, 0], palette[SHIRT, 1], palette[SHIRT, 2]
    torso = abs(x) < 0.2
    neckline = (x / 0.078) ** 2 + (y / 0.060) ** 2
    if over_hem < 0 and torso:
        return palette[TROUSERS, 0], palette[TROUSERS, 1], palette[TROUSERS, 2]
    if z > -0.03 and neckline < 1:
        return palette[SKIN, 0], palette[SKIN, 1], palette[SKIN, 2]
    if (neckline < 1.3 and y > -0.09) or (over_hem < 0.012 and torso):
        return 0.78 * r, 0.78 * g, 0.78 * b
    striped = pattern == 1 and math.sin(y * 110) > 0.25
    banded = pattern == 2 and -0.21 < y < -0.13
    if torso and (striped or banded):
        return 0.80 - 0.6 * r, 0.80 - 0.6 * g, 0.80 - 0.6 * b
    return r, g, b


@numba.njit(**FAST)
def _lit(x: float, y: float, z: float, shadow: Floats, view: Floats) -> float:
    """Share of the lamp's light (0..1) that reaches a point, by the lamp's depth map."""
    x, y, z = x - view[3, 0], y - view[3, 1], z - view[3, 2]
    scale = view[4, 0]
    u = (view[0, 0] * x + view[0, 1] * y + view[0, 2] * z) * scale + 0.5 * shadow.shape[1]
    v = -(view[1, 0] * x + view[1, 1] * y + view[1, 2] * z) * scale + 0.5 * shadow.shape[0]
    near = NEARNESS_OFFSET - (view[2, 0] * x + view[2, 1] * y + view[2, 2] * z) + SHADOW_BIAS
    i, j = math.floor(v), math.floor(u)
    if i < 1 or j < 1 or i >= shadow.shape[0] - 1 or j >= shadow.shape[1] - 1:
        return 1.0
    # Three by three neighbours under a tent as wide as two cells, so that edges are soft and do not step.
    a, b = u - j, v - i
    total = 0.0
    for row in range(3):
        down = 1 - b if row == 0 else (1.0 if row == 1 else b)
        for column in range(3):
            right = 1 - a if column == 0 else (1.0 if column == 1 else a)
            if shadow[i - 1 + row, j - 1 + column] < near:
                total += down * right
    return 0.25 * total


@numba.njit(cache=True, nogil=True, fastmath=True, forceinline=True)
def _colour(
    px: float,
    py: float,
    f: int,
    m: int,
    screen: Floats,
    faces: Floats,
    surface: Floats,
    palette: Floats,
    marks: Floats,
    lights: Floats,
    eye: Floats,
    shadow: Floats,
    lamp_view: Floats,
) -> tuple[float, float, float]:
    """Linear light from face `f` of material `m` through the sample at (px, py); see `shade`."""
    i, j, k = faces[f, 0], faces[f, 1], faces[f, 2]
    ax, ay = screen[i, 0], screen[i, 1]
    bx, by, cx, cy = screen[j, 0] - ax, screen[j, 1] - ay, screen[k, 0] - ax, screen[k, 1] - ay
    area = cx * by - bx * cy
    u = (cx * (py - ay) - cy * (px - ax)) / area
    v = ((px - ax) * by - (py - ay) * bx) / area
    # The middle of a pixel may lie a little outside the face that its first sample hit.
    u, v = min(max(u, -0.3), 1.3), min(max(v, -0.3), 1.3)
    # Perspective: shares weighted by nearness.
    a, b, c = (1 - u - v) * screen[i, 2], u * screen[j, 2], v * screen[k, 2]
    total = 1 / (a + b + c)
    a, b, c = a * total, b * total, c * total
    x = a * surface[i, 0] + b * surface[j, 0] + c * surface[k, 0]
    y = a * surface[i, 1] + b * surface[j, 1] + c * surface[k, 1]
    z = a * surface[i, 2] + b * surface[j, 2] + c * surface[k, 2]
    nx = a * surface[i, 3] + b * surface[j, 3] + c * surface[k, 3]
    ny = a * surface[i, 4] + b * surface[j, 4] + c * surface[k, 4]
    nz = a * surface[i, 5] + b * surface[j, 5] + c * surface[k, 5]
    rx = a * surface[i, 6] + b * surface[j, 6] + c * surface[k, 6]
    ry = a * surface[i, 7] + b * surface[j, 7] + c * surface[k, 7]
    rz = a * surface[i, 8] + b * surface[j, 8] + c * surface[k, 8]
    free = a * surface[i, 9] + b * surface[j, 9] + c * surface[k, 9]

    red, green, blue, gloss = palette[m, 0], palette[m, 1], palette[m, 2], palette[m, 3]
    s = marks[3]
    if m == HEAD:
        red, green, blue, gloss = _paint_face(
            (rx - marks[0]) / s, (ry - marks[1]) / s, (rz - marks[2]) / s, red, green, blue, palette[HAIR]
        )
    elif m == SHIRT:
        red, green, blue = _paint_shirt(rx / s, (ry - marks[4]) / s, rz / s, (ry - marks[6]) / s, marks[5], palette)
    elif m == HAIR:
        strand = math.sin(420 * rx + 90 * rz)
        red, green, blue = red * (1 + 0.12 * strand), green * (1 + 0.12 * strand), blue * (1 + 0.12 * strand)

    length = 1 / math.sqrt(nx * nx + ny * ny + nz * nz + 1e-12)
    nx, ny, nz = nx * length, ny * length, nz * length
    ex, ey, ez = eye[0] - x, eye[1] - y, eye[2] - z
    length = 1 / math.sqrt(ex * ex + ey * ey + ez * ez)
    ex, ey, ez = ex * length, ey * length, ez * length
    facing = nx * lights[0] + ny * lights[1] + nz * lights[2]
    lit = 0.0
    if facing > -0.22:
        lit = _lit(x + 0.018 * nx, y + 0.018 * ny, z + 0.018 * nz, shadow, lamp_view)
    key = max(0.0, (facing + 0.22) / 1.22) * (SHADE_LIGHT + (1 - SHADE_LIGHT) * lit)
    above = 0.5 + 0.5 * ny
    sky = free * (0.45 + 0.55 * above)
    head_on = max(0.0, nx * ex + ny * ey + nz * ez)
    fill = 0.18 * head_on * free
    hx, hy, hz = lights[0] + ex, lights[1] + ey, lights[2] + ez
    shine = max(0.0, (nx * hx + ny * hy + nz * hz) / math.sqrt(hx * hx + hy * hy + hz * hz + 1e-9))
    for _ in range(4):
        shine *= shine  # the 16th power
    shine *= 0.5 * gloss * lit
    rim = 0.24 * (1 - head_on) ** 3 * free * (0.4 + 0.6 * above)
    return (
        red * (lights[3] * key + lights[6] * sky + fill) + shine + rim * lights[9],
        green * (lights[4] * key + lights[7] * sky + fill) + shine + rim * lights[10],
        blue * (lights[5] * key + lights[8] * sky + fill) + shine + rim * lights[11],
    )


@numba.njit(**FAST)
def shade(
    frame: Floats,
    box: tuple[int, int, int, int],
    owner: Floats,
    depth: Floats,
    screen: Floats,
    faces: Floats,
    material: Floats,
    surface: Floats,
    palette: Floats,
    marks: Floats,
    lights: Floats,
    eye: Floats,
    shadow: Floats,
    lamp_view: Floats,
    table: Floats,
) -> None:
    """Paint the figure over `frame` (H, W, 3) u8 from buffers of twice its size: four samples a pixel.

    Pixels that lie within one part are shaded once; edges and the face are shaded for every sample and averaged with
    the picture behind.

    Args:
        box: x0, y0, x1, y1 of the pixels to look at.
        owner, depth: from `raster.draw`, (2H, 2W); screen: (V, 3) in samples.
        faces: (F, 3) and material (F,) of the faces.
        surface: (V, 10) position and normal in the world, position in the rest pose, openness.
        palette: (M, 4) colour and gloss per material.
        marks: head's middle x, y, z; scale of the head; height of the neck; number of the shirt's pattern;
            height of the shirt's hem.
        lights: direction to the lamp (3), its colour (3), colour from all around (3), colour at the rim (3).
        eye: the camera's position (3). shadow, lamp_view: the lamp's depth map and (5, 3) how it was taken: right, up,
            forward, middle, cells per metre.
        table: `tone_table`.
    """
    x0, y0, x1, y1 = box
    for y in range(y0, y1):
        for x in range(x0, x1):
            f0, f1 = owner[2 * y, 2 * x], owner[2 * y, 2 * x + 1]
            f2, f3 = owner[2 * y + 1, 2 * x], owner[2 * y + 1, 2 * x + 1]
            if (f0 & f1 & f2 & f3) == -1:
                continue
            whole = (f0 | f1 | f2 | f3) >= 0
            if whole:
                m = material[f0]
                whole = m != HEAD and m == material[f1] and m == material[f2] and m == material[f3]
                d0, d1 = depth[2 * y, 2 * x], depth[2 * y, 2 * x + 1]
                d2, d3 = depth[2 * y + 1, 2 * x], depth[2 * y + 1, 2 * x + 1]
                whole = whole and max(d0, d1, d2, d3) < 1.012 * min(d0, d1, d2, d3)
            red, green, blue = 0, 0, 0
            for sample in range(1 if whole else 4):
                row, column = sample // 2, sample % 2
                f = owner[2 * y + row, 2 * x + column]
                if f < 0:
                    red += frame[y, x, 0]
                    green += frame[y, x, 1]
                    blue += frame[y, x, 2]
                    continue
                inset = 1.0 if whole else 0.5
                r, g, b = _colour(
                    2 * x + column + inset, 2 * y + row + inset, f, material[f], screen, faces, surface, palette, marks,
                    lights, eye, shadow, lamp_view,
                )  # fmt: skip
                red += tone(r, table)
                green += tone(g, table)
                blue += tone(b, table)
            if whole:
                frame[y, x, 0], frame[y, x, 1], frame[y, x, 2] = red, green, blue
            else:
                frame[y, x, 0], frame[y, x, 1], frame[y, x, 2] = (red + 2) // 4, (green + 2) // 4, (blue + 2) // 4
