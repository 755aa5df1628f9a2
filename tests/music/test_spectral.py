"""Spectral features of sounds whose spectra are known."""

import numpy as np
import pytest

from workflow_scripts.music.mel_scale import MEL_BANDS, mel_bands, mel_filters, mfcc
from workflow_scripts.music.sound import Sound
from workflow_scripts.music.spectral import extract, onset_strength
from workflow_scripts.music.windows import FFT_SIZE, FPS, HOP, RATE


def mel_decibels(samples):
    return Sound.of(samples).overview.decibels


def tone(hertz, seconds=1.0, gain=0.5):
    return (gain * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


def test_thirty_frames_per_second():
    assert FPS == 30.0
    assert len(mel_decibels(tone(440, 2.0))) == 61


@pytest.mark.parametrize("hertz", [200.0, 1000.0, 4000.0])
def test_a_tone_is_loudest_in_its_band(hertz):
    bins = np.arange(FFT_SIZE // 2 + 1) * RATE / FFT_SIZE
    band = int(np.argmax(mel_decibels(tone(hertz))[15]))
    weights = mel_filters(RATE)[band]
    centre = (weights * bins).sum() / weights.sum()
    assert centre == pytest.approx(hertz, rel=0.05)


def test_slaney_filters_have_equal_area():
    filters = mel_filters(RATE)
    areas = filters.sum(axis=1) * RATE / FFT_SIZE
    assert filters.shape == (MEL_BANDS, FFT_SIZE // 2 + 1)
    assert np.median(areas) == pytest.approx(1.0, rel=0.02)


def test_ten_times_the_amplitude_is_twenty_decibels():
    difference = mel_decibels(tone(440, gain=0.5))[15] - mel_decibels(tone(440, gain=0.05))[15]
    assert difference[np.argmax(mel_decibels(tone(440))[15])] == pytest.approx(20.0, abs=0.01)


def test_onset_strength_rises_at_the_start_of_a_sound():
    samples = np.concatenate([np.zeros(RATE), tone(440)]).astype(np.float32)
    strength = onset_strength(mel_decibels(samples))
    # Shifted by half a window (2 frames) as in librosa; the window sees the tone up to 2 frames before it begins.
    assert 29 <= int(np.argmax(strength)) <= 33
    assert strength[:28].max() == 0.0
    assert strength[40:].max() < 0.05 * strength.max()


def test_cepstrum_of_a_cosine_over_bands_is_one_coefficient():
    bands = np.arange(MEL_BANDS) + 0.5
    for k in (0, 1, 7):
        found = mfcc(np.cos(np.pi * k * bands / MEL_BANDS)[None])[0]
        expected = np.zeros(20)
        expected[k] = np.sqrt(MEL_BANDS) if k == 0 else np.sqrt(MEL_BANDS / 2)
        assert np.allclose(found, expected, atol=1e-9)


@pytest.mark.parametrize("samples", [np.zeros(0), np.zeros(1), np.zeros(RATE), np.full(RATE, 0.3)])
def test_silence_is_finite(samples):
    features = extract(Sound.of(samples), {})
    frames = 1 + len(samples) // HOP
    assert features["onset"].shape == (frames, 1)
    assert features["mfcc"].shape == (frames, 20)
    assert all(np.isfinite(values).all() for values in features.values())


@pytest.mark.parametrize(("rate", "size"), [(RATE, FFT_SIZE), (RATE, 1024), (22_050, FFT_SIZE)])
def test_bands_by_stretches_are_those_of_all_filters(rate, size):
    power = np.random.default_rng(0).random((2, 7, size // 2 + 1)).astype(np.float32)
    assert np.allclose(mel_bands(power, rate), power @ mel_filters(rate, size).T, rtol=1e-5)
