"""Bars of three and four, and their first beat."""

import numpy as np
import pytest

from workflow_scripts.music import bands
from workflow_scripts.music.metre import METRES, bars, change_of_sound, metre_of
from workflow_scripts.music.windows import FPS

PERIOD = 0.5


def piece(metre, first, count=32, accent=2.0, noise=0.2):
    """Beats, rises and decibels of a piece with bass and a new chord on every first beat."""
    rng = np.random.default_rng(metre)
    beats = 0.5 + PERIOD * np.arange(count)
    seconds = beats[-1] + 1
    rise = np.full((round(seconds * bands.FPS), 5), 0.01)
    decibels = np.zeros((round(seconds * FPS), 128))
    chord = rng.standard_normal(128)
    for k, beat in enumerate(beats):
        starts = k % metre == first
        chord = 10 * rng.standard_normal(128) if starts else chord
        rise[round(beat * bands.FPS), 0] = (accent if starts else 1.0) + noise * rng.random()
        decibels[round(beat * FPS) :] = chord
    return beats, rise, decibels


@pytest.mark.parametrize("metre", METRES)
def test_bars(metre):
    for first in range(metre):
        found, mask = bars(*piece(metre, first))
        assert found == metre
        assert np.flatnonzero(mask)[:3].tolist() == [first, first + metre, first + 2 * metre]


def test_few_beats_have_the_usual_bar():
    beats, rise, decibels = piece(3, 0, count=11)
    assert bars(beats, rise, decibels)[0] == 4
    metre, mask = bars(beats[:5], rise, decibels)
    assert metre == 4
    assert np.flatnonzero(mask).tolist() == [0]
    assert bars(beats[:0], rise, decibels)[1].shape == (0,)


def test_noise_favours_no_metre():
    rng = np.random.default_rng(1)
    found = [metre_of([rng.standard_normal(60) for _ in range(3)]) for _ in range(200)]
    assert 0.3 < np.mean([metre == 3 for metre in found]) < 0.7
    assert metre_of([np.ones(40)]) == 4


def test_change_of_sound():
    spectra = np.repeat([[0.0], [3.0]], 4, axis=0)
    assert np.argmax(change_of_sound(spectra, 2)) == 4
    assert change_of_sound(spectra, 2)[[0, 3, 4, 5]].tolist() == [0.0, 1.5, 3.0, 1.5]
