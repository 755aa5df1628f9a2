"""Measures of made-up sounds, worked out by hand."""

import numpy as np
import pytest

from workflow_scripts.evaluate.soundtracks.heard import BANDS, DIMENSIONS, Heard
from workflow_scripts.evaluate.soundtracks.measures import (
    MEASURES,
    OTHERS,
    Dance,
    deviation,
    harmonic_mean,
    loris_f1,
    measure,
    others_of,
)


def sound(onsets, beats=(), seconds=10.0, loud=0.0):
    """What would be heard: an envelope with a pulse on every onset."""
    frames = round(seconds * 43)
    envelope = np.zeros(frames, np.float32)
    envelope[(np.asarray(onsets) * 43).astype(int)] = 1
    moments = {name: np.asarray(onsets, dtype=float) for name in ("d2mgan", "loris")}
    spectrum = np.full((frames, BANDS), loud, np.float16)
    return Heard(seconds, moments, np.asarray(beats, float), envelope, spectrum, np.zeros((1, DIMENSIONS), np.float32))


def dance(name, accents, original=None, seconds=10.0, song=""):
    return Dance(name, song, seconds, np.asarray(accents, dtype=float), original)


ORIGINAL = sound([1.1, 2.1, 3.1, 4.1], [1.0, 2.0, 3.0, 4.0])
OWN = dance("own", [1.0, 2.0, 3.0, 5.0], ORIGINAL)


def test_numbers_by_hand():
    made = sound([1.05, 2.05, 2.5, 3.5, 8.0], [1.0, 2.0, 3.5], loud=3)
    # One other dance shares nothing with the sound, one (the first 3 s of it) two accents of three.
    others = [dance("a", [0.5, 6.0], sound([6.5], [6.0, 7.0])), dance("b", [1.0, 1.5, 2.0], None, seconds=3.0)]
    found = measure(made, OWN, others)
    assert found["onset_precision"] == pytest.approx(2 / 5)
    assert found["onset_recall"] == pytest.approx(2 / 4)
    assert found["onset_f"] == pytest.approx(2 * 2 / (5 + 4))
    assert found["onset_f_shuffled"] == pytest.approx((0 + 2 * 2 / (3 + 3)) / 2)
    assert found["onset_f_difference"] == pytest.approx(4 / 9 - 1 / 3)
    assert found["beat_f"] == pytest.approx(2 * 2 / (3 + 4))
    assert found["beat_f_shuffled"] == pytest.approx((0 + 2 * 2 / (3 + 2)) / 2)
    assert found["onsets_per_s"] == pytest.approx(0.5)
    # Seconds 1, 2, 3, 4 of the original, 1, 2, 3, 8 of the sound.
    assert found["d2mgan_coverage"] == 1
    assert found["d2mgan_hit"] == found["loris_precision"] == found["loris_recall"] == 3 / 4
    assert found["cycle_beat_f"] == pytest.approx(2 * 2 / (3 + 4))
    assert found["cycle_beat_f_others"] == 0
    assert found["cycle_beat_f_difference"] == found["cycle_beat_f"]
    assert found["log_spectral_distance"] == pytest.approx(3)
    assert found["cycle_envelope"] > found["cycle_envelope_others"]
    assert found.keys() == MEASURES.keys()


def test_the_original_itself():
    found = measure(ORIGINAL, OWN, [])
    ones = ("d2mgan_coverage", "d2mgan_hit", "loris_precision", "loris_recall", "cycle_beat_f")
    assert [found[key] for key in ones] == [1] * 5
    assert found["cycle_envelope"] == pytest.approx(1)
    assert found["log_spectral_distance"] == 0
    assert np.isnan(found["onset_f_shuffled"])  # no others, no chance level
    assert np.isnan(found["onset_f_difference"])


def test_silence_gets_nothing_and_has_no_numbers_that_are_not_known():
    found = measure(sound([]), OWN, [dance("a", [0.5, 6.0], ORIGINAL)])
    zeros = [key for key in MEASURES if key not in ("log_spectral_distance",)]
    assert [key for key in zeros if found[key] != 0] == []


@pytest.mark.parametrize("seconds", [0.0, 2.0])
def test_a_sound_that_is_too_short(seconds):
    made = sound([], seconds=seconds) if not seconds else sound([1.1], [1.0], seconds=seconds)
    found = measure(made, OWN, [])
    assert found["loris_recall"] == (1 / 4 if seconds else 0)
    assert found["onset_recall"] == 0
    assert np.isfinite([found["cycle_envelope"], found["log_spectral_distance"], found["d2mgan_coverage"]]).all()


def test_a_dance_without_accents_or_original():
    still = measure(ORIGINAL, dance("still", [], ORIGINAL), [OWN])
    assert np.isnan([still[key] for key in MEASURES if key.startswith(("onset_", "beat_"))]).all()
    assert still["loris_recall"] == 1
    unknown = measure(ORIGINAL, dance("unknown", [1.1]), [OWN])
    assert unknown["onset_recall"] == 1
    assert not {"d2mgan_hit", "cycle_beat_f", "log_spectral_distance"} & unknown.keys()


def test_others_are_of_other_songs():
    dances = [dance(str(number), [], song=f"song{number % 2}") for number in range(100)]
    rng = np.random.default_rng(0)
    found = others_of(dances[0], dances, rng)
    assert len(found) == OTHERS
    assert {other.song for other in found} == {"song1"}
    unknown = [dance("a", []), dance("b", []), dance("c", [])]
    assert [other.name for other in others_of(unknown[1], unknown, rng)] == ["a", "c"]


def test_loris_averages_first():
    precision, recall = np.array([1.0, 0.0]), np.array([0.2, 0.6])
    assert loris_f1(precision, recall) == pytest.approx(2 * 0.5 * 0.4 / 0.9)
    assert harmonic_mean(0, 0) == 0
    assert deviation(precision) == pytest.approx(np.sqrt(0.5))  # n - 1
    assert np.isnan(deviation(precision[:1]))
