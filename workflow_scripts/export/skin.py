"""The figure's skin for other programs: its mesh with a picture laid around it, carried by the joints of `export.rig`.

The picture holds the face, the shirt's front and back, and a square of each plain colour. A vertex at the edge of two
of these parts is there once for each.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workflow_scripts.export.rig import BONE_JOINTS
from workflow_scripts.figure.anatomy import HEAD, SHIRT
from workflow_scripts.figure.appearance import Appearance
from workflow_scripts.figure.body import Mesh
from workflow_scripts.figure.details import MATERIALS
from workflow_scripts.figure.paint_pictures import (
    FACE_FRONT,
    FACE_WINDOW,
    NECKLINE_FRONT,
    SHIRT_HALF_WIDTH,
    face_picture,
    face_places,
    palette,
    shirt_picture,
    shirt_places,
    shirt_window,
)
from workflow_scripts.motion.skeleton import Floats

# Texels: the picture, its parts (left, top, width, height), and the squares of the plain colours on its right.
WIDTH, HEIGHT = 1024, 512
FACE, FRONT, BACK = (4, 4, 252, 341), (264, 4, 272, 488), (544, 4, 272, 488)
SQUARE_LEFT, SQUARE = 832, 64
# Pictures are spread by so much beyond their edges, for programs that take the mean of neighbours.
MARGIN = 4
DARKEST = 0.55  # what is left of a colour in the deepest creases


@dataclass(frozen=True)
class Skin:
    """A mesh at rest, for the joints of a `Rig`.

    Attributes:
        positions, normals: (V, 3) f32, metres.
        places: (V, 2) f32, u to the right and v down in the picture, 0..1.
        shade: (V,) f32, 1 in the open .. DARKEST in creases: a factor of the colour.
        joints, weights: (V, 4) u8 and f32, which of smpl24's joints carry the vertex; weights sum to 1.
        faces: (F, 3) u32, counter-clockwise seen from outside.
        picture: (H, W, 3) u8, sRGB.
    """

    positions: npt.NDArray[np.float32]
    normals: npt.NDArray[np.float32]
    places: npt.NDArray[np.float32]
    shade: npt.NDArray[np.float32]
    joints: npt.NDArray[np.uint8]
    weights: npt.NDArray[np.float32]
    faces: npt.NDArray[np.uint32]
    picture: npt.NDArray[np.uint8]


def make_skin(mesh: Mesh, look: Appearance) -> Skin:
    """Lay the picture of a dancer around the mesh of its body."""
    part = _parts(mesh)
    # One vertex for each part it belongs to.
    pairs = np.stack([mesh.faces, np.broadcast_to(part[:, None], mesh.faces.shape)], axis=-1).reshape(-1, 2)
    kept, faces = np.unique(pairs, axis=0, return_inverse=True)
    own, parts = kept[:, 0], kept[:, 1]
    points = mesh.vertices[own].astype(np.float64)
    normals = mesh.normals[own].astype(np.float64)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    weights = mesh.weights[own].astype(np.float64)
    weights /= weights.sum(axis=-1, keepdims=True)
    return Skin(
        positions=mesh.vertices[own],
        normals=normals.astype(np.float32),
        places=_places(mesh, points, parts).astype(np.float32),
        shade=(DARKEST + (1 - DARKEST) * mesh.openness[own]).astype(np.float32),
        joints=BONE_JOINTS[mesh.bones[own]].astype(np.uint8),
        weights=weights.astype(np.float32),
        faces=faces.reshape(-1, 3).astype(np.uint32),
        picture=_picture(mesh, look),
    )


_FACE, _FRONT, _BACK = MATERIALS, MATERIALS + 1, MATERIALS + 2  # numbers of parts, after those of the plain colours


def _parts(mesh: Mesh) -> npt.NDArray[np.intp]:
    """Return the part of the picture (F,) that each face shows."""
    part = mesh.material.astype(np.intp)
    corners = mesh.vertices[mesh.faces].astype(np.float64)
    z = face_places(mesh, corners)[..., 2].min(axis=-1)
    part[(mesh.material == HEAD) & (z > FACE_FRONT)] = _FACE
    x, _, z = np.moveaxis(shirt_places(mesh, corners), -1, 0)
    torso = (mesh.material == SHIRT) & (np.abs(x).min(axis=-1) < SHIRT_HALF_WIDTH)
    front = z.mean(axis=-1) > NECKLINE_FRONT
    part[torso & front], part[torso & ~front] = _FRONT, _BACK
    return part


def _places(mesh: Mesh, points: Floats, parts: npt.NDArray[np.intp]) -> Floats:
    places = np.empty((len(points), 2))
    for number in range(MATERIALS):
        places[parts == number] = SQUARE_LEFT + SQUARE / 2, (number + 0.5) * SQUARE
    for number, box, window, where in (
        (_FACE, FACE, FACE_WINDOW, face_places(mesh, points)),
        (_FRONT, FRONT, shirt_window(mesh), shirt_places(mesh, points)),
        (_BACK, BACK, shirt_window(mesh), shirt_places(mesh, points)),
    ):
        x0, y0, x1, y1 = window
        share = np.stack([(where[:, 0] - x0) / (x1 - x0), (y1 - where[:, 1]) / (y1 - y0)], axis=-1)
        here = parts == number
        places[here] = np.array(box[:2]) + np.clip(share[here], 0, 1) * box[2:]
    return places / [WIDTH, HEIGHT]


def _picture(mesh: Mesh, look: Appearance) -> npt.NDArray[np.uint8]:
    light = np.zeros((HEIGHT, WIDTH, 3))
    for number, colour in enumerate(palette(look)):
        light[number * SQUARE : (number + 1) * SQUARE, SQUARE_LEFT : SQUARE_LEFT + SQUARE] = colour
    for (left, top, width, height), part in (
        (FACE, face_picture(look, *FACE[2:])),
        (FRONT, shirt_picture(mesh, look, *FRONT[2:], front=True)),
        (BACK, shirt_picture(mesh, look, *BACK[2:], front=False)),
    ):
        spread = np.pad(part, ((MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0)), mode="edge")
        light[top - MARGIN : top + height + MARGIN, left - MARGIN : left + width + MARGIN] = spread
    srgb = np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055)
    return np.asarray(np.round(np.clip(srgb, 0, 1) * 255), dtype=np.uint8)
