"""The protocol's music beats, on clicks."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from workflow_scripts.evaluate.aistpp import music_beats
from workflow_scripts.evaluate.beats_again import read_beats


def test_clicks_are_found_on_the_grid_of_60_frames(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    rate, times = 44100, np.arange(0.5, 11.5, 0.5)
    samples = np.zeros(12 * rate)
    burst = np.exp(-np.arange(2000) / 300) * np.random.default_rng(0).normal(size=2000)
    for time in times:
        samples[round(time * rate) :][:2000] += burst / 4
    soundfile.write(tmp_path / "song.wav", np.stack([samples, samples], axis=1), rate)
    arguments = ["x", "--sound", str(tmp_path / "song.wav"), "--output", str(tmp_path / "song.json")]
    monkeypatch.setattr(sys, "argv", arguments)
    music_beats.main()
    beats = read_beats(tmp_path / "song.json")
    assert np.mean(np.abs(times[:, None] - beats).min(axis=1) < 0.05) > 0.8
    np.testing.assert_allclose(beats * 60, np.round(beats * 60), atol=1e-3)
    assert json.loads((tmp_path / "song.json").read_text())["provenance"]["versions"]["librosa"]


@pytest.mark.parametrize("seconds", [0.0, 0.5, 3.0])
def test_nothing_is_heard_in_silence(seconds: float) -> None:
    assert not len(music_beats.protocol_beats(np.zeros(round(seconds * music_beats.RATE))))
