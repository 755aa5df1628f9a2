"""The pictures of a clip, one after the other."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np

from workflow_scripts.pose.backends.base import Frame
from workflow_scripts.workflow.media import MediaError


class Footage:
    """The pictures of one clip, decoded while they are taken, and what was learnt of them on the way.

    Attributes:
        fps: frames per second, constant (the collect stage cuts so).
        shots: frames at which a new shot begins, the first left out.
        count, width, height: of the pictures taken so far; 0 before the first.
        error: why there are no pictures, or none any more; "" while there are.
    """

    def __init__(self, path: Path, frames: int, fps: float, shots: tuple[int, ...] = ()) -> None:
        self.fps, self.shots = fps, shots
        self.count, self.width, self.height, self.error = 0, 0, 0, ""
        self._path, self._most = path, frames

    def __iter__(self) -> Iterator[Frame]:
        """Yield at most `frames` RGB pictures (height, width, 3); only one is in memory at a time."""
        try:
            for frame in decode_frames(self._path):
                if self.count == self._most:
                    return
                self.count, self.height, self.width = self.count + 1, frame.shape[0], frame.shape[1]
                yield frame
        except MediaError as error:
            self.error = str(error)


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
