import re
import subprocess

import numpy as np
import pytest
import soundfile

from workflow_scripts.soundtrack.loudness import MOST_GAIN, PEAK, TARGET_LUFS, LoudnessMeter, faded, heard, levelled
from workflow_scripts.workflow.media import ffmpeg_exe


def sine(seconds=5.0, rate=48000, hertz=997, amplitude=1.0, channels=2):
    wave = amplitude * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)
    return np.repeat(wave[:, None], channels, axis=1).astype(np.float32)


def test_the_standards_own_example():
    # BS.1770: a 997 Hz sine at full scale in one channel is -3.01 LUFS.
    left = sine() * [1, 0]
    assert heard(left, 48000).loudness() == pytest.approx(-3.01, abs=0.02)


@pytest.mark.parametrize("rate", [8000, 16000, 44100])
def test_as_loud_as_ffmpeg_says(rate, tmp_path):
    rng = np.random.default_rng(rate)
    envelope = np.repeat([0.3, 0.01, 0.5, 0.0, 0.1, 0.4], rate)[:, None]
    samples = (rng.uniform(-1, 1, (6 * rate, 2)) * envelope).astype(np.float32)
    soundfile.write(tmp_path / "noise.wav", samples, rate, subtype="FLOAT")
    command = [ffmpeg_exe(), "-hide_banner", "-i", tmp_path / "noise.wav", "-af", "ebur128", "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    theirs = float(re.findall(r"I:\s+(-?[\d.]+) LUFS", said)[-1])
    assert heard(samples, rate).loudness() == pytest.approx(theirs, abs=0.3)


@pytest.mark.parametrize("amplitude", [0.01, 0.1, 1.0])
def test_levelled_sounds_are_equally_loud_and_do_not_clip(amplitude):
    result = levelled(sine(amplitude=amplitude), 48000)
    assert heard(result, 48000).loudness() == pytest.approx(TARGET_LUFS, abs=0.05)
    assert np.abs(result).max() <= PEAK


def test_what_is_hardly_there_stays_soft():
    hiss = np.random.default_rng(0).normal(0, 1e-3, (48000, 1)).astype(np.float32)
    result = levelled(hiss, 48000)
    assert heard(result, 48000).loudness() < TARGET_LUFS - 5
    np.testing.assert_allclose(result, hiss * MOST_GAIN, rtol=1e-5)


@pytest.mark.parametrize("pieces", [1, 7, 999, 100_000])
def test_pieces_are_heard_as_the_whole(pieces):
    samples = sine(seconds=3.03, rate=16000) * np.linspace(0, 1, 48480)[:, None]
    meter = LoudnessMeter(16000, 2)
    for part in np.array_split(samples, pieces):
        meter.add(part)
    assert meter.loudness() == pytest.approx(heard(samples, 16000).loudness(), abs=1e-9)
    assert meter.peak >= np.abs(samples).max()


def test_no_peak_between_samples_clips():
    # A sine at a quarter of the rate, sampled beside its peaks: between samples it is 3 dB higher.
    samples = 0.9 * np.sin(0.5 * np.pi * np.arange(48000) + 0.25 * np.pi)[:, None]
    assert heard(samples, 48000).peak == pytest.approx(0.9, abs=0.03)
    loud = np.zeros((48000, 1))
    loud[1000:1400] = samples[1000:1400] / np.abs(samples).max()
    result = levelled(loud, 48000)
    assert heard(result, 48000).peak <= PEAK + 1e-3


def test_a_peak_limits_the_gain():
    click = np.zeros((48000, 1), dtype=np.float32)
    click[100] = 0.5
    assert np.abs(levelled(click, 48000)).max() == pytest.approx(PEAK, abs=0.01)


@pytest.mark.parametrize("length", [0, 1, 2, 100])
def test_short_sounds_and_silence(length):
    silence = np.zeros((length, 2), dtype=np.float32)
    assert heard(silence, 8000).loudness() == -np.inf
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
