"""Reading and writing audio and video: ffmpeg from the environment's own wheel, and PyAV to look inside files."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.files import atomic_path, temporary_beside
from workflow_scripts.workflow.lifeline import die_with_parent

# Demuxers for files that hold their own sound and picture, as libav's `format_whitelist`. Others are shut out because
# their "media" is a text that names further files or addresses (HLS, DASH, concat), or a picture.
CONTAINERS = (
    "3g2,3gp,aac,aiff,amr,asf,avi,caf,flac,flv,gxf,m4a,matroska,mj2,mov,mp3,mp4,mpeg,mpegts,mxf,nut,ogg,rm,w64,wav,webm"
)

ATTACHED_PICTURE = 0x400  # AV_DISPOSITION_ATTACHED_PIC of libavformat: a song's cover is no video


@dataclass(frozen=True)
class VideoStream:
    """Picture size in pixels as coded (a rotation tag is not applied), mean frame rate in frames/s, codec name."""

    width: int
    height: int
    fps: float
    codec: str


@dataclass(frozen=True)
class MediaInfo:
    """What a media file holds. `duration_s` is the container's, 0 when it states none."""

    duration_s: float
    video: VideoStream | None
    audio_rate: int | None
    audio_channels: int | None


class MediaError(UserError):
    """A file that cannot be used as media; the message names the file and the reason."""


@lru_cache(maxsize=1)
def ffmpeg_exe() -> str:
    """Return the path of the ffmpeg binary (the one in the imageio-ffmpeg wheel: nothing of the system is used)."""
    import imageio_ffmpeg

    return str(imageio_ffmpeg.get_ffmpeg_exe())


def run_ffmpeg(arguments: Sequence[str | Path], subject: Path) -> None:
    """Run ffmpeg with the given arguments (a list, never a shell string) and no standard input.

    Raises:
        MediaError: ffmpeg could not do it with this file; the message names `subject` and ffmpeg's own last line.
        UserError: ffmpeg was killed, or the disk is full: no fault of the file, another try may do.
    """
    command = [ffmpeg_exe(), "-hide_banner", "-nostdin", "-loglevel", "error", "-y", *map(str, arguments)]
    done = subprocess.run(
        command, capture_output=True, text=True, errors="replace", check=False, preexec_fn=die_with_parent
    )
    _report(done.returncode, done.stderr, subject)


def probe(path: Path) -> MediaInfo:
    """Return what the media file holds.

    Raises:
        MediaError: the file is no readable media file.
    """
    import av

    try:
        with av.open(str(path), metadata_errors="replace") as container:
            duration = container.duration / 1e6 if container.duration else 0.0
            video = None
            # A cover picture in a song counts as "attached picture", not as video.
            pictures = [s for s in container.streams.video if not (int(s.disposition) & ATTACHED_PICTURE)]
            if pictures:
                stream = pictures[0]
                rate = float(stream.average_rate or stream.guessed_rate or 0)
                video = VideoStream(stream.width, stream.height, rate, stream.codec_context.name)
            audio = container.streams.audio[0] if container.streams.audio else None
            for stream_ in () if duration else container.streams:
                duration = max(duration, float((stream_.duration or 0) * (stream_.time_base or 0)))
            return MediaInfo(
                duration,
                video,
                audio.rate if audio else None,
                audio.channels if audio else None,
            )
    except (av.error.FFmpegError, OSError, IndexError) as error:
        raise MediaError(f"{path}: not a readable audio or video file ({_reason(error)})") from error


def read_audio(path: Path, rate: int | None = None, mono: bool = False) -> tuple[npt.NDArray[np.float32], int]:
    """Read a WAV file (as the collect stage writes them) as float32 in [-1, 1].

    Returns:
        (samples, rate): samples (N, channels), or (N,) when `mono` (mean of the channels). With `rate` given, the
        sound is resampled to it (soxr, high quality).
    """
    import soundfile

    try:
        samples, native = soundfile.read(path, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise MediaError(f"{path}: not a readable WAV file ({error})") from error
    if mono:
        samples = samples.mean(axis=1)
    if rate is not None and rate != native:
        import soxr

        samples = soxr.resample(samples, native, rate, quality="HQ")
    return samples, rate or native


def sound_seconds(path: Path) -> float:
    """Return how long a WAV file is, without reading its samples."""
    import soundfile

    try:
        info = soundfile.info(path)
    except soundfile.LibsndfileError as error:
        raise MediaError(f"{path}: not a readable WAV file ({error})") from error
    return float(info.frames / info.samplerate)


class _EncoderEndedError(Exception):
    """ffmpeg takes no more frames: `video_writer` reports why, and nobody draws the rest of them."""


class FrameSink:
    """A running ffmpeg that takes raw frames; made by `video_writer`."""

    def __init__(self, process: "subprocess.Popen[bytes]", shape: tuple[int, ...]) -> None:
        self._process, self._shape = process, shape
        self.frames = 0

    def write(self, frame: npt.NDArray[np.uint8]) -> None:
        """Add one frame: (height, width, 3) uint8 RGB, or (height * width * 3 / 2,) uint8 planes of yuv420p."""
        if frame.shape != self._shape or frame.dtype != np.uint8:
            raise ValueError(f"frame is {frame.shape} {frame.dtype}, expected {self._shape} uint8")
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(np.ascontiguousarray(frame).data)
        except BrokenPipeError as error:
            raise _EncoderEndedError from error
        self.frames += 1


@contextmanager
def video_writer(
    target: Path,
    width: int,
    height: int,
    fps: float,
    audio: Path | None = None,
    preset: str = "veryfast",
    crf: int = 20,
    metadata: dict[str, str] | None = None,
    threads: int = 1,
    pixels: str = "rgb24",
    keyframe_every: int = 250,
) -> Iterator[FrameSink]:
    """Encode frames to an H.264 MP4 that appears atomically at `target`, with the sound of `audio` (AAC) if given.

    The output is as long as the frames: sound is cut, or padded with silence, to the picture's length.

    Args:
        threads: of the encoder. Each number gives other bytes, the same number always the same.
        pixels: rgb24, or yuv420p in the colours of BT.709, 16..235, which the file then says.
        keyframe_every: so many frames apart, at most, a player may start.

    Raises:
        MediaError: ffmpeg cannot write such a video, or the sound is unreadable.
        UserError: ffmpeg was killed, or the disk is full; from the first frame that it does not take.
    """
    with atomic_path(target) as path:
        silent = temporary_beside(target) if audio else path
        command: list[str] = [ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-y"]
        colours = _BT709 if pixels == "yuv420p" else ()
        shape = (height * width * 3 // 2,) if pixels == "yuv420p" else (height, width, 3)
        command += ["-f", "rawvideo", "-pix_fmt", pixels, *colours]
        command += ["-s", f"{width}x{height}", "-r", f"{fps:g}", "-i", "-"]
        command += ["-c:v", "libx264", "-preset", preset, "-crf", str(crf), "-pix_fmt", "yuv420p", *colours]
        command += ["-g", str(keyframe_every)]
        command += ["-threads", str(threads), *_tags(metadata), *_BITEXACT, str(silent)]
        process: subprocess.Popen[Any] = subprocess.Popen(
            command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=die_with_parent
        )
        assert process.stdin is not None
        assert process.stderr is not None
        sink = FrameSink(process, shape)
        try:
            ended = False
            try:
                yield sink
            except _EncoderEndedError:
                ended = True
            try:
                process.stdin.close()
            except BrokenPipeError:  # it did not take the last frames
                ended = True
            message = process.stderr.read().decode(errors="replace")
            _report(process.wait(), message, target)
            if ended:
                raise MediaError(f"{target}: ffmpeg ended before the last frame")
            if audio:
                # A second pass over finished files: how a running pipe and the sound interleave depends on timing.
                join_sound(path, silent, audio, sink.frames / fps, target, metadata)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            process.stderr.close()
            if audio:
                silent.unlink(missing_ok=True)


def join_sound(
    output: Path, picture: Path, sound: Path, seconds: float, subject: Path, metadata: Mapping[str, str] | None = None
) -> None:
    """Write an MP4 (not atomically) of the picture of one file, as it is, and the sound of another, as AAC.

    Args:
        output: the file to write.
        picture: a video file; its first stream of moving pictures is copied.
        sound: a file with sound, cut or padded with silence to `seconds`, the length of the picture.
        seconds: how long the output is.
        subject: the file that messages name.
        metadata: tags of the output, such as title.

    Raises:
        MediaError: one of the files has no such stream, or cannot be read.
    """
    streams = ["-map", "0:V:0", "-map", "1:a:0", "-c:v", "copy", "-af", "apad", "-c:a", "aac", "-b:a", "160k"]
    length = ["-t", f"{seconds:.6f}"]
    run_ffmpeg(["-i", picture, "-i", sound, *streams, *length, *_tags(metadata), *_BITEXACT, output], subject)


def write_preview(output: Path, video: Path, start: float, seconds: float, width: int, fps: int) -> None:
    """Write a small copy of a part of a video (not atomically): H.264 and, where it has sound, AAC.

    Args:
        output: the MP4 file to write. The same video gives the same bytes.
        video: the file to read.
        start: where the part begins, in seconds.
        seconds: how long it is.
        width: of the picture in pixels, an even number; the height follows.
        fps: its frames per second.

    Raises:
        MediaError: the file is no video that can be read.
    """
    part: list[str | Path] = [
        "-ss",
        f"{start:.3f}",
        "-i",
        video,
        "-t",
        f"{seconds:.3f}",
        "-map",
        "0:V:0",
        "-map",
        "0:a:0?",
    ]
    picture = ["-vf", f"fps={fps},scale={width}:-2", "-c:v", "libx264", "-preset", "slow", "-crf", "30"]
    sound = ["-c:a", "aac", "-ac", "1", "-b:a", "48k"]
    # One thread: each number of threads gives other bytes.
    run_ffmpeg([*part, *picture, "-threads", "1", *sound, "-map_metadata", "-1", *_BITEXACT, output], video)


# Said of the frames and of the file: nothing is converted.
_BT709 = ("-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709")
# The same frames give the same bytes: no encoder versions or times in the file. The index comes first, for browsers.
_BITEXACT = ("-movflags", "+faststart", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact")


def _tags(metadata: Mapping[str, str] | None) -> list[str]:
    return [part for key, value in (metadata or {}).items() for part in ("-metadata", f"{key}={value}")]


def _report(status: int, message: str, subject: Path) -> None:
    """Raise what an exit status of ffmpeg and its messages mean; 0 means nothing."""
    if status < 0:
        raise UserError(f"{subject}: ffmpeg was killed (signal {-status}). Run the same command again")
    if "No space left on device" in message:
        raise UserError(f"{subject}: the disk is full")
    if status:
        lines = [line for line in message.strip().splitlines() if line.strip()]
        raise MediaError(f"{subject}: ffmpeg failed: {lines[-1] if lines else 'no message'}")


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
