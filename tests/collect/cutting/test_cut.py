"""Cutting, against pictures that show their own number and sound that is found again by cross-correlation."""

import itertools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from collect.synthetic_media import (
    RATE,
    blank,
    film,
    frames_of,
    noise,
    numbered_video,
    numbers_of,
    offset_s,
    read_wav,
    scene,
    silence,
    song,
    speech,
    write_wav,
)

from workflow_scripts.collect import cut as cutting
from workflow_scripts.collect.cut import COLUMNS, LEFT_OUT_COLUMNS, cut, cut_clip, frames_in, ranges
from workflow_scripts.collect.fetching.inspection import inspect_media
from workflow_scripts.workflow.errors import BrokenFileError, UserError
from workflow_scripts.workflow.files import sha256_of
from workflow_scripts.workflow.media import MediaError, probe, run_ffmpeg
from workflow_scripts.workflow.tables import read_table

SECONDS = 4.0


def clip_of(source: Path, folder: Path, start: float, end: float, fps: float = 30) -> tuple[Path, Path]:
    video, audio = folder / "c.mp4", folder / "c.wav"
    cut_clip(source, start, end, fps, video, audio)
    return video, audio


@pytest.fixture(scope="module", params=[29.97, 25, 24])
def filmed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    """A video and its frame rate."""
    return numbered_video(tmp_path_factory.mktemp("filmed") / "in.mp4", SECONDS, request.param), request.param


@pytest.mark.parametrize(("start", "end"), [(0.0, 3.0), (1.234, 2.834), (2.5, 4.0)])
def test_picture_and_sound_are_where_they_belong(
    tmp_path: Path, filmed: tuple[Path, float], start: float, end: float
) -> None:
    source, fps = filmed
    video, audio = clip_of(source, tmp_path, start, end)
    frames = round(30 * (end - start))
    shown = numbers_of(video)
    assert len(shown) == frames
    expected = (start + np.arange(frames) / 30) * fps
    assert np.abs(shown - np.clip(expected, 0, round(SECONDS * fps) - 1)).max() <= 1.0
    assert np.abs(np.mean(shown - expected)) <= 0.75  # no drift to one side beyond the rounding
    sound = read_wav(audio)
    assert len(sound) == 1470 * frames
    # Only the middle, which lies inside the source whatever the ends do.
    middle = sound[RATE // 2 : RATE // 2 + RATE]
    assert offset_s(middle, noise(SECONDS)) == pytest.approx(start + 0.5, abs=0.005)


def test_the_clip_is_constant_in_rate_and_plain(tmp_path: Path) -> None:
    video, _ = clip_of(numbered_video(tmp_path / "in.mp4", 2.0, 24), tmp_path, 0.3, 1.9)
    with av.open(str(video)) as container:
        stream = container.streams.video[0]
        times = sorted(float(packet.pts * packet.time_base) for packet in container.demux(stream) if packet.size)
        assert (stream.codec_context.name, stream.average_rate, len(container.streams)) == ("h264", 30, 1)
    np.testing.assert_allclose(times, np.arange(48) / 30, atol=1e-4)


@pytest.mark.parametrize(
    ("suffix", "coding"), [(".ts", "copy copy"), (".avi", "mpeg4 libmp3lame"), (".flv", "copy copy")]
)
def test_streams_without_an_index(tmp_path: Path, suffix: str, coding: str) -> None:
    source, stream = numbered_video(tmp_path / "in.mp4", SECONDS, 25), tmp_path / f"stream{suffix}"
    picture, sound = coding.split()
    run_ffmpeg(["-i", source, "-c:v", picture, "-q:v", "2", "-g", "250", "-c:a", sound, stream], stream)
    video, audio = clip_of(stream, tmp_path, 1.5, 3.5)
    late_picture = np.mean(numbers_of(video) - (1.5 + np.arange(60) / 30) * 25) / 25
    late_sound = offset_s(read_wav(audio)[4410:-4410], noise(SECONDS)) - 1.6
    # The codecs' own delays move picture and sound alike against the container's time.
    assert -0.05 < late_picture < 0.01
    assert abs(late_picture - late_sound) < 0.025


def test_another_rate(tmp_path: Path) -> None:
    source = numbered_video(tmp_path / "in.mp4", 2.0, 50)
    assert cut_clip(source, 0.5, 1.5, 25, tmp_path / "c.mp4", tmp_path / "c.wav") == (25, 44100)
    assert np.abs(numbers_of(tmp_path / "c.mp4") - (25 + 2 * np.arange(25))).max() <= 1


def test_equal_input_gives_equal_bytes(tmp_path: Path, video: Path) -> None:
    first = [sha256_of(path) for path in clip_of(video, tmp_path, 0.2, 1.7)]
    assert [sha256_of(path) for path in clip_of(video, tmp_path, 0.2, 1.7)] == first


def test_dropped_pictures_stand_still_and_nothing_shifts(tmp_path: Path, video: Path) -> None:
    source = tmp_path / "variable.mkv"
    drop = "select='not(between(n,20,34))'"
    run_ffmpeg(["-i", video, "-vf", drop, "-fps_mode", "vfr", "-c:v", "libx264", "-c:a", "copy", source], source)
    shown = numbers_of(clip_of(source, tmp_path, 0, 2)[0])
    assert len(shown) == 60
    times = np.arange(60) / 30
    still = (times > 20.5 / 25) & (times < 34.4 / 25)
    assert set(shown[still]) == {19}
    assert np.abs(shown[~still] - times[~still] * 25).max() <= 1


def test_sound_that_ends_early_or_starts_late_is_filled_with_silence(tmp_path: Path, video: Path) -> None:
    short = numbered_video(tmp_path / "short.mp4", 2.0, 25, sound=0.8)
    sound = read_wav(clip_of(short, tmp_path, 0, 2)[1])
    assert len(sound) == 2 * RATE
    assert np.abs(sound[: RATE // 2]).max() > 1000
    assert np.abs(sound[RATE:]).max() == 0
    late = tmp_path / "late.mkv"
    run_ffmpeg(["-i", video, "-itsoffset", "0.7", "-i", video, "-map", "0:v", "-map", "1:a", "-c", "copy", late], late)
    sound = read_wav(clip_of(late, tmp_path, 0, 2)[1])
    assert np.abs(sound[: round(0.65 * RATE)]).max() < 100
    assert offset_s(sound[RATE : 2 * RATE - 4000], noise(2.0)) == pytest.approx(0.3, abs=0.005)


def test_the_picture_is_upright(tmp_path: Path) -> None:
    lying, turned = tmp_path / "lying.mp4", tmp_path / "turned.mp4"
    picture = ["-f", "lavfi", "-i", "color=black:s=96x64:r=30:d=1.5,drawbox=w=48:h=64:c=white:t=fill"]
    run_ffmpeg([*picture, "-f", "lavfi", "-i", "sine=d=1.5", "-pix_fmt", "yuv420p", lying], lying)
    run_ffmpeg(["-display_rotation", "90", "-i", lying, "-c", "copy", turned], turned)
    facts = inspect_media(turned, "videos")
    assert (facts.width, facts.height) == (64, 96)
    shown = frames_of(clip_of(turned, tmp_path, 0, 1)[0])
    assert shown.shape == (30, 96, 64)
    # Turned by 90 degrees counter-clockwise, the white left half becomes the lower half.
    assert shown[:, :40].max() < 40
    assert shown[:, 56:].min() > 200


@pytest.mark.parametrize(("size", "aspect", "expected"), [("65x49", "1", (66, 48)), ("64x48", "2", (128, 48))])
def test_odd_sizes_and_oblong_pixels(tmp_path: Path, size: str, aspect: str, expected: tuple[int, int]) -> None:
    source = tmp_path / "in.mkv"
    picture = ["-f", "lavfi", "-i", f"testsrc2=s={size}:r=30:d=1.2,setsar={aspect},format=yuv444p"]
    run_ffmpeg([*picture, "-f", "lavfi", "-i", "sine=d=1.2", "-c:v", "ffv1", source], source)
    info = probe(clip_of(source, tmp_path, 0, 1)[0])
    assert info.video is not None
    width, height = info.video.width, info.video.height
    assert width % 2 == height % 2 == 0
    assert abs(width - expected[0]) <= 2
    assert abs(height - expected[1]) <= 2


def test_a_wav_song_keeps_every_sample(tmp_path: Path) -> None:
    samples = noise(2.0)
    song = write_wav(tmp_path / "song.wav", samples)
    assert cut_clip(song, 0, 2, 30, None, tmp_path / "a.wav") == (60, 88200)
    np.testing.assert_array_equal(read_wav(tmp_path / "a.wav"), samples)
    assert cut_clip(song, 0.5, 1.25, 30, None, tmp_path / "b.wav") == (22, 32340)
    np.testing.assert_array_equal(read_wav(tmp_path / "b.wav"), samples[22050 : 22050 + 32340])


@pytest.mark.parametrize("suffix", [".flac", ".mp3", ".ogg", ".m4a", ".opus"])
def test_songs_of_every_kind(tmp_path: Path, suffix: str) -> None:
    samples = noise(4.0)
    song = tmp_path / f"song{suffix}"
    coding = {".ogg": ["-c:a", "libvorbis"], ".mp3": ["-q:a", "4"]}.get(suffix, [])
    run_ffmpeg(["-i", write_wav(tmp_path / "song.wav", samples), *coding, song], song)
    facts = inspect_media(song, "songs")
    assert facts.duration_s == pytest.approx(4.0, abs=0.06)
    assert (facts.width, facts.height, facts.audio_channels) == (0, 0, 2)
    for start in (0.0, 1.3):
        cut_clip(song, start, start + 2, 30, None, tmp_path / "clip.wav")
        assert offset_s(read_wav(tmp_path / "clip.wav")[4410:-4410], samples) == pytest.approx(start + 0.1, abs=0.005)


def test_which_parts_are_cut() -> None:
    row = {"id": "v", "start": "2", "end": "99"}
    assert ranges({"id": "v"}, [], 12.5) == [(0.0, 12.5)]
    assert ranges(row, [], 12.5) == [(2.0, 12.5)]
    assert ranges(row | {"end": ""}, [], 12.5) == [(2.0, 12.5)]
    assert ranges(row, [[1, 3], [10, 20]], 12.5) == [(1, 3), (10, 12.5)]
    with pytest.raises(UserError, match=r"v: the cut 12\.5 s to 20 s holds nothing: the video ends at 12\.50 s"):
        ranges(row, [[1, 3], [12.5, 20]], 12.5)


def downloaded(tmp_path: Path, media: Path, kind: str = "videos", item: str = "v01") -> Path:
    folder = tmp_path / "results" / "videos" / "mine"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{item}{media.suffix}").write_bytes(media.read_bytes())
    duration = inspect_media(media, kind).duration_s
    report = folder / f"{item}.json"
    report.write_text(
        json.dumps(
            {
                "status": "ok",
                "reason": "",
                "file": f"{item}{media.suffix}",
                "sha256": sha256_of(media),
                "duration_s": duration,
            }
        )
    )
    return report


def test_the_folder_of_clips(tmp_path: Path, video: Path) -> None:
    report, output = downloaded(tmp_path, video), tmp_path / "results/clips/mine/v01/clips.tsv"
    assert cut(report, {"id": "v01"}, [[0, 0.5], [0.5, 1], [1, 1.5]], {"kind": "videos"}, output) == 3
    assert len(list(output.parent.iterdir())) == 8
    assert cut(report, {"id": "v01"}, [[0.5, 1.5]], {"kind": "videos", "fps": 30}, output) == 1
    assert sorted(path.name for path in output.parent.iterdir()) == [
        "0000.mp4",
        "0000.wav",
        "clips.tsv",
        "left_out.tsv",
    ]
    assert [path.name for path in output.parent.parent.iterdir()] == ["v01"]
    (row,) = read_table(output, COLUMNS)
    assert (row["clip"], row["start_s"], row["end_s"], row["frames"], row["samples"]) == (
        "0000",
        "0.5",
        "1.5",
        "30",
        "44100",
    )
    assert row["video_sha256"] == sha256_of(output.parent / row["video"])
    assert row["audio_sha256"] == sha256_of(output.parent / row["audio"])


@pytest.mark.parametrize("cuts", [[[0, 1]], []])
def test_damaged_media_is_fetched_again_and_leaves_the_old_clips_whole(
    tmp_path: Path, video: Path, cuts: list[list[float]]
) -> None:
    report, output = downloaded(tmp_path, video), tmp_path / "results/clips/mine/v01/clips.tsv"
    cut(report, {"id": "v01"}, [[0, 1]], {"kind": "videos"}, output)
    before = {path.name: sha256_of(path) for path in output.parent.iterdir()}
    (report.parent / "v01.mp4").write_bytes(b"damaged")
    with pytest.raises(BrokenFileError, match=r"v01\.mp4' has changed since"):
        cut(report, {"id": "v01"}, cuts, {"kind": "videos"}, output)
    assert not report.exists()
    assert {path.name: sha256_of(path) for path in output.parent.iterdir()} == before
    assert [path.name for path in output.parent.parent.iterdir()] == ["v01"]


def test_missing_media_is_downloaded_again_by_the_next_run(tmp_path: Path, video: Path) -> None:
    report = downloaded(tmp_path, video)
    (report.parent / "v01.mp4").unlink()
    with pytest.raises(BrokenFileError, match=r"v01\.mp4' is gone"):
        cut(report, {"id": "v01"}, [], {"kind": "videos"}, tmp_path / "out" / "clips.tsv")
    assert not report.exists()


def tables(output: Path) -> tuple[list[tuple[float, float]], list[tuple[float, float, str]]]:
    """Clips and left out, in seconds; together they must cover their window once."""
    clips = [(float(row["start_s"]), float(row["end_s"])) for row in read_table(output, COLUMNS)]
    rows = read_table(output.with_name("left_out.tsv"), LEFT_OUT_COLUMNS)
    out = [(float(row["start_s"]), float(row["end_s"]), row["reason"]) for row in rows]
    parts = sorted([*clips, *((start, end) for start, end, _ in out)])
    assert all(one[1] == pytest.approx(other[0], abs=1e-5) for one, other in itertools.pairwise(parts))
    return clips, out


@pytest.mark.parametrize(("fps", "rate"), [(25, 30), (29.97, 30), (59.94, 30), (24, 60)])
def test_a_clip_shows_its_own_shot_only(tmp_path: Path, fps: float, rate: float) -> None:
    # Intro, two shots, a title, a shot that is too short, a shot, black.
    counts = [20, 71, 66, 40, 15, 64, 30]
    starts = np.cumsum([0, *counts]).tolist()
    title = next(scene(9, 1))
    shown = [*blank(20), *scene(1, 71, 20), *scene(2, 66, 91), *[title] * 40, *scene(3, 15), *scene(4, 64, 172)]
    media = film(tmp_path / "in.mp4", [*shown, *blank(30)], fps, song(sum(counts) / fps))
    report, output = downloaded(tmp_path, media), tmp_path / "clips/mine/v01/clips.tsv"
    config = {"fps": rate, "cutting": {"min_seconds": 1.0}}
    assert cut(report, {"id": "v01"}, [], config, output) == 3
    clips, out = tables(output)
    assert (clips[0][0], out[0][0]) == (pytest.approx(20 / fps, abs=1e-3), 0.0)
    # At 59.94 frames/s the title is too short to count as one.
    title_and_short = ["still picture", "shorter than 1 s"] if 40 / fps >= 1 else ["shorter than 1 s"]
    assert [reason for _, _, reason in out] == ["black picture", *title_and_short, "black picture"]
    for number, (first, count) in enumerate([(20, 71), (91, 66), (172, 64)]):
        numbers = numbers_of(output.parent / f"{number:04d}.mp4")
        assert (numbers[0], numbers.min()) == (first, first)
        assert first + count > numbers.max() == numbers[-1] >= first + count - 1 - 1.5 * max(1.0, fps / rate)
        assert len(numbers) == pytest.approx(count / fps * rate, abs=0.55)
    assert starts[-1] / fps == pytest.approx(out[-1][1], abs=0.05)


def test_trim_row_and_limits(tmp_path: Path) -> None:
    media = film(tmp_path / "in.mp4", scene(1, 300), 25, song(12.0))
    report, output = downloaded(tmp_path, media), tmp_path / "clips/mine/v01/clips.tsv"
    config = {"trim": {"start": 1.0, "end": 0.5}, "cutting": {"max_seconds": 4.0, "max_clips": 2, "min_seconds": 2}}
    assert cut(report, {"id": "v01", "start": "0.5", "end": "11"}, [], config, output) == 2
    clips, out = tables(output)
    assert clips == [(1.5, 4.5), (4.5, 7.5)]
    assert out == [(0.5, 1.5, "trim"), (7.5, 10.5, "more than 2 clips"), (10.5, 11.0, "trim")]
    assert cut(report, {"id": "v01"}, [], {"trim": {"end": 12.0}}, output) == 0
    assert tables(output) == ([], [(0.0, 12.0, "trim")])


def test_nothing_left_is_a_table_without_rows(tmp_path: Path) -> None:
    sound = np.concatenate([silence(3.0), speech(10.0, 2)])
    media = film(tmp_path / "in.mp4", scene(1, 325), 25, sound)
    report, output = downloaded(tmp_path, media), tmp_path / "clips/mine/v01/clips.tsv"
    assert cut(report, {"id": "v01"}, [], {"kind": "videos"}, output) == 0
    assert [reason for _, _, reason in tables(output)[1]] == ["silence", "speech"]
    assert sorted(path.name for path in output.parent.iterdir()) == ["clips.tsv", "left_out.tsv"]
    off = {"cutting": {"shots": False, "still": False, "silence": False, "speech": False}}
    assert cut(report, {"id": "v01"}, [], off, output) == 1
    # A list that was published may be wrong; that is data.
    assert cut(report, {"id": "v01", "start": "20", "end": "30"}, [], {}, output) == 0
    assert tables(output)[1] == [(20.0, 30.0, "beyond the end")]


def test_a_cut_list_is_taken_as_it_is(tmp_path: Path) -> None:
    media = film(tmp_path / "in.mp4", [*scene(1, 40), *blank(60)], 25, silence(4.0))
    report, output = downloaded(tmp_path, media), tmp_path / "clips/mine/v01/clips.tsv"
    config = {"trim": {"start": 3.0}, "cutting": {"min_seconds": 2.0}}
    assert cut(report, {"id": "v01", "start": "3"}, [[2.5, 3.5], [1.0, 2.0]], config, output) == 2
    clips, out = tables(output)
    assert clips == [(2.5, 3.5), (1.0, 2.0)]
    assert out == [
        (0.0, 1.0, "not in the cut list"),
        (2.0, 2.5, "not in the cut list"),
        (3.5, 4.0, "not in the cut list"),
    ]


@pytest.mark.parametrize(("offset", "fps", "frames"), [(0.7, 60, 61), (1.5, 25, 50), (-0.25, 60, 90)])
def test_the_music_of_imported_motion(tmp_path: Path, offset: float, fps: float, frames: int) -> None:
    samples = noise(2.0)
    music, report = write_wav(tmp_path / "music.wav", samples), tmp_path / "m01.json"
    status = {"status": "ok", "kind": "motion", "audio": str(music), "fps": fps, "offset_s": offset}
    report.write_text(json.dumps(status | {"duration_s": frames / fps}))
    output = tmp_path / "clips/aist/m01/clips.tsv"
    assert cut(report, {"id": "m01"}, [], {"kind": "motion", "fps": 30}, output) == 1
    (row,) = read_table(output, COLUMNS)
    assert (row["video"], row["video_sha256"], float(row["start_s"]), row["frames"]) == ("", "", 0.0, str(frames))
    sound = read_wav(output.parent / row["audio"])
    assert len(sound) == int(row["samples"]) == round(RATE * frames / fps)
    first = round(offset * RATE)
    wanted = np.zeros_like(sound)
    part = samples[max(0, first) : first + len(sound)]
    wanted[max(0, -first) : max(0, -first) + len(part)] = part
    np.testing.assert_array_equal(sound, wanted)
    assert sorted(path.name for path in output.parent.iterdir()) == ["0000.wav", "clips.tsv", "left_out.tsv"]


def test_half_a_frame_is_none() -> None:
    assert [frames_in(0, seconds, 30) for seconds in (1.0, 1 / 60, 1.0166, 0.985, 1.02)] == [30, 0, 30, 30, 31]


def test_equal_videos_give_equal_folders(tmp_path: Path) -> None:
    shown = [*blank(10), *scene(1, 60), *scene(2, 60)]
    report = downloaded(tmp_path, film(tmp_path / "in.mp4", shown, 25, song(5.2)))
    folders = [tmp_path / name / "v01" for name in ("one", "two")]
    for folder in folders:
        assert cut(report, {"id": "v01"}, [], {}, folder / "clips.tsv") == 2
    digests = [{path.name: sha256_of(path) for path in folder.iterdir()} for folder in folders]
    assert digests[0] == digests[1]


def test_what_was_not_downloaded_cannot_be_cut(tmp_path: Path) -> None:
    report = tmp_path / "v01.json"
    report.write_text('{"status": "bad", "reason": "private"}')
    with pytest.raises(UserError, match="private; there is nothing to cut"):
        cut(report, {"id": "v01"}, [], {}, tmp_path / "out" / "clips.tsv")


def test_the_entry_point_with_a_song(tmp_path: Path) -> None:
    report = downloaded(tmp_path, write_wav(tmp_path / "song.wav", noise(1.51)), "songs")
    output = tmp_path / "clips" / "clips.tsv"
    command = [sys.executable, "-m", cutting.__name__, "--video", str(report), "--row", '{"id": "v01"}', "--cuts", "[]"]
    command += ["--config", '{"kind": "songs"}', "--output", str(output)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (row,) = read_table(output, COLUMNS)
    assert (row["frames"], row["samples"], row["video"], row["video_sha256"]) == ("45", "66150", "", "")
    assert len(read_wav(output.parent / row["audio"])) == 66150


def test_a_part_that_cannot_be_cut_is_left_out_and_the_others_stay(
    tmp_path: Path, video: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = tmp_path / "v.json"
    (tmp_path / "v.mp4").write_bytes(video.read_bytes())
    report.write_text(json.dumps({"status": "ok", "file": "v.mp4", "duration_s": 2.0}))
    whole = cutting.cut_clip

    def failing(media: Path, start_s: float, end_s: float, fps: float, clip: Path | None, audio: Path) -> Any:
        result = whole(media, start_s, end_s, fps, clip, audio)
        if start_s == 0.5:
            raise MediaError(f"{media}: ffmpeg failed: broken")
        return result

    monkeypatch.setattr(cutting, "cut_clip", failing)
    output = tmp_path / "clips" / "clips.tsv"
    assert cut(report, {"id": "v"}, [(0.0, 0.5), (0.5, 1.0), (1.0, 1.5)], {"kind": "videos"}, output) == 2
    assert [row["start_s"] for row in read_table(output, COLUMNS)] == ["0", "1"]
    assert ("0.5", "1", "cannot be cut") in [
        tuple(row.values()) for row in read_table(output.with_name("left_out.tsv"), ())
    ]
    assert sorted(path.name for path in output.parent.glob("*.[mw]*")) == [
        "0000.mp4",
        "0000.wav",
        "0001.mp4",
        "0001.wav",
    ]


def test_cuts_beyond_the_end_are_left_out_and_the_others_stay(tmp_path: Path, video: Path) -> None:
    report, output = downloaded(tmp_path, video), tmp_path / "clips" / "clips.tsv"
    assert cut(report, {"id": "v01"}, [[0.5, 1.0], [20, 30]], {"kind": "videos"}, output) == 1
    left_out = read_table(output.with_name("left_out.tsv"), LEFT_OUT_COLUMNS)
    assert {"start_s": "20", "end_s": "30", "reason": "beyond the end"} in left_out
