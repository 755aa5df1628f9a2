"""Give a video another sound: python -m workflow_scripts.render.dub --video MP4 --sound WAV --output MP4."""

import argparse
from pathlib import Path

from workflow_scripts.workflow.errors import entry_point
from workflow_scripts.workflow.files import atomic_path
from workflow_scripts.workflow.media import ATTACHED_PICTURE, MediaError, join_sound
from workflow_scripts.workflow.outputs import check_outputs


def main() -> None:
    """Parse the arguments and write the video."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--video", type=Path, required=True, help="a clip: its picture is taken, as it is")
    parser.add_argument("--sound", type=Path, required=True, help="the sound it gets, WAV")
    parser.add_argument("--output", type=Path, required=True, help="MP4 to write")
    arguments = parser.parse_args()
    dub(arguments.video, arguments.sound, arguments.output)


def dub(video: Path, sound: Path, output: Path) -> None:
    """Write the picture of a video with another sound to an MP4 that appears atomically, as long as the picture.

    Args:
        video: any video whose codec an MP4 can hold; nothing is encoded again.
        sound: a WAV file of any rate, cut or padded with silence.
        output: the MP4.

    Raises:
        MediaError: one of the files cannot be read, or holds no picture or sound.
    """
    check_outputs([output], [video, sound])
    seconds = _picture_seconds(video)
    with atomic_path(output) as path:
        join_sound(path, video, sound, seconds, output)


def _picture_seconds(video: Path) -> float:
    """Return how long the picture of a video lasts, whatever other streams do."""
    import av

    try:
        with av.open(str(video), metadata_errors="replace") as container:
            streams = [one for one in container.streams.video if not int(one.disposition) & ATTACHED_PICTURE]
            packets = container.demux(streams[0]) if streams else ()
            # What a container states is the length of all of its streams, or nothing.
            ends = [one.pts + (one.duration or 0) for one in packets if one.size and one.pts is not None]
            base = float(streams[0].time_base or 0) if streams else 0.0
    except (av.error.FFmpegError, OSError) as error:
        raise MediaError(f"{video}: not a readable video ({error.strerror or error})") from error
    if not ends:
        raise MediaError(f"{video}: holds no moving picture to give a sound to")
    return max(ends) * base


if __name__ == "__main__":
    entry_point(main)
