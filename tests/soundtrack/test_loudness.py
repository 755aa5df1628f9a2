import re
import subprocess

import numpy as np
import pytest
import soundfile

from workflow_scripts.soundtrack.loudness import PEAK, TARGET_LUFS, faded, integrated_loudness, levelled
from workflow_scripts.workflow.media import ffmpeg_exe


def sine(seconds=5.0, rate=48000, hertz=997, amplitude=1.0, channels=2):
    wave = amplitude * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)
    return np.repeat(wave[:, None], channels, axis=1).astype(np.float32)


def test_the_standards_own_example():
    # BS.1770: a 997 Hz sine at full scale in one channel is -3.01 LUFS.
    left = sine() * [1, 0]
    assert integrated_loudness(left, 48000) == pytest.approx(-3.01, abs=0.02)


@pytest.mark.parametrize("rate", [8000, 16000, 44100])
def test_as_loud_as_ffmpeg_says(rate, tmp_path):
    rng = np.random.default_rng(rate)
    envelope = np.repeat([0.3, 0.01, 0.5, 0.0, 0.1, 0.4], rate)[:, None]
    samples = (rng.uniform(-1, 1, (6 * rate, 2)) * envelope).astype(np.float32)
    soundfile.write(tmp_path / "noise.wav", samples, rate, subtype="FLOAT")
    command = [ffmpeg_exe(), "-hide_banner", "-i", tmp_path / "noise.wav", "-af", "ebur128", "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    theirs = float(re.findall(r"I:\s+(-?[\d.]+) LUFS", said)[-1])
    assert integrated_loudness(samples, rate) == pytest.approx(theirs, abs=0.3)


@pytest.mark.parametrize("amplitude", [0.001, 0.1, 1.0])
def test_levelled_sounds_are_equally_loud_and_do_not_clip(amplitude):
    result = levelled(sine(amplitude=amplitude), 48000)
    assert integrated_loudness(result, 48000) == pytest.approx(TARGET_LUFS, abs=0.05)
    assert np.abs(result).max() <= PEAK


def test_a_peak_limits_the_gain():
    click = np.zeros((48000, 1), dtype=np.float32)
    click[100] = 0.5
    assert np.abs(levelled(click, 48000)).max() == pytest.approx(PEAK)


@pytest.mark.parametrize("length", [0, 1, 2, 100])
def test_short_sounds_and_silence(length):
    silence = np.zeros((length, 2), dtype=np.float32)
    assert integrated_loudness(silence, 8000) == -np.inf
    np.testing.assert_array_equal(levelled(silence, 8000), silence)
    result = faded(levelled(silence + 0.5, 8000), 8000)
    assert result.shape == (length, 2)
    assert np.isfinite(result).all()
    if length > 1:
        assert result[0, 0] == result[-1, 0] == 0


def test_a_fade_leaves_the_middle():
    result = faded(np.ones((8000, 1), dtype=np.float32), 8000)
    assert (result[40:-40] == 1).all()
    assert result[0, 0] == result[-1, 0] == 0
    assert np.abs(np.diff(result[:, 0])).max() < 0.05
