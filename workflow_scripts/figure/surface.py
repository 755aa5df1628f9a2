"""Smooth solids from simple ones: signed distances, their smooth union, and a triangle mesh of its surface."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numba
import numpy as np
import numpy.typing as npt

from workflow_scripts.figure.raster import FAST
from workflow_scripts.motion.skeleton import Floats

CUT_BLEND = 0.012  # metres: how round the edge of a cut is


@dataclass(frozen=True)
class Tube:
    """A chain of round cones: balls of changing radius along a line through `stations` (N, 3), metres.

    `weights` says for every station which bones carry it.
    """

    stations: Floats
    radii: Floats
    weights: Sequence[dict[str, float]] = ()
    blend: float = 0.02


@dataclass(frozen=True)
class Ellipsoid:
    """An ellipsoid with half axes `radii` (3,) along the columns of `axes` (3, 3); `weights` as for one station."""

    centre: Floats
    radii: Floats
    axes: Floats = field(default_factory=lambda: np.eye(3))
    blend: float = 0.02
    weights: Sequence[dict[str, float]] = ()


Solid = Tube | Ellipsoid


class Union:
    """The smooth union of solids, each joined to those before it within its own `blend` (metres)."""

    def __init__(self, solids: Sequence[Solid], lowest: float = -np.inf) -> None:
        """Pack at least one solid; what lies below the height `lowest` (metres) is cut off."""
        self.solids, self._lowest = tuple(solids), lowest
        # One row per cone of a tube, or per ellipsoid: 0-2 start or centre, 3-5 end or radii, 6-7 radii at the ends,
        # 8-16 axes, 17 blend, 18 number of the solid, 19 number of the first station (-1: an ellipsoid).
        rows = []
        for number, solid in enumerate(self.solids):
            if isinstance(solid, Tube):
                for station, (start, end) in enumerate(pairwise(solid.stations)):
                    ends = solid.radii[station : station + 2]
                    rows.append([*start, *end, *ends, *np.zeros(9), solid.blend, number, station])
            else:
                rows.append([*solid.centre, *solid.radii, 0, 0, *np.ravel(solid.axes), solid.blend, number, -1])
        self._rows = np.array(rows, dtype=np.float64)

    def distance(self, points: Floats) -> Floats:
        """Return the signed distance (N,) of points (N, 3), metres; exact to first order at the surface."""
        out = np.empty(len(points))
        _union_distance(self._rows, np.ascontiguousarray(points, np.float64), out)
        if self._lowest > -np.inf:
            # A smooth maximum, so that the edge is round.
            below = self._lowest - np.asarray(points)[:, 1]
            overlap = np.maximum(CUT_BLEND - np.abs(out - below), 0)
            out = np.maximum(out, below) + overlap * overlap / (4 * CUT_BLEND)
        return out

    def normals(self, points: Floats, step: float = 5e-4) -> Floats:
        """Return the unit gradient (N, 3) of the distance: at the surface its outward normal."""
        differences = [self.distance(points + offset) - self.distance(points - offset) for offset in np.eye(3) * step]
        vectors = np.stack(differences, axis=-1)
        return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)

    def members(self, points: Floats) -> tuple[Floats, Floats]:
        """Return each solid's own distance (N, S) and the place (N, S) on its line that is nearest, in stations."""
        distances = np.empty((len(points), len(self.solids)))
        places = np.empty_like(distances)
        _member_distances(self._rows, np.ascontiguousarray(points, np.float64), distances, places)
        return distances, places

    def bounds(self) -> tuple[Floats, Floats]:
        """Return the lowest and highest corner of a box around the solids."""
        rows = self._rows
        tube = rows[:, 19:20] >= 0
        reach = np.where(tube, rows[:, 6:8].max(axis=1, keepdims=True), rows[:, 3:6].max(axis=1, keepdims=True))
        ends = np.where(tube, rows[:, 3:6], rows[:, 0:3])
        low, high = np.minimum(rows[:, 0:3], ends) - reach, np.maximum(rows[:, 0:3], ends) + reach
        margin = rows[:, 17].max() / 4
        return low.min(axis=0) - margin, high.max(axis=0) + margin


@numba.njit(**FAST)
def _row_distance(row: Floats, x: float, y: float, z: float) -> tuple[float, float]:
    """Signed distance to one row's shape and the share of the way along it."""
    if row[19] < 0:
        # Ellipsoid: Quilez' estimate k0 (k0 - 1) / k1.
        x, y, z = x - row[0], y - row[1], z - row[2]
        k0, k1 = 0.0, 0.0
        for i in range(3):
            part = (row[8 + i] * x + row[11 + i] * y + row[14 + i] * z) / row[3 + i]
            k0 += part * part
            k1 += part * part / (row[3 + i] * row[3 + i])
        if k1 < 1e-12:
            return -min(row[3], row[4], row[5]), 0.0
        k0 = math.sqrt(k0)
        return k0 * (k0 - 1) / math.sqrt(k1), 0.0
    ax, ay, az = row[3] - row[0], row[4] - row[1], row[5] - row[2]
    x, y, z = x - row[0], y - row[1], z - row[2]
    share = (x * ax + y * ay + z * az) / max(ax * ax + ay * ay + az * az, 1e-12)
    share = min(max(share, 0.0), 1.0)
    x, y, z = x - share * ax, y - share * ay, z - share * az
    return math.sqrt(x * x + y * y + z * z) - row[6] - share * (row[7] - row[6]), share


@numba.njit(**FAST)
def _union_distance(rows: Floats, points: Floats, out: Floats) -> None:
    for n in range(points.shape[0]):
        x, y, z = points[n, 0], points[n, 1], points[n, 2]
        total, own, blend, solid = 1e9, 1e9, 0.02, rows[0, 18]
        for row in rows:
            distance, _ = _row_distance(row, x, y, z)
            if row[18] != solid:
                overlap = max(blend - abs(own - total), 0.0)
                total = min(own, total) - overlap * overlap / (4 * blend)
                own, solid = 1e9, row[18]
            # The cones of one tube fit together: a plain minimum, or it would bulge at every station.
            own, blend = min(own, distance), row[17]
        overlap = max(blend - abs(own - total), 0.0)
        out[n] = min(own, total) - overlap * overlap / (4 * blend)


@numba.njit(**FAST)
def _member_distances(rows: Floats, points: Floats, distances: Floats, places: Floats) -> None:
    distances[:] = 1e9
    places[:] = 0
    for n in range(points.shape[0]):
        for row in rows:
            solid = int(row[18])
            distance, share = _row_distance(row, points[n, 0], points[n, 1], points[n, 2])
            if distance < distances[n, solid]:
                distances[n, solid] = distance
                places[n, solid] = max(row[19], 0.0) + share


def triangulate(union: Union, cell: float) -> tuple[Floats, npt.NDArray[np.int32]]:
    """Return the union's surface as a mesh: vertices (V, 3) metres and triangles (F, 3), counter-clockwise outside.

    "Naive surface nets" (Gibson 1998): one vertex in every grid cell that the surface crosses, then two Newton steps
    onto the surface.

    Args:
        union: what to mesh.
        cell: edge of the grid's cells, metres.
    """
    low, high = union.bounds()
    low, high = low - 2.5 * cell, high + 2.5 * cell
    shape = np.ceil((high - low) / cell).astype(int) + 1
    grid = np.stack(np.meshgrid(*(np.arange(n) * cell for n in shape), indexing="ij"), axis=-1) + low
    values = union.distance(grid.reshape(-1, 3)).reshape(shape)
    vertices, number = _cell_vertices(values)
    vertices = low + vertices * cell
    for _ in range(2):
        step = union.distance(vertices)[:, None] * union.normals(vertices)
        vertices = vertices - np.clip(step, -0.5 * cell, 0.5 * cell)
    return vertices, _faces(values < 0, number)


def _cell_vertices(values: Floats) -> tuple[Floats, npt.NDArray[np.int32]]:
    """Return a vertex (V, 3), in cells, for each grid cell that the surface crosses, and the cells' numbers (or -1)."""
    inside = values < 0
    corners = np.array([(i, j, k) for i in (0, 1) for j in (0, 1) for k in (0, 1)])
    a, b, c = (n - 1 for n in values.shape)
    count = sum(inside[i : a + i, j : b + j, k : c + k].astype(int) for i, j, k in corners)
    cells = np.argwhere((count > 0) & (count < 8))
    number = np.full((a, b, c), -1, dtype=np.int32)
    number[tuple(cells.T)] = np.arange(len(cells))
    at = values[tuple((cells[:, None] + corners).transpose(2, 0, 1))]
    total, crossings = np.zeros((len(cells), 3)), np.zeros(len(cells))
    for first in range(8):
        for second in range(first + 1, 8):
            if np.abs(corners[first] - corners[second]).sum() != 1:
                continue
            crossed = (at[:, first] < 0) != (at[:, second] < 0)
            share = np.where(crossed, at[:, first] / np.where(crossed, at[:, first] - at[:, second], 1), 0)
            edge = corners[first] + share[:, None] * (corners[second] - corners[first])
            total += np.where(crossed[:, None], edge, 0)
            crossings += crossed
    return cells + total / crossings[:, None], number


def _faces(inside: npt.NDArray[np.bool_], number: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Return two triangles around every grid edge that the surface crosses, from the vertices of its four cells."""
    quads = []
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        edge = np.moveaxis(inside, axis, 0)
        for leaving in (True, False):
            crossed = (edge[:-1] & ~edge[1:]) if leaving else (~edge[:-1] & edge[1:])
            index = np.argwhere(np.moveaxis(crossed, 0, axis))
            # The four cells around the grid edge; the surface never reaches the grid's border.
            around = [index.copy() for _ in range(4)]
            around[1][:, u] -= 1
            around[2][:, [u, v]] -= 1
            around[3][:, v] -= 1
            ring = [number[tuple(cell.T)] for cell in around]
            quads.append(np.stack(ring if leaving else ring[::-1], axis=-1))
    faces = np.concatenate(quads)
    return np.concatenate([faces[:, [0, 1, 2]], faces[:, [0, 2, 3]]]).astype(np.int32)
