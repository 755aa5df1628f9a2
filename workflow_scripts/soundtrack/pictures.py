"""Small pictures of a video, for models that look at it (`condition: video`)."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from workflow_scripts.motion.pictures_file import FPS, SIDE, Pictures
from workflow_scripts.workflow.media import CONTAINERS, MediaError

if TYPE_CHECKING:
    import av

# Times of frames are rounded to a container's clock: one that begins so little late is on show already.
LATE_S = 2e-3


def pictures_of(video: Path, start_s: float, seconds: float) -> Pictures:
    """Return what a video shows, one small picture every 1 / FPS seconds (see `motion.pictures_file`).

    No more than two pictures of the video are in memory at a time.

    Args:
        video: a clip as the collect stage writes them: upright, square pixels, constant rate.
        start_s: time of the first picture, seconds from the beginning of the video.
        seconds: how much of it; pictures lie at start_s <= t < start_s + seconds, at least one.

    Returns:
        (ceil(seconds * FPS), SIDE, SIDE, 3) uint8 RGB. Where the video is over, its last picture is repeated.

    Raises:
        MediaError: the video cannot be read, or is over before `start_s`.
    """
    import av

    count = max(1, math.ceil(seconds * FPS - 1e-6))
    result = np.zeros((count, SIDE, SIDE, 3), np.uint8)
    done = 0
    try:
        with av.open(str(video), options={"format_whitelist": CONTAINERS}, metadata_errors="replace") as container:
            if not container.streams.video:
                raise MediaError(f"{video}: holds no pictures")
            shown: av.VideoFrame | None = None
            end_s = 0.0
            for frame, begin_s, until_s in _timed(container, start_s):
                # The frame before is on show until this one begins.
                due = min(count, math.ceil((begin_s - LATE_S) * FPS))
                if shown is not None and due > done:
                    result[done:due] = _small(shown)
                    done = due
                if done == count:
                    return result
                shown, end_s = frame, until_s
            if shown is None or end_s <= 0:
                raise MediaError(f"{video}: shows nothing after {start_s:g} s")
            result[done:] = _small(shown)
    except (av.error.FFmpegError, OSError) as error:
        raise MediaError(f"{video}: not a readable video ({error.strerror or error})") from error
    return result


def _timed(container: "av.container.InputContainer", start_s: float) -> "Iterator[tuple[av.VideoFrame, float, float]]":
    """Yield frames with their begin and end, seconds from `start_s`, from one on that is on show then or before."""
    import av

    stream = container.streams.video[0]
    stream.thread_count = 1
    origin_s = (container.start_time or 0) / av.time_base + start_s
    if start_s > 0:
        container.seek(round(origin_s * av.time_base), backward=True)
    period_s = 1 / float(stream.average_rate or FPS)
    for frame in container.decode(stream):
        begin_s = float(frame.time or 0) - origin_s
        yield frame, begin_s, begin_s + period_s


def _small(frame: "av.VideoFrame") -> Pictures:
    """Return a frame (SIDE, SIDE, 3): all of it, in proportion, black around it."""
    scale = SIDE / max(frame.width, frame.height)
    width, height = max(1, round(frame.width * scale)), max(1, round(frame.height * scale))
    small = frame.reformat(width, height, format="rgb24", interpolation="AREA").to_ndarray()
    left, top = (SIDE - width) // 2, (SIDE - height) // 2
    picture = np.zeros((SIDE, SIDE, 3), np.uint8)
    picture[top : top + height, left : left + width] = small
    return picture
