"""Cut one video (or song) into clips: pictures at a constant frame rate and sound to the sample."""

import argparse
import json
import logging
import wave
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workflow_scripts.workflow.errors import UserError, broken_file, entry_point
from workflow_scripts.workflow.files import atomic_directory, read_json, sha256_of
from workflow_scripts.workflow.media import MediaError, run_ffmpeg
from workflow_scripts.workflow.tables import write_table

COLUMNS = ("clip", "start_s", "end_s", "frames", "samples", "video", "audio", "video_sha256", "audio_sha256")
DEFAULT_FPS = 30.0
AUDIO_RATE = 44_100  # Hz
CRF = 20  # x264's quality: no loss that a pose estimator could see (docs of x264: 18 is visually lossless)
INDEXED = frozenset({".3gp", ".m4v", ".mkv", ".mov", ".mp4", ".webm"})

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
        if round(fps * (end - start)) < 1:
            raise UserError(
                f"{row['id']}: the cut {start:g} s to {asked:g} s holds nothing: the video ends at {duration_s:.2f} s. "
                "Correct the cut list, or start and end in the playlist."
            )
    return clips


def cut_clip(media: Path, start_s: float, end_s: float, fps: float, video: Path | None, audio: Path) -> tuple[int, int]:
    """Cut one clip in one pass of ffmpeg.

    The picture is made upright, with square pixels and even size, at a constant rate: each frame shows what the source
    showed nearest to its time. The sound is 44.1 kHz stereo PCM of 16 bits. Where the source ends early (or
    starts late) its last (first) picture stands and the sound is silent, so both are equally long.

    Args:
        media: the source.
        start_s: start in the source, seconds.
        end_s: end in the source, seconds.
        fps: frames/s of the clip.
        video: the MP4 to write; None for a song.
        audio: the WAV to write.

    Returns:
        (frames, samples): round(fps * seconds) and round(44100 * frames / fps), counted in what was written.

    Raises:
        MediaError: ffmpeg failed, or wrote another number of frames.
    """
    frames = round(fps * (end_s - start_s))
    samples = round(AUDIO_RATE * frames / fps)
    # Seeking spares decoding hours to cut a minute, and is exact when re-encoding. What has no index of its key frames
    # (streams, songs) is decoded from its beginning instead: a seek would land where no picture can be decoded.
    seek_s = start_s if video is not None and media.suffix in INDEXED else 0.0
    skip_s = start_s - seek_s
    arguments: list[str | Path] = ["-ss", f"{seek_s:.6f}"] if seek_s else []
    arguments += ["-t", f"{end_s - seek_s + 1:.6f}", "-i", media]
    if video is not None:
        picture = f"fps={fps:.6f}:start_time={skip_s:.6f}:round=near,setpts=PTS-STARTPTS,{_PICTURE}"
        arguments += ["-map", "0:V:0", "-vf", picture, "-frames:v", str(frames), *_ENCODER, *_BARE, video]
    sound = (
        f"aresample={AUDIO_RATE}:async=1:first_pts=0,atrim=start_sample={round(skip_s * AUDIO_RATE)},"
        f"asetpts=PTS-STARTPTS,apad=whole_len={samples},atrim=end_sample={samples}"
    )
    arguments += ["-map", "0:a:0", "-af", sound, "-ac", "2", "-c:a", "pcm_s16le", *_BARE, audio]
    run_ffmpeg(arguments, media)
    counted = (_count_frames(video) if video is not None else frames, _count_samples(audio))
    if counted != (frames, samples):
        raise MediaError(f"{media}: cut to {counted} (frames, samples) instead of {(frames, samples)}")
    return counted


_BARE = ("-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-flags", "+bitexact")
# One thread, whatever the machine has: x264's output depends on it, and equal inputs are to give equal bytes.
_ENCODER = ("-c:v", "libx264", "-preset", "veryfast", "-crf", str(CRF), "-threads", "1", "-movflags", "+faststart")
_PICTURE = (
    "tpad=stop=-1:stop_mode=clone,"
    "scale=w='max(2,round(iw*if(sar,sar,1)/2)*2)':h='max(2,round(ih/2)*2)',setsar=1,format=yuv420p"
)


def _count_frames(path: Path) -> int:
    import av

    with av.open(str(path)) as container:
        return sum(packet.size > 0 for packet in container.demux(video=0))


def _count_samples(path: Path) -> int:
    with wave.open(str(path), "rb") as file:
        return file.getnframes()


def cut(
    report_path: Path, row: Mapping[str, str], cuts: Sequence[Sequence[float]], config: Mapping[str, Any], output: Path
) -> int:
    """Make the folder of one video's clips, with its table `output` (clips.tsv), at once; return the number of clips.

    Raises:
        BrokenFileError: the media file is gone; its JSON has been deleted, so that the next run downloads it again.
    """
    report = read_json(report_path)
    media = report_path.parent / (report.get("file") or report_path.name)
    if report.get("status") != "ok":
        raise UserError(f"{report_path}: {report.get('reason')}; there is nothing to cut")
    if media == report_path or not media.is_file():
        raise broken_file(report_path, f"its media file {report.get('file')!r} is gone")
    is_song = config.get("kind") == "songs"
    fps = float(config.get("fps", DEFAULT_FPS))
    clips = ranges(row, cuts, float(report["duration_s"]), fps)
    with atomic_directory(output.parent) as folder:
        rows: list[dict[str, object]] = []
        for number, (start_s, end_s) in enumerate(clips):
            video = None if is_song else folder / f"{number:04d}.mp4"
            audio = folder / f"{number:04d}.wav"
            frames, samples = cut_clip(media, start_s, end_s, fps, video, audio)
            names = (video.name if video else "", audio.name)
            digests = (sha256_of(video) if video else "", sha256_of(audio))
            values = (f"{number:04d}", start_s, end_s, frames, samples, *names, *digests)
            rows.append(dict(zip(COLUMNS, values, strict=True)))
        write_table(folder / output.name, COLUMNS, rows)
    return len(clips)


def main() -> None:
    """Write results/clips/{collection}/{video}/clips.tsv and the clips it lists beside it."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--video", type=Path, required=True, help="the JSON written by the download")
    parser.add_argument("--row", type=json.loads, required=True, help="JSON: a row of the playlist")
    parser.add_argument("--cuts", type=json.loads, required=True, help="JSON: [[start, end], ...] in seconds, or []")
    parser.add_argument("--config", type=json.loads, required=True, help='JSON: `kind` ("videos" or "songs"), `fps`')
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    count = cut(arguments.video, arguments.row, arguments.cuts, arguments.config, arguments.output)
    log.info("%s: %d clips", arguments.output.parent, count)


if __name__ == "__main__":
    entry_point(main)
