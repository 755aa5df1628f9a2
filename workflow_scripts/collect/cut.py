"""Cut one video (or song) into clips: pictures at a constant frame rate and sound to the sample."""

import argparse
import json
import logging
import wave
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workflow_scripts.collect.cutting.choosing import choose, shots_within
from workflow_scripts.collect.cutting.segments import LeftOut, Range, complement
from workflow_scripts.collect.cutting.watching import INDEXED
from workflow_scripts.workflow.errors import UserError, broken_file, entry_point
from workflow_scripts.workflow.files import atomic_directory, read_json, sha256_of
from workflow_scripts.workflow.media import CONTAINERS, MediaError, run_ffmpeg
from workflow_scripts.workflow.tables import write_table

LEFT_OUT = "left_out.tsv"
BEYOND, BROKEN = "beyond the end", "cannot be cut"
LEFT_OUT_COLUMNS = ("start_s", "end_s", "reason")
COLUMNS = ("clip", "start_s", "end_s", "frames", "samples", "video", "audio", "video_sha256", "audio_sha256", "shots")
DEFAULT_FPS = 30.0
AUDIO_RATE = 44_100  # Hz
CRF = 20  # x264's quality: no loss that a pose estimator could see (docs of x264: 18 is visually lossless)

log = logging.getLogger(__name__)


def ranges(
    row: Mapping[str, str], cuts: Sequence[Sequence[float]], duration_s: float, fps: float = DEFAULT_FPS
) -> list[tuple[float, float]]:
    """Return (start, end) in seconds of every clip: the cuts, or the row's start and end, or the whole.

    Ends beyond the video's end are clipped to it.

    Raises:
        UserError: a clip would have no frame.
    """
    wanted = [(start, end) for start, end in cuts]
    if not wanted:
        wanted = [(float(row.get("start") or 0.0), float(row.get("end") or duration_s))]
    clips = [(start, min(end, duration_s)) for start, end in wanted]
    for (start, end), (_, asked) in zip(clips, wanted, strict=True):
        if frames_in(start, end, fps) < 1:
            raise UserError(
                f"{row['id']}: the cut {start:g} s to {asked:g} s holds nothing: the video ends at {duration_s:.2f} s. "
                "Correct the cut list, or start and end in the playlist."
            )
    return clips


def cut_clip(media: Path, start_s: float, end_s: float, fps: float, video: Path | None, audio: Path) -> tuple[int, int]:
    """Cut one clip in one pass of ffmpeg.

    The picture is made upright, with square pixels, an even size and at most 720 lines, at a constant rate: each frame
    shows what the source showed nearest to its time. The sound is 44.1 kHz stereo PCM of 16 bits. Where the source ends
    early (or starts late) its last (first) picture stands and the sound is silent, so both are equally long.

    Args:
        media: the source.
        start_s: start in the source, seconds since the file's start; before it (negative) there is silence.
        end_s: end in the source, seconds.
        fps: frames/s of the clip.
        video: the MP4 to write; None for a song.
        audio: the WAV to write.

    Returns:
        (frames, samples): see `frames_in`, and round(44100 * frames / fps), counted in what was written.

    Raises:
        MediaError: ffmpeg failed, or wrote another number of frames.
    """
    frames = frames_in(start_s, end_s, fps)
    samples = round(AUDIO_RATE * frames / fps)
    # All times are those written in the file: ffmpeg's own zero depends on which of the streams are used.
    origin_s, rate = _timing(media)
    begin_s = origin_s + start_s
    arguments: list[str | Path] = ["-copyts"]
    if video is not None:
        # Every picture since the key frame before is decoded, for the one on show at the start may have begun long ago.
        arguments += [*_seek(media, start_s), *_GUARD, "-i", media]
    # A codec's first frames after a seek lack what they build on.
    arguments += [*(_seek(media, start_s - 1.0) if video is not None else ()), *_GUARD, "-i", media]
    if video is not None:
        # Each frame shows the last picture that begins before it or up to half a frame (of the faster of the two
        # rates) after it. In microseconds, so that nothing is rounded to the source's frames.
        half_s = 0.5 / max(fps, rate)
        shift = round((begin_s + half_s) * 1e6)
        picture = f"settb=AVTB,setpts=PTS-({shift}),fps={fps:.6f}:start_time=0:round=up,{_PICTURE}"
        arguments += ["-map", "0:V:0", "-vf", picture, "-frames:v", str(frames), *_ENCODER, *_BARE, video]
    # Gaps of a hundredth of a second or more are filled with silence, so that what follows is where it belongs.
    sound = (
        f"aresample={AUDIO_RATE},atrim=start={begin_s:.6f},"
        f"aresample={AUDIO_RATE}:async=1:min_hard_comp=0.01:first_pts={round(begin_s * AUDIO_RATE)},"
        f"asetpts=PTS-STARTPTS,apad=whole_len={samples},atrim=end_sample={samples}"
    )
    source = 0 if video is None else 1
    arguments += ["-map", f"{source}:a:0", "-af", sound, "-ac", "2", "-c:a", "pcm_s16le", *_BARE, audio]
    run_ffmpeg(arguments, media)
    counted = (_count_frames(video) if video is not None else frames, _count_samples(audio))
    if counted != (frames, samples):
        raise MediaError(f"{media}: cut to {counted} (frames, samples) instead of {(frames, samples)}")
    return counted


def frames_in(start_s: float, end_s: float, fps: float) -> int:
    """Return how many frames a clip has: seconds times frames/s, rounded; half a frame is none.

    For frame k shows what the source showed up to k + 1/2: half a frame more would show what comes after the end.
    """
    return round(fps * (end_s - start_s) - 0.05)


def _timing(media: Path) -> tuple[float, float]:
    """Return the time written in a media file that counts as its start (seconds), and its mean rate (frames/s or 0)."""
    import av

    try:
        with av.open(str(media), options={"format_whitelist": CONTAINERS}, metadata_errors="replace") as container:
            rates = [float(stream.average_rate or 0) for stream in container.streams.video]
            return (container.start_time or 0) / av.time_base, max(rates, default=0.0)
    except (av.error.FFmpegError, OSError) as error:
        raise MediaError(f"{media}: ffmpeg failed: {error}") from error


def _seek(media: Path, start_s: float) -> tuple[str, ...]:
    """Return ffmpeg's options to begin at the key frame before `start_s`: spares decoding hours to cut a minute.

    What has no index of its key frames (streams) is decoded from its beginning instead.
    """
    if start_s <= 0 or media.suffix not in INDEXED:
        return ()
    return ("-noaccurate_seek", "-ss", f"{start_s:.6f}")


_GUARD = ("-format_whitelist", CONTAINERS)
_BARE = ("-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-flags", "+bitexact")
# One thread, whatever the machine has: x264's output depends on it, and equal inputs are to give equal bytes.
_ENCODER = ("-c:v", "libx264", "-preset", "veryfast", "-crf", str(CRF), "-threads", "1", "-movflags", "+faststart")
# The shorter side gets 720 px at most: more shows a pose estimator nothing (its own input is 256 px) and costs it time.
# The longer one ends at 1920, whatever shape of pixels a file may claim.
_SHOWN = "iw*if(sar,sar,1)"
_FACTOR = f"min(1,min(720/min({_SHOWN},ih),1920/max({_SHOWN},ih)))"
_PICTURE = (
    "tpad=stop=-1:stop_mode=clone,"
    f"scale=w='max(2,round({_SHOWN}*{_FACTOR}/2)*2)':h='max(2,round(ih*{_FACTOR}/2)*2)',setsar=1,format=yuv420p"
)


def _count_frames(path: Path) -> int:
    import av

    with av.open(str(path), metadata_errors="replace") as container:
        return sum(packet.size > 0 for packet in container.demux(video=0))


def _count_samples(path: Path) -> int:
    with wave.open(str(path), "rb") as file:
        return file.getnframes()


def plan(
    media: Path,
    report: Mapping[str, Any],
    row: Mapping[str, str],
    cuts: Sequence[Sequence[float]],
    config: Mapping[str, Any],
) -> tuple[list[Range], list[LeftOut]]:
    """Return the parts of an item that become clips, and those that do not with the reason, in seconds.

    A cut list is taken as it is. Without one, videos are cut by themselves (see `choose`), songs are taken whole, and
    so is imported motion.
    """
    if config["kind"] == "motion":
        return [(0.0, float(report["duration_s"]))], []
    duration_s = float(report["duration_s"])
    start_s, end_s = float(row.get("start") or 0.0), float(row.get("end") or duration_s)
    fps = _fps(report, config)
    if config["kind"] == "songs":
        return ranges(row, cuts, duration_s, fps), []
    # Lists, published ones too, may be wrong: the good parts go on.
    wanted = [(start, end) for start, end in cuts] or [(start_s, end_s)]
    empty = [part for part in wanted if frames_in(part[0], min(part[1], duration_s), fps) < 1]
    beyond = [(start, end, BEYOND) for start, end in empty]
    wanted = [part for part in wanted if part not in empty]
    if not wanted:
        return [], beyond
    clips = ranges(row, wanted, duration_s, fps)
    if cuts:
        return clips, complement((0.0, duration_s), clips, "not in the cut list") + beyond
    return choose(media, clips[0], config.get("trim") or {}, config.get("cutting") or {})


def cut(
    report_path: Path, row: Mapping[str, str], cuts: Sequence[Sequence[float]], config: Mapping[str, Any], output: Path
) -> int:
    """Make the folder of one video's clips at once, with its tables `output` (clips.tsv) and left_out.tsv.

    The column `shots` of clips.tsv has the frames of a clip at which another shot begins, with commas between: of clips
    from a cut list, or with `cutting: {shots: false}`.

    Args:
        report_path: the JSON of the download or, for motion, of the check: status, file or audio, duration_s.
        row: of the playlist: id, start, end.
        cuts: [(start, end), ...] in seconds, from the cut list.
        config: `kind` ("videos", the default, "songs" or "motion"), `fps`, `trim`, `cutting` (see `choose`).
        output: clips.tsv; its folder is replaced.

    Returns:
        The number of clips, 0 when nothing is left of the video.

    Raises:
        BrokenFileError: the media file is gone or damaged; its JSON has been deleted, so that the next run downloads it
            again.
        MediaError: a song cannot be cut. (Parts of videos that cannot be are left out.)
    """
    report = read_json(report_path)
    config = {"kind": "videos", **config}
    if report.get("status") != "ok":
        raise UserError(f"{report_path}: {report.get('reason')}; there is nothing to cut")
    media = Path(report["audio"]) if config["kind"] == "motion" else report_path.parent / (report.get("file") or ".")
    if not media.is_file():
        raise broken_file(report_path, f"its media file {str(report.get('audio') or report.get('file'))!r} is gone")
    try:
        clips, out = plan(media, report, row, cuts, config)
    except MediaError as error:
        _check_unchanged(media, report_path, report)
        log.warning("%s", error)
        clips, out = [], [(0.0, float(report["duration_s"]), BROKEN)]
    # Motion and its music are two files with two beginnings.
    offset_s = float(report["offset_s"]) if config["kind"] == "motion" else 0.0
    # Videos that are cut by themselves are cut at every change of shot, unless that is not wanted.
    one_shot = not cuts and bool((config.get("cutting") or {}).get("shots", True))
    with atomic_directory(output.parent) as folder:
        fps = _fps(report, config)
        rows: list[dict[str, object]] = []
        for start_s, end_s in clips:
            video = folder / f"{len(rows):04d}.mp4" if config["kind"] == "videos" else None
            audio = folder / f"{len(rows):04d}.wav"
            try:
                frames, samples = cut_clip(media, offset_s + start_s, offset_s + end_s, fps, video, audio)
            except MediaError as error:
                _check_unchanged(media, report_path, report)
                if config["kind"] == "songs":
                    raise
                log.warning("%s", error)
                out.append((start_s, end_s, BROKEN))
                continue
            shots = shots_within(video, frames, fps) if video and not one_shot else []
            names = (video.name if video else "", audio.name)
            digests = (sha256_of(video) if video else "", sha256_of(audio))
            times = (_seconds(start_s), _seconds(end_s))
            values = (audio.stem, *times, frames, samples, *names, *digests, ",".join(map(str, shots)))
            rows.append(dict(zip(COLUMNS, values, strict=True)))
        write_table(folder / output.name, COLUMNS, rows)
        _remove_unlisted(folder, len(rows))
        rejected = [(_seconds(start), _seconds(end), reason) for start, end, reason in sorted(out)]
        write_table(
            folder / LEFT_OUT, LEFT_OUT_COLUMNS, [dict(zip(LEFT_OUT_COLUMNS, one, strict=True)) for one in rejected]
        )
    return len(rows)


def _check_unchanged(media: Path, report_path: Path, report: Mapping[str, Any]) -> None:
    """Have the media fetched again when it is not what was fetched. Of motion's music no hash is kept."""
    if report.get("sha256", "") not in ("", sha256_of(media)):
        raise broken_file(report_path, f"its media file {media.name!r} has changed since")


def _remove_unlisted(folder: Path, count: int) -> None:
    """Remove what a clip that could not be cut has left: its name comes after those of the `count` good ones."""
    for path in folder.glob(f"{count:04d}.*"):
        path.unlink()


def _fps(report: Mapping[str, Any], config: Mapping[str, Any]) -> float:
    return float(report["fps"] if config["kind"] == "motion" else config.get("fps", DEFAULT_FPS))


def _seconds(time_s: float) -> float:
    return round(time_s, 6)


def main() -> None:
    """Write results/clips/{collection}/{video}/clips.tsv, the clips it lists, and left_out.tsv beside it."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--video", type=Path, required=True, help="the JSON written by the download")
    parser.add_argument("--row", type=json.loads, required=True, help="JSON: a row of the playlist")
    parser.add_argument("--cuts", type=json.loads, required=True, help="JSON: [[start, end], ...] in seconds, or []")
    parser.add_argument("--config", type=json.loads, required=True, help="JSON: kind, fps, trim, cutting; see cut")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    count = cut(arguments.video, arguments.row, arguments.cuts, arguments.config, arguments.output)
    log.info("%s: %d clips", arguments.output.parent, count)


if __name__ == "__main__":
    entry_point(main)
