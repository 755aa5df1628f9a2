import numpy as np
import pytest

from workflow_scripts.models.wavenet.mu_law import CLASSES, SILENCE, decode, encode


def test_classes_survive_the_round_trip():
    classes = np.arange(CLASSES)
    sound = decode(classes)
    assert sound.dtype == np.float32
    assert (np.diff(sound) > 0).all()
    assert (encode(sound) == classes).all()


def test_sound_survives_as_well_as_its_level_allows():
    sound = np.linspace(-1, 1, 20_001)
    error = np.abs(decode(encode(sound)) - sound)
    # Half a step of 2 / 255 of the companded scale, times the slope of the expansion: ln 256 * (|x| + 1 / 255).
    assert (error <= np.log(256) * (np.abs(sound) + 1 / 255) / 255 * 1.02).all()
    assert error[np.abs(sound) < 0.01].max() < 4e-4


def test_full_scale_and_silence():
    assert encode([-1.0, 1.0, 0.0]).tolist() == [0, 255, SILENCE]
    assert decode([0, 255]).tolist() == [-1.0, 1.0]
    assert 0 < decode(SILENCE) < 1e-4


def test_shapes_are_kept_and_too_loud_is_loudest():
    assert encode(np.zeros((3, 0, 2))).shape == (3, 0, 2)
    assert encode([[-7.0], [2.0]]).tolist() == [[0], [255]]


def test_quiet_sounds_get_finer_levels_than_loud_ones():
    sound = decode(np.arange(CLASSES))
    assert sound[129] - sound[128] < (sound[255] - sound[254]) / 100


def test_nan_has_no_class():
    with pytest.raises(ValueError, match="NaN"):
        encode([0.0, np.nan])
