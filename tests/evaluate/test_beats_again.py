"""The second tracker, on clicks."""

import json
import sys

import numpy as np
import pytest
import soundfile

from workflow_scripts.evaluate import beats_again
from workflow_scripts.evaluate.beats_again import RATE


def clicks(seconds, bpm, rate=RATE):
    samples = np.zeros(round(seconds * rate), np.float32)
    burst = np.exp(-np.arange(1000) / 150) * np.random.default_rng(0).normal(size=1000)
    times = np.arange(0.5, seconds - 0.1, 60 / bpm)
    for time in times:
        place = round(time * rate)
        samples[place : place + 1000] += burst[: len(samples) - place].astype(np.float32)
    return samples / 4, times


def test_clicks_are_found(monkeypatch, tmp_path):
    samples, times = clicks(20.0, 120, 44100)
    soundfile.write(tmp_path / "song.wav", np.stack([samples, samples], axis=1), 44100)
    monkeypatch.setattr(
        sys, "argv", ["x", "--sound", str(tmp_path / "song.wav"), "--output", str(tmp_path / "song.json")]
    )
    beats_again.main()
    found = beats_again.read_beats(tmp_path / "song.json")
    assert json.loads((tmp_path / "song.json").read_text())["format"] == "playlist2dance/beats"
    near = np.abs(times[:, None] - found).min(axis=1)
    assert np.mean(near < 0.07) > 0.9


def test_long_sounds_are_tracked_in_pieces_on_one_time_line(monkeypatch):
    samples, times = clicks(24.0, 120)
    monkeypatch.setattr(beats_again, "PIECE_S", 8.0)
    found = beats_again.beats_again(samples)
    assert (np.diff(found) > 0).all()
    inside = times[(times > 9) & (times < 15) | (times > 17) & (times < 23)]
    assert np.mean(np.abs(inside[:, None] - found).min(axis=1) < 0.07) > 0.9


@pytest.mark.parametrize("seconds", [0.0, 0.4, 3.0])
def test_nothing_is_heard_in_silence(seconds):
    assert len(beats_again.beats_again(np.zeros(round(seconds * RATE), np.float32))) == 0
