"""One still of a video as a small JPEG, to be shown until it plays."""

import base64
import io
from pathlib import Path

from workflow_scripts.workflow.media import MediaError

POSTER_WIDTH = 480
POSTER_AT = 0.4  # share of the video's length: the dance is under way


def poster_uri(video: Path) -> str:
    """Return a `data:` URI of a JPEG of the picture at POSTER_AT of the video, POSTER_WIDTH pixels wide.

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
    height = round(image.height * POSTER_WIDTH / image.width)
    image.resize((POSTER_WIDTH, height)).save(buffer, "JPEG", quality=72, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
