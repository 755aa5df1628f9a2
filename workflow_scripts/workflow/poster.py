"""One still of a video as a small JPEG, to be shown until it plays."""

import base64
import io
from pathlib import Path

from workflow_scripts.workflow.media import MediaError

POSTER_PIXELS = 560 * 315  # about
POSTER_AT = 0.4  # share of the video's length: the dance is under way


def poster_uri(video: Path) -> str:
    """Return a `data:` URI of a JPEG of the picture at POSTER_AT of the video, of about POSTER_PIXELS.

    Raises:
        MediaError: the file is no video that can be decoded.
    """
    import av

    try:
        with av.open(str(video), metadata_errors="replace") as container:
            stream = container.streams.video[0]
            start = POSTER_AT * float((stream.duration or 0) * (stream.time_base or 0))
            container.seek(int(start / float(stream.time_base or 1)), stream=stream)
            image = next(frame for frame in container.decode(stream) if (frame.time or 0) >= start).to_image()
    except (av.error.FFmpegError, OSError, IndexError, StopIteration) as error:
        raise MediaError(f"{video}: not a playable video ({error!r})") from error
    buffer = io.BytesIO()
    scale = (POSTER_PIXELS / (image.width * image.height)) ** 0.5
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    image.resize(size).save(buffer, "JPEG", quality=72, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
