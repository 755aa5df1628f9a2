"""From the colours of a picture to those of a video."""

import numba
import numpy as np
import numpy.typing as npt

from workflow_scripts.figure.raster import FAST

# ITU-R BT.709 with 16..235 for brightness and 16..240 for colour, in 1/65536: what players expect of HD video.
_Y = tuple(round(part * 219 / 255 * 65536) for part in (0.2126, 0.7152, 0.0722))
_U = tuple(round(part * 224 / 255 * 65536) for part in (-0.2126 / 1.8556, -0.7152 / 1.8556, 0.5))
_V = tuple(round(part * 224 / 255 * 65536) for part in (0.5, -0.7152 / 1.5748, -0.0722 / 1.5748))
_Y0, _Y1, _Y2 = (np.int32(part) for part in _Y)
_U0, _U1, _U2 = (np.int32(part) for part in _U)
_V0, _V1, _V2 = (np.int32(part) for part in _V)
_Y_ZERO, _COLOUR_ZERO = np.int32((16 << 16) + (1 << 15)), np.int32((128 << 18) + (1 << 17))  # with half of the last bit


def yuv420(frame: npt.NDArray[np.uint8], out: npt.NDArray[np.uint8]) -> None:
    """Write an RGB picture as planes Y, U, V of a video, U and V of half its width and height.

    Args:
        frame: (H, W, 3) u8, H and W even.
        out: (H * W * 3 / 2,) u8; a colour is the mean of its four pixels.
    """
    height, width = frame.shape[:2]
    size = height * width
    luma, u, v = out[:size], out[size : size + size // 4], out[size + size // 4 :]
    half = (height // 2, width // 2)
    _convert(frame.reshape(height, 3 * width), luma.reshape(height, width), u.reshape(half), v.reshape(half))


@numba.njit(**FAST)
def _convert(
    frame: npt.NDArray[np.uint8], luma: npt.NDArray[np.uint8], u: npt.NDArray[np.uint8], v: npt.NDArray[np.uint8]
) -> None:
    # Simple loops over 32-bit numbers, each along one row: these the compiler turns into vector instructions.
    for row in range(luma.shape[0]):
        line, out = frame[row], luma[row]
        for i in range(luma.shape[1]):
            red, green, blue = np.int32(line[3 * i]), np.int32(line[3 * i + 1]), np.int32(line[3 * i + 2])
            out[i] = (_Y0 * red + _Y1 * green + _Y2 * blue + _Y_ZERO) >> np.int32(16)
    for row in range(u.shape[0]):
        a, b = frame[2 * row], frame[2 * row + 1]
        for i in range(u.shape[1]):
            k = 6 * i
            red = np.int32(a[k]) + np.int32(a[k + 3]) + np.int32(b[k]) + np.int32(b[k + 3])
            green = np.int32(a[k + 1]) + np.int32(a[k + 4]) + np.int32(b[k + 1]) + np.int32(b[k + 4])
            blue = np.int32(a[k + 2]) + np.int32(a[k + 5]) + np.int32(b[k + 2]) + np.int32(b[k + 5])
            u[row, i] = (_U0 * red + _U1 * green + _U2 * blue + _COLOUR_ZERO) >> np.int32(18)
            v[row, i] = (_V0 * red + _V1 * green + _V2 * blue + _COLOUR_ZERO) >> np.int32(18)
