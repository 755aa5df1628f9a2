"""The songs against facts measured on their samples, by means that know nothing of how they were written."""

import hashlib
import itertools
from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy.signal import butter, sosfilt

from workflow_scripts.demo import write_songs
from workflow_scripts.demo.songs import GENRES, RATE, compose
from workflow_scripts.workflow.errors import UserError

SECONDS = 9.0
STEP = RATE // 200


@pytest.fixture(scope="module", params=GENRES)
def song(request):
    return compose(request.param, 41, SECONDS)


def loudness(samples, band=None):
    """Energy per 5 ms of the mono sound, in a band of frequencies (Hz) if given."""
    mono = samples.mean(axis=1)
    if band:
        mono = sosfilt(butter(4, band, "bandpass", fs=RATE, output="sos"), mono)
    return (mono[: len(mono) // STEP * STEP].reshape(-1, STEP) ** 2).mean(axis=1)


def attacks(samples, band=None):
    """Rise of the loudness in dB, (N,) at 200 Hz."""
    return np.maximum(0, np.diff(10 * np.log10(loudness(samples, band) + 1e-6), prepend=0))


def test_shape_and_range(song):
    assert song.samples.shape == (round(SECONDS * RATE), 2)
    assert song.samples.dtype == np.float32
    assert 0.5 < np.abs(song.samples).max() <= 1.0
    assert np.abs(song.samples[:, 0] - song.samples[:, 1]).max() > 0.01, "stereo"
    assert np.abs(song.samples[-10:]).max() < 0.02, "fades out"


def test_tempo_is_the_lag_of_the_strongest_autocorrelation(song):
    curve = attacks(song.samples)
    curve = curve - curve.mean()
    spectrum = np.abs(np.fft.rfft(curve, 4 * len(curve))) ** 2
    correlation = np.fft.irfft(spectrum)[: len(curve)]
    period = 200 * 60 / song.bpm
    # A beat's lag correlates better than lags a quarter of a beat away from it.
    on = correlation[round(period) - 2 : round(period) + 3].max()
    for off in (0.75, 1.25):
        assert on > 2 * abs(correlation[round(off * period)])
    lags = np.arange(round(0.8 * period), round(1.2 * period))
    assert 200 * 60 / lags[np.argmax(correlation[lags])] == pytest.approx(song.bpm, rel=0.02)


def test_beats_are_as_regular_as_the_tempo_says(song):
    assert np.allclose(np.diff(song.beats), 60 / song.bpm)
    assert np.array_equal(song.downbeats, song.beats[::4])
    assert song.beats[0] > 0.2
    assert song.beats[-1] < SECONDS
    low, high = GENRES[song.genre].tempo
    assert low <= song.bpm <= high


def test_every_beat_has_a_drum(song):
    curve = attacks(song.samples, (40.0, 300.0))
    beats = song.beats[song.beats < SECONDS - 0.5]
    on = np.array([curve[max(0, k - 3) : k + 6].max() for k in np.round(beats * 200).astype(int)])
    quarter = beats + 0.25 * 60 / song.bpm
    off = np.array([curve[max(0, k - 3) : k + 6].max() for k in np.round(quarter * 200).astype(int)])
    assert np.median(on) > 3 * np.median(off)
    assert on.min() > 1.0


def test_beats_are_not_late(song):
    """The first 10 ms of a kick hold the attack: the sound before a beat is softer than the sound after it."""
    envelope = loudness(song.samples, (40.0, 300.0))
    frames = np.round(song.beats[(song.beats < SECONDS - 0.5)] * 200).astype(int)
    before = np.mean([envelope[k - 4 : k - 1].mean() for k in frames])
    after = np.mean([envelope[k : k + 3].mean() for k in frames])
    assert after > 2 * before


def test_genres_differ_in_tempo_and_in_sound():
    ranges = sorted(style.tempo for style in GENRES.values())
    assert all(a[1] < b[0] for a, b in itertools.pairwise(ranges)), "tempo ranges do not overlap"
    assert len({tuple(style.kick.items()) + tuple(style.closed_hat.items()) for style in GENRES.values()}) == 3
    assert len({style.bass for style in GENRES.values()}) == 3
    # Audible: the balance of bass and treble tells them apart.
    balance = {}
    for genre in GENRES:
        samples = np.concatenate([compose(genre, seed, 5.0).samples for seed in (1, 2)])
        bands = [loudness(samples, band).mean() for band in ((30, 120), (300, 2000), (7000, 15000))]
        balance[genre] = np.log(np.array(bands) / np.sum(bands))
    names = list(balance)
    gaps = [np.abs(balance[a] - balance[b]).max() for i, a in enumerate(names) for b in names[i + 1 :]]
    assert min(gaps) > 0.2


def test_same_seed_same_samples_and_others_differ():
    def digest(genre, seed):
        return hashlib.sha256(compose(genre, seed, 3.0).samples.tobytes()).hexdigest()

    assert digest("disco", 5) == digest("disco", 5)
    assert len({digest("disco", 5), digest("disco", 6), digest("house", 5)}) == 3


def test_unknown_genre_is_named():
    with pytest.raises(UserError, match=r"'polka'.*disco"):
        compose("polka", 1, 5.0)


def test_songs_of_any_length_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ["write_songs", str(tmp_path / "songs"), "--count", "2", "--seconds", "3.5", "--seed", "9"]
    monkeypatch.setattr("sys.argv", arguments)
    write_songs.main()
    names = sorted(path.name for path in (tmp_path / "songs").iterdir())
    assert names == ["disco_9.wav", "hiphop_10.wav"]
    for name in names:
        info = soundfile.info(tmp_path / "songs" / name)
        assert (info.samplerate, info.channels, info.frames) == (44100, 2, round(3.5 * 44100))
