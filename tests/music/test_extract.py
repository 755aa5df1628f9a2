"""The entry point: one group of every clip, as long as the clip's frames."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from workflow_scripts.motion.feature_sets import FEATURES
from workflow_scripts.motion.music_choice import read_music
from workflow_scripts.motion.music_file import read_features
from workflow_scripts.music import extract
from workflow_scripts.music.extract import clip_features, group_features
from workflow_scripts.music.rhythm import extract as rhythm
from workflow_scripts.music.sound import Sound
from workflow_scripts.music.spectral import extract as spectral
from workflow_scripts.music.windows import RATE
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.tables import write_table

COLUMNS = ("clip", "start_s", "end_s", "frames", "samples", "video", "audio", "video_sha256", "audio_sha256")
CLICK = 60 / 120


@pytest.fixture
def clips(tmp_path):
    """Three clips of clicks at 120 bpm, the last of them 0.2 s short."""
    rows = []
    for number, seconds in enumerate((6.1, 3.0, 0.2)):
        time = np.arange(round(seconds * 44_100)) / 44_100
        clicks = np.sin(2 * np.pi * 90 * time) * np.exp(-((time - 0.25) % CLICK) / 0.05) * (time >= 0.25)
        soundfile.write(tmp_path / f"{number:04d}.wav", np.stack([clicks, 0.5 * clicks], 1), 44_100, subtype="PCM_16")
        # Frames of the picture, here at 50 per second, are not those of the features.
        cells = {"frames": round(50 * seconds), "samples": len(clicks), "audio": f"{number:04d}.wav"}
        rows.append({"clip": f"{number:04d}"} | cells)
    write_table(tmp_path / "clips.tsv", COLUMNS, rows)
    return tmp_path / "clips.tsv"


def run(*arguments):
    command = [sys.executable, "-m", "workflow_scripts.music.extract", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_every_group_from_the_command_line(clips, tmp_path):
    for group in ("spectral", "chroma", "rhythm"):
        done = run("--group", group, "--clips", clips, "--config", '{"fps": 30}', "--output", tmp_path / f"{group}.h5")
        assert done.returncode == 0, done.stderr
        file = read_features(tmp_path / f"{group}.h5")
        assert (file.group, file.fps) == (group, 30.0)
        for name, frames in {"0000": 183, "0001": 90, "0002": 6}.items():
            for feature, (owner, width) in FEATURES.items():
                if owner == group:
                    assert file.clips[name][feature].shape == (frames, width)
                    assert feature in file.parameters
    music = read_music([tmp_path / f"{group}.h5" for group in ("spectral", "chroma", "rhythm")], "edge35")["0000"]
    assert music.features.shape == (183, 35)
    assert music.tempo == pytest.approx(120, rel=0.03)
    true = np.arange(0.25, 6.1, CLICK)
    # The last one may be drawn to the click of the cut.
    assert np.abs(music.beats[:-1, None] - true).min(axis=1).max() < 0.05


def test_same_input_same_numbers(clips):
    one, two = (group_features("chroma", clips, {}).clips["0000"]["chroma_cens"] for _ in range(2))
    assert one.tobytes() == two.tobytes()


def test_features_fit_the_frames_by_time():
    samples = Sound.of(np.random.default_rng(0).standard_normal(RATE))
    whole = spectral(samples, {})["mfcc"]
    assert len(whole) == 31
    short = clip_features(spectral, samples, 25, {})["mfcc"]
    assert np.array_equal(short, whole[:25])
    long = clip_features(spectral, samples, 40, {})["mfcc"]
    assert np.array_equal(long[:31], whole)
    assert (long[31:] == whole[-1]).all()


def test_pulses_and_beats_end_with_the_frames():
    time = np.arange(RATE * 6) / RATE
    samples = Sound.of(np.sin(2 * np.pi * 90 * time) * np.exp(-(time % CLICK) / 0.05))
    found = clip_features(rhythm, samples, 100, {})
    assert found["beats"].max() < 100 / 30
    assert found["beat_pulses"].sum() == len(found["beats"])
    assert not clip_features(rhythm, samples, 300, {})["beat_pulses"][190:].any()


def test_settings_are_written_with_the_features(clips, tmp_path):
    done = run("--group", "spectrogram", "--clips", clips, "--config", '{"fps":30,"normalise":"pcen"}',
               "--output", tmp_path / "x.h5")  # fmt: skip
    assert done.returncode == 0, done.stderr
    parameters = read_features(tmp_path / "x.h5").parameters["spectrogram"]
    assert (parameters["normalise"], parameters["fft"]) == ("pcen", 1024)


def test_unknown_normalisation_is_refused(clips):
    with pytest.raises(UserError, match=r'"loud", not one of per_band, global, pcen'):
        group_features("spectrogram", clips, {"normalise": "loud"})


def test_another_rate_is_refused(clips):
    with pytest.raises(UserError, match="30 frames per second"):
        group_features("spectral", clips, {"fps": 60})


@pytest.mark.parametrize("damage", ["missing", "no sound", "truncated"])
def test_damaged_sound_is_named_and_its_cut_done_again(clips, tmp_path, damage):
    path = clips.parent / "0001.wav"
    whole = path.read_bytes()
    path.write_bytes({"missing": b"", "no sound": b"not sound", "truncated": whole[:1000]}[damage])
    if damage == "missing":
        path.unlink()
    done = run("--group", "spectral", "--clips", clips, "--config", json.dumps({}), "--output", tmp_path / "x.h5")
    assert done.returncode == 1
    assert "0001.wav" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "x.h5").exists()
    assert not clips.exists()  # so that the next run cuts again


def test_start_is_fast():
    """Librosa, Numba and SciPy take longer to import than the features to compute: they stay out."""
    code = "import sys, workflow_scripts.music.extract, workflow_scripts.music.rhythm, workflow_scripts.music.chroma;"
    code += "print([m for m in ('librosa', 'numba', 'scipy', 'torch') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_group_is_named(clips, tmp_path):
    for group in ("spectra", "sound"):  # the second is a module, but no group
        done = run("--group", group, "--clips", clips, "--output", tmp_path / "x.h5")
        assert done.returncode == 1
        assert f"there is no group '{group}'" in done.stderr


def test_a_second_project_computes_nothing_again(clips, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PLAYLIST2DANCE_STORE", str(tmp_path / "store"))

    def extracted(table, output, config="{}"):
        command = ["extract", "--group", "spectral", "--clips", str(table), "--config", config, "--output", str(output)]
        monkeypatch.setattr(sys, "argv", command)
        extract.main()
        return read_features(output)

    first = extracted(clips, tmp_path / "one.h5")
    bytes_made = (tmp_path / "one.h5").read_bytes()
    extracted(clips, tmp_path / "one.h5")
    assert (tmp_path / "one.h5").read_bytes() == bytes_made
    other = tmp_path / "renamed" / "clips.tsv"
    other.parent.mkdir()
    for path in (clips, *clips.parent.glob("*.wav")):
        shutil.copy(path, other.parent)
    with monkeypatch.context() as without:
        without.setattr(extract, "group_features", None)  # nothing can be computed
        second = extracted(other, tmp_path / "two.h5")
        assert second.source == "renamed"
        for clip, features in first.clips.items():
            for name, values in features.items():
                assert np.array_equal(values, second.clips[clip][name])
        with pytest.raises(TypeError):  # another setting
            extracted(other, tmp_path / "two.h5", config='{"fps": 30}')
        for part in ("code_version", "versions"):  # other code, other libraries
            with monkeypatch.context() as changed:
                changed.setattr(extract, part, lambda *names: {"x": "other"})
                with pytest.raises(TypeError):
                    extracted(other, tmp_path / "two.h5")
        samples, rate = soundfile.read(other.parent / "0001.wav")
        soundfile.write(other.parent / "0001.wav", samples * 0.5, rate, subtype="PCM_16")
        with pytest.raises(TypeError):  # other bytes behind the same name
            extracted(other, tmp_path / "two.h5")
    third = extracted(other, tmp_path / "two.h5")
    assert not np.array_equal(third.clips["0001"]["rms"], first.clips["0001"]["rms"])
    (other.parent / "0001.wav").unlink()
    with pytest.raises(UserError, match=r"0001\.wav"):
        extracted(other, tmp_path / "two.h5")
