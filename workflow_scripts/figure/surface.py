"""Smooth solids from simple ones: signed distances, their smooth union, and a triangle mesh of the surface."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.skeleton import Floats


@dataclass(frozen=True)
class Tube:
    """A chain of round cones: balls of changing radius along a line through `stations` (N, 3), metres.

    `weights` says for every station which bones carry it.
    """

    stations: Floats
    radii: Floats
    weights: Sequence[dict[str, float]]
    blend: float = 0.02

    def distance(self, points: Floats) -> Floats:
        """Return the signed distance (N,) of points (N, 3); nearly exact where the radius changes slowly."""
        return self._measure(points)[0]

    def along(self, points: Floats) -> Floats:
        """Return where on the line the surface is nearest, (N,): 0 at the first station, 1 at the second, ..."""
        return self._measure(points)[1]

    def _measure(self, points: Floats) -> tuple[Floats, Floats]:
        distance, along = np.full(len(points), np.inf), np.zeros(len(points))
        for number, (start, end) in enumerate(pairwise(self.stations)):
            axis = end - start
            share = np.clip((points - start) @ axis / max(float(axis @ axis), 1e-12), 0, 1)
            radius = self.radii[number] + share * (self.radii[number + 1] - self.radii[number])
            here = np.linalg.norm(points - start - share[:, None] * axis, axis=-1) - radius
            along = np.where(here < distance, number + share, along)
            distance = np.minimum(here, distance)
        return distance, along

    def bounds(self) -> tuple[Floats, Floats]:
        """Return the lowest and highest corner of a box around it."""
        radius = float(np.max(self.radii))
        return self.stations.min(axis=0) - radius, self.stations.max(axis=0) + radius


@dataclass(frozen=True)
class Ellipsoid:
    """An ellipsoid with half axes `radii` (3,) along the columns of `axes` (3, 3)."""

    centre: Floats
    radii: Floats
    axes: Floats = field(default_factory=lambda: np.eye(3))
    blend: float = 0.02
    weights: Sequence[dict[str, float]] = ()

    def distance(self, points: Floats) -> Floats:
        """Return an estimate (N,) of the signed distance, exact to first order at the surface (Quilez, ellipsoids)."""
        local = (points - self.centre) @ self.axes / self.radii
        k0 = np.linalg.norm(local, axis=-1)
        k1 = np.linalg.norm(local / self.radii, axis=-1)
        return np.where(k1 > 1e-6, k0 * (k0 - 1) / np.maximum(k1, 1e-6), -float(np.min(self.radii)))

    def along(self, points: Floats) -> Floats:
        """Return zeros (N,): an ellipsoid has no course."""
        return np.zeros(len(points))

    def bounds(self) -> tuple[Floats, Floats]:
        """Return the lowest and highest corner of a box around it."""
        return self.centre - np.max(self.radii), self.centre + np.max(self.radii)


Solid = Tube | Ellipsoid


def union_distance(solids: Sequence[Solid], points: Floats) -> Floats:
    """Return the distance (N,) to the smooth union of the solids (quadratic smooth minimum, each with its `blend`)."""
    result = solids[0].distance(points)
    for solid in solids[1:]:
        distance = solid.distance(points)
        overlap = np.maximum(solid.blend - np.abs(distance - result), 0)
        result = np.minimum(distance, result) - overlap**2 / (4 * solid.blend)
    return result


def gradient(solids: Sequence[Solid], points: Floats, step: float = 5e-4) -> Floats:
    """Return the unit gradient (N, 3) of `union_distance`: the surface's outward normal."""
    columns = [
        union_distance(solids, points + offset) - union_distance(solids, points - offset) for offset in np.eye(3) * step
    ]
    vectors = np.stack(columns, axis=-1)
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)


def triangulate(solids: Sequence[Solid], cell: float) -> tuple[Floats, npt.NDArray[np.int32]]:
    """Return the surface of the smooth union as a mesh: vertices (V, 3) metres and triangles (F, 3), outward.

    "Naive surface nets" (Gibson 1998): one vertex in every grid cell that the surface crosses, then two Newton steps
    onto the surface.

    Args:
        solids: at least one.
        cell: edge of the grid's cells, metres.
    """
    lows, highs = zip(*(solid.bounds() for solid in solids), strict=True)
    margin = 2.5 * cell + max(solid.blend for solid in solids) / 4
    low, high = np.min(lows, axis=0) - margin, np.max(highs, axis=0) + margin
    shape = np.ceil((high - low) / cell).astype(int) + 1
    grid = np.stack(np.meshgrid(*(np.arange(n) * cell for n in shape), indexing="ij"), axis=-1) + low
    values = union_distance(solids, grid.reshape(-1, 3)).reshape(shape)
    inside = values < 0
    corners = np.array([(i, j, k) for i in (0, 1) for j in (0, 1) for k in (0, 1)])
    count = sum(
        inside[i : shape[0] - 1 + i, j : shape[1] - 1 + j, k : shape[2] - 1 + k].astype(int) for i, j, k in corners
    )
    cells = np.argwhere((count > 0) & (count < 8))
    number = np.full(shape - 1, -1, dtype=np.int32)
    number[tuple(cells.T)] = np.arange(len(cells))

    total, crossings = np.zeros((len(cells), 3)), np.zeros(len(cells))
    at = values[tuple((cells[:, None] + corners).transpose(2, 0, 1))]
    for a in range(8):
        for b in range(a + 1, 8):
            if np.abs(corners[a] - corners[b]).sum() != 1:
                continue
            crossed = (at[:, a] < 0) != (at[:, b] < 0)
            share = np.where(crossed, at[:, a] / np.where(crossed, at[:, a] - at[:, b], 1), 0)
            total += np.where(crossed[:, None], corners[a] + share[:, None] * (corners[b] - corners[a]), 0)
            crossings += crossed
    vertices = low + (cells + total / crossings[:, None]) * cell
    for _ in range(2):
        step = union_distance(solids, vertices)[:, None] * gradient(solids, vertices)
        vertices = vertices - np.clip(step, -0.5 * cell, 0.5 * cell)

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
            ring = [number[tuple(c.T)] for c in around]
            quads.append(np.stack(ring if leaving else ring[::-1], axis=-1))
    faces = np.concatenate(quads)
    return vertices, np.concatenate([faces[:, [0, 1, 2]], faces[:, [0, 2, 3]]]).astype(np.int32)
