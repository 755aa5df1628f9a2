"""What is heard: librosa's own numbers, one time line over pieces, and sounds in which there is nothing."""

import librosa
import numpy as np
import pytest
import soundfile

from workflow_scripts.evaluate.soundtracks import heard
from workflow_scripts.evaluate.soundtracks.controls import clicks, metronome
from workflow_scripts.evaluate.soundtracks.heard import BANDS, DIMENSIONS, FLOOR_DB, HOP, ONSETS, RATE, hear, read_sound
from workflow_scripts.workflow.media import MediaError, read_audio


def music(seconds, seed=0):
    """Clicks over a chord, with noise."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * RATE)) / RATE
    chord = sum(np.sin(2 * np.pi * hertz * time) for hertz in (220, 277, 330))
    return (0.05 * chord + metronome(len(time), 0.47, 0.2) + 0.01 * rng.normal(size=len(time))).astype(np.float32)


# As published with D2M-GAN (ECCV 2022) and LORIS (ICML 2023), at 22,050 Hz.
PUBLISHED = {
    "d2mgan": {"wait": 1, "delta": 0.2, "pre_avg": 1, "post_avg": 1, "post_max": 1},
    "loris": {"wait": 1, "delta": 0.2, "pre_avg": 3, "post_avg": 3, "pre_max": 3, "post_max": 3},
}


@pytest.mark.parametrize("name", list(PUBLISHED))
def test_onsets_are_librosas_with_the_published_settings(name):
    assert ONSETS[name] == PUBLISHED[name]
    assert RATE == 22050
    sound = music(8)
    expected = librosa.onset.onset_detect(y=sound, sr=22050, units="time", **PUBLISHED[name])
    assert len(expected) > 8
    np.testing.assert_allclose(hear(sound).onsets[name], expected)


def test_envelope_beats_and_shapes():
    sound = music(8)
    found = hear(sound)
    np.testing.assert_allclose(found.envelope, librosa.onset.onset_strength(y=sound, sr=RATE), atol=1e-4)
    np.testing.assert_allclose(found.beats, librosa.beat.beat_track(y=sound, sr=RATE, units="time")[1])
    frames = 1 + len(sound) // HOP
    assert found.seconds == 8
    assert found.envelope.shape == (frames,)
    assert found.spectrum.shape == (frames, BANDS)
    assert found.windows.shape == (1 + (frames - 43) // 22, DIMENSIONS)


def test_loudness_plays_no_part():
    loud, quiet = hear(music(4)), hear(music(4) / 8)
    np.testing.assert_allclose(loud.spectrum.astype(float), quiet.spectrum.astype(float), atol=0.05)
    np.testing.assert_allclose(loud.windows, quiet.windows, atol=0.05)
    assert np.mean(10 ** (loud.spectrum.astype(float) / 10)) == pytest.approx(1, rel=0.02)  # 0 dB is its mean
    assert loud.spectrum.min() >= FLOOR_DB


def test_long_sounds_are_heard_in_pieces_on_one_time_line(monkeypatch):
    times = np.arange(0.3, 23, 0.5)
    sound = clicks(24 * RATE, times)
    whole = hear(sound)
    monkeypatch.setattr(heard, "PIECE", 344 * HOP)  # 8 s
    parts = hear(sound)
    # (Next to an edge the sound of the other side is missing.)
    far = np.array([frame for frame in range(len(whole.envelope)) if min(frame % 344, -frame % 344) > 4])
    np.testing.assert_allclose(parts.envelope[far], whole.envelope[far], atol=0.2)
    np.testing.assert_allclose(parts.spectrum[far].astype(float), whole.spectrum[far].astype(float), atol=0.5)
    assert parts.windows.shape == whole.windows.shape
    for name in ONSETS:
        assert np.abs(parts.onsets[name][:, None] - times).min(axis=1).max() < 0.05
        assert len(parts.onsets[name]) >= len(whole.onsets[name]) - 2


def test_edges_of_pieces(monkeypatch):
    monkeypatch.setattr(heard, "PIECE", 10)
    assert heard._edges(3) == [0, 3]
    assert heard._edges(14) == [0, 14]
    assert heard._edges(20) == [0, 10, 20]
    assert heard._edges(24) == [0, 10, 24]
    assert heard._edges(26) == [0, 10, 20, 26]


@pytest.mark.parametrize("count", [0, 1, 500, 3000, 5 * RATE])
def test_nothing_is_heard_in_silence(count):
    # Rounding noise of 16 bits counts as silence.
    for sound in (np.zeros(count), np.random.default_rng(0).integers(-1, 2, count) / 32768):
        found = hear(sound)
        assert found.seconds == count / RATE
        assert not len(found.beats)
        assert not any(len(onsets) for onsets in found.onsets.values())
        assert not found.envelope.any()
        assert (found.spectrum == FLOOR_DB).all()
        assert len(found.spectrum) == (1 + count // HOP if count else 0)
        assert np.isfinite(found.windows).all()
        assert len(found.windows) == (0 if count == 0 else 1 if count < RATE else 8)


@pytest.mark.parametrize("count", [1, 2, 700, 3000])
def test_the_shortest_sounds(count):
    found = hear(np.full(count, 0.5, np.float32))
    assert np.isfinite(found.windows).all()
    assert np.isfinite(found.spectrum).all()
    assert len(found.windows) == 1


@pytest.mark.parametrize(("rate", "channels"), [(44100, 2), (22050, 1), (16000, 1)])
def test_files_are_read_as_elsewhere(tmp_path, rate, channels):
    time = np.arange(round(3.3 * rate)) / rate
    sound = np.stack([0.3 * np.sin(2 * np.pi * (300 + 200 * side) * time) for side in range(channels)], axis=1)
    soundfile.write(tmp_path / "a.wav", sound, rate)
    expected, _ = read_audio(tmp_path / "a.wav", RATE, mono=True)
    found = read_sound(tmp_path / "a.wav", 60.0)
    assert abs(len(found) - len(expected)) <= 1
    shared = min(len(found), len(expected))
    np.testing.assert_allclose(found[:shared], expected[:shared], atol=2e-3)
    begun = read_sound(tmp_path / "a.wav", 1.5)
    np.testing.assert_allclose(begun, found[: round(1.5 * RATE)], atol=1e-3)
    assert len(begun) == round(1.5 * RATE)


def test_files_without_sound(tmp_path):
    soundfile.write(tmp_path / "empty.wav", np.zeros((0, 1)), 16000)
    assert len(read_sound(tmp_path / "empty.wav", 5.0)) == 0
    soundfile.write(tmp_path / "one.wav", np.array([0.5]), 16000)
    assert len(read_sound(tmp_path / "one.wav", 5.0)) <= 2
    soundfile.write(tmp_path / "broken.wav", np.array([0.1, np.nan, np.inf, 0.1] * 100), RATE, subtype="FLOAT")
    assert np.isfinite(read_sound(tmp_path / "broken.wav", 5.0)).all()
    (tmp_path / "text.wav").write_text("no sound")
    with pytest.raises(MediaError, match=r"text\.wav"):
        read_sound(tmp_path / "text.wav", 5.0)
