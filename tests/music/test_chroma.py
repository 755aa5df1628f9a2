"""Chroma of notes whose pitch classes are known."""

import numpy as np
import pytest

from workflow_scripts.music.chroma import chroma_cens, constant_q, tuning
from workflow_scripts.music.sound import Sound
from workflow_scripts.music.windows import RATE


def note(midi, seconds=3.0):
    hertz = 440 * 2 ** ((midi - 69) / 12)
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


@pytest.mark.parametrize("midi", [48, 57, 64, 71, 90])
def test_a_note_is_its_pitch_class(midi):
    chroma = chroma_cens(Sound.of(note(midi)))
    assert (np.argmax(chroma[20:-20], axis=1) == midi % 12).all()
    assert chroma[45, midi % 12] > 0.9


def test_octaves_fold():
    chroma = chroma_cens(Sound.of(note(45) + note(57) + note(69)))
    assert (np.argmax(chroma[20:-20], axis=1) == 9).all()


def test_constant_q_bin_of_a_note():
    # Three bins per semitone from C1 (MIDI 24): A4 is bin 3 * 45.
    assert int(np.argmax(next(constant_q(Sound.of(note(69))))[45])) == 135


def test_tuning_is_found():
    # 8 cents sharp are 0.24 bins of a third of a semitone.
    assert tuning(Sound.of(sum(note(midi + 0.08) for midi in (57, 64, 69, 73)))) == pytest.approx(0.24, abs=0.06)


def test_rows_are_unit_vectors_or_silent():
    rng = np.random.default_rng(1)
    norms = np.linalg.norm(chroma_cens(Sound.of(rng.standard_normal(RATE * 2))), axis=1)
    assert np.allclose(norms, 1.0)
    assert not chroma_cens(Sound.of(np.zeros(RATE))).any()
    assert chroma_cens(Sound.of(np.zeros(3000))).shape == (6, 12)
