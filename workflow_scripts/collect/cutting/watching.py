"""Look through a video in small pictures, with their times, in one pass of one core."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from workflow_scripts.workflow.media import ATTACHED_PICTURE, CONTAINERS, MediaError

WIDTH, HEIGHT = 64, 36  # px: enough to tell scenes apart; the shape of the original does not matter for that
# Containers that say where their key frames are. In others (streams) a seek lands where no picture can be decoded.
INDEXED = frozenset({".3gp", ".m4v", ".mkv", ".mov", ".mp4", ".webm"})


@dataclass(frozen=True)
class Picture:
    """A picture of a video in small: seconds since the file's start, and (HEIGHT, WIDTH, 3) uint8 BGR."""

    time_s: float
    pixels: npt.NDArray[np.uint8]


def pictures(media: Path, start_s: float, end_s: float, every: bool = False) -> Iterator[Picture]:
    """Yield the pictures that are shown from `start_s` to `end_s`, in order of time.

    Args:
        media: a video.
        start_s: seconds since the file's start; the picture that is on show then comes first.
        end_s: the first picture that begins at or after it ends the pass.
        every: give every picture. Otherwise those that no other is predicted from (most B-frames) may be skipped,
            which spares half of the time; each that is given is shown exactly as in the full pass.

    Raises:
        MediaError: the file holds no picture that can be decoded.
    """
    import av
    from av.video.reformatter import Interpolation, VideoReformatter

    scaler = VideoReformatter()  # one for all pictures: to set one up costs more than to use it
    held: Picture | None = None  # on show at `start_s`, as far as is known
    try:
        with av.open(str(media), options={"format_whitelist": CONTAINERS}, metadata_errors="replace") as container:
            stream = next(s for s in container.streams.video if not int(s.disposition) & ATTACHED_PICTURE)
            stream.thread_count = 1
            if not every and media.suffix in INDEXED:
                stream.codec_context.skip_frame = "NONREF"
            origin = (container.start_time or 0) / av.time_base
            if start_s > 0 and media.suffix in INDEXED:
                container.seek(int((start_s + origin) * av.time_base))
            for packet in container.demux(stream):
                with suppress(av.error.FFmpegError):  # a damaged packet: the picture before it stands longer
                    for frame in packet.decode():
                        if frame.pts is None:
                            continue
                        time_s = float(frame.pts * packet.time_base) - origin
                        if time_s >= end_s:
                            if held is not None:
                                yield held
                            return
                        if time_s > start_s and held is not None:
                            yield held
                        small = scaler.reformat(
                            frame, WIDTH, HEIGHT, "bgr24", interpolation=Interpolation.FAST_BILINEAR
                        )
                        held = Picture(time_s, small.to_ndarray().astype(np.uint8))
            if held is not None:
                yield held
    except (av.error.FFmpegError, StopIteration) as error:
        raise MediaError(f"{media}: its pictures cannot be decoded ({error})") from error
