"""The place in the bar, on pelvises that rise and fall in closed form."""

import numpy as np
import pytest

from workflow_scripts.evaluate.metrics.bar_phase import (
    BarDance,
    bar_frequency,
    bar_scores,
    downbeat_phase,
    pelvis_phase,
    without_drift,
)

FPS = 30.0


def waltz(song, bpm, first, lag=0.0, seconds=40.0, amplitude=0.02, drift=0.0):
    """The pelvis is highest `lag` of a bar after each downbeat."""
    period = 60 / bpm
    t = np.arange(round(seconds * FPS)) / FPS
    beats = np.arange(first, seconds, period)
    height = 0.95 + amplitude * np.cos(2 * np.pi * ((t - first) / (3 * period) - lag)) + drift * t / seconds
    return BarDance(song, height, FPS, beats, beats[::3])


def of_pelvis(dance):
    return pelvis_phase(without_drift(dance.height, FPS), FPS, bar_frequency(dance.beats))


def test_bar_frequency_of_regular_beats_with_gaps_and_noise():
    beats = np.delete(np.arange(40) * 0.7, [7, 8, 30])
    assert bar_frequency(beats) == pytest.approx(1 / 2.1)
    noisy = beats + np.random.default_rng(0).normal(0, 0.02, len(beats))
    assert bar_frequency(noisy) == pytest.approx(1 / 2.1, rel=1e-3)
    assert bar_frequency(beats[:2]) is None


@pytest.mark.parametrize("lag", [0.0, 0.2, 0.7])
def test_phases_of_a_cosine(lag):
    dance = waltz("a", 87, 0.4, lag)
    frequency = bar_frequency(dance.beats)
    late = downbeat_phase(dance.downbeats, frequency, 40.0) - of_pelvis(dance)
    assert np.cos(late - 2 * np.pi * lag) > 0.995


def test_dances_that_rise_at_one_place_of_the_bar_score_one_wherever_that_is():
    for lag in (0.0, 0.4):
        dances = [waltz(f"s{number}", 80 + 2 * number, 0.2 + 0.13 * number, lag, drift=0.3) for number in range(8)]
        scores = np.array(bar_scores(dances))
        assert scores[:, 0].min() > 0.98
        assert abs(scores[:, 1].mean()) < 0.3


def test_one_dancer_in_another_place_is_told():
    dances = [waltz(f"s{number}", 84 + number, 0.1 * number, 0.5 if number == 2 else 0.0) for number in range(6)]
    own = [score for score, _ in bar_scores(dances)]
    assert own[2] < -0.9
    assert min(own[:2] + own[3:]) > 0.9


def test_dances_that_do_not_hear_the_bar_score_nothing():
    rng = np.random.default_rng(3)
    dances = [waltz(f"s{n}", 80 + rng.uniform(0, 10), rng.uniform(0, 2), rng.uniform()) for n in range(60)]
    own = np.array(bar_scores(dances))[:, 0]
    assert abs(own.mean()) < 0.3


def test_samples_of_one_song_are_no_witnesses_for_each_other():
    dances = [waltz("one", 87, 0.3, 0.0) for _ in range(5)]
    assert np.isnan(bar_scores(dances)).all()
    assert bar_scores([]) == []


def test_music_phases_from_elsewhere_take_the_place_of_the_downbeats():
    dances = [waltz(f"s{number}", 84 + number, 0.3) for number in range(5)]
    phases = [of_pelvis(dance) for dance in dances]
    phases[1] += np.pi
    own = [score for score, _ in bar_scores(dances, phases)]
    assert own[1] == pytest.approx(-1, abs=1e-6)


def test_a_still_pelvis_and_few_beats_are_not_measured():
    dances = [waltz(f"s{number}", 84 + number, 0.3) for number in range(5)]
    dances.append(waltz("still", 90, 0.3, amplitude=0.0))
    dances.append(BarDance("quiet", dances[0].height, FPS, np.array([1.0, 2.0]), np.empty(0)))
    scores = np.array(bar_scores(dances))
    assert np.isnan(scores[5, 0])
    assert np.isnan(scores[6, 0])
    assert np.isfinite(scores[:5]).all()
