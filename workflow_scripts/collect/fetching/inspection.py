"""What a media file really holds: found by reading it, since headers, suffixes and web servers may be wrong."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workflow_scripts.collect.fetching.limits import over_limits
from workflow_scripts.workflow.media import ATTACHED_PICTURE, CONTAINERS, MediaError

MIN_SECONDS = 1.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Inspection:
    """Facts about a media file.

    `duration_s`: seconds of picture for a video, of sound for a song, counted from the packets. `width`, `height`: px
    as shown, upright and with square pixels (0 for a song). `fps`: mean frame rate. `audio_rate` in Hz.
    """

    duration_s: float
    width: int
    height: int
    fps: float
    audio_rate: int
    audio_channels: int


def inspect_media(path: Path, kind: str, limits: Mapping[str, Any] | None = None) -> Inspection:
    """Read every packet of a file and decode its first picture ("videos") and its first sound.

    What the file says of its size is judged before a picture is decoded, which is when memory is taken; its duration is
    that of the packets, whatever it says, and is judged while they are read.

    Args:
        path: the file.
        kind: "videos" or "songs".
        limits: if wanted `max_seconds`, `max_pixels` (see `over_limits`).

    Raises:
        MediaError: the file is no use for a collection of this `kind`, or beyond the limits; the text is the reason,
            for a person.
    """
    import av

    limits = limits or {}
    options = {"format_whitelist": CONTAINERS}
    if limits.get("max_pixels") is not None:
        options["max_pixels"] = str(int(limits["max_pixels"]))  # libav decodes a little to find out what it has
    try:
        with av.open(str(path), options=options, metadata_errors="replace") as container:
            return _inspect(container, kind, limits)
    except (av.error.FFmpegError, UnicodeDecodeError, EOFError) as error:
        log.info("%s: %s", path, error)
        raise MediaError("not a readable audio or video file") from error


def _inspect(container: Any, kind: str, limits: Mapping[str, Any]) -> Inspection:
    pictures = [stream for stream in container.streams.video if not int(stream.disposition) & ATTACHED_PICTURE]
    if kind == "videos" and not pictures:
        raise MediaError("no video stream found")
    if not container.streams.audio:
        raise MediaError("no audio stream found")
    sound = container.streams.audio[0]
    picture = pictures[0] if kind == "videos" else None
    main = picture or sound
    wanted = [stream for stream in (picture, sound) if stream is not None]
    if picture is not None:
        _judge({"width": picture.codec_context.width, "height": picture.codec_context.height}, limits)
    first: dict[int, Any] = {}
    ends = dict.fromkeys((stream.index for stream in wanted), 0.0)
    origin = (container.start_time or 0) / 1e6
    counts = dict.fromkeys(ends, 0)
    for packet in container.demux(wanted):
        stream = packet.stream
        if packet.pts is not None:
            end = float((packet.pts + (packet.duration or 0)) * packet.time_base) - origin
            ends[stream.index] = max(ends[stream.index], end)
            counts[stream.index] += 1
            # Reading stops here, so that a file without end does: how long it really is remains unknown.
            if stream is main and (most := limits.get("max_seconds")) is not None and end > most:
                raise MediaError(f"longer than download.max_seconds ({most})")
        if stream.index not in first and (frames := _decode(packet)):
            first[stream.index] = frames[0]
    if missing := [stream for stream in wanted if stream.index not in first]:
        raise MediaError(f"the {missing[0].type} stream cannot be decoded")
    duration = ends[main.index]
    if duration < MIN_SECONDS:
        raise MediaError(f"shorter than {MIN_SECONDS:g} s: put a longer one in its place, or take it out")
    stated = (container.duration or 0) / 1e6
    if stated - duration > MIN_SECONDS:
        log.warning("the file states %.2f s but holds %.2f s of %s: that much is used", stated, duration, main.type)
    width, height = _shown_size(first[picture.index], picture) if picture is not None else (0, 0)
    rate = float(picture.average_rate or counts[picture.index] / duration) if picture is not None else 0.0
    return Inspection(duration, width, height, rate, int(sound.rate), int(sound.channels))


def _judge(known: Mapping[str, Any], limits: Mapping[str, Any]) -> None:
    if reason := over_limits(known, limits):
        raise MediaError(reason)


def _decode(packet: Any) -> list[Any]:
    import av

    try:
        return list(packet.decode())
    except av.error.FFmpegError:
        return []  # a damaged packet: a later one may do


def _shown_size(frame: Any, stream: Any) -> tuple[int, int]:
    aspect = stream.sample_aspect_ratio
    width, height = frame.width * float(aspect or 1), float(frame.height)
    if abs(frame.rotation) % 180 == 90:
        width, height = height, width
    return round(width), round(height)
