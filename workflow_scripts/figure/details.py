"""What is painted on the body: a face, hair's strands, the shirt's pattern and borders."""

import math

import numba

from workflow_scripts.figure.anatomy import HAIR, HEAD, SHIRT, SKIN, TROUSERS
from workflow_scripts.figure.raster import FAST
from workflow_scripts.motion.skeleton import Floats


@numba.njit(**FAST)
def reflectance(m: int, x: float, y: float, z: float, palette: Floats, marks: Floats) -> tuple[float, float, float, float]:
    """Return red, green, blue and gloss of material m at a place (metres) of the rest pose.

    Args:
        palette: (M, 4) colour and gloss per material.
        marks: head's middle x, y, z; scale of the head; height of the neck; number of the shirt's pattern;
            height of the shirt's hem.
    """
    red, green, blue, gloss = palette[m, 0], palette[m, 1], palette[m, 2], palette[m, 3]
    s = marks[3]
    if m == HEAD:
        return _paint_face((x - marks[0]) / s, (y - marks[1]) / s, (z - marks[2]) / s, red, green, blue, palette[HAIR])
    if m == SHIRT:
        red, green, blue = _paint_shirt(x / s, (y - marks[4]) / s, z / s, (y - marks[6]) / s, marks[5], palette)
    elif m == HAIR:
        strand = 1 + 0.12 * math.sin(420 * x + 90 * z)
        red, green, blue = red * strand, green * strand, blue * strand
    return red, green, blue, gloss


@numba.njit(**FAST)
def _paint_face(
    x: float, y: float, z: float, r: float, g: float, b: float, hair: Floats
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
    ex, ey = (side - 0.0335) / 0.0175, (y - 0.014) / 0.0095
    eye = ex * ex + ey * ey
    if eye < 1:
        iris = ((side - 0.0335) ** 2 + (y - 0.0142) ** 2) / 0.0080**2
        if iris < 0.22:
            r = g = b = 0.015
        elif iris < 1:
            r, g, b = 0.15, 0.085, 0.045
        else:
            r, g, b = 0.84, 0.82, 0.80
        gloss = 0.25
        if ey > 0.5:
            r, g, b = 0.5 * r, 0.5 * g, 0.5 * b
    elif eye < 1.7 and ey > -0.1:
        r, g, b = 0.25 * r, 0.20 * g, 0.18 * b
    along = (side - 0.035) / 0.024
    across = (y - (0.0385 - 0.006 * along * along + 0.002 * along)) / 0.0052
    if along * along < 1 and across * across < 1 - 0.5 * max(0.0, along):
        r, g, b = 0.8 * hair[0], 0.8 * hair[1], 0.8 * hair[2]
    if ((side - 0.009) / 0.0055) ** 2 + ((y + 0.0345) / 0.0032) ** 2 < 1:
        r, g, b = 0.35 * r, 0.30 * g, 0.30 * b
    mouth = side / 0.0265
    if mouth < 1:
        upper = 0.0080 * (1 - mouth * mouth) * (0.75 + 0.35 * min(1.0, side / 0.006))
        lower = -0.0105 * math.sqrt(1 - mouth * mouth)
        level = y + 0.0575 - 0.003 * mouth * mouth
        if lower < level < upper:
            r, g, b = 0.80 * r, 0.46 * g, 0.48 * b
            if abs(level) < 0.0015:
                r, g, b = 0.35 * r, 0.35 * g, 0.35 * b
    return r, g, b, gloss


@numba.njit(**FAST)
def _paint_shirt(
    x: float, y: float, z: float, over_hem: float, pattern: float, palette: Floats
) -> tuple[float, float, float]:
    """Colour of the shirt at a place given from the neck, metres, and its height over the hem."""
    r, g, b = palette[SHIRT, 0], palette[SHIRT, 1], palette[SHIRT, 2]
    torso = abs(x) < 0.2
    neckline = (x / 0.078) ** 2 + (y / 0.060) ** 2
    if over_hem < 0 and torso:
        return palette[TROUSERS, 0], palette[TROUSERS, 1], palette[TROUSERS, 2]
    if z > -0.03 and neckline < 1:
        return palette[SKIN, 0], palette[SKIN, 1], palette[SKIN, 2]
    if (neckline < 1.3 and y > -0.09) or (over_hem < 0.012 and torso):
        return 0.78 * r, 0.78 * g, 0.78 * b
    striped = pattern == 1 and math.sin(y * 110) > 0.25
    banded = pattern == 2 and -0.21 < y < -0.13
    if torso and (striped or banded):
        return 0.80 - 0.6 * r, 0.80 - 0.6 * g, 0.80 - 0.6 * b
    return r, g, b
