"""ffmpeg and PyAV: what is written is what was asked for, and bad files are named."""

from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.media import MediaError, probe, read_audio, run_ffmpeg, video_writer, write_preview


def tone(path: Path, seconds: float, rate: int = 44100) -> Path:
    t = np.arange(round(seconds * rate)) / rate
    soundfile.write(path, np.stack([0.5 * np.sin(2 * np.pi * 440 * t), np.zeros_like(t)], axis=1), rate)
    return path


@pytest.mark.parametrize("audio_s", [0.5, 1.0, 2.0])
def test_a_film_is_as_long_as_its_frames_whatever_the_sound(tmp_path: Path, audio_s: float) -> None:
    target = tmp_path / "film.mp4"
    with video_writer(
        target, 64, 48, 30, audio=tone(tmp_path / "a.wav", audio_s), metadata={"title": "x=y; 'z'"}
    ) as film:
        for frame in range(30):
            film.write(np.full((48, 64, 3), 8 * frame, np.uint8))
    info = probe(target)
    assert info.video is not None
    assert (info.video.width, info.video.height, info.video.fps) == (64, 48, 30)
    with av.open(str(target)) as container:
        assert container.metadata["title"] == "x=y; 'z'"
        levels = [frame.to_ndarray(format="gray").mean() for frame in container.decode(video=0)]
        length = float(container.streams.audio[0].duration * container.streams.audio[0].time_base)
    assert len(levels) == 30
    assert np.all(np.diff(levels) > 3)  # every frame once, in order
    assert length == pytest.approx(1.0, abs=0.05)


def test_the_same_frames_give_the_same_bytes(tmp_path: Path) -> None:
    sound = tone(tmp_path / "a.wav", 0.5)
    for name in ("one.mp4", "two.mp4"):
        with video_writer(tmp_path / name, 32, 32, 30, audio=sound) as film:
            for frame in range(10):
                film.write(np.full((32, 32, 3), frame, np.uint8))
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()


@pytest.mark.parametrize("with_sound", [True, False])
def test_a_preview_is_a_small_part_and_always_the_same(tmp_path: Path, with_sound: bool) -> None:
    video = tmp_path / "film.mp4"
    sound = tone(tmp_path / "a.wav", 2.0) if with_sound else None
    with video_writer(video, 96, 54, 30, audio=sound, metadata={"title": "mine"}) as film:
        for frame in range(60):
            film.write(np.full((54, 96, 3), 4 * frame, np.uint8))
    for name in ("one.mp4", "two.mp4"):
        write_preview(tmp_path / name, video, 1.0, 0.5, 48, 15)
    info = probe(tmp_path / "one.mp4")
    assert info.video is not None
    assert (info.video.width, info.video.height, info.video.fps) == (48, 28, 15)
    assert info.audio_channels == (1 if with_sound else None)
    assert info.duration_s == pytest.approx(0.5, abs=0.1)
    with av.open(str(tmp_path / "one.mp4")) as container:
        assert "title" not in container.metadata
        first = next(container.decode(video=0)).to_ndarray(format="gray").mean()
    assert first == pytest.approx(4 * 30, abs=12)
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()


def test_a_preview_of_what_is_no_video_names_it(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("no video")
    with pytest.raises(MediaError, match=r"text\.mp4"):
        write_preview(tmp_path / "preview.mp4", tmp_path / "text.mp4", 0, 1, 48, 15)


def test_a_film_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), video_writer(tmp_path / "film.mp4", 32, 32, 30) as film:
        film.write(np.zeros((32, 32, 3), np.uint8))
        raise RuntimeError
    with (
        pytest.raises(MediaError),
        video_writer(tmp_path / "film.mp4", 32, 32, 30, audio=tmp_path / "none.wav") as film,
    ):
        film.write(np.zeros((32, 32, 3), np.uint8))
    assert list(tmp_path.iterdir()) == []


def test_a_frame_of_the_wrong_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected"), video_writer(tmp_path / "film.mp4", 32, 32, 30) as film:
        film.write(np.zeros((32, 31, 3), np.uint8))


def test_sound_is_read_resampled_and_mixed(tmp_path: Path) -> None:
    path = tone(tmp_path / "a.wav", 1.0)
    stereo, rate = read_audio(path)
    assert stereo.shape == (44100, 2)
    assert rate == 44100
    mono, rate = read_audio(path, rate=15360, mono=True)
    assert mono.shape == (15360,)
    spectrum = np.abs(np.fft.rfft(mono))
    assert np.argmax(spectrum) == 440
    assert np.abs(mono[1000:-1000]).max() == pytest.approx(0.25, rel=0.01)  # the mean of 0.5 and silence


def test_what_is_no_media_is_named_with_its_reason(tmp_path: Path) -> None:
    text = tmp_path / "list of {things}.mp4"
    text.write_text("not a film")
    with pytest.raises(MediaError, match=r"list of \{things\}\.mp4: not a readable audio or video file"):
        probe(text)
    with pytest.raises(MediaError, match=r"things\}\.mp4: ffmpeg failed: "):
        run_ffmpeg(["-i", text, tmp_path / "out.wav"], text)


def test_a_song_with_a_cover_picture_has_no_video(tmp_path: Path) -> None:
    cover = tmp_path / "cover.png"
    run_ffmpeg(["-f", "lavfi", "-i", "color=red:s=32x32", "-frames:v", "1", cover], cover)
    song = tmp_path / "song.mp3"
    sound = tone(tmp_path / "a.wav", 1.0)
    run_ffmpeg(
        ["-i", sound, "-i", cover, "-map", "0", "-map", "1", "-c:v", "png", "-disposition:v", "attached_pic", song],
        song,
    )
    info = probe(song)
    assert info.video is None
    assert info.audio_rate == 44100
    assert info.duration_s == pytest.approx(1.0, abs=0.1)


def test_a_killed_ffmpeg_is_no_fault_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    killed = tmp_path / "ffmpeg"
    killed.write_text("#!/bin/sh\nkill -9 $$\n")
    killed.chmod(0o755)
    monkeypatch.setattr("workflow_scripts.workflow.media.ffmpeg_exe", lambda: str(killed))
    with pytest.raises(UserError, match=r"a\.mp4: ffmpeg was killed \(signal 9\)") as error:
        run_ffmpeg(["-i", "a.mp4"], Path("a.mp4"))
    assert not isinstance(error.value, MediaError)


@pytest.mark.parametrize(
    ("ending", "reason"),
    [
        ("kill -9 $$", r"v\.mp4: ffmpeg was killed \(signal 9\)"),
        ("echo 'x: No space left on device' >&2; echo 'Conversion failed!' >&2; exit 1", r"v\.mp4: the disk is full"),
        ("echo 'no such codec' >&2; exit 1", r"v\.mp4: ffmpeg failed: no such codec"),
        ("exit 0", r"v\.mp4: ffmpeg ended before the last frame"),
    ],
)
@pytest.mark.parametrize("size", [(320, 240), (16, 16)])  # small frames wait in the pipe's buffer until it is closed
def test_an_encoder_that_ends_ends_the_drawing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, reason: str, size: tuple[int, int]
) -> None:
    """Frames of an hour are not drawn for nobody, and the message says why there is no video."""
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "ffmpeg"
    program.write_text(f"#!/bin/sh\nhead -c 100 > {tmp_path}/bin/got\n{ending}\n")
    program.chmod(0o755)
    monkeypatch.setattr("workflow_scripts.workflow.media.ffmpeg_exe", lambda: str(program))
    drawn = 0
    with (
        pytest.raises(UserError, match=reason) as error,
        video_writer(tmp_path / "out" / "v.mp4", *size, 30) as film,
    ):
        for _ in range(2000):
            drawn += 1
            film.write(np.zeros((size[1], size[0], 3), np.uint8))
    assert drawn < 500
    assert isinstance(error.value, MediaError) == ("killed" not in reason and "full" not in reason)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_broken_pipe_of_somebody_else_is_not_the_encoders(tmp_path: Path) -> None:
    with pytest.raises(BrokenPipeError), video_writer(tmp_path / "v.mp4", 32, 32, 30):
        raise BrokenPipeError
