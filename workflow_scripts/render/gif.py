"""Make a GIF of a video: python -m workflow_scripts.render.gif --video MP4 --output GIF."""

import argparse
import logging
import math
from pathlib import Path

from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.files import atomic_path, temporary_beside
from workflow_scripts.workflow.media import MediaError, probe, run_ffmpeg
from workflow_scripts.workflow.outputs import check_outputs

LONGEST_SIDE = 480  # pixels
FPS = 15.0
# Some 5 MB; pages and chats take GIFs of no more than ten or so.
LONGEST_S = 20.0

log = logging.getLogger(__name__)


def make_gif(
    video: Path,
    output: Path,
    side: int = LONGEST_SIDE,
    fps: float = FPS,
    start: float = 0.0,
    seconds: float = LONGEST_S,
) -> None:
    """Write a GIF that appears atomically and loops for ever. Colours are the 256 that suit the video best.

    Args:
        video: any video file.
        output: the GIF.
        side: its longer side, pixels; a smaller video stays as it is.
        fps: its frames per second; a video with fewer keeps its own.
        start: where in the video to begin, seconds.
        seconds: how much of it to show at most.

    Raises:
        MediaError: no readable video, or it ends before `start`.
    """
    check_outputs([output], [video])
    stream = probe(video).video
    if stream is None:
        raise MediaError(f"{video}: holds no video")
    length = probe(video).duration_s
    if 0 < length <= start:
        raise MediaError(f"{video}: ends at {length:.1f} s, before the {start:g} s where the GIF begins")
    if length - start > seconds + 0.1:
        log.info("%s: %g s from %g s on of %.1f s (--seconds, --start)", output, seconds, start, length)
    part: list[str | Path] = ["-ss", f"{start:.6f}", "-t", f"{seconds:.6f}", "-i", video.resolve()]
    fit = f"scale=w='min({side},iw)':h='min({side},ih)':force_original_aspect_ratio=decrease:flags=lanczos"
    pictures = f"fps={min(fps, stream.fps or fps):g},{fit}"
    palette = temporary_beside(output).with_suffix(".png")
    with atomic_path(output) as path:
        try:
            # Two passes: in one, every picture would wait in memory for the colours.
            run_ffmpeg([*part, "-vf", f"{pictures},palettegen=stats_mode=diff", "-frames:v", "1", palette], video)
            dithered = (
                f"[0:v]{pictures}[picture];[picture][1:v]paletteuse=dither=bayer:bayer_scale=4:diff_mode=rectangle"
            )
            loop = ["-loop", "0", "-fflags", "+bitexact"]
            run_ffmpeg([*part, "-i", palette, "-filter_complex", dithered, *loop, path], video)
        finally:
            palette.unlink(missing_ok=True)


def main() -> None:
    """Parse the arguments and write the GIF."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--video", type=Path, required=True, help="any video file")
    parser.add_argument("--output", type=Path, required=True, help="GIF to write")
    parser.add_argument("--side", type=int, default=LONGEST_SIDE, help="pixels of the longer side (%(default)s)")
    parser.add_argument("--fps", type=float, default=FPS, help="frames per second (%(default)g)")
    parser.add_argument("--start", type=float, default=0.0, help="where in the video to begin, seconds (0)")
    parser.add_argument("--seconds", type=float, default=LONGEST_S, help="how much to show at most (%(default)g)")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if arguments.output.suffix.lower() != ".gif":
        raise UserError(f"{arguments.output}: is no .gif")
    part = 0 <= arguments.start < math.inf and 0 < arguments.seconds < math.inf
    if not (arguments.side >= 16 and 1 <= arguments.fps <= 50 and part):
        raise UserError(
            "--side has to be 16 or more, --fps 1 to 50, --start 0 or more, --seconds more than 0, in numbers"
        )
    make_gif(arguments.video, arguments.output, arguments.side, arguments.fps, arguments.start, arguments.seconds)


if __name__ == "__main__":
    entry_point(main)
