"""Beats against the known beats of demo songs, whose seeds were not used to choose anything of the tracker."""

import mir_eval
import numpy as np
import pytest
import soxr

from workflow_scripts.demo.songs import GENRES, compose
from workflow_scripts.demo.songs import RATE as SONG_RATE
from workflow_scripts.music.rhythm import EDGE_LATENCY_S, extract, tempo_of
from workflow_scripts.music.sound import Sound
from workflow_scripts.music.windows import FPS, RATE

TUNING_SEEDS = range(500, 506)
SEEDS = (700, 701, 702, 703)


def mono(song):
    return soxr.resample(song.samples.mean(axis=1), SONG_RATE, RATE)


@pytest.fixture(scope="module")
def tracked():
    assert not set(SEEDS) & set(TUNING_SEEDS)
    songs = [compose(genre, seed, 15.0) for genre in GENRES for seed in SEEDS]
    return [(song, extract(Sound.of(mono(song)), {})) for song in songs]


def errors(song, beats):
    nearest = np.abs(song.beats[:, None] - beats).argmin(axis=0)
    gaps = beats - song.beats[nearest]
    return gaps[np.abs(gaps) < 0.1]


def test_beats_are_found(tracked):
    scores = [mir_eval.beat.f_measure(song.beats, found["beats"]) for song, found in tracked]
    assert len(scores) >= 12
    assert np.mean(scores) >= 0.95
    assert min(scores) > 0.9


def test_beats_are_neither_late_nor_early(tracked):
    gaps = np.concatenate([errors(song, found["beats"]) for song, found in tracked])
    assert abs(gaps.mean()) <= 0.010
    assert abs(np.median(gaps)) <= 0.010


def test_downbeats_are_mostly_right(tracked):
    scores = [mir_eval.beat.f_measure(song.downbeats, found["downbeats"]) for song, found in tracked]
    assert np.mean(scores) > 0.75


def test_bars_have_four_beats(tracked):
    assert [float(found["beats_per_bar"]) for _, found in tracked] == [4.0] * len(tracked)


def test_tempo(tracked):
    for song, found in tracked:
        assert float(found["tempo"]) == pytest.approx(song.bpm, rel=0.03)


def test_pulses_stand_on_the_beats(tracked):
    for _, found in tracked:
        frames = np.flatnonzero(found["beat_pulses"][:, 0])
        assert np.array_equal(frames, np.round(found["beats"] * FPS).astype(int))
        assert set(np.unique(found["beat_pulses"])) <= {0.0, 1.0}


def test_edge_compatible_beats_are_late(tracked):
    song, repaired = tracked[0]
    found = extract(Sound.of(mono(song)), {"compat": "edge"})
    assert errors(song, found["beats"]).mean() == pytest.approx(EDGE_LATENCY_S, abs=0.015)
    assert np.array_equal(found["onset_peaks"], repaired["onset_peaks"])


def test_tempo_of_beats():
    assert tempo_of(np.array([])) == 0.0
    assert tempo_of(np.array([1.0])) == 0.0
    # One missing beat does not count.
    assert tempo_of(np.array([0.0, 0.5, 1.0, 2.0, 2.5])) == pytest.approx(120)
    assert tempo_of(np.array([0.0, 0.4, 1.2])) == pytest.approx(100)  # no interval is near the median


@pytest.mark.parametrize(
    "samples",
    [np.zeros(RATE * 3), np.zeros(1), np.full(RATE, 0.4), 0.1 * np.random.default_rng(2).standard_normal(3072)],
    ids=["silence", "one sample", "constant", "0.2 s of noise"],
)
@pytest.mark.parametrize("settings", [{}, {"compat": "edge"}], ids=["repaired", "edge"])
def test_little_or_no_music(samples, settings):
    found = extract(Sound.of(samples.astype(np.float32)), settings)
    assert all(np.isfinite(values).all() for values in found.values())
    assert len(found["downbeats"]) <= len(found["beats"]) <= 1
    assert float(found["tempo"]) == 0.0
    assert float(found["beats_per_bar"]) == 4.0


def test_noise_gives_valid_beats():
    found = extract(Sound.of(np.random.default_rng(3).standard_normal(RATE * 8).astype(np.float32)), {})
    assert (np.diff(found["beats"]) > 0).all()
    assert set(found["downbeats"]) <= set(found["beats"])
    assert np.isfinite(found["tempo"])
