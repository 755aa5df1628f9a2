"""Scores of moments: numbers worked out by hand, and mir_eval's."""

import mir_eval
import numpy as np
import pytest

from workflow_scripts.evaluate.soundtracks.controls import clicks
from workflow_scripts.evaluate.soundtracks.events import (
    beat_seconds,
    coverage_and_hit,
    f_measure,
    precision_and_recall,
)
from workflow_scripts.evaluate.soundtracks.heard import HOP, ONSETS, RATE, hear


def seconds(text):
    return np.array([letter == "x" for letter in text])


def test_seconds_that_hold_an_onset():
    assert beat_seconds(np.array([0.1, 0.9, 2.0, 3.999]), 4.5).tolist() == [True, False, True, True, False]
    assert beat_seconds(np.array([4.0]), 4.0).tolist() == [False] * 4
    assert len(beat_seconds(np.empty(0), 0.0)) == 0


@pytest.mark.parametrize(
    ("reference", "generated", "coverage", "hit", "precision", "recall"),
    [
        ("xx.x.", "x.xx.", 1.0, 2 / 3, 2 / 3, 2 / 3),
        ("xx.x.", "xxxxx", 5 / 3, 1.0, 3 / 5, 1.0),  # constant drumming hits everything
        ("xx.x.", "..x.x", 2 / 3, 0.0, 0.0, 0.0),
        ("xx.x.", ".....", 0.0, 0.0, 0.0, 0.0),
        ("xx.x.", "x", 1 / 3, 1 / 3, 1.0, 1 / 3),  # a sound that ends early
        ("xx.x.", "xx.x.xxx", 1.0, 1.0, 1.0, 1.0),  # what comes after the end does not count
    ],
)
def test_two_literatures_of_one_second(reference, generated, coverage, hit, precision, recall):
    found = seconds(reference), seconds(generated)
    assert coverage_and_hit(*found) == pytest.approx((coverage, hit))
    assert precision_and_recall(*found) == pytest.approx((precision, recall))


def test_no_beat_in_the_original():
    assert np.isnan(coverage_and_hit(seconds("..."), seconds("x.."))).all()
    assert precision_and_recall(seconds("..."), seconds("x..")) == (0.0, 0.0)


@pytest.mark.parametrize("name", list(ONSETS))
def test_clicks_in_known_seconds(name):
    # On edges of frames: D2M-GAN's settings miss a click whose onset is spread over two of them.
    original, generated = (
        hear(clicks(6 * RATE, np.round(np.array(times) * RATE / HOP) * HOP / RATE))
        for times in ((0.5, 1.5, 3.5, 3.8), (0.3, 2.5, 3.6, 4.5))
    )
    found = tuple(beat_seconds(sound.onsets[name], sound.seconds) for sound in (original, generated))
    assert [part.tolist() for part in found] == [seconds("xx.x..").tolist(), seconds("x.xxx.").tolist()]
    assert coverage_and_hit(*found) == pytest.approx((4 / 3, 2 / 3))
    assert precision_and_recall(*found) == pytest.approx((2 / 4, 2 / 3))


def test_f_measure_by_hand():
    # 1.00 and 1.06 both lie near 1.03, but only one of them is paired with it.
    f, precision, recall = f_measure(np.array([1.0, 1.06, 2.0, 3.0]), np.array([1.03, 2.069, 3.071]))
    assert (precision, recall) == pytest.approx((2 / 3, 2 / 4))
    assert f == pytest.approx(2 * (2 / 3) * (1 / 2) / (2 / 3 + 1 / 2))
    assert f_measure(np.array([1.0]), np.empty(0)) == (0.0, 0.0, 0.0)
    assert np.isnan(f_measure(np.empty(0), np.array([1.0]))).all()


def test_f_measure_is_that_of_mir_eval():
    rng = np.random.default_rng(0)
    for _ in range(50):
        # On a grid of 10 ms: many pairs are exactly as far apart as is allowed, and many moments have several partners.
        reference, estimated = (np.sort(rng.choice(300, size, replace=False)) / 100 for size in rng.integers(1, 60, 2))
        expected = mir_eval.onset.f_measure(reference, estimated, window=0.07)
        assert f_measure(reference, estimated) == pytest.approx(expected, abs=1e-12)
        assert f_measure(reference, estimated)[0] == pytest.approx(mir_eval.beat.f_measure(reference, estimated))
