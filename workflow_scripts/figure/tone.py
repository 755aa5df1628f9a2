"""From linear light to the 8 bits of a display."""

import numba
import numpy as np
import numpy.typing as npt

from workflow_scripts.figure.raster import INLINE
from workflow_scripts.motion.skeleton import Floats

TABLE_SIZE = 8192
TABLE_RANGE = 4.0


def tone_table() -> Floats:
    """Return the table (TABLE_SIZE,) u8 from linear light (0 .. TABLE_RANGE) to display values.

    The curve is Narkowicz's fit of the ACES film curve (2015), then a gamma of 2.2.
    """
    x = np.linspace(0, TABLE_RANGE, TABLE_SIZE)
    film = np.clip(x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14), 0, 1)
    return (film ** (1 / 2.2) * 255 + 0.5).astype(np.uint8)


def srgb(light: Floats) -> npt.NDArray[np.uint8]:
    """Return linear light (...) in sRGB's own curve (IEC 61966-2-1), 0..255: for pictures that other programs show."""
    display = np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055)
    return np.asarray(np.round(255 * display.clip(0, 1)), dtype=np.uint8)


@numba.njit(**INLINE)
def tone(value: float, table: Floats) -> int:
    """Look linear light up in `tone_table`."""
    return table[np.uint32(min(max(value * ((TABLE_SIZE - 1) / TABLE_RANGE) + 0.5, 0.0), TABLE_SIZE - 1.0))]
