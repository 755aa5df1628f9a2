"""Cuts are right to a frame and to 5 ms of sound, at both ends, whatever the container, rates and start times."""

from pathlib import Path

import numpy as np
import pytest
from collect.synthetic_media import RATE, noise, numbered_video, numbers_of, offset_s, read_wav

from workflow_scripts.collect.cut import cut_clip
from workflow_scripts.collect.fetching.inspection import inspect_media
from workflow_scripts.workflow.media import probe, run_ffmpeg

SECONDS, FPS = 6.0, 29.97
ONE_FRAME = 1.0
B_FRAMES = "-c:v libx264 -g 48 -bf 3 -c:a copy"


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return numbered_video(tmp_path_factory.mktemp("filmed") / "in.mp4", SECONDS, FPS)


def check(source: Path, fps: float, folder: Path, late_s: float = 0.0) -> None:
    """Cut the start, the middle and the end, and look and listen at both ends of each.

    `late_s`: how long after what counts as the file's start its first frame and sound are.
    """
    duration = inspect_media(source, "videos").duration_s
    whole = noise(SECONDS)
    for start, end in ((0.0, 1.2), (2.217, 3.451), (duration - 1.3, duration)):
        frames, _ = cut_clip(source, start, end, 30, folder / "c.mp4", folder / "c.wav")
        expected = (start - late_s + np.arange(frames) / 30) * fps
        # Where nothing is on show yet, or any more, the nearest picture stands. Numbers start again after 255.
        expected = np.clip(expected, 0, round(SECONDS * fps) - 1)
        error = (numbers_of(folder / "c.mp4") - expected + 128) % 256 - 128
        assert np.abs(error).max() <= ONE_FRAME
        sound = read_wav(folder / "c.wav")
        for at in (0.06, end - start - 0.4):
            part = sound[round(at * RATE) : round((at + 0.3) * RATE)]
            assert offset_s(part, whole) == pytest.approx(start - late_s + at, abs=0.005)


@pytest.mark.parametrize("fps", [25.05, 23.976, 59.94, 15, 120])
def test_odd_rates(tmp_path: Path, fps: float) -> None:
    check(numbered_video(tmp_path / "in.mp4", SECONDS, fps), fps, tmp_path)


@pytest.mark.parametrize(
    ("name", "coding", "late_s"),
    [
        ("x.mkv", "-c copy", 0.0),
        ("x.mov", "-c copy", 0.0),
        ("x.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 90 -b:v 200k -c:a libopus", 0.0),
        # Without a place to note the codec's priming, its 1024 samples count as sound.
        ("x.ts", B_FRAMES, 1024 / RATE),
        ("x.flv", B_FRAMES, 1024 / RATE),
        ("negative_dts.mp4", B_FRAMES, 0.0),
        ("negative_cts.mp4", f"{B_FRAMES} -movflags +negative_cts_offsets", 0.0),
        ("no_edit_list.mp4", f"{B_FRAMES} -use_editlist 0", 2 / FPS),
        ("fragmented.mp4", f"{B_FRAMES} -movflags frag_keyframe+empty_moov", 2 / FPS),
        ("mono.mp4", "-c:v copy -c:a aac -ac 1", 0.0),
        ("surround.mp4", "-c:v copy -c:a ac3 -ac 6", 0.0),
        ("half_rate.mkv", "-c:v copy -c:a libmp3lame -ar 22050", 0.0),
    ],
)
def test_containers_and_codecs(tmp_path: Path, filmed: Path, name: str, coding: str, late_s: float) -> None:
    run_ffmpeg(["-i", filmed, *coding.split(), tmp_path / name], filmed)
    check(tmp_path / name, FPS, tmp_path, late_s)


def test_an_edit_list_that_begins_between_key_frames(tmp_path: Path, filmed: Path) -> None:
    coded, cut = tmp_path / "coded.mp4", tmp_path / "cut.mp4"
    run_ffmpeg(["-i", filmed, *B_FRAMES.split(), coded], coded)
    run_ffmpeg(["-ss", "1.5", "-i", coded, "-c", "copy", cut], cut)
    cut_clip(cut, 0.0, 2.0, 30, tmp_path / "c.mp4", tmp_path / "c.wav")
    assert np.abs(numbers_of(tmp_path / "c.mp4") - (1.5 + np.arange(60) / 30) * FPS).max() <= ONE_FRAME
    assert offset_s(read_wav(tmp_path / "c.wav")[4410:-4410], noise(SECONDS)) == pytest.approx(1.6, abs=0.005)


@pytest.mark.parametrize(("picture_s", "sound_s"), [(1.5, 0.6), (0.6, 1.5)])
@pytest.mark.parametrize("name", ["x.mp4", "x.mkv", "x.ts"])
def test_picture_and_sound_that_start_at_other_times(
    tmp_path: Path, filmed: Path, name: str, picture_s: float, sound_s: float
) -> None:
    source = tmp_path / name
    inputs = ["-itsoffset", str(picture_s), "-i", filmed, "-itsoffset", str(sound_s), "-i", filmed]
    run_ffmpeg([*inputs, "-map", "0:v", "-map", "1:a", "-c", "copy", source], source)
    for start in (1.2, 3.0):  # seconds since the first of the two
        cut_clip(source, start, start + 1.5, 30, tmp_path / "c.mp4", tmp_path / "c.wav")
        first_s = min(picture_s, sound_s)
        late = numbers_of(tmp_path / "c.mp4") / FPS - (start + np.arange(45) / 30 - (picture_s - first_s))
        heard = offset_s(read_wav(tmp_path / "c.wav")[4410:-4410], noise(SECONDS))
        late_sound = heard - (start + 0.1 - (sound_s - first_s))
        # The file's start may be that of the sound's priming; picture and sound agree about it.
        assert min(abs(late_sound), abs(late_sound + 1024 / RATE)) <= 0.005
        assert np.abs(late - late_sound).max() * FPS <= ONE_FRAME


@pytest.mark.parametrize("name", ["v.mp4", "v.mkv"])
def test_a_picture_that_began_long_before_the_cut(tmp_path: Path, filmed: Path, name: str) -> None:
    source = tmp_path / name
    drop = "select='not(between(n,45,119))*not(eq(mod(n,7),3))'"
    coding = ["-fps_mode", "vfr", "-c:v", "libx264", "-g", "999", "-c:a", "copy"]
    run_ffmpeg(["-i", filmed, "-vf", drop, *coding, source], source)
    kept = np.array([n for n in range(round(SECONDS * FPS)) if not 45 <= n <= 119 and n % 7 != 3])
    for start, end in ((0.5, 2.0), (2.5, 3.5), (3.0, 5.0), (4.6, 5.8)):
        frames, _ = cut_clip(source, start, end, 30, tmp_path / "c.mp4", tmp_path / "c.wav")
        times = (start + (np.arange(frames) + 0.5) / 30) * FPS
        on_show = kept[np.searchsorted(kept, times - 0.02, side="right") - 1]
        assert np.abs(numbers_of(tmp_path / "c.mp4") - on_show).max() <= ONE_FRAME


def test_holes_in_the_sound_move_nothing(tmp_path: Path, filmed: Path) -> None:
    source = tmp_path / "holed.mkv"
    holes = "aselect='not(between(mod(t,0.5),0.2,0.24))'"  # a packet or two of each half second
    run_ffmpeg(["-i", filmed, "-c:v", "copy", "-af", holes, "-c:a", "flac", source], source)
    cut_clip(source, 1.0, 5.0, 30, tmp_path / "c.mp4", tmp_path / "c.wav")
    sound = read_wav(tmp_path / "c.wav")
    for at in (0.26, 1.76, 3.26):
        part = sound[round(at * RATE) : round((at + 0.2) * RATE)]
        assert offset_s(part, noise(SECONDS)) == pytest.approx(1.0 + at, abs=0.005)


@pytest.mark.parametrize(("size", "turn", "expected"), [("3840x2160", 0, (1280, 720)), ("1440x1080", 90, (720, 960))])
def test_large_pictures_get_720_lines(tmp_path: Path, size: str, turn: int, expected: tuple[int, int]) -> None:
    lying, source = tmp_path / "lying.mp4", tmp_path / "in.mp4"
    inputs = ["-f", "lavfi", "-i", f"testsrc2=s={size}:r=10:d=1", "-f", "lavfi", "-i", "sine=d=1"]
    run_ffmpeg([*inputs, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", lying], lying)
    run_ffmpeg(["-display_rotation", str(turn), "-i", lying, "-c", "copy", source], source)
    cut_clip(source, 0.0, 0.2, 10, tmp_path / "c.mp4", tmp_path / "c.wav")
    video = probe(tmp_path / "c.mp4").video
    assert video is not None
    assert (video.width, video.height) == expected
