"""Reading the pictures of a clip one after the other."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np

from workflow_scripts.pose.backend import Frame
from workflow_scripts.workflow.media import MediaError


def decode_frames(path: Path) -> Iterator[Frame]:
    """Yield the RGB pictures (height, width, 3) of a video in order; only one is in memory at a time.

    A video that is damaged somewhere ends there, without an error: what was decoded up to then is good.

    Raises:
        MediaError: the file cannot be opened as video at all.
    """
    try:
        container = av.open(str(path))
    except (av.error.FFmpegError, OSError) as error:
        raise MediaError(f"{path.name}: not a readable video ({error.strerror})") from error
    with container:
        if not container.streams.video:
            raise MediaError(f"{path.name}: holds no video")
        try:
            for frame in container.decode(container.streams.video[0]):
                yield np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)
        except av.error.FFmpegError:
            return
