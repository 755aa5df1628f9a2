"""What moves in a picture, in 64 bits: eight codes per second that tell one film of a dance from another.

A code holds signs of the low frequencies of the picture, as the perceptual hashes of still pictures do (Zauner, 2010),
but after taking away the mean over two seconds: what stands still, the room, is no evidence that two films are one.
Many dances are filmed in one room, to one song.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from workflow_scripts.collect.alike.sound_code import CODES_PER_S, NOTHING, Codes, packed
from workflow_scripts.workflow.media import MediaError

Floats = npt.NDArray[np.float32]
Thumbnails = npt.NDArray[np.uint8]

_SIDE = 48  # pixels of a thumbnail
_FINAL = 32  # after the black borders are gone
_AROUND = 8  # codes before and after, of which the mean is taken away
_BLACK = 24  # gray level: black of television (16) and what encoders make of it
_STILL = 0.5  # gray levels of movement (root mean square) below which there is nothing to compare


def picture_codes(path: Path) -> Codes:
    """Return the codes (T,) of a clip's pictures, `CODES_PER_S` per second; `NOTHING` where nothing moves.

    Code k is of the picture at k / 8 s. Size and proportions do not matter, and black borders are cut off.

    Raises:
        MediaError: the file is no readable video.
    """
    pictures = without_borders(thumbnails(path))
    if not len(pictures):
        return np.zeros(0, np.uint64)
    moving = pictures - _running_mean(pictures)
    rows, columns = _cosines(range(8)), _cosines(range(1, 9))
    codes = packed((np.einsum("tyx,yu,xv->tuv", moving, rows, columns, optimize=True) > 0).reshape(-1, 64))
    return np.where(np.sqrt((moving**2).mean(axis=(1, 2))) > _STILL, codes, NOTHING)


def mirrored(codes: Codes) -> Codes:
    """Return the codes of the same pictures with left and right exchanged."""
    # Waves with an odd number of half periods across change their sign.
    return np.where(codes == NOTHING, NOTHING, codes ^ np.uint64(0x5555555555555555))


def thumbnails(path: Path) -> Thumbnails:
    """Return (T, 48, 48) gray pictures, one every eighth of a second.

    Pictures that no other one builds on are passed over, and edges between blocks are left unsmoothed: at this size
    neither is seen, and decoding takes half the time. The nearest that is left stands for its moment.
    """
    import av

    pictures: list[Thumbnails] = []
    try:
        with av.open(str(path), metadata_errors="replace") as container:
            stream = container.streams.video[0]
            stream.codec_context.skip_frame = "NONREF"
            stream.codec_context.options = {"skip_loop_filter": "all"}
            stream.codec_context.thread_count = 1
            for frame in container.decode(stream):
                # Half an interval early is near enough: it is then nearer than the next one.
                due = int((float(frame.time or 0) + 1 / 60) * CODES_PER_S) + 1
                if due > len(pictures):
                    small = frame.reformat(_SIDE, _SIDE, format="gray", interpolation="AREA").to_ndarray()
                    pictures += [small.astype(np.uint8)] * (due - len(pictures))
    except (av.error.FFmpegError, OSError, IndexError) as error:
        raise MediaError(f"{path}: not a readable video ({error})") from error
    return np.stack(pictures) if pictures else np.zeros((0, _SIDE, _SIDE), np.uint8)


def without_borders(pictures: Thumbnails) -> Floats:
    """Return (T, 32, 32): what lies between borders that are black all the time, stretched to a square."""
    if not len(pictures):
        return np.zeros((0, _FINAL, _FINAL), np.float32)
    brightest = pictures.max(axis=0)
    rows, columns = _resampling(brightest.max(axis=1)), _resampling(brightest.max(axis=0))
    return np.einsum("tyx,Yy,Xx->tYX", pictures.astype(np.float32), rows, columns, optimize=True)


def _resampling(brightest: Thumbnails) -> Floats:
    """The matrix (32, 48) that averages the lines between the first and the last that is ever lit."""
    lit = np.flatnonzero(brightest > _BLACK)
    first, last = (lit[0], lit[-1] + 1) if len(lit) else (0, _SIDE)
    edges = np.linspace(first, last, _FINAL + 1)
    low, high = edges[:-1, None], edges[1:, None]
    cover = np.clip(np.minimum(high, np.arange(1, _SIDE + 1)) - np.maximum(low, np.arange(_SIDE)), 0, None)
    return (cover / cover.sum(axis=1, keepdims=True)).astype(np.float32)


def _running_mean(pictures: Floats) -> Floats:
    sums = np.concatenate([np.zeros((1, *pictures.shape[1:])), np.cumsum(pictures, axis=0, dtype=np.float64)])
    first = np.maximum(np.arange(len(pictures)) - _AROUND, 0)
    last = np.minimum(np.arange(len(pictures)) + _AROUND + 1, len(pictures))
    return ((sums[last] - sums[first]) / (last - first)[:, None, None]).astype(np.float32)


def _cosines(numbers: range) -> Floats:
    return np.cos(np.pi / _FINAL * np.outer(np.arange(_FINAL) + 0.5, numbers)).astype(np.float32)
