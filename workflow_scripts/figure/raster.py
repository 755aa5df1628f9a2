"""Triangles to pixels: numba kernels for skinning, projection and a depth buffer. No kernel allocates per pixel."""

from typing import Any

import numba
import numpy as np

from workflow_scripts.figure.kernel_cache import FOLDER, drop_stale
from workflow_scripts.motion.skeleton import Floats

drop_stale(FOLDER)  # before the first kernel looks for its own
# How every kernel is compiled: kept on disk, without Python's lock, free to reorder sums.
FAST: Any = {"cache": True, "nogil": True, "fastmath": True}
# The same for what kernels call per pixel: passing arrays costs more than the work, so it is always compiled in place.
INLINE: Any = FAST | {"forceinline": True}
F32, U32 = np.float32, np.uint32
# Added to nearness in parallel projection, so that it is positive as in perspective (metres).
NEARNESS_OFFSET = 10.0


@numba.njit(**FAST)
def skin(vertices: Floats, normals: Floats, bones: Floats, weights: Floats, transforms: Floats, out: Floats) -> None:
    """Carry vertices and normals (V, 3) along with their bones (linear blend skinning).

    Args:
        bones, weights: (V, 4), strongest first; transforms: (B, 3, 4).
        out: (V, 6+): columns 0-2 get the positions, 3-5 the normals (not normalised).
    """
    m = np.empty((3, 4), np.float32)
    for v in range(vertices.shape[0]):
        m[:] = 0
        for k in range(4):
            w = weights[v, k]
            if w < 1e-3:
                break
            t = transforms[bones[v, k]]
            for i in range(3):
                for j in range(4):
                    m[i, j] += w * t[i, j]
        x, y, z = vertices[v, 0], vertices[v, 1], vertices[v, 2]
        a, b, c = normals[v, 0], normals[v, 1], normals[v, 2]
        for i in range(3):
            out[v, i] = m[i, 0] * x + m[i, 1] * y + m[i, 2] * z + m[i, 3]
            out[v, 3 + i] = m[i, 0] * a + m[i, 1] * b + m[i, 2] * c


@numba.njit(**FAST)
def project(points: Floats, position: Floats, axes: Floats, focal: float, cx: float, cy: float, out: Floats) -> None:
    """Write (x, y, 1 / depth) in pixels of the picture for points (V, 3+); the frame is that of `Camera`."""
    for v in range(points.shape[0]):
        x, y, z = points[v, 0] - position[0], points[v, 1] - position[1], points[v, 2] - position[2]
        depth = axes[2, 0] * x + axes[2, 1] * y + axes[2, 2] * z
        inverse = 1 / max(depth, 0.05)
        out[v, 0] = cx + focal * inverse * (axes[0, 0] * x + axes[0, 1] * y + axes[0, 2] * z)
        out[v, 1] = cy - focal * inverse * (axes[1, 0] * x + axes[1, 1] * y + axes[1, 2] * z)
        out[v, 2] = inverse


@numba.njit(**FAST)
def project_flat(points: Floats, view: Floats, cells: int, out: Floats) -> None:
    """Write (x, y, nearness) of points (V, 3+) in a square map of parallel rays, nearness in metres.

    Args:
        view: (5, 3) rows: right, up, forward, middle of the map in the world, cells per metre.
        cells: edge of the map.
    """
    scale = view[4, 0]
    for v in range(points.shape[0]):
        x, y, z = points[v, 0] - view[3, 0], points[v, 1] - view[3, 1], points[v, 2] - view[3, 2]
        out[v, 0] = (view[0, 0] * x + view[0, 1] * y + view[0, 2] * z) * scale + 0.5 * cells
        out[v, 1] = -(view[1, 0] * x + view[1, 1] * y + view[1, 2] * z) * scale + 0.5 * cells
        out[v, 2] = NEARNESS_OFFSET - (view[2, 0] * x + view[2, 1] * y + view[2, 2] * z)


@numba.njit(**FAST)
def pixel_box(screen: Floats, width: int, height: int, margin: int) -> tuple[int, int, int, int]:
    """Return x0, y0, x1, y1 (exclusive) of the picture's part that the points can touch."""
    x0, y0, x1, y1 = 1e9, 1e9, -1e9, -1e9
    for v in range(screen.shape[0]):
        x0, x1 = min(x0, screen[v, 0]), max(x1, screen[v, 0])
        y0, y1 = min(y0, screen[v, 1]), max(y1, screen[v, 1])
    return (
        int(min(max(x0 - margin, 0), width)),
        int(min(max(y0 - margin, 0), height)),
        int(min(max(x1 + margin + 1, 0), width)),
        int(min(max(y1 + margin + 1, 0), height)),
    )


@numba.njit(**FAST)
def draw(screen: Floats, faces: Floats, depth: Floats, owner: Floats) -> None:
    """Draw triangles into a depth buffer: where a face is nearest (largest third coordinate), note its number.

    Args:
        screen: (V, 3) x, y and nearness (linear over the picture), x and y in samples of the buffers.
        faces: (F, 3), front faces counter-clockwise in the world (clockwise in the picture, whose y points down).
        depth, owner: (H, W) buffers, cleared to 0 and -1.
    """
    height, width = depth.shape
    # All in 32 bits: half the work of 64.
    right, bottom, zero, half, one = F32(width - 1), F32(height - 1), F32(0), F32(0.5), F32(1)
    least, most = F32(-1e-6), F32(1.000001)
    for f in range(faces.shape[0]):
        a, b, c = U32(faces[f, 0]), U32(faces[f, 1]), U32(faces[f, 2])
        ax, ay, bx, by, cx, cy = screen[a, 0], screen[a, 1], screen[b, 0], screen[b, 1], screen[c, 0], screen[c, 1]
        area = (cx - ax) * (by - ay) - (bx - ax) * (cy - ay)
        if area <= F32(1e-9):
            continue
        # Samples lie at the middle of the cells: the first whose middle is not left of (above) the triangle.
        x_low, x_high = max(min(ax, bx, cx) + half, zero), min(max(ax, bx, cx) - half, right)
        y_low, y_high = max(min(ay, by, cy) + half, zero), min(max(ay, by, cy) - half, bottom)
        if x_high < zero or y_high < zero or x_low > right + one or y_low > bottom + one:
            continue
        x0, x1, y0, y1 = U32(x_low), U32(x_high), U32(y_low), U32(y_high)
        if x0 > x1 or y0 > y1:
            continue
        inverse = one / area
        az = screen[a, 2]
        bz, cz = screen[b, 2] - az, screen[c, 2] - az
        # Shares of b and c and nearness at the first sample, and their steps to the right and down.
        b_x, b_y = -(cy - ay) * inverse, (cx - ax) * inverse
        c_x, c_y = (by - ay) * inverse, -(bx - ax) * inverse
        z_x, z_y = b_x * bz + c_x * cz, b_y * bz + c_y * cz
        px, py = F32(x0) + half - ax, F32(y0) + half - ay
        b_row, c_row = b_x * px + b_y * py, c_x * px + c_y * py
        z_row = az + b_row * bz + c_row * cz
        for y in range(y0, y1 + U32(1)):
            u, v, near = b_row, c_row, z_row
            for x in range(x0, x1 + U32(1)):
                if (u >= least) & (v >= least) & (u + v <= most) & (near > depth[y, x]):
                    depth[y, x] = near
                    owner[y, x] = f
                u += b_x
                v += c_x
                near += z_x
            b_row += b_y
            c_row += c_y
            z_row += z_y
