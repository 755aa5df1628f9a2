"""A dancer's body for the page: the renderer's mesh in coarser cells, its paint as small pictures, in whole numbers."""

from typing import Any

import numpy as np
import numpy.typing as npt

from workflow_scripts.figure.anatomy import CELLS, HEAD_SIZE, SHIRT
from workflow_scripts.figure.appearance import Appearance
from workflow_scripts.figure.body import Mesh
from workflow_scripts.figure.paint_pictures import (
    FACE_FRONT,
    FACE_WINDOW,
    NECKLINE_FRONT,
    face_picture,
    palette,
    shirt_picture,
    shirt_window,
)
from workflow_scripts.figure.tone import srgb
from workflow_scripts.motion.skeleton import Floats

VERTEX_STEP = 0.00025  # metres
NORMAL_STEP = 1 / 48
SHARES = 255  # of weights and openness


def mesh_tables(mesh: Mesh, coarseness: float) -> dict[str, npt.NDArray[np.int64]]:
    """Return vertices, normals, faces, bones, weights, materials and openness as tables of whole numbers.

    Faces (F, 3) are sorted and begin with their smallest vertex a: kept are a, b - a, c - a. Vertices of different
    materials are never shared, so that the material is the vertex's. `coarseness` is that of the mesh.
    """
    faces = mesh.faces.astype(np.int64)
    first = faces.argmin(axis=1)
    faces = np.take_along_axis(faces, (first[:, None] + np.arange(3)) % 3, axis=1)
    faces = faces[np.lexsort(faces.T[::-1])]
    material = np.zeros(len(mesh.vertices), np.int64)
    material[mesh.faces] = mesh.material[:, None]
    vertices, normals = _level_hem(mesh, material, coarseness)
    return {
        "vertices": np.round(vertices / VERTEX_STEP).astype(np.int64),
        "normals": np.round(normals / NORMAL_STEP).astype(np.int64),
        "corners": faces[:, 0],
        "edges": faces[:, 1:] - faces[:, :1],
        "bones": mesh.bones.astype(np.int64),
        "weights": np.round(mesh.weights * SHARES).astype(np.int64),
        "materials": material,
        "openness": np.round(mesh.openness * SHARES).astype(np.int64),
    }


def _level_hem(mesh: Mesh, material: npt.NDArray[np.int64], coarseness: float) -> tuple[Floats, Floats]:
    """Return vertices and normals with a shirt that ends level, and as wide as it is just above.

    Coarse cells round the edge between the shirt and its cut off here more and there less: it comes out ragged.
    """
    vertices, normals = mesh.vertices.astype(float), mesh.normals.astype(float)
    height = (vertices[:, 1] - mesh.hem_height) / (CELLS[SHIRT] * coarseness * mesh.scale)
    cut = (material == SHIRT) & (height < 0.6)
    above = (material == SHIRT) & (height >= 0.6)
    edge = np.zeros(len(vertices), bool)
    edge[mesh.faces[above[mesh.faces].any(axis=1)]] = True
    edge &= cut
    vertices[cut, 1] = mesh.hem_height
    around = above & (height < 1.8)
    if edge.any() and around.any():
        middle = vertices[around][:, ::2].mean(axis=0)
        turned = [np.arctan2(*(vertices[which][:, ::2] - middle).T) for which in (edge, around)]
        width = np.linalg.norm(vertices[around][:, ::2] - middle, axis=1)
        outward = np.stack([np.sin(turned[0]), np.cos(turned[0])], axis=1)
        reached = np.interp(turned[0], turned[1], width, period=2 * np.pi)
        vertices[edge, ::2] = middle + reached[:, None] * outward
        normals[edge] = 0
        normals[edge, ::2] = outward
    return vertices, normals


# Texels, width and height.
FACE_SIZE, SHIRT_SIZE = (136, 184), (160, 240)


def paint_tables(mesh: Mesh, look: Appearance, size: float = 1.0) -> dict[str, npt.NDArray[np.int64]]:
    """Return pictures (H, 3 W) of the face and of the shirt's front and back, display values 0..255, top row first.

    `size` is a factor on their width and height.
    """
    (face_x, face_y), (shirt_x, shirt_y) = (
        [round(size * texels) for texels in full] for full in (FACE_SIZE, SHIRT_SIZE)
    )
    return {
        "face": _display(face_picture(look, face_x, face_y)),
        "front": _display(shirt_picture(mesh, look, shirt_x, shirt_y, front=True)),
        "back": _display(shirt_picture(mesh, look, shirt_x, shirt_y, front=False)),
    }


def figure_facts(mesh: Mesh, look: Appearance) -> dict[str, Any]:
    """Return what a shader needs to know: colours of materials, and where the pictures lie in the rest pose, metres.

    A window is its lowest x and y, its width and its height; face and neckline are in front of a z.
    """
    head, size = np.asarray(mesh.head_centre), mesh.scale * HEAD_SIZE
    return {
        "palette": _plain(palette(look)),
        "faceWindow": _window(FACE_WINDOW, head[0], head[1], size),
        "faceFront": float(head[2] + size * FACE_FRONT),
        "shirtWindow": _window(shirt_window(mesh), 0.0, mesh.neck_height, mesh.scale),
        "shirtFront": mesh.scale * NECKLINE_FRONT,
    }


def _window(window: tuple[float, float, float, float], x: float, y: float, size: float) -> list[float]:
    x0, y0, x1, y1 = window
    return _plain(np.array([x + size * x0, y + size * y0, size * (x1 - x0), size * (y1 - y0)]))


def _display(linear: Floats) -> npt.NDArray[np.int64]:
    # The page hands the picture to the graphics card as sRGB.
    return srgb(linear).astype(np.int64).reshape(len(linear), -1)


def _plain(values: Floats) -> list[Any]:
    return np.round(values, 5).tolist()
