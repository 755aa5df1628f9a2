"""Light on the body, and from the depth buffer to colours. Fused to 8 bit: no float picture is kept."""

import math

import numba
import numpy as np

from workflow_scripts.figure.anatomy import HAIR, HEAD, SHIRT
from workflow_scripts.figure.details import reflectance
from workflow_scripts.figure.raster import FAST, INLINE, NEARNESS_OFFSET
from workflow_scripts.figure.room_light import mirroring
from workflow_scripts.figure.tone import tone
from workflow_scripts.motion.skeleton import Floats

SHADOW_BIAS = 0.022  # metres: more than the mesh's own unevenness, less than an arm
SHADE_LIGHT = 0.3  # share of the lamp's light that gets even into its shadow, off the walls
# Columns of a vertex: position, normal, position in the rest pose, openness; and light on it, from `light_vertices`:
# red, green, blue, shine, rim.
COLUMNS, LIGHT = 15, 10
MIRROR_FADE = 0.5  # metres: height at which a polished floor's mirror image has faded to 1 / e


@numba.njit(**INLINE)
def _shadowed(x: float, y: float, z: float, n: int, shadows: Floats, views: Floats, soft: int) -> float:
    """Share of the lamp's light (0..1) that reaches a point past body n, by that body's depth map."""
    x, y, z = x - views[n, 3, 0], y - views[n, 3, 1], z - views[n, 3, 2]
    scale = views[n, 4, 0]
    u = (views[n, 0, 0] * x + views[n, 0, 1] * y + views[n, 0, 2] * z) * scale + 0.5 * shadows.shape[2]
    v = -(views[n, 1, 0] * x + views[n, 1, 1] * y + views[n, 1, 2] * z) * scale + 0.5 * shadows.shape[1]
    i, j = math.floor(v), math.floor(u)
    if i < soft or j < soft or i >= shadows.shape[1] - soft or j >= shadows.shape[2] - soft:
        return 1.0
    near = NEARNESS_OFFSET - (views[n, 2, 0] * x + views[n, 2, 1] * y + views[n, 2, 2] * z) + SHADOW_BIAS
    # The cells around under a window that slides with the point, so that edges are soft and do not step.
    a, b = u - j, v - i
    total = 0.0
    for row in range(-soft, soft + 1):
        down = 1 - b if row == -soft else (1.0 if row < soft else b)
        for column in range(-soft, soft + 1):
            if shadows[n, i + row, j + column] < near:
                total += down * (1 - a if column == -soft else (1.0 if column < soft else a))
    return total / (4 * soft * soft)


@numba.njit(**INLINE)
def _light_at(
    x: float, y: float, z: float, nx: float, ny: float, nz: float, free: float, lights: Floats, eye: Floats,
    shadows: Floats, views: Floats, soft: int,
) -> tuple[float, float, float, float, float]:  # fmt: skip
    """Light on a place with a normal of any length: diffuse red, green, blue; shine of the lamp; rim."""
    length = 1 / math.sqrt(nx * nx + ny * ny + nz * nz + 1e-12)
    nx, ny, nz = nx * length, ny * length, nz * length
    ex, ey, ez = eye[0] - x, eye[1] - y, eye[2] - z
    length = 1 / math.sqrt(ex * ex + ey * ey + ez * ez)
    ex, ey, ez = ex * length, ey * length, ez * length
    facing = nx * lights[0] + ny * lights[1] + nz * lights[2]
    lit = 0.0
    if facing > -0.22:
        lit = 1.0
        for n in range(shadows.shape[0]):
            lit = min(lit, _shadowed(x + 0.018 * nx, y + 0.018 * ny, z + 0.018 * nz, n, shadows, views, soft))
    key = max(0.0, (facing + 0.22) / 1.22) * (SHADE_LIGHT + (1 - SHADE_LIGHT) * lit)
    above = 0.5 + 0.5 * ny
    sky = free * (0.45 + 0.55 * above)
    head_on = max(0.0, nx * ex + ny * ey + nz * ez)
    fill = 0.18 * head_on * free
    hx, hy, hz = lights[0] + ex, lights[1] + ey, lights[2] + ez
    shine = max(0.0, (nx * hx + ny * hy + nz * hz) / math.sqrt(hx * hx + hy * hy + hz * hz + 1e-9))
    for _ in range(4):
        shine *= shine  # the 16th power
    grazing = 1 - head_on
    rim = 0.24 * grazing * grazing * grazing * free * (0.4 + 0.6 * above)
    # Rings on the floor shine up from below.
    low = (1 - above) / (1 + (y / 0.35) * (y / 0.35))
    return (
        lights[3] * key + lights[6] * sky + fill + lights[12] * low,
        lights[4] * key + lights[7] * sky + fill + lights[13] * low,
        lights[5] * key + lights[8] * sky + fill + lights[14] * low,
        0.5 * shine * lit,
        rim,
    )


@numba.njit(**FAST)
def light_vertices(surface: Floats, lights: Floats, eye: Floats, shadows: Floats, views: Floats, soft: int) -> None:
    """Fill the columns from LIGHT on of `surface` (V, COLUMNS); see `shade` for the other arguments."""
    for v in range(surface.shape[0]):
        red, green, blue, shine, rim = _light_at(
            surface[v, 0], surface[v, 1], surface[v, 2], surface[v, 3], surface[v, 4], surface[v, 5], surface[v, 9],
            lights, eye, shadows, views, soft,
        )  # fmt: skip
        surface[v, 10], surface[v, 11], surface[v, 12], surface[v, 13], surface[v, 14] = red, green, blue, shine, rim


@numba.njit(**INLINE)
def _weights(px: float, py: float, i: int, j: int, k: int, screen: Floats) -> tuple[float, float, float]:
    """Shares of three corners at a sample, by perspective."""
    ax, ay = screen[i, 0], screen[i, 1]
    bx, by, cx, cy = screen[j, 0] - ax, screen[j, 1] - ay, screen[k, 0] - ax, screen[k, 1] - ay
    inverse = 1 / (cx * by - bx * cy)
    u = (cx * (py - ay) - cy * (px - ax)) * inverse
    v = ((px - ax) * by - (py - ay) * bx) * inverse
    # The middle of a pixel may lie a little outside the face that its sample hit.
    u, v = min(max(u, -0.3), 1.3), min(max(v, -0.3), 1.3)
    a, b, c = (1 - u - v) * screen[i, 2], u * screen[j, 2], v * screen[k, 2]
    total = 1 / (a + b + c)
    return a * total, b * total, c * total


@numba.njit(**INLINE)
def _light_on(
    i: int, j: int, k: int, a: float, b: float, c: float, surface: Floats, per_pixel: bool, lights: Floats,
    eye: Floats, shadows: Floats, views: Floats, soft: int,
) -> tuple[float, float, float, float, float]:  # fmt: skip
    """Light at shares a, b, c of the corners i, j, k: interpolated from them, or worked out there."""
    if not per_pixel:
        return (
            a * surface[i, 10] + b * surface[j, 10] + c * surface[k, 10],
            a * surface[i, 11] + b * surface[j, 11] + c * surface[k, 11],
            a * surface[i, 12] + b * surface[j, 12] + c * surface[k, 12],
            a * surface[i, 13] + b * surface[j, 13] + c * surface[k, 13],
            a * surface[i, 14] + b * surface[j, 14] + c * surface[k, 14],
        )
    return _light_at(
        a * surface[i, 0] + b * surface[j, 0] + c * surface[k, 0],
        a * surface[i, 1] + b * surface[j, 1] + c * surface[k, 1],
        a * surface[i, 2] + b * surface[j, 2] + c * surface[k, 2],
        a * surface[i, 3] + b * surface[j, 3] + c * surface[k, 3],
        a * surface[i, 4] + b * surface[j, 4] + c * surface[k, 4],
        a * surface[i, 5] + b * surface[j, 5] + c * surface[k, 5],
        a * surface[i, 9] + b * surface[j, 9] + c * surface[k, 9],
        lights, eye, shadows, views, soft,
    )  # fmt: skip


@numba.njit(**INLINE)
def _reflectance_on(
    i: int, j: int, k: int, a: float, b: float, c: float, m: int, surface: Floats, palette: Floats, marks: Floats
) -> tuple[float, float, float, float]:
    """Colour and gloss of material m at shares a, b, c of the corners i, j, k."""
    if m != HEAD and m != SHIRT and m != HAIR:
        return palette[m, 0], palette[m, 1], palette[m, 2], palette[m, 3]
    return reflectance(
        m,
        a * surface[i, 6] + b * surface[j, 6] + c * surface[k, 6],
        a * surface[i, 7] + b * surface[j, 7] + c * surface[k, 7],
        a * surface[i, 8] + b * surface[j, 8] + c * surface[k, 8],
        palette,
        marks,
    )


@numba.njit(**FAST)
def shade(
    frame: Floats,
    box: tuple[int, int, int, int],
    samples: int,
    owner: Floats,
    depth: Floats,
    screen: Floats,
    faces: Floats,
    material: Floats,
    surface: Floats,
    per_pixel: bool,
    palette: Floats,
    marks: Floats,
    lights: Floats,
    eye: Floats,
    shadows: Floats,
    views: Floats,
    soft: int,
    table: Floats,
) -> None:
    """Paint the figure over `frame` (H, W, 3) u8 from finer buffers.

    Within one part light is worked out once a pixel, and colours for every sample where something is painted on it; at
    edges light is worked out for every face in the pixel, and samples are averaged with the picture behind.

    Args:
        box: x0, y0, x1, y1 of the pixels that the buffers cover.
        samples: of a pixel, along each side.
        owner, depth: from `raster.draw`, `samples` times the size of the box; screen: (V, 3) in samples from there.
        faces: (F, 3) and material (F,) of the faces.
        surface: (V, COLUMNS).
        per_pixel: work light out in every pixel, not take it from the vertices.
        palette, marks: see `details.reflectance`.
        lights: direction to the lamp (3), its colour (3), colour from all around (3), at the rim (3), from below (3).
        eye: the camera's position (3).
        shadows, views: (K, N, N) depth maps that the lamp sees, and (K, 5, 3) how they were taken: right, up, forward,
            middle, cells per metre. soft: cells that their shadows' edges are softened over, each way.
        table: `tone_table`.
    """
    count = samples * samples
    half = samples // 2
    inset = 0.5 if samples % 2 else 0.0
    for y in range(box[3] - box[1]):
        for x in range(box[2] - box[0]):
            # All bits of -1 are set: of all samples that are not covered, and of no face's number.
            nothing, anything = -1, 0
            for row in range(samples * y, samples * y + samples):
                for column in range(samples * x, samples * x + samples):
                    nothing &= owner[row, column]
                    anything |= owner[row, column]
            if nothing == -1:
                continue
            whole = anything >= 0
            if whole and nothing != anything:
                first = material[owner[samples * y, samples * x]]
                low, high = 1e9, 0.0
                for row in range(samples * y, samples * y + samples):
                    for column in range(samples * x, samples * x + samples):
                        whole = whole and material[owner[row, column]] == first
                        low, high = min(low, depth[row, column]), max(high, depth[row, column])
                whole = whole and high < 1.012 * low
            r, g, b, shine, rim = 0.0, 0.0, 0.0, 0.0, 0.0
            if whole:
                f = owner[samples * y + half, samples * x + half]
                i, j, k = faces[f, 0], faces[f, 1], faces[f, 2]
                u, v, w = _weights(samples * x + half + inset, samples * y + half + inset, i, j, k, screen)
                r, g, b, shine, rim = _light_on(i, j, k, u, v, w, surface, per_pixel, lights, eye, shadows, views, soft)
                m = material[f]
                if m != HEAD and (not per_pixel or (m != SHIRT and m != HAIR)):
                    cr, cg, cb, gloss = _reflectance_on(i, j, k, u, v, w, m, surface, palette, marks)
                    frame[box[1] + y, box[0] + x, 0] = tone(cr * r + gloss * shine + rim * lights[9], table)
                    frame[box[1] + y, box[0] + x, 1] = tone(cg * g + gloss * shine + rim * lights[10], table)
                    frame[box[1] + y, box[0] + x, 2] = tone(cb * b + gloss * shine + rim * lights[11], table)
                    continue
            red, green, blue = 0, 0, 0
            lit = -1  # the face whose light is known: within a pixel it hardly changes
            for row in range(samples * y, samples * y + samples):
                for column in range(samples * x, samples * x + samples):
                    f = owner[row, column]
                    if f < 0:
                        red += frame[box[1] + y, box[0] + x, 0]
                        green += frame[box[1] + y, box[0] + x, 1]
                        blue += frame[box[1] + y, box[0] + x, 2]
                        continue
                    i, j, k = faces[f, 0], faces[f, 1], faces[f, 2]
                    u, v, w = _weights(column + 0.5, row + 0.5, i, j, k, screen)
                    if not whole and f != lit:
                        lit = f
                        r, g, b, shine, rim = _light_on(
                            i, j, k, u, v, w, surface, per_pixel, lights, eye, shadows, views, soft
                        )
                    cr, cg, cb, gloss = _reflectance_on(i, j, k, u, v, w, material[f], surface, palette, marks)
                    red += tone(cr * r + gloss * shine + rim * lights[9], table)
                    green += tone(cg * g + gloss * shine + rim * lights[10], table)
                    blue += tone(cb * b + gloss * shine + rim * lights[11], table)
            frame[box[1] + y, box[0] + x, 0] = (red + count // 2) // count
            frame[box[1] + y, box[0] + x, 1] = (green + count // 2) // count
            frame[box[1] + y, box[0] + x, 2] = (blue + count // 2) // count


@numba.njit(**FAST)
def shade_mirrored(
    out: Floats,
    corner: tuple[int, int],
    box: tuple[int, int, int, int],
    owner: Floats,
    screen: Floats,
    faces: Floats,
    material: Floats,
    surface: Floats,
    palette: Floats,
    marks: Floats,
    lights: Floats,
    axes: Floats,
    focal: float,
    size: tuple[int, int],
    gloss: float,
) -> None:
    """Write the mirror image of a body in the floor into `out` (h, w, 4): light times cover, and cover.

    Args:
        corner: pixel of the picture at which `out` starts. box: pixels that the buffer `owner` covers, one sample each.
        screen, faces: of the body under the floor, seen from above it: faces the other way around.
        axes, focal, size: of the camera. gloss: how much the floor mirrors.
        Others as for `shade`; light is taken from the vertices.
    """
    for y in range(box[3] - box[1]):
        py = (0.5 * size[1] - box[1] - y - 0.5) / focal
        for x in range(box[2] - box[0]):
            f = owner[y, x]
            if f < 0:
                continue
            px = (box[0] + x + 0.5 - 0.5 * size[0]) / focal
            i, j, k = faces[f, 0], faces[f, 1], faces[f, 2]
            a, b, c = _weights(x + 0.5, y + 0.5, i, j, k, screen)
            height = max(a * surface[i, 1] + b * surface[j, 1] + c * surface[k, 1], 0.0)
            cover = (
                gloss
                * math.exp(-height / MIRROR_FADE)
                * mirroring(
                    axes[2, 0] + px * axes[0, 0] + py * axes[1, 0],
                    axes[2, 1] + px * axes[0, 1] + py * axes[1, 1],
                    axes[2, 2] + px * axes[0, 2] + py * axes[1, 2],
                )
            )
            red = a * surface[i, 10] + b * surface[j, 10] + c * surface[k, 10]
            green = a * surface[i, 11] + b * surface[j, 11] + c * surface[k, 11]
            blue = a * surface[i, 12] + b * surface[j, 12] + c * surface[k, 12]
            shine = a * surface[i, 13] + b * surface[j, 13] + c * surface[k, 13]
            rim = a * surface[i, 14] + b * surface[j, 14] + c * surface[k, 14]
            cr, cg, cb, polish = _reflectance_on(i, j, k, a, b, c, material[f], surface, palette, marks)
            row, column = box[1] + y - corner[1], box[0] + x - corner[0]
            out[row, column, 0] = cover * (cr * red + polish * shine + rim * lights[9])
            out[row, column, 1] = cover * (cg * green + polish * shine + rim * lights[10])
            out[row, column, 2] = cover * (cb * blue + polish * shine + rim * lights[11])
            out[row, column, 3] = cover


@numba.njit(**FAST)
def blur(layer: Floats, radius: int, scratch: Floats) -> None:
    """Blur a layer (H, W, C) in place with a box of 2 radius + 1 pixels along rows, then along columns."""
    height, width, channels = layer.shape
    share = np.float32(1 / (2 * radius + 1))
    for y in range(height):
        for k in range(channels):
            total = np.float32(0)
            for x in range(min(radius, width)):
                total += layer[y, x, k]
            for x in range(width):
                if x + radius < width:
                    total += layer[y, x + radius, k]
                if x - radius - 1 >= 0:
                    total -= layer[y, x - radius - 1, k]
                scratch[y, x, k] = total * share
    for y in range(height):
        for x in range(width):
            for k in range(channels):
                total = np.float32(0)
                for row in range(max(y - radius, 0), min(y + radius + 1, height)):
                    total += scratch[row, x, k]
                layer[y, x, k] = total * share
