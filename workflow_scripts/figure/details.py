"""What is painted on the body: a face, hair's strands, the shirt's pattern and borders."""

import math

import numba
import numpy as np

from workflow_scripts.figure.anatomy import HAIR, HEAD, SHIRT, SHOE, SKIN, SOLE, TROUSERS
from workflow_scripts.figure.appearance import Appearance
from workflow_scripts.figure.raster import INLINE
from workflow_scripts.motion.skeleton import Floats

MATERIALS = 7


def finishes(look: Appearance) -> Floats:
    """Return colour (linear RGB) and gloss, (7, 4), of each material."""
    colours = np.zeros((MATERIALS, 4))
    colours[SKIN] = *look.skin, 0.10
    colours[HEAD] = *look.skin, 0.12
    colours[HAIR] = *look.hair, 0.20
    colours[SHIRT] = *look.shirt, 0.04
    colours[TROUSERS] = *look.trousers, 0.05
    colours[SHOE] = *look.shoe, 0.15
    colours[SOLE] = 0.75, 0.75, 0.75, 0.05
    return colours


@numba.njit(**INLINE)
def reflectance(
    m: int, x: float, y: float, z: float, palette: Floats, marks: Floats
) -> tuple[float, float, float, float]:
    """Return red, green, blue and gloss of material m at a place (metres) of the rest pose.

    Args:
        palette: (M, 4) colour and gloss per material.
        marks: head's middle x, y, z; scale of the head; height of the neck; number of the shirt's pattern;
            height of the shirt's hem.
    """
    red, green, blue, gloss = palette[m, 0], palette[m, 1], palette[m, 2], palette[m, 3]
    s = marks[3]
    if m == HEAD:
        return paint_face((x - marks[0]) / s, (y - marks[1]) / s, (z - marks[2]) / s, red, green, blue, palette)
    if m == SHIRT:
        red, green, blue = paint_shirt(x / s, (y - marks[4]) / s, z / s, (y - marks[6]) / s, marks[5], palette)
    elif m == HAIR:
        strand = 1 + 0.12 * math.sin(420 * x + 90 * z)
        red, green, blue = red * strand, green * strand, blue * strand
    return red, green, blue, gloss


@numba.njit(**INLINE)
def paint_face(
    x: float, y: float, z: float, r: float, g: float, b: float, palette: Floats
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
    ex, ey = (side - 0.0335) / 0.0160, (y - 0.014) / 0.0088
    eye = ex * ex + ey * ey
    if eye < 2.6:
        skin_r, skin_g, skin_b = r, g, b
        iris = math.sqrt((side - 0.0335) ** 2 + (y - 0.0142) ** 2)
        white = 0.80 * (1 - 0.45 * _step(0.25, 0.9, ey))
        pupil, coloured = _step(0.0041, 0.0033, iris), _step(0.0081, 0.0071, iris)
        spot = _step(0.0026, 0.0012, math.sqrt((x - math.copysign(0.0335, x) - 0.0024) ** 2 + (y - 0.0172) ** 2))
        r = _mix(_mix(_mix(white, 0.13, coloured), 0.015, pupil), 0.9, spot)
        g = _mix(_mix(_mix(0.97 * white, 0.075, coloured), 0.015, pupil), 0.9, spot)
        b = _mix(_mix(_mix(0.95 * white, 0.042, coloured), 0.015, pupil), 0.9, spot)
        # Lids: a dark line above, a faint one below.
        lid = _step(0.85, 1.05, eye)
        lash = (0.30 if ey > -0.1 else 0.72) * lid + 1 - lid
        r, g, b = lash * _mix(r, skin_r, lid), lash * _mix(g, skin_g, lid), lash * _mix(b, skin_b, lid)
        beyond = _step(1.5, 2.1, eye)
        gloss *= 0.2 + 0.8 * beyond
        r, g, b = _mix(r, skin_r, beyond), _mix(g, skin_g, beyond), _mix(b, skin_b, beyond)
    along = (side - 0.036) / 0.023
    if along * along < 1:
        thick = 0.0044 * (1 - 0.45 * max(along, 0.0))
        across = abs(y - (0.0390 - 0.0042 * (along + 0.1) ** 2 - 0.0012 * along)) / thick
        brow = 0.85 * _step(1.25, 0.55, across) * _step(1.0, 0.7, along * along)
        r = _mix(r, 0.8 * palette[HAIR, 0], brow)
        g = _mix(g, 0.8 * palette[HAIR, 1], brow)
        b = _mix(b, 0.8 * palette[HAIR, 2], brow)
    nostril = _step(1.5, 0.5, ((side - 0.009) / 0.0052) ** 2 + ((y + 0.0345) / 0.0030) ** 2)
    r, g, b = r * (1 - 0.6 * nostril), g * (1 - 0.65 * nostril), b * (1 - 0.65 * nostril)
    mouth = side / 0.0255
    if mouth < 1:
        upper = 0.0072 * (1 - mouth * mouth) * (0.75 + 0.35 * min(1.0, side / 0.006))
        lower = -0.0098 * math.sqrt(1 - mouth * mouth)
        level = y + 0.0575 - 0.004 * mouth * mouth
        lips = _step(lower - 0.0012, lower + 0.0012, level) * _step(upper + 0.0012, upper - 0.0012, level)
        between = 0.6 * _step(0.0022, 0.0008, abs(level))
        r *= (1 - 0.18 * lips) * (1 - between)
        g *= (1 - 0.50 * lips) * (1 - between)
        b *= (1 - 0.48 * lips) * (1 - between)
    return r, g, b, gloss


@numba.njit(**INLINE)
def _step(start: float, end: float, value: float) -> float:
    """0 before `start`, 1 after `end` (which may be less), smooth between."""
    share = min(max((value - start) / (end - start), 0.0), 1.0)
    return share * share * (3 - 2 * share)


@numba.njit(**INLINE)
def _mix(first: float, second: float, share: float) -> float:
    return first + share * (second - first)


@numba.njit(**INLINE)
def paint_shirt(
    x: float, y: float, z: float, over_hem: float, pattern: float, palette: Floats
) -> tuple[float, float, float]:
    """Colour of the shirt at a place given from the neck, metres, and its height over the hem."""
    r, g, b = palette[SHIRT, 0], palette[SHIRT, 1], palette[SHIRT, 2]
    if abs(x) > 0.2:
        return r, g, b
    cloth = 1.0
    if pattern == 1:
        cloth = 1 - _step(-0.1, 0.4, math.sin(y * 110) - 0.1)
    elif pattern == 2:
        cloth = 1 - _step(-0.214, -0.208, y) * _step(-0.126, -0.132, y)
    r, g, b = _mix(0.80 - 0.6 * r, r, cloth), _mix(0.80 - 0.6 * g, g, cloth), _mix(0.80 - 0.6 * b, b, cloth)
    neckline = (x / 0.078) ** 2 + (y / 0.060) ** 2
    border = _step(1.36, 1.28, neckline) * _step(-0.094, -0.088, y)
    border = 1 - 0.22 * max(border, _step(0.018, 0.014, over_hem))
    r, g, b = border * r, border * g, border * b
    skin = _step(1.04, 0.97, neckline) * _step(-0.034, -0.028, z)
    return _mix(r, palette[SKIN, 0], skin), _mix(g, palette[SKIN, 1], skin), _mix(b, palette[SKIN, 2], skin)
