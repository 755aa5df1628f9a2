"""A clip with another sound: the same picture to the byte, the sound given, as long as the picture."""

import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from workflow_scripts.render.dub import dub
from workflow_scripts.workflow.media import MediaError, run_ffmpeg, video_writer

SECONDS, FPS, RATE = 2.0, 30, 16000


def tone(path: Path, seconds: float, pitch: float = 440.0, rate: int = RATE) -> Path:
    soundfile.write(path, 0.5 * np.sin(2 * np.pi * pitch * np.arange(round(seconds * rate)) / rate), rate)
    return path


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Two seconds of moving stripes, with a low hum of its own."""
    with video_writer(tmp_path / "clip.mp4", 64, 48, FPS, audio=tone(tmp_path / "hum.wav", SECONDS, 100)) as sink:
        for frame in range(round(SECONDS * FPS)):
            stripes = np.uint8(255) * ((np.arange(64) + frame) // 8 % 2 == 0)
            sink.write(np.broadcast_to(stripes[None, :, None], (48, 64, 3)).astype(np.uint8))
    return tmp_path / "clip.mp4"


def packets(path: Path) -> list[tuple[int | None, bytes]]:
    with av.open(str(path)) as container:
        return [(packet.pts, bytes(packet)) for packet in container.demux(video=0) if packet.size]


def heard(path: Path) -> np.ndarray:
    """The sound at RATE, mono."""
    with av.open(str(path)) as container:
        (stream,) = container.streams.audio
        assert stream.codec_context.name == "aac"
        resampler = av.AudioResampler("fltp", "mono", RATE)
        blocks = [part for block in container.decode(stream) for part in resampler.resample(block)]
        return np.concatenate([block.to_ndarray()[0] for block in blocks])


def pitch_of(samples: np.ndarray) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(samples))) * RATE / len(samples))


def seconds_of(path: Path) -> tuple[float, float]:
    with av.open(str(path)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        return float(video.duration * video.time_base), float(audio.duration * audio.time_base)


def test_the_picture_is_copied_and_the_sound_is_the_one_given(clip: Path, tmp_path: Path) -> None:
    output = tmp_path / "renders" / "wavenet" / "demo" / "v01.0000_0.mp4"
    command = [sys.executable, "-m", "workflow_scripts.render.dub", "--video", clip]
    command += ["--sound", tone(tmp_path / "sound.wav", SECONDS), "--output", output]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert packets(output) == packets(clip)
    assert pitch_of(heard(output)[RATE // 4 : -RATE // 4]) == pytest.approx(440, abs=3)
    assert seconds_of(output) == pytest.approx((SECONDS, SECONDS), abs=0.07)
    assert list(output.parent.iterdir()) == [output]
    content = output.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")  # browsers play it while it loads


@pytest.mark.parametrize("seconds", [0.0, 1 / RATE, 0.7, 5.0])
def test_the_sound_is_cut_or_padded_to_the_picture(clip: Path, tmp_path: Path, seconds: float) -> None:
    dub(clip, tone(tmp_path / "sound.wav", seconds), tmp_path / "out.mp4")
    assert packets(tmp_path / "out.mp4") == packets(clip)
    assert seconds_of(tmp_path / "out.mp4") == pytest.approx((SECONDS, SECONDS), abs=0.07)
    samples = heard(tmp_path / "out.mp4")
    loud = np.abs(samples[: len(samples) // 200 * 200].reshape(-1, 200)).max(axis=1) > 0.1
    assert loud.sum() * 200 / RATE == pytest.approx(min(seconds, SECONDS), abs=0.1)


def test_a_sound_that_goes_on_after_the_picture_makes_no_video_longer(clip: Path, tmp_path: Path) -> None:
    longer, sound = tmp_path / "longer.mkv", tone(tmp_path / "sound.wav", 5.0)
    run_ffmpeg(["-i", clip, "-i", sound, "-map", "0:v", "-map", "1:a", "-c:v", "copy", longer], longer)
    dub(longer, sound, tmp_path / "out.mp4")
    assert len(packets(tmp_path / "out.mp4")) == round(SECONDS * FPS)
    assert seconds_of(tmp_path / "out.mp4")[1] == pytest.approx(SECONDS, abs=0.07)


def test_equal_input_gives_equal_bytes(clip: Path, tmp_path: Path) -> None:
    sound = tone(tmp_path / "sound.wav", 1.0)
    for name in ("a.mp4", "b.mp4"):
        dub(clip, sound, tmp_path / name)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_what_cannot_be_used_is_named_and_leaves_what_was_there(clip: Path, tmp_path: Path) -> None:
    sound, output = tone(tmp_path / "sound.wav", 1.0), tmp_path / "out.mp4"
    output.write_bytes(b"old")
    with pytest.raises(MediaError, match=r"sound\.wav: holds no moving picture"):
        dub(sound, sound, output)
    (tmp_path / "text.wav").write_text("no sound")
    with pytest.raises(MediaError, match=r"out\.mp4: ffmpeg failed"):
        dub(clip, tmp_path / "text.wav", output)
    with pytest.raises(MediaError, match=r"text\.wav: not a readable video"):
        dub(tmp_path / "text.wav", sound, output)
    assert output.read_bytes() == b"old"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
