"""Controls are what they say, and the same for the same seed."""

import numpy as np
import pytest

from workflow_scripts.evaluate.soundtracks.controls import (
    CLICK_LEVEL,
    TEMPI,
    clicks,
    metronome,
    noise,
    random_metronome,
    repeated,
    right_metronome,
    silence,
)
from workflow_scripts.evaluate.soundtracks.heard import RATE, hear


def starts(sound):
    """Seconds at which something begins after at least 0.1 s of nothing."""
    places = np.flatnonzero(np.abs(sound) > 1e-3)
    return places[np.diff(places, prepend=-RATE) > RATE / 10] / RATE


def test_silence_and_noise():
    assert not silence(100).any()
    one, two = noise(RATE, 0.2, np.random.default_rng(1)), noise(RATE, 0.2, np.random.default_rng(1))
    assert np.sqrt(np.mean(one**2)) == pytest.approx(0.2, rel=0.02)
    np.testing.assert_array_equal(one, two)


def test_clicks_begin_where_they_should():
    sound = clicks(3 * RATE, np.array([-1.0, 0.25, 1.0, 2.99, 5.0]))
    assert len(sound) == 3 * RATE
    np.testing.assert_allclose(starts(sound), [0.25, 1.0, 2.99], atol=1e-3)
    assert 0.5 * CLICK_LEVEL < np.abs(sound).max() <= CLICK_LEVEL
    assert len(clicks(0, np.array([0.0]))) == 0


def test_metronomes():
    np.testing.assert_allclose(starts(metronome(2 * RATE, 0.5, 1.2)), [0.2, 0.7, 1.2, 1.7], atol=1e-3)
    periods = []
    for seed in range(40):
        periods.append(np.median(np.diff(starts(random_metronome(10 * RATE, np.random.default_rng(seed))))))
    assert min(periods) >= 60 / TEMPI[1] - 1e-3
    assert max(periods) <= 60 / TEMPI[0] + 1e-3
    assert max(periods) / min(periods) > 2


def test_the_right_metronome_is_heard_on_the_beats():
    beats = 0.33 + 0.61 * np.arange(20)
    trembling = beats + np.random.default_rng(0).normal(0, 0.01, 20)
    for known in (beats, trembling, np.delete(trembling, [3, 9, 10])):  # also where some were not found
        heard = hear(right_metronome(round(12.5 * RATE), known)).onsets["loris"]
        assert len(heard) == 20
        assert abs(np.mean(heard - beats)) < 0.012
        assert np.abs(heard - beats).max() < 0.03
    assert right_metronome(RATE, beats[:2]) is None


def test_repeated():
    assert repeated(np.arange(3.0), 7).tolist() == [0, 1, 2, 0, 1, 2, 0]
    assert repeated(np.arange(3.0), 2).tolist() == [0, 1]
    assert repeated(np.empty(0), 2) is None
