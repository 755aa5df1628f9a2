"""Every feature beside librosa's own function, on a few seconds of generated sound."""

import librosa
import numpy as np
import pytest

from workflow_scripts.motion.feature_sets import FEATURES
from workflow_scripts.music import chroma, hpss, mel, mfcc_mean, rhythm, spectral, spectrogram, tempogram
from workflow_scripts.music.separation import separated
from workflow_scripts.music.sound import Sound
from workflow_scripts.music.windows import FFT_SIZE, HOP, RATE

AT = {"sr": RATE, "hop_length": HOP}
SECONDS = 6.3  # not a whole number of frames


@pytest.fixture(scope="module")
def stereo():
    """Chords, strikes and noise, different in the two channels, (N, 2)."""
    rng = np.random.default_rng(11)
    time = np.arange(round(SECONDS * RATE)) / RATE
    roots = 220 * 2 ** (np.array([0, 5, 7, 3])[(time // 1.5).astype(int) % 4] / 12)
    phase = 2 * np.pi * np.cumsum(roots) / RATE
    chord = sum(np.sin(ratio * phase) for ratio in (1, 5 / 4, 3 / 2, 2))
    strikes = rng.standard_normal(len(time)) * np.exp(-(time % 0.5) / 0.03)
    hiss = 0.002 * rng.standard_normal((len(time), 2))
    return (np.stack([0.1 * chord + 0.3 * strikes, 0.2 * chord + 0.1 * strikes], axis=1) + hiss).astype(np.float32)


@pytest.fixture(scope="module")
def sound(stereo):
    return Sound.of(stereo)


@pytest.fixture(scope="module")
def mono(stereo):
    return stereo.mean(axis=1)


@pytest.fixture(scope="module")
def separate(sound):
    return hpss.extract(sound, {})


@pytest.fixture(scope="module")
def parts(mono):
    """Librosa's harmonic and percussive part: samples (N,)."""
    return librosa.effects.hpss(mono)


def close(found, expected, tolerance):
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= tolerance


def test_onset_mfcc_rms(sound, mono):
    found = spectral.extract(sound, {})
    close(found["onset"][:, 0], librosa.onset.onset_strength(y=mono, sr=RATE), 1e-4)
    close(found["mfcc"], librosa.feature.mfcc(y=mono, sr=RATE, n_mfcc=20).T, 5e-4)
    close(found["rms"], librosa.feature.rms(y=mono).T, 1e-6)


def test_chroma(sound, mono):
    close(chroma.extract(sound, {})["chroma_cens"], librosa.feature.chroma_cens(y=mono, **AT).T, 1e-3)


def test_tuning(sound, mono):
    assert chroma.tuning(sound) == pytest.approx(librosa.estimate_tuning(y=mono, sr=RATE, bins_per_octave=36))


def test_onset_peaks(sound, mono):
    frames = librosa.onset.onset_detect(y=mono, **AT)
    assert np.array_equal(np.flatnonzero(rhythm.extract(sound, {})["onset_peaks"]), frames)


def test_edge_beats(sound, mono):
    again = librosa.resample(mono, orig_sr=RATE, target_sr=22_050)
    bpm = librosa.feature.tempo(y=again, sr=22_050)[0]
    # EDGE hands over the mean over bands; beat_track itself would take the median.
    strength = librosa.onset.onset_strength(y=mono, sr=RATE)
    _, frames = librosa.beat.beat_track(onset_envelope=strength, start_bpm=bpm, **AT)
    assert np.array_equal(np.flatnonzero(rhythm.extract(sound, {"compat": "edge"})["beat_pulses"]), frames)


def test_mfcc_mean(sound, mono):
    fine = librosa.feature.mfcc(y=mono, sr=RATE, n_mfcc=20, hop_length=128).T
    means = [fine[start : start + 4].mean(axis=0) for start in range(0, len(fine), 4)]
    close(mfcc_mean.extract(sound, {})["mfcc_mean"], np.array(means), 5e-4)


def test_mel_of_both_channels(sound, stereo):
    power = librosa.feature.melspectrogram(y=stereo.T, sr=RATE)
    expected = librosa.power_to_db(power).transpose(2, 0, 1).reshape(-1, 256)
    close(mel.extract(sound, {})["mel"], expected, 1e-3)


def linear(stereo):
    return np.abs(librosa.stft(stereo.T, n_fft=1024, hop_length=HOP)).transpose(2, 0, 1).reshape(-1, 1026)


def test_spectrogram_normalised_per_band(sound, stereo):
    decibels = librosa.amplitude_to_db(linear(stereo))
    expected = (decibels - decibels.mean(axis=0)) / decibels.std(axis=0)
    close(spectrogram.extract(sound, {"normalise": "per_band"})["spectrogram"], expected, 2e-3)


def test_spectrogram_normalised_as_a_whole(sound, stereo):
    decibels = librosa.amplitude_to_db(linear(stereo))
    expected = (decibels - decibels.mean()) / decibels.std()
    close(spectrogram.extract(sound, {"normalise": "global"})["spectrogram"], expected, 1e-3)


def test_per_channel_energy_normalisation(sound, stereo):
    expected = librosa.pcen(linear(stereo).T * 2.0**31, time_constant=0.4, **AT).T
    close(spectrogram.extract(sound, {"normalise": "pcen"})["spectrogram"], expected, 1e-3 * expected.max())


def test_tempogram(sound, mono):
    strength = librosa.onset.onset_strength(y=mono, sr=RATE)
    close(tempogram.extract(sound, {})["tempogram"], librosa.feature.tempogram(onset_envelope=strength).T, 1e-5)


def test_separated_sound(sound, parts):
    with separated(sound) as ours:
        for mine, theirs in zip(ours, parts, strict=True):
            close(mine.mono(0, mine.length), theirs, 1e-5)


def test_features_of_the_harmonic_part(separate, parts):
    close(separate["harmonic_chroma"], librosa.feature.chroma_cqt(y=parts[0], **AT).T, 1e-3)


def test_features_of_the_percussive_part(separate, parts):
    strength = librosa.onset.onset_strength(y=parts[1], sr=RATE)
    close(separate["percussive_onset"][:, 0], strength, 1e-3)
    close(separate["percussive_tempogram"], librosa.feature.tempogram(onset_envelope=strength).T, 1e-4)
    _, frames = librosa.beat.beat_track(onset_envelope=strength, sr=RATE)
    assert np.array_equal(np.flatnonzero(separate["percussive_beats"]), frames)


def test_mfcc_delta(separate, mono):
    close(separate["mfcc_delta"], librosa.feature.delta(librosa.feature.mfcc(y=mono, sr=RATE, n_mfcc=20)).T, 2e-4)


def test_all_features_are_known_and_described(sound, separate):
    groups = {module.__name__.rpartition(".")[2]: module for module in
              (chroma, hpss, mel, mfcc_mean, rhythm, spectral, spectrogram, tempogram)}  # fmt: skip
    for name, (group, width) in FEATURES.items():
        found = separate if group == "hpss" else groups[group].extract(sound, {})
        assert found[name].shape == (sound.frames, width)
        assert "unit" in groups[group].PARAMETERS[name]


def test_frames_are_those_of_librosa(sound, mono):
    assert sound.frames == librosa.stft(mono, n_fft=FFT_SIZE, hop_length=HOP).shape[1]
