import sys
from dataclasses import replace

import numpy as np
import pytest
import soundfile
from tiny_dances import FPS, tiny_dataset

from workflow_scripts.motion.dataset_file import write_dataset
from workflow_scripts.motion.sound_file import read_sounds
from workflow_scripts.soundtrack import gather_sound
from workflow_scripts.soundtrack.loudness import TARGET_LUFS, heard
from workflow_scripts.workflow.errors import UserError

RATE = gather_sound.NATIVE_RATE


@pytest.fixture
def folder(tmp_path):
    """A dataset of three clips of 6 s, and its sound: a burst each second, louder from song to song."""
    dataset = tiny_dataset()
    dataset.clips[1] = replace(dataset.clips[1], start_s=1.5)
    write_dataset(tmp_path / "main.h5", dataset)
    for number, clip in enumerate(dataset.clips):
        seconds = clip.start_s + len(clip.motion.root) / FPS - 0.1 * number
        time = np.arange(round(seconds * RATE)) / RATE
        burst = 0.02 * (number + 1) * np.sin(2 * np.pi * 500 * time) * (time % 1 < 0.2)
        samples = np.repeat(burst[:, None], 2, axis=1)
        path = gather_sound.sound_of(clip, tmp_path / "clips")
        path.parent.mkdir(parents=True)
        soundfile.write(path, samples, RATE)
    return tmp_path


def gathered(folder, rate, monkeypatch):
    output = folder / "sounds" / f"{rate}.h5"
    arguments = ["--dataset", folder / "main.h5", "--clips", folder / "clips", "--rate", rate, "--output", output]
    monkeypatch.setattr(sys, "argv", ["gather_sound", *map(str, arguments)])
    gather_sound.main()
    return read_sounds(output)


def test_sounds_begin_with_the_motion_and_are_as_long(folder, monkeypatch):
    found = gathered(folder, "native", monkeypatch)
    assert found.rate == RATE
    assert list(found.sounds) == ["tiny.v0.0000", "tiny.v1.0000", "tiny.v2.0000"]
    for samples in found.sounds.values():
        assert samples.shape == (6 * RATE, 2)
    # The second clip's motion begins 1.5 s into the clip, half of a second before a burst.
    loud = np.flatnonzero(np.abs(found.sounds["tiny.v1.0000"][:, 0]) > 0.01)
    assert loud[0] == pytest.approx(RATE / 2, abs=10)
    assert not found.sounds["tiny.v2.0000"][round(5.8 * RATE) :].any()  # where the sound ends before the motion
    assert found.provenance["dataset"]


def test_other_rates_are_mono_and_all_clips_equally_loud(folder, monkeypatch):
    found = gathered(folder, 8000, monkeypatch)
    assert found.rate == 8000
    for samples in found.sounds.values():
        assert samples.shape == (48000, 1)
    loudness = [heard(samples, 8000).loudness() for samples in found.sounds.values()]
    assert np.ptp(loudness) < 1
    # Equal channels count twice in stereo, and once when they are mixed.
    assert np.mean(loudness) == pytest.approx(TARGET_LUFS - 3, abs=0.3)


def test_a_clip_without_sound_is_named(folder, monkeypatch):
    path = folder / "clips" / "tiny" / "v1" / "0000.wav"
    path.unlink()
    with pytest.raises(UserError, match=r"v1/0000\.wav is missing"):
        gathered(folder, 8000, monkeypatch)
    assert not (folder / "sounds" / "8000.h5").exists()
