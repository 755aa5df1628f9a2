"""Sound in parts is the sound as a whole, for any file that the collect stage could meet."""

import subprocess
import sys

import numpy as np
import pytest
import soundfile
import soxr

from workflow_scripts.music import chroma, hpss, mel, mfcc_mean, rhythm, separation, spectral, spectrogram, tempogram
from workflow_scripts.music import sound as sounds
from workflow_scripts.music.extract import clip_features
from workflow_scripts.music.sound import Sound
from workflow_scripts.music.windows import HOP, RATE
from workflow_scripts.workflow.media import MediaError
from workflow_scripts.workflow.tables import write_table

FILE_RATE = 44_100
MODULES = (chroma, hpss, mel, mfcc_mean, rhythm, spectral, spectrogram, tempogram)


def noise(seconds, channels=2, seed=0):
    return 0.2 * np.random.default_rng(seed).standard_normal((round(seconds * FILE_RATE), channels)).astype(np.float32)


def written(path, samples, subtype="FLOAT"):
    soundfile.write(path, samples, FILE_RATE, subtype=subtype)
    return path


@pytest.fixture
def small_pieces(monkeypatch):
    monkeypatch.setattr(sounds, "PIECE", 3000)
    monkeypatch.setattr(sounds, "PIECES_KEPT", 3)


@pytest.mark.parametrize("seconds", [4.0, 3.71828])
def test_parts_are_the_whole(tmp_path, small_pieces, seconds):
    samples = noise(seconds)
    whole = soxr.resample(samples, FILE_RATE, RATE, quality="HQ")
    sound = Sound.open(written(tmp_path / "a.wav", samples))
    assert sound.length == len(whole)
    assert np.abs(sound.stereo(0, sound.length) - whole).max() < 1e-6
    assert np.abs(sound.mono(0, sound.length) - whole.mean(axis=1)).max() < 1e-6
    # Any stretch, in any order, with silence outside.
    padded = np.pad(whole.mean(axis=1), 5000)
    for start, stop in ((20_000, 31_111), (-700, 5), (sound.length - 3, sound.length + 4000), (7, 7), (-90, -40)):
        part = sound.mono(start, stop)
        assert part.dtype == np.float32
        assert part.shape == (stop - start,)
        assert np.abs(part - padded[5000 + start : 5000 + stop]).max(initial=0) < 1e-6
    assert sound.stereo(-10, 20).shape == (30, 2)


def test_features_in_parts_are_those_of_the_whole(tmp_path, monkeypatch):
    time = np.arange(FILE_RATE * 12) / FILE_RATE
    samples = noise(12, seed=1) * np.exp(-(time % 0.5) / 0.1)[:, None] + 0.2 * np.sin(2 * np.pi * 233 * time)[:, None]
    path = written(tmp_path / "a.wav", samples)
    whole = {name: values for module in (chroma, hpss) for name, values in module.extract(Sound.open(path), {}).items()}
    monkeypatch.setattr(sounds, "PIECE", 10_000)
    monkeypatch.setattr(chroma, "SEGMENT", 50)
    monkeypatch.setattr(separation, "BLOCK", 40)
    parts = {name: values for module in (chroma, hpss) for name, values in module.extract(Sound.open(path), {}).items()}
    for name, values in whole.items():
        assert np.abs(parts[name] - values).max() < 2e-3, name
    monkeypatch.setattr(chroma, "SEGMENT", 10**6)
    (together,) = chroma.constant_q(Sound.open(path))
    monkeypatch.setattr(chroma, "SEGMENT", 64)
    assert np.abs(np.concatenate([*chroma.constant_q(Sound.open(path))]) - together).max() < 1e-5 * together.max()


@pytest.mark.parametrize(("subtype", "error"), [("PCM_16", 2**-15), ("PCM_24", 2**-22), ("FLOAT", 0.0)])
def test_sample_formats(tmp_path, subtype, error):
    samples = noise(0.5)
    sound = Sound.open(written(tmp_path / "a.wav", samples, subtype))
    assert np.abs(sound.source.read(100, 3000) - samples[100:3000]).max() <= error


def test_sixteen_bits_are_read_as_they_are(tmp_path):
    path = written(tmp_path / "a.wav", noise(0.5), "PCM_16")
    assert np.array_equal(Sound.open(path).source.read(0, 9000), soundfile.read(path, dtype="float32")[0][:9000])


def test_channels(tmp_path):
    for channels in (1, 2, 6):
        samples = noise(0.5, channels)
        sound = Sound.open(written(tmp_path / f"{channels}.wav", samples))
        mono = soxr.resample(samples.mean(axis=1), FILE_RATE, RATE, quality="HQ")
        assert np.abs(sound.mono(0, sound.length) - mono).max() < 1e-6
        stereo = sound.stereo(0, sound.length)
        assert stereo.shape == (sound.length, 2)
        if channels == 1:
            assert np.array_equal(stereo[:, 0], stereo[:, 1])
            assert np.abs(stereo[:, 0] - mono).max() < 1e-6
        else:
            assert not np.allclose(stereo[:, 0], stereo[:, 1])


@pytest.mark.parametrize("module", [mel, spectrogram], ids=["mel", "spectrogram"])
def test_what_is_on_the_left_shows_on_the_left(module):
    left = np.random.default_rng(3).standard_normal(RATE * 2).astype(np.float32)
    (values,) = module.extract(Sound.of(np.stack([left, 0 * left], axis=1)), {}).values()
    half = values.shape[1] // 2
    assert (values[:, :half].std(axis=0) > 0).all()
    assert (values[:, half:] == values[0, -1]).all()
    (mirrored,) = module.extract(Sound.of(np.stack([0 * left, left], axis=1)), {}).values()
    assert np.allclose(mirrored, np.roll(values, half, axis=1), atol=1e-4)


@pytest.mark.parametrize("module", MODULES, ids=[module.__name__.rpartition(".")[2] for module in MODULES])
@pytest.mark.parametrize("case", ["silence", "0.05 s", "one sample", "nothing", "5.1"])
def test_any_sound_has_features(tmp_path, module, case):
    samples = {
        "silence": np.zeros((FILE_RATE, 2)),
        "0.05 s": noise(0.05),
        "one sample": noise(1)[:1],
        "nothing": noise(0),
        "5.1": noise(0.7, 6),
    }[case]
    sound = Sound.open(written(tmp_path / "a.wav", samples, "PCM_16"))
    for frames in (sound.frames, round(len(samples) / FILE_RATE * 30), 40):
        for name, values in clip_features(module.extract, sound, frames, {}).items():
            assert np.isfinite(values).all(), name
            assert np.ndim(values) < 2 or len(values) == frames


def test_frames_of_a_rate_that_is_not_the_usual_one():
    sound = Sound.of(np.zeros(48_000), 48_000).at(RATE)
    assert (sound.length, sound.frames) == (RATE, 31)


def test_a_file_that_ends_early_is_named(tmp_path):
    path = written(tmp_path / "a.wav", noise(2), "PCM_16")
    sound = Sound.open(path)
    path.write_bytes(path.read_bytes()[:100_000])
    with pytest.raises(MediaError, match=r"a\.wav"):
        sound.mono(0, sound.length)


def test_windows_are_centred_on_their_frames():
    samples = np.arange(1, 4 * HOP + 1, dtype=np.float32)
    sound = Sound.of(samples)
    rows = np.concatenate([rows for _, rows in sound.blocks(size=64)])
    assert len(rows) == 5
    assert (rows[1:4, 32] == samples[[HOP, 2 * HOP, 3 * HOP]]).all()
    assert not rows[0, :32].any()


PEAK = """
import resource, sys
from workflow_scripts.music.extract import main
main()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def test_memory_stays_flat(tmp_path):
    """Twenty minutes are 420 MB of samples as float32; what may grow are the features and the mel bands (18 MB)."""
    time = np.arange(FILE_RATE * 60) / FILE_RATE
    minute = (np.sin(2 * np.pi * 220 * time) * np.exp(-(time % 0.5) / 0.1) * 9000).astype(np.int16)
    peaks = []
    for minutes in (2, 20):
        with soundfile.SoundFile(tmp_path / f"{minutes}.wav", "w", FILE_RATE, 2, "PCM_16") as file:
            for _ in range(minutes):
                file.write(np.stack([minute, minute], axis=1))
        row = {"clip": "0000", "audio": f"{minutes}.wav", "samples": minutes * len(minute)}
        write_table(tmp_path / "clips.tsv", list(row), [row])
        command = [sys.executable, "-c", PEAK, "--group", "chroma", "--clips", str(tmp_path / "clips.tsv")]
        command += ["--output", str(tmp_path / "out.h5")]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        peaks.append(float(done.stdout))
    assert peaks[1] - peaks[0] < 80
