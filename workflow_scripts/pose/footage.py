"""The pictures of a clip, one after the other, each at its time, whatever state the file is in."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import VideoReformatter

from workflow_scripts.pose.backends.base import Frame, Track
from workflow_scripts.workflow.media import ATTACHED_PICTURE, CONTAINERS, MediaError
from workflow_scripts.workflow.threads import job_threads

DEFAULT_RATE = 30.0  # frames per second, for files that state none
_HIGHEST_RATE = 240.0
# Containers that state one length for every picture, however long it is shown: there a picture lasts until the next
# one, unless something between them is damaged.
_NOMINAL_LENGTHS = {"matroska", "webm"}


class Footage:
    """The pictures of one clip, decoded while they are taken, and what was learnt of them on the way.

    Picture i is what the video shows at i / fps seconds, upright and with square pixels. Time stamps say so, not the
    number of pictures decoded: where pictures cannot be decoded, the last one before stands in (the first one after,
    at the beginning) and the frame is `lost`. A video that ends early ends early here too.

    Attributes:
        fps: frames per second, constant.
        shots: frames at which a new shot begins, the first left out.
        count, width, height: of the pictures taken so far; 0 before the first.
        lost: the frames, of those taken so far, of which there is no picture of their own, in order.
        error: why there are no pictures at all; "" while there may be.
    """

    def __init__(
        self,
        path: Path,
        frames: int,
        fps: float,
        shots: tuple[int, ...] = (),
        start_s: float = 0.0,
        lines: int | None = None,
    ) -> None:
        """Name the pictures to take; nothing is opened yet.

        Args:
            path: any video file.
            frames: how many pictures to take at most.
            fps: how many of them a second has.
            shots: frames at which a new shot begins, the first left out.
            start_s: where to begin, seconds since the file's start.
            lines: make pictures whose shorter side has more pixels than this smaller.
        """
        self.fps, self.shots = fps, shots
        self.count, self.width, self.height, self.error = 0, 0, 0, ""
        self.lost: list[int] = []
        self._path, self._most, self._start_s, self._lines = path, frames, start_s, lines

    def __iter__(self) -> Iterator[Frame]:
        """Yield RGB pictures (height, width, 3), all of one size; no more than two are in memory at a time."""
        self.count, self.lost = 0, []
        try:
            with _opened(self._path) as container:
                yield from self._shown(container)
        except MediaError as error:
            self.error = str(error)

    def unseen(self, tracks: Sequence[Track]) -> list[Track]:
        """Return tracks through these pictures in which nobody was found in the lost ones."""
        if not self.lost:
            return list(tracks)
        return [_without(track, [frame for frame in self.lost if frame < len(track.keypoints)]) for track in tracks]

    def _shown(self, container: "av.container.InputContainer") -> Iterator[Frame]:
        stream = _video_stream(container, self._path)
        # Each of the two may be nonsense where pictures are missing or times are rounded.
        stated = [float(rate) for rate in (stream.average_rate, stream.guessed_rate) if rate]
        rate = min((rate for rate in stated if 1 <= rate <= _HIGHEST_RATE), default=DEFAULT_RATE)
        # As the collect stage cuts: on show is the last picture that begins before a frame's time or up to half a
        # frame (of the faster of the two rates) after it.
        half_s = 0.5 / max(self.fps, rate)
        painter = _Painter(float(stream.sample_aspect_ratio or 1), self._lines)
        shown: av.VideoFrame | None = None
        end_s = 0.0
        for frame, begin_s, until_s in self._timed(container, stream, 1 / rate):
            while self.count / self.fps + half_s < begin_s:
                if self.count == self._most:
                    return
                # Before the first picture the first stands in.
                yield from self._picture(painter, shown or frame, self.count / self.fps + half_s > end_s)
            shown, end_s = frame, until_s
        while shown is not None and self.count < self._most and self.count / self.fps + half_s < end_s:
            yield from self._picture(painter, shown, False)

    def _picture(self, painter: "_Painter", frame: "av.VideoFrame", lost: bool) -> Iterator[Frame]:
        picture, good = painter.paint(frame)
        if picture is None:  # nothing that could stand in yet: black, of the size it says to have
            picture = np.zeros((max(frame.height, 1), max(frame.width, 1), 3), np.uint8)
        if lost or not good:
            self.lost.append(self.count)
        self.count, self.height, self.width = self.count + 1, picture.shape[0], picture.shape[1]
        yield picture

    def _timed(
        self, container: "av.container.InputContainer", stream: "av.VideoStream", period_s: float
    ) -> Iterator[tuple["av.VideoFrame", float, float]]:
        """Yield the pictures that can be decoded, with their begin and end in seconds since `start_s`, ascending."""
        origin_s = (container.start_time or 0) / av.time_base + self._start_s
        if self._start_s > 0:
            with suppress(av.error.FFmpegError):  # without an index it is decoded from the beginning
                container.seek(round(origin_s * av.time_base), backward=True)
        next_s = -origin_s
        nominal = bool(_NOMINAL_LENGTHS & set(container.format.name.split(",")))
        before: tuple[av.VideoFrame, float, float] | None = None
        damaged = False
        for frame in _decoded(container, stream):
            if frame is None:
                damaged = True
                continue
            begin_s = next_s if frame.time is None else float(frame.time) - origin_s
            if begin_s < next_s - period_s and frame.time is not None:
                continue  # out of order: its frames have been shown
            if before:
                yield before[0], before[1], max(before[2], begin_s) if nominal and not damaged else before[2]
            length_s = float((frame.duration or 0) * frame.time_base) if frame.time_base else 0.0
            next_s = begin_s + max(length_s, period_s)
            before, damaged = (frame, begin_s, next_s), False
        if before:
            yield before


class _Painter:
    """Makes RGB pictures of one size: upright, with square pixels, as large as the first one or `lines`."""

    def __init__(self, pixel_aspect: float, lines: int | None) -> None:
        self._aspect, self._lines = pixel_aspect if 0.1 < pixel_aspect < 10 else 1.0, lines
        self._reformatter = VideoReformatter()  # one for all: it keeps its tables
        self._last: tuple[av.VideoFrame, Frame] | None = None
        self._size: tuple[int, int] | None = None

    def paint(self, frame: "av.VideoFrame") -> tuple[Frame | None, bool]:
        """Return the picture of a frame, and whether it is its own: the last one stands in for what cannot be used."""
        if self._last is None or self._last[0] is not frame:
            try:
                picture = self._upright(frame)
            except (av.error.FFmpegError, ValueError, MemoryError):
                return (self._last[1] if self._last else None), False
            self._last = frame, picture
        return self._last[1], True

    def _upright(self, frame: "av.VideoFrame") -> Frame:
        width, height = frame.width * self._aspect, float(frame.height)
        factor = min(1.0, (self._lines or np.inf) / min(width, height))
        width, height = max(round(width * factor), 1), max(round(height * factor), 1)
        turns = round(frame.rotation / 90) % 4
        if self._size is None:
            self._size = (height, width) if turns % 2 else (width, height)
        room = self._size[::-1] if turns % 2 else self._size
        # Where the size changes on the way, pictures are fitted into the first one's, in proportion.
        fit = min(room[0] / width, room[1] / height)
        inner = (room[0], room[1]) if (width, height) == room else (round(width * fit), round(height * fit))
        inner = min(max(inner[0], 1), room[0]), min(max(inner[1], 1), room[1])
        picture = np.asarray(self._reformatter.reformat(frame, *inner, format="rgb24").to_ndarray(), dtype=np.uint8)
        if inner != room:
            top, left = (room[1] - inner[1]) // 2, (room[0] - inner[0]) // 2
            whole = np.zeros((room[1], room[0], 3), np.uint8)
            whole[top : top + inner[1], left : left + inner[0]] = picture
            picture = whole
        return np.ascontiguousarray(np.rot90(picture, turns)) if turns else picture


def decode_frames(path: Path) -> Iterator[Frame]:
    """Yield the RGB pictures (height, width, 3) of a video in order, as many as can be decoded, upright.

    Raises:
        MediaError: the file cannot be opened as video at all.
    """
    with _opened(path) as container:
        stream = _video_stream(container, path)
        painter = _Painter(float(stream.sample_aspect_ratio or 1), None)
        for frame in _decoded(container, stream):
            if frame is not None:
                picture, good = painter.paint(frame)
                if picture is not None and good:
                    yield picture


def _opened(path: Path) -> "av.container.InputContainer":
    try:
        return av.open(str(path), options={"format_whitelist": CONTAINERS}, metadata_errors="replace")
    except (av.error.FFmpegError, OSError) as error:
        raise MediaError(f"{path.name}: not a readable video ({error.strerror})") from error


def _video_stream(container: "av.container.InputContainer", path: Path) -> "av.VideoStream":
    for stream in container.streams.video:
        if not int(stream.disposition) & ATTACHED_PICTURE:
            stream.thread_count = job_threads()
            stream.thread_type = "NONE" if stream.thread_count == 1 else "AUTO"
            return stream
    raise MediaError(f"{path.name}: holds no video")


def _decoded(container: "av.container.InputContainer", stream: "av.VideoStream") -> Iterator["av.VideoFrame | None"]:
    """Yield what can be decoded, and None in place of what is damaged; decoding goes on after it."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except av.error.FFmpegError:
            return  # the container itself ends here
        if packet is None:
            return
        try:
            frames = packet.decode()
        except (av.error.FFmpegError, ValueError):
            yield None
            continue
        for frame in frames:
            good = isinstance(frame, av.VideoFrame) and not frame.is_corrupt and frame.width and frame.height
            yield frame if good else None


def _without(track: Track, frames: list[int]) -> Track:
    keypoints, confidence = track.keypoints.copy(), track.confidence.copy()
    joints = None if track.joints is None else track.joints.copy()
    keypoints[frames], confidence[frames] = np.nan, 0.0
    if joints is not None:
        joints[frames] = np.nan
    return replace(track, keypoints=keypoints, confidence=confidence, joints=joints)
