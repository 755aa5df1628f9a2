"""Films whose every frame says which one it is."""

from pathlib import Path

import av
import numpy as np

from workflow_scripts.workflow.media import video_writer

SIZE = (320, 240)


def grey(frame: int) -> int:
    """The brightness of a frame, a wave of 64 frames."""
    return 40 + 3 * (frame % 64)


def write_film(path: Path, frames: int, fps: float = 30.0, size: tuple[int, int] = SIZE) -> None:
    """A film whose frames are grey, each a little brighter, with a red left and a blue top edge."""
    with video_writer(path, *size, fps) as sink:
        for frame in range(frames):
            picture = np.full((size[1], size[0], 3), grey(frame), np.uint8)
            picture[:, :40] = (220, 30, 30)
            picture[:30] = (30, 30, 220)
            sink.write(picture)


def pictures_of(path: Path) -> tuple[list[np.ndarray], float]:
    """All pictures (H, W, 3) of a video, and how long it lasts, seconds."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = list(container.decode(stream))
        end = frames[-1].time + (frames[-1].duration or 0) * float(frames[-1].time_base)
        return [frame.to_ndarray(format="rgb24") for frame in frames], end
