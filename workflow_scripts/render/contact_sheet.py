"""Show a video on one picture: python -m workflow_scripts.render.contact_sheet --video MP4 --output PNG."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.files import atomic_path
from workflow_scripts.workflow.media import ATTACHED_PICTURE, MediaError
from workflow_scripts.workflow.outputs import check_outputs

if TYPE_CHECKING:
    from PIL.Image import Image

FRAMES = 12
WIDEST = 1920  # pixels of the sheet
GAP = 6  # pixels between the pictures and around them
_GROUND, _TEXT, _EDGE = (14, 15, 20), (240, 242, 250), (0, 0, 0)
SHAPE = 1.6  # width over height that the sheet shall nearly have


def make_sheet(video: Path, output: Path, frames: int = FRAMES) -> None:
    """Write pictures of a video, evenly over its length and each with its time, as a PNG that appears atomically.

    The video is cut into as many parts of equal length as there are pictures; each is the middle of its part.

    Args:
        video: any video file.
        output: the PNG.
        frames: how many pictures; a video of fewer has some twice.

    Raises:
        MediaError: no video that can be decoded.
    """
    check_outputs([output], [video])
    times, pictures = zip(*_middles(video, frames), strict=True)
    sheet = _arranged(pictures, times)
    with atomic_path(output) as path:
        sheet.save(path, "PNG")


def _middles(video: Path, count: int) -> Iterator[tuple[float, "Image"]]:
    """Yield (seconds, picture) for the middles of `count` equal parts of the video."""
    import av

    try:
        with av.open(str(video), metadata_errors="replace") as container:
            # A song's cover is no video.
            moving = [one for one in container.streams.video if not int(one.disposition) & ATTACHED_PICTURE]
            if not moving:
                raise MediaError(f"{video}: holds no video")
            stream = moving[0]
            stream.thread_type = "AUTO"
            base = float(stream.time_base or 1)
            length = float(stream.duration or 0) * base or float(container.duration or 0) / 1e6
            origin = float(stream.start_time or 0) * base
            step = 1 / float(stream.average_rate or 30)
            hair = step / 1000
            for number in range(count):
                wanted = origin + (number + 0.5) / count * length
                container.seek(int(wanted / base), stream=stream)
                shown = None
                for frame in container.decode(stream):
                    # The last one that begins at that time or before it is on the screen then.
                    if shown is not None and (frame.time or 0.0) > wanted + hair:
                        break
                    shown = frame
                    if (frame.time or 0.0) > wanted - step + hair:
                        break
                if shown is None:
                    raise MediaError(f"{video}: its picture at {wanted:.1f} s cannot be decoded")
                yield (shown.time or 0.0) - origin, shown.to_image()
    except (av.error.FFmpegError, OSError, IndexError) as error:
        raise MediaError(f"{video}: not a playable video ({getattr(error, 'strerror', None) or error})") from error


def _columns(count: int, shape: float) -> int:
    """Return how many columns a sheet of `count` pictures, width over height `shape`, has to be of SHAPE nearly.

    Few places stay empty: their share of all pictures counts as much as what the shape is off.
    """

    def fault(columns: int) -> float:
        rows = -(-count // columns)
        return abs(columns * shape / rows - SHAPE) + (rows * columns - count) / count

    return min(range(1, count + 1), key=fault)


def _arranged(pictures: Sequence["Image"], times: Sequence[float]) -> "Image":
    from PIL import Image, ImageDraw

    from workflow_scripts.render.captions import font

    width, height = pictures[0].size
    columns = _columns(len(pictures), width / height)
    rows = -(-len(pictures) // columns)
    wide = min(width, (WIDEST - GAP) // columns - GAP)
    high = round(height * wide / width)
    sheet = Image.new("RGB", (GAP + columns * (wide + GAP), GAP + rows * (high + GAP)), _GROUND)
    draw = ImageDraw.Draw(sheet)
    face = font(max(min(wide, high) // 16, 10), True)
    for number, (picture, time) in enumerate(zip(pictures, times, strict=True)):
        left, top = GAP + number % columns * (wide + GAP), GAP + number // columns * (high + GAP)
        sheet.paste(picture.resize((wide, high), Image.Resampling.LANCZOS), (left, top))
        place = (left + wide // 40, top + wide // 40)
        edge = max(high // 150, 1)
        draw.text(place, _clock(time), font=face, anchor="lt", fill=_TEXT, stroke_width=edge, stroke_fill=_EDGE)
    return sheet


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds * 100), 6000)
    return f"{minutes}:{rest // 100:02d}.{rest % 100:02d}"


def main() -> None:
    """Parse the arguments and write the sheet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--video", type=Path, required=True, help="any video file")
    parser.add_argument("--output", type=Path, required=True, help="PNG to write")
    parser.add_argument("--frames", type=int, default=FRAMES, help="how many pictures (%(default)s)")
    arguments = parser.parse_args()
    if arguments.output.suffix.lower() != ".png":
        raise UserError(f"{arguments.output}: is no .png")
    if not 1 <= arguments.frames <= 200:
        raise UserError("--frames has to be 1 to 200")
    make_sheet(arguments.video, arguments.output, arguments.frames)


if __name__ == "__main__":
    entry_point(main)
