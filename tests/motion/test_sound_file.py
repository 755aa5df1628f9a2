import numpy as np
import pytest

from workflow_scripts.motion.sound_file import SoundFile, read_sounds, write_sounds
from workflow_scripts.workflow.errors import BrokenFileError


def test_sounds_come_back(tmp_path):
    rng = np.random.default_rng(0)
    sounds = {"b.v01.0000": rng.uniform(-1, 1, (500, 2)), "a.v01.0001": np.zeros((1, 1)), "empty": np.zeros((0, 1))}
    write_sounds(tmp_path / "sound.h5", SoundFile(8000, sounds, {"made": "here"}))
    back = read_sounds(tmp_path / "sound.h5")
    assert (back.rate, back.provenance) == (8000, {"made": "here"})
    assert list(back.sounds) == sorted(sounds)
    for name, samples in sounds.items():
        assert back.sounds[name].shape == samples.shape
        assert back.sounds[name].dtype == np.float32
        np.testing.assert_allclose(back.sounds[name], samples, atol=1 / 32767)
    with pytest.raises(KeyError):
        back.sounds["nobody"]


@pytest.mark.parametrize("samples", [np.zeros(5), np.full((5, 1), np.nan)])
def test_what_is_no_sound_is_not_written(tmp_path, samples):
    with pytest.raises(ValueError, match="sound"):
        write_sounds(tmp_path / "sound.h5", SoundFile(8000, {"a": samples}))
    assert not list(tmp_path.iterdir())


def test_a_broken_file_is_deleted(tmp_path):
    path = tmp_path / "sound.h5"
    path.write_bytes(b"no sound")
    with pytest.raises(BrokenFileError):
        read_sounds(path)
    assert not path.exists()
