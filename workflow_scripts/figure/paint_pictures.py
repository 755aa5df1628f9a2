"""The painted parts of the figure, face and shirt, as flat pictures: for programs that lay pictures on a mesh.

`figure.shading` paints every sample by where it lies on the body at rest; seen from the front (or the back) that is a
picture. Places are in sizes: those of the head around its middle, those of the body around the neck.
"""

import numba
import numpy as np

from workflow_scripts.figure.anatomy import HEAD, HEAD_SIZE
from workflow_scripts.figure.appearance import PATTERNS, Appearance
from workflow_scripts.figure.body import Mesh
from workflow_scripts.figure.details import finishes, paint_face, paint_shirt
from workflow_scripts.figure.raster import FAST
from workflow_scripts.motion.skeleton import Floats

# x0, y0, x1, y1 of what is seen of the face, and how far from the middle the shirt has a pattern.
FACE_WINDOW = (-0.085, -0.125, 0.085, 0.105)
SHIRT_HALF_WIDTH, ABOVE_NECK, BELOW_HEM = 0.22, 0.06, 0.10
# There is no face behind this z, and no neckline behind the other.
FACE_FRONT, NECKLINE_FRONT = 0.02, -0.03
SAMPLES = 3  # a texel, each way


def palette(look: Appearance) -> Floats:
    """Return the colour (7, 3) of each material, linear RGB."""
    return finishes(look)[:, :3]


def face_places(mesh: Mesh, points: Floats) -> Floats:
    """Return where points (N, 3) of the body at rest lie in the face's sizes, (N, 3)."""
    return (points - np.asarray(mesh.head_centre)) / (mesh.scale * HEAD_SIZE)


def shirt_places(mesh: Mesh, points: Floats) -> Floats:
    """Return where points (N, 3) of the body at rest lie in the shirt's sizes, (N, 3)."""
    return (points - [0.0, mesh.neck_height, 0.0]) / mesh.scale


def shirt_window(mesh: Mesh) -> tuple[float, float, float, float]:
    """Return x0, y0, x1, y1 of the part of the shirt that has a pattern."""
    hem = (mesh.hem_height - mesh.neck_height) / mesh.scale
    return -SHIRT_HALF_WIDTH, hem - BELOW_HEM, SHIRT_HALF_WIDTH, ABOVE_NECK


def face_picture(look: Appearance, width: int, height: int) -> Floats:
    """Return the face (height, width, 3), linear RGB, the top row first."""
    picture = np.empty((height, width, 3))
    _face_into(picture, np.array(FACE_WINDOW), palette(look))
    return picture


def shirt_picture(mesh: Mesh, look: Appearance, width: int, height: int, front: bool) -> Floats:
    """Return the shirt's front or back (height, width, 3), linear RGB, the top row first, x to the right."""
    picture = np.empty((height, width, 3))
    z = 0.1 if front else -0.1
    hem = (mesh.hem_height - mesh.neck_height) / mesh.scale
    _shirt_into(picture, np.array(shirt_window(mesh)), z, hem, float(PATTERNS.index(look.pattern)), palette(look))
    return picture


@numba.njit(**FAST)
def _place(picture: Floats, window: Floats, row: int, column: int, sample: int) -> tuple[float, float]:
    across = (column + (sample % SAMPLES + 0.5) / SAMPLES) / picture.shape[1]
    down = (row + (sample // SAMPLES + 0.5) / SAMPLES) / picture.shape[0]
    return window[0] + across * (window[2] - window[0]), window[3] - down * (window[3] - window[1])


@numba.njit(**FAST)
def _face_into(picture: Floats, window: Floats, colours: Floats) -> None:
    picture[:] = 0.0
    for row in range(picture.shape[0]):
        for column in range(picture.shape[1]):
            for sample in range(SAMPLES * SAMPLES):
                x, y = _place(picture, window, row, column, sample)
                skin = colours[HEAD]
                r, g, b, _ = paint_face(x, y, 0.1, skin[0], skin[1], skin[2], colours)
                picture[row, column, 0] += r
                picture[row, column, 1] += g
                picture[row, column, 2] += b
    picture /= SAMPLES * SAMPLES


@numba.njit(**FAST)
def _shirt_into(picture: Floats, window: Floats, z: float, hem: float, pattern: float, colours: Floats) -> None:
    picture[:] = 0.0
    for row in range(picture.shape[0]):
        for column in range(picture.shape[1]):
            for sample in range(SAMPLES * SAMPLES):
                x, y = _place(picture, window, row, column, sample)
                r, g, b = paint_shirt(x, y, z, y - hem, pattern, colours)
                picture[row, column, 0] += r
                picture[row, column, 1] += g
                picture[row, column, 2] += b
    picture /= SAMPLES * SAMPLES
