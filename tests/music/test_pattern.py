"""The beat model on rhythms made of onsets whose beats are known."""

import numpy as np
import pytest

from workflow_scripts.music import bands, pattern, sound
from workflow_scripts.music.bands import FPS, rises, standardised
from workflow_scripts.music.pattern import beat_times, evidence
from workflow_scripts.music.sound import Sound
from workflow_scripts.music.windows import RATE

ALL, BASS, HIGH = np.ones(5), np.array([1.0, 0.5, 0, 0, 0]), np.array([0, 0, 0.3, 0.7, 1.0])
KICK = np.array([1.0, 0.8, 0.3, 0.2, 0.2])


def onsets(times, colour, seconds=20.0):
    """Rises (T, 5) in dB with an onset of the given colour at every time."""
    rise = np.full((round(seconds * FPS), 5), 0.02)
    frames = np.round(np.asarray(times) * FPS).astype(int)
    rise[frames] += 6 * np.asarray(colour)
    rise[frames + 1] += 2 * np.asarray(colour)
    return rise


def grid(bpm, start=0.4, every=1.0, seconds=19.5):
    return np.arange(start, seconds, every * 60 / bpm)


def track(rise):
    return beat_times(rise, standardised(rise))


def assert_beats(found, truth, share=0.95):
    assert len(found) == pytest.approx(len(truth), abs=2)
    assert np.mean(np.abs(found[:, None] - truth).min(axis=1) < 0.04) >= share


@pytest.mark.parametrize("bpm", [70, 90, 120, 150])
def test_drums(bpm):
    truth = grid(bpm)
    assert_beats(track(onsets(truth, ALL) + 0.2 * onsets(grid(bpm, 0.4 + 30 / bpm), HIGH)), truth)


def test_a_steady_pulse_is_the_beat():
    assert_beats(track(onsets(grid(110), ALL)), grid(110))


def test_strong_hats_between_the_beats_do_not_draw_them():
    truth = grid(100)
    rise = onsets(truth, KICK) + 1.3 * onsets(grid(100, 0.7), HIGH)
    assert_beats(track(rise), truth)


def test_even_eighths_with_bass_on_quarters():
    truth = grid(84)
    assert_beats(track(onsets(grid(84, every=0.5), HIGH) + onsets(truth, BASS)), truth)


def test_fast_music_stays_fast():
    truth = grid(155)
    assert_beats(track(onsets(truth, KICK) + 0.3 * onsets(grid(155, 0.4 + 30 / 155), HIGH)), truth)


def test_kick_and_snare_in_turn_are_one_tempo():
    kicks, snares = grid(96, every=2), grid(96, 0.4 + 60 / 96, every=2)
    rise = onsets(kicks, KICK) + onsets(snares, HIGH + 0.2) + 0.3 * onsets(grid(96, every=0.5), HIGH)
    assert_beats(track(rise), grid(96))


def test_triplets():
    assert_beats(track(onsets(grid(80), ALL) + 0.35 * onsets(grid(80, every=1 / 3), HIGH)), grid(80))


def test_tempo_that_drifts_is_followed():
    truth = np.cumsum(60 / np.linspace(100, 126, 40))
    truth = truth[truth < 19]
    assert_beats(track(onsets(truth, ALL)), truth)


def test_beats_go_on_where_the_music_pauses():
    truth = grid(120)
    played = truth[(truth < 8) | (truth > 11)]
    assert_beats(track(onsets(played, ALL)), truth)


def test_no_beats_in_silence_around_the_music():
    played = grid(120, 6.0, seconds=14.0)
    found = track(onsets(played, ALL) - 0.02)
    assert found[0] > 5.9
    assert found[-1] < 14.1
    assert_beats(found, played)


def test_beats_are_finer_than_frames():
    truth = np.arange(0.4, 19.5, 60 / 123.4)
    found = track(onsets(truth, ALL))[4:-4]
    assert np.std(found - truth[np.abs(found[:, None] - truth).argmin(axis=1)]) < 0.006


def test_the_path_is_the_best_one():
    """Against an exhaustive search over every sequence of periods, on few frames."""
    likelihood = np.random.default_rng(4).standard_normal((60, pattern.POSITIONS))
    padded = np.concatenate([likelihood, np.zeros((80, pattern.POSITIONS))])
    cost = -pattern.STEADINESS * np.abs(np.log(pattern.PERIODS[:, None] / pattern.PERIODS))
    cost -= np.log(np.exp(cost).sum(axis=1, keepdims=True))

    def worth(frame, period):
        position = np.floor(np.arange(period) / period * pattern.POSITIONS + 0.5).astype(int) % pattern.POSITIONS
        octaves = np.log2(60 * FPS / period / pattern.USUAL_BPM) / pattern.OCTAVES
        gain = padded[frame + np.arange(period), position].sum()
        return pattern.EVIDENCE * gain - 0.5 * octaves**2 * period / FPS

    best = (-np.inf, [])

    def search(frame, before, score, path):
        nonlocal best
        for k, period in enumerate(pattern.PERIODS):
            if before is None and frame >= period:
                continue
            if before is not None and abs(k - before) > pattern.NEAR:
                continue
            total = score + worth(frame, period) + (cost[before, k] if before is not None else 0.0)
            if frame + period >= len(likelihood):
                best = max(best, (total, [*path, frame]))
            else:
                search(frame + period, k, total, [*path, frame])

    for first in range(int(pattern.PERIODS[-1])):
        if first < len(likelihood):
            search(first, None, 0.0, [])
    found = pattern.beat_path(likelihood)
    assert found.tolist() == best[1]


def test_evidence_is_highest_where_the_pattern_is():
    assert np.array_equal(evidence(pattern.MEANS).argmax(axis=1), np.arange(pattern.POSITIONS))


@pytest.mark.parametrize("block", [1, 2, 50])
def test_rises_in_blocks_are_those_of_the_whole(monkeypatch, block):
    samples = np.random.default_rng(0).standard_normal(RATE * 3).astype(np.float32)
    whole = rises(Sound.of(samples))
    monkeypatch.setattr(sound, "BLOCK", block)
    assert np.allclose(rises(Sound.of(samples)), whole, atol=1e-5)
    assert whole.shape == (1 + len(samples) // bands.HOP, 5)


def test_loudness_does_not_matter():
    samples = np.random.default_rng(0).standard_normal(RATE).astype(np.float32)
    assert np.allclose(rises(Sound.of(samples)), rises(Sound.of(0.01 * samples)), atol=1e-3)
