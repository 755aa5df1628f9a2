"""Parity with the numbers that EDGE's published extractor (librosa 0.11) gives on fixed songs."""

import os
from pathlib import Path

import numpy as np
import pytest

from workflow_scripts.music import chroma, rhythm, spectral
from workflow_scripts.music.sound import Sound
from workflow_scripts.music.tracking import beat_frames, tempo
from workflow_scripts.music.windows import FPS, RATE
from workflow_scripts.workflow.media import read_audio

DATA = os.environ.get("PLAYLIST2DANCE_DATA")
pytestmark = pytest.mark.skipif(not DATA, reason="PLAYLIST2DANCE_DATA is not set")
SONGS = ("song00", "song00_15360_mono", "song01", "song02")


@pytest.fixture(scope="module", params=SONGS)
def case(request):
    golden = Path(DATA).parent / "golden"
    song = golden / "songs" / f"{request.param}.flac"
    if not song.exists():
        pytest.skip(f"{song} is not there")
    samples, _ = read_audio(song, RATE, mono=True)
    with np.load(golden / "song_features" / f"{request.param}.npz") as numbers:
        return samples, {name: numbers[name] for name in numbers.files}


def test_curves(case):
    samples, golden = case
    sound = Sound.of(samples)
    curves = {**spectral.extract(sound, {}), **chroma.extract(sound, {})}
    assert np.abs(curves["onset"] - golden["edge35"][:, :1]).max() < 1e-4
    assert np.abs(curves["mfcc"] - golden["edge35"][:, 1:21]).max() < 2e-4
    # CENS quantises: one value that rounds to the other side of a step moves up to 43 frames by at most 0.02.
    gaps = np.abs(curves["chroma_cens"] - golden["edge35"][:, 21:33]).max(axis=1)
    assert gaps.max() < 0.02
    assert (gaps > 1e-4).sum() <= 43


def test_pulses(case):
    samples, golden = case
    found = rhythm.extract(Sound.of(samples), {"compat": "edge"})
    assert np.array_equal(np.flatnonzero(found["onset_peaks"]), golden["edge_onset_frames"])
    # The extractor's fallback prior (a tempo at 22,050 Hz) is what `compat: edge` uses.
    assert np.array_equal(np.flatnonzero(found["beat_pulses"]), golden["edge_fallback_beat_frames"])


def test_beats_with_the_stated_prior(case):
    samples, golden = case
    strength = spectral.onset_strength(Sound.of(samples).overview.decibels)
    bpm = tempo(strength, FPS, float(golden["edge_start_bpm"]))
    assert bpm == pytest.approx(float(golden["edge_tempo"]))
    assert np.array_equal(beat_frames(strength, FPS, bpm), golden["edge_beat_frames"])
