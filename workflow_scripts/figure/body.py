"""The body as a skinned mesh in its rest pose, and where its bones carry it in every frame of a dance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from workflow_scripts.figure.anatomy import (
    CELLS,
    COARSER,
    COARSER_HAND,
    HAND_CELL,
    SHIRT,
    SKIN,
    TROUSERS,
    head_centre,
    solids,
)
from workflow_scripts.figure.appearance import Appearance
from workflow_scripts.figure.posing import BONES, bone_transforms, rest_joints
from workflow_scripts.figure.surface import Union, triangulate
from workflow_scripts.motion.skeleton import SMPL24, Floats

# A vertex belongs to the solids around it with weight exp(-distance / this), metres: the width of a joint's crease.
SKINNING_FALLOFF = 0.012
# Triangles this deep (metres) inside another part are never seen and left out.
HIDDEN_DEPTH = 0.014
# Fingers come apart in cells larger than so many times HAND_CELL.
COARSEST_HAND = 1.15
HEM = 0.045  # metres: the shirt ends this far below the pelvis
# Distances (metres) over which nearby surfaces darken each other, and how much.
FOLDS = {SHIRT: 0.10, TROUSERS: 0.045}
OCCLUSION = ((0.03, 0.35), (0.09, 0.45))


@dataclass(frozen=True)
class Mesh:
    """A closed body in its rest pose.

    Attributes:
        vertices, normals: (V, 3) f32, metres.
        faces: (F, 3) i32, counter-clockwise seen from outside.
        material: (F,) u8, one of anatomy's numbers.
        openness: (V,) f32, 1 where nothing is near .. 0 in deep creases (ambient occlusion).
        bones, weights: (V, 4) i32 and f32: which of posing.BONES carry the vertex; weights sum to 1.
        head_centre: (3,) between the ears; neck_height, hem_height: y of the neck and of the shirt's hem.
        scale: height over the skeleton's own.
    """

    vertices: npt.NDArray[np.float32]
    normals: npt.NDArray[np.float32]
    faces: npt.NDArray[np.int32]
    material: npt.NDArray[np.uint8]
    openness: npt.NDArray[np.float32]
    bones: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float32]
    head_centre: Floats
    neck_height: float
    hem_height: float
    scale: float


@dataclass(frozen=True)
class Body:
    """A dancer's body and its motion.

    `transforms` (T, B, 3, 4) carry the rest pose's points, see `bone_transforms`; `world` (T, 24, 3) are the joints.
    """

    look: Appearance
    mesh: Mesh
    transforms: "ByFrame"
    world: "ByFrame"


class ByFrame(Protocol):
    """An array (T, ...), or what is worked out for the frames that are asked for."""

    def __getitem__(self, where: Any, /) -> Any:
        """Return what an array would, indexed by a frame first."""


def make_body(world: Floats, look: Appearance, coarse: bool = False) -> Body:
    """Model the body of a dancer around its joints.

    Args:
        world: (T, 24, 3) smpl24 joints, metres, floor at y = 0.
        look: clothes, hair, build.
        coarse: half the triangles, for drafts.
    """
    world = np.asarray(world, dtype=np.float64)
    rest = rest_joints(world)
    return Body(look, make_mesh(rest, look, coarse), bone_transforms(world, rest).astype(np.float32), world)


def make_mesh(rest: Floats, look: Appearance, coarse: bool = False, coarseness: float = 1.0) -> Mesh:
    """Build the mesh around the rest pose's joints (24, 3), with half the triangles if `coarse`.

    `coarseness` is a factor on the size of all cells, for files that have to be small; hands stay as fine as their
    fingers need.
    """
    scale = _height(rest) / _height(SMPL24.rest_positions)
    hem_height = float(rest[0, 1] - HEM * scale)
    parts = [
        (kind, Union(union, hem_height if kind == SHIRT else -np.inf))
        for kind, unions in solids(look, rest, scale).items()
        for union in unions
    ]
    vertices, normals, faces, materials, bones, weights = [], [], [], [], [], []
    count = 0
    for material, union in parts:
        is_hand = material == SKIN and len(union.solids) > 4
        cell = HAND_CELL if is_hand else CELLS[material]
        if coarse:
            cell *= COARSER_HAND if is_hand else COARSER[material]
        cell *= min(coarseness, COARSEST_HAND) if is_hand else coarseness
        points, triangles = triangulate(union, cell * scale)
        others = [other for kind, other in parts if kind != material]
        triangles = triangles[~_hidden(points, others, scale)[triangles].all(axis=-1)]
        kept, renumbered = np.unique(triangles, return_inverse=True)
        triangles = renumbered.reshape(-1, 3).astype(np.int32)
        points = points[kept]
        bone, weight = _skinning(points, union)
        vertices.append(points)
        normals.append(_folded(points, union.normals(points), material))
        faces.append(triangles + count)
        materials.append(np.full(len(triangles), material))
        bones.append(bone)
        weights.append(weight)
        count += len(points)
    points, directions = np.concatenate(vertices), np.concatenate(normals)
    return Mesh(
        vertices=points.astype(np.float32),
        normals=directions.astype(np.float32),
        faces=np.concatenate(faces).astype(np.int32),
        material=np.concatenate(materials).astype(np.uint8),
        openness=_openness(points, directions, [union for _, union in parts], scale).astype(np.float32),
        bones=np.concatenate(bones).astype(np.int32),
        weights=np.concatenate(weights).astype(np.float32),
        head_centre=head_centre(rest, scale),
        neck_height=float(rest[SMPL24.index("neck"), 1]),
        hem_height=hem_height,
        scale=scale,
    )


def extent(world: Floats) -> Floats:
    """Return points (T, N, 3) around the joints (T, 24, 3) between which the whole body lies, hair and hands too."""
    reach = np.full(SMPL24.size, 0.13)
    reach[SMPL24.index("head")] = 0.27
    for joint in ("left_foot", "right_foot"):
        reach[SMPL24.index(joint)] = 0.12
    offsets = np.concatenate([np.eye(3), -np.eye(3)])
    points = world[:, :, None] + reach[:, None, None] * offsets
    points[..., 1] = np.maximum(points[..., 1], np.minimum(world[:, :, None, 1], -0.03))
    return points.reshape(len(world), -1, 3)


def _height(joints: Floats) -> float:
    """Length of the bones from ankle to neck: what scales a body (heads and feet are less well measured)."""
    chain = ["left_ankle", "left_knee", "left_hip", "pelvis", "spine1", "spine2", "spine3", "neck"]
    return float(np.linalg.norm(np.diff(joints[[SMPL24.index(j) for j in chain]], axis=0), axis=-1).sum())


def _hidden(points: Floats, others: Sequence[Union], scale: float) -> npt.NDArray[np.bool_]:
    hidden = np.zeros(len(points), dtype=bool)
    for union in others:
        hidden |= union.distance(points) < -HIDDEN_DEPTH * scale
    return hidden


def _openness(points: Floats, normals: Floats, unions: Sequence[Union], scale: float) -> Floats:
    openness = np.ones(len(points))
    for reach, strength in OCCLUSION:
        probes = points + normals * reach * scale
        distance = np.min([union.distance(probes) for union in unions], axis=0)
        openness *= 1 - strength * (1 - np.clip(distance / (reach * scale), 0, 1))
    return openness


def _folded(points: Floats, normals: Floats, material: int) -> Floats:
    """Tilt the normals of cloth by a slow, warped wave that reads as folds."""
    if material not in FOLDS:
        return normals
    x, y, z = points.T
    wave = FOLDS[material] * np.cos(46 * y + 17 * np.abs(x) + 2.1 * np.sin(23 * x + 31 * z))
    tilted = normals + wave[:, None] * np.stack([0.6 * np.sin(31 * x + 9 * y), np.ones_like(y), np.zeros_like(y)], -1)
    return tilted / np.linalg.norm(tilted, axis=-1, keepdims=True)


def _skinning(points: Floats, union: Union) -> tuple[npt.NDArray[np.intp], Floats]:
    """Return the four strongest bones (V, 4) of each point and their weights (V, 4)."""
    distances, places = union.members(points)
    near = np.exp(-(distances - distances.min(axis=-1, keepdims=True)) / SKINNING_FALLOFF)
    total = np.zeros((len(points), len(BONES)))
    for number, solid in enumerate(union.solids):
        for station, bones in enumerate(solid.weights):
            here = near[:, number] * np.clip(1 - np.abs(places[:, number] - station), 0, 1)
            for bone, weight in bones.items():
                total[:, BONES.index(bone)] += here * weight
    strongest = np.argsort(-total, axis=-1, kind="stable")[:, :4]
    weights = np.take_along_axis(total, strongest, axis=-1)
    return strongest, weights / weights.sum(axis=-1, keepdims=True)
