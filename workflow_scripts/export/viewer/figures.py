"""A dancer's body for the page: the renderer's mesh in coarser cells, its paint as small pictures, all whole numbers."""

from typing import Any

import numpy as np
import numpy.typing as npt

from workflow_scripts.figure import shading
from workflow_scripts.figure.anatomy import HAIR, HEAD, HEAD_SIZE, SHIRT, SHOE, SKIN, SOLE, TROUSERS
from workflow_scripts.figure.appearance import PATTERNS, Appearance
from workflow_scripts.figure.body import Mesh
from workflow_scripts.motion.skeleton import Floats

VERTEX_STEP = 0.00025  # metres
NORMAL_STEP = 1 / 48
SHARES = 255  # of weights and openness
MATERIALS = 7


def mesh_tables(mesh: Mesh) -> dict[str, npt.NDArray[np.int64]]:
    """Return vertices, normals, faces, bones, weights, materials and openness as tables of whole numbers.

    Faces (F, 3) are sorted and begin with their smallest vertex a: kept are a, b - a, c - a. Vertices of different
    materials are never shared, so that the material is the vertex's.
    """
    faces = mesh.faces.astype(np.int64)
    first = faces.argmin(axis=1)
    faces = np.take_along_axis(faces, (first[:, None] + np.arange(3)) % 3, axis=1)
    faces = faces[np.lexsort(faces.T[::-1])]
    material = np.zeros(len(mesh.vertices), np.int64)
    material[mesh.faces] = mesh.material[:, None]
    return {
        "vertices": np.round(mesh.vertices / VERTEX_STEP).astype(np.int64),
        "normals": np.round(mesh.normals / NORMAL_STEP).astype(np.int64),
        "corners": faces[:, 0],
        "edges": faces[:, 1:] - faces[:, :1],
        "bones": mesh.bones.astype(np.int64),
        "weights": np.round(mesh.weights * SHARES).astype(np.int64),
        "materials": material,
        "openness": np.round(mesh.openness * SHARES).astype(np.int64),
    }


# Pictures of the painted parts, seen from the front: texels, and the part they show as x0, y0, x1, y1 in sizes of the
# head around its middle, and in sizes of the body around the neck.
FACE_SIZE, FACE = (128, 176), (-0.08, -0.11, 0.08, 0.11)
SHIRT_SIZE, SHIRT_HALF_WIDTH = (160, 240), 0.24
_ABOVE_NECK, _BELOW_HEM = 0.06, 0.05
# Behind these (z, in sizes) there is no face, and no neckline.
FACE_FRONT, SHIRT_FRONT = 0.02, -0.03


def paint_tables(mesh: Mesh, look: Appearance) -> dict[str, npt.NDArray[np.int64]]:
    """Return pictures (H, 3 W) of the face and of the shirt's front and back, display values 0..255, top row first."""
    return {
        "face": _picture(lambda x, y: _face(look, x, y), FACE_SIZE, FACE),
        "front": _picture(lambda x, y: _shirt(mesh, look, x, y, 0.1), SHIRT_SIZE, _shirt_window(mesh)),
        "back": _picture(lambda x, y: _shirt(mesh, look, x, y, -0.1), SHIRT_SIZE, _shirt_window(mesh)),
    }


def figure_facts(mesh: Mesh, look: Appearance) -> dict[str, Any]:
    """Return what a shader needs to know: colours of materials, and where the pictures lie in the rest pose, metres."""
    head, s = np.asarray(mesh.head_centre), mesh.scale * HEAD_SIZE
    x0, y0, x1, y1 = _shirt_window(mesh)
    neck, scale = mesh.neck_height, mesh.scale
    return {
        "palette": [_plain(colour) for colour in _palette(look)],
        "faceWindow": _plain([head[0] + s * FACE[0], head[1] + s * FACE[1], s * (FACE[2] - FACE[0]), s * 2 * FACE[3]]),
        "faceFront": float(head[2] + s * FACE_FRONT),
        "shirtWindow": _plain([scale * x0, neck + scale * y0, scale * (x1 - x0), scale * (y1 - y0)]),
        "shirtFront": scale * SHIRT_FRONT,
    }


def _palette(look: Appearance) -> Floats:
    palette = np.zeros((MATERIALS, 3))
    palette[[SKIN, HEAD]], palette[HAIR], palette[SHIRT] = look.skin, look.hair, look.shirt
    palette[TROUSERS], palette[SHOE], palette[SOLE] = look.trousers, look.shoe, 0.75
    return palette


def _shirt_window(mesh: Mesh) -> tuple[float, float, float, float]:
    hem = (mesh.hem_height - mesh.neck_height) / mesh.scale
    return -SHIRT_HALF_WIDTH, hem - _BELOW_HEM, SHIRT_HALF_WIDTH, _ABOVE_NECK


# The renderer's own painters, so that faces and shirts are the same everywhere.
def _face(look: Appearance, x: float, y: float) -> tuple[float, ...]:
    return tuple(shading._paint_face(x, y, 0.1, *look.skin, np.asarray(look.hair))[:3])


def _shirt(mesh: Mesh, look: Appearance, x: float, y: float, z: float) -> tuple[float, ...]:
    over_hem = y - (mesh.hem_height - mesh.neck_height) / mesh.scale
    palette = np.hstack([_palette(look), np.zeros((MATERIALS, 1))])
    return tuple(shading._paint_shirt(x, y, z, over_hem, float(PATTERNS.index(look.pattern)), palette))


def _picture(paint: Any, size: tuple[int, int], window: tuple[float, float, float, float]) -> npt.NDArray[np.int64]:
    (width, height), (x0, y0, x1, y1) = size, window
    xs = x0 + (np.arange(width) + 0.5) / width * (x1 - x0)
    ys = y1 - (np.arange(height) + 0.5) / height * (y1 - y0)
    linear = np.array([[paint(float(x), float(y)) for x in xs] for y in ys])
    # sRGB's own curve: the page hands the picture to the graphics card as sRGB.
    display = np.where(linear < 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055)
    return np.asarray(np.round(255 * display.clip(0, 1)), np.int64).reshape(height, 3 * width)


def _plain(values: Any) -> list[float]:
    return [round(float(value), 5) for value in values]
