"""Draw what the pose stage makes of a video: the skeleton over the picture, the motion beside it, with its sound.

    python -m workflow_scripts.pose.overlay VIDEO OUTPUT.mp4 [--start S --seconds S] [--backend mediapipe]
    python -m workflow_scripts.pose.overlay CLIP.mp4 OUTPUT.mp4 --poses POSES.h5 [--clip 0000]

Any video will do. It is shown, and estimated, at 30 frames per second with at most 720 lines, as the workflow cuts its
clips; shots are not looked for. With --poses nothing is estimated: the poses of a finished run are drawn over its clip.
"""

import argparse
import logging
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from workflow_scripts.motion.pose_file import KEPT, PoseClip, read_poses
from workflow_scripts.pose.config import PoseConfig
from workflow_scripts.pose.drawing.sheet import Sheet, Title
from workflow_scripts.pose.estimate import judged, make_backend
from workflow_scripts.pose.footage import Footage
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.media import MediaError, probe, run_ffmpeg, video_writer

FPS = 30.0
LINES = 720
_SAME_LENGTH_S = 0.5  # of a clip and its film, which may differ by a frame or two
PRESET, CRF = "veryfast", 20

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Part:
    """A part of a video: the file, and where to begin in it and for how long, seconds (None: to its end)."""

    video: Path
    start_s: float = 0.0
    seconds: float | None = None

    def footage(self, fps: float = FPS) -> Footage:
        """Return its pictures; every time anew."""
        frames = 10**9 if self.seconds is None else round(self.seconds * fps)
        return Footage(self.video, frames, fps, start_s=self.start_s, lines=LINES)


@dataclass(frozen=True)
class Estimate:
    """What was estimated: the clip with its people (kept or not), by which backend, of pictures of which size."""

    clip: PoseClip
    backend: str
    fps: float
    frames: int
    size: tuple[int, int]

    @property
    def lines(self) -> tuple[str, str]:
        """What is known about it: backend, quality and verdict; the terms of the quality."""
        clip = self.clip
        terms = "  ".join(f"{name} {value:.2f}" for name, value in clip.quality_terms.items())
        return f"{self.backend}  ·  quality {clip.quality:.2f}  ·  {clip.verdict}", terms


def estimated(part: Part, config: PoseConfig) -> Estimate:
    """Return what the pose stage makes of a part of a video; people of too low a quality are there too.

    Raises:
        MediaError: nothing of it can be decoded.
    """
    backend, pictures = make_backend(config), part.footage()
    (tracks,) = backend.tracks([pictures])
    if pictures.error or not pictures.count:
        raise MediaError(f"{part.video}: {pictures.error or 'no picture can be decoded in this part of it'}")
    end_s = part.start_s + pictures.count / FPS
    row = {"clip": "0000", "start_s": str(part.start_s), "end_s": str(end_s), "frames": str(pictures.count)}
    clip = judged(row, pictures, tracks, config)
    if clip.verdict != KEPT:
        anyhow = judged(row, pictures, tracks, replace(config, min_detection=0.0, min_quality=0.0))
        clip = replace(anyhow, verdict=clip.verdict)
    return Estimate(clip, backend.name, FPS, pictures.count, (pictures.width, pictures.height))


def stored(part: Part, poses: Path, clip: str) -> Estimate:
    """Return the poses of a clip from a pose file; `part` is the clip's own video.

    Raises:
        UserError: the file has no such clip, or the video cannot be read.
    """
    file = read_poses(poses, keep=True)
    if clip not in file.clips:
        raise UserError(f"{poses}: has no clip {clip!r}; it has {', '.join(sorted(file.clips)) or 'none'}")
    stream = probe(part.video).video
    if stream is None:
        raise MediaError(f"{part.video}: holds no video")
    pictures = Footage(part.video, 10**9, file.fps)
    for _ in pictures:
        pass
    if not pictures.count:
        raise MediaError(f"{part.video}: {pictures.error or 'no picture can be decoded'}")
    known = file.clips[clip]
    length_s, film_s = known.end_s - known.start_s, pictures.count / file.fps
    if film_s > length_s + _SAME_LENGTH_S:  # a shorter film may be damaged
        raise UserError(
            f"{poses}: clip {clip} is {length_s:.1f} s long and {part.video} {film_s:.1f} s: these are poses of "
            "another video. Name the clip they are of, as in results/clips/<collection>/<video>/<clip>.mp4"
        )
    return Estimate(known, file.backend, file.fps, pictures.count, (pictures.width, pictures.height))


def draw(target: Path, part: Part, estimate: Estimate) -> None:
    """Write the video (H.264 and AAC, as long as the part) atomically; one picture at a time is in memory."""
    title = Title(part.video.name, estimate.lines)
    sheet = Sheet(estimate.clip, title, estimate.frames, estimate.fps, estimate.size)
    with tempfile.TemporaryDirectory() as folder:
        sound = _sound(part, estimate.frames / estimate.fps, Path(folder) / "sound.wav")
        pictures = part.footage(estimate.fps)
        with video_writer(target, *sheet.size, estimate.fps, audio=sound, preset=PRESET, crf=CRF) as sink:
            for frame, picture in enumerate(pictures):
                sink.write(sheet.paint(picture, frame, frame in pictures.lost[-1:]))


def _sound(part: Part, seconds: float, target: Path) -> Path | None:
    """Write the part's sound as WAV, beginning with its picture; None where it has none that can be read."""
    if not probe(part.video).audio_rate:
        return None
    # The first sample is at the file's time zero, whenever the sound itself begins.
    whole = "aresample=44100:async=1:first_pts=0"
    cut = f"atrim=start={part.start_s:.6f}:duration={seconds:.6f},asetpts=PTS-STARTPTS"
    arguments = ["-map", "0:a:0", "-af", f"{whole},{cut}", "-ac", "2", "-c:a", "pcm_s16le"]
    try:
        run_ffmpeg(["-i", part.video, *arguments, target], part.video)
    except MediaError as error:
        log.warning("%s; drawn without sound", error)
        return None
    return target


def main() -> None:
    """Estimate (or read) the poses of a video and draw them."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("video", type=Path, help="any video file")
    parser.add_argument("output", type=Path, help="the MP4 to write")
    parser.add_argument("--start", type=float, default=0.0, help="where to begin, seconds")
    parser.add_argument("--seconds", type=float, help="for how long (default: to the end)")
    parser.add_argument("--backend", default="mediapipe", help="mediapipe (default) or mmpose")
    parser.add_argument("--poses", type=Path, help="draw the poses of this file instead of estimating")
    parser.add_argument("--clip", help="which clip of --poses (default: the name of the video)")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if not arguments.video.is_file():
        raise UserError(f"{arguments.video}: there is no such video; name one as in VIDEO=holiday.mp4")
    if arguments.output.resolve() == arguments.video.resolve():
        raise UserError(f"{arguments.output}: is the video itself; name another output")
    if arguments.start < 0 or (arguments.seconds is not None and arguments.seconds <= 0):
        raise UserError("--start has to be 0 or more, --seconds more than 0")
    part = Part(arguments.video, arguments.start, arguments.seconds)
    if arguments.poses:
        estimate = stored(part, arguments.poses, arguments.clip or arguments.video.stem)
    else:
        estimate = estimated(part, PoseConfig.from_dict({"backend": arguments.backend}))
    draw(arguments.output, part, estimate)
    log.info("%s: %s", arguments.output, estimate.lines[0])


if __name__ == "__main__":
    entry_point(main)
