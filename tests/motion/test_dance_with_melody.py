import json

import numpy as np
import pytest
from motion.melody import END, FRAMES, START, markers, save_compact, save_published
from motion.strangers import soles, stranger

from workflow_scripts.motion.formats import dance_with_melody
from workflow_scripts.motion.retarget import to_smpl24
from workflow_scripts.motion.skeletons import DWM23
from workflow_scripts.workflow.errors import UserError

FPS = FRAMES * 25 / (END - START)


@pytest.mark.parametrize("save", [save_compact, save_published])
def test_both_layouts_hold_the_dance_in_metres(tmp_path, save):
    motion = dance_with_melody.read(save(tmp_path), 30)
    assert motion.skeleton is DWM23
    assert motion.joints.shape == (FRAMES, 23, 3)
    np.testing.assert_allclose(motion.joints[..., [0, 2]], markers()[..., [0, 2]], atol=1e-5)


def test_frames_are_spread_evenly_over_the_music(tmp_path):
    motion = dance_with_melody.read(save_compact(tmp_path), 30)
    assert motion.fps == pytest.approx(FPS)
    assert len(motion.joints) / motion.fps == pytest.approx((END - START) / 25)


def test_the_window_is_where_each_layouts_own_audio_has_it(tmp_path):
    seconds = pytest.approx((END - START) / 25)
    assert dance_with_melody.read_window(save_compact(tmp_path)) == (0.33, seconds)
    folder = save_published(tmp_path)
    assert dance_with_melody.read_window(folder) == (START / 25, seconds)
    assert dance_with_melody.read_window(folder / "skeletons.json") == (START / 25, seconds)


def test_a_climbing_floor_is_levelled(tmp_path):
    level = to_smpl24(dance_with_melody.read(save_compact(tmp_path, "DANCE_C_2"), 30)).world
    climbing = to_smpl24(dance_with_melody.read(save_compact(tmp_path, "DANCE_C_4", markers(0.3)), 30)).world
    assert np.abs(soles(climbing)).max() < 0.02 + np.abs(soles(level)).max()
    assert np.abs(climbing - level).max() < 0.05


def test_the_dance_is_the_one_that_was_recorded(tmp_path):
    motion = dance_with_melody.read(save_compact(tmp_path), 30)
    assert np.linalg.norm(to_smpl24(motion).positions - stranger("disco", 1, 5.0).pose, axis=-1).mean() < 0.03


@pytest.mark.parametrize(
    "changes",
    [
        {"center": None},
        {"skeletons": np.zeros((5, 22, 3))},
        {"center": np.zeros((7, 3))},
        {"end_position": START},
        {"skeletons": np.array({"a": 1}, dtype=object)},
        {"skeletons": np.zeros((0, 23, 3)), "center": np.zeros((0, 3))},
        {"audio_start_s": np.nan},
    ],
)
def test_broken_compact_files_are_refused_in_one_line(tmp_path, changes):
    path = save_compact(tmp_path, **changes)
    with pytest.raises(UserError, match="no readable dance of Dance with Melody") as error:
        dance_with_melody.read(path, 30)
    assert str(error.value).startswith(str(path))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("skeletons.json", "{"),
        ("skeletons.json", "[" * 100_000),
        ("skeletons.json", json.dumps({"center": [[0, 0, 0]], "skeletons": [[[0, 0]]]})),
        ("skeletons.json", json.dumps({"center": [[0, 0, 0]], "skeletons": [[["a"] * 3] * 23]})),
        ("config.json", "{}"),
        ("config.json", '{"start_position": null, "end_position": 1}'),
        ("skeletons.json", None),
    ],
)
def test_broken_published_folders_are_refused_in_one_line(tmp_path, name, text):
    folder = save_published(tmp_path)
    (folder / name).unlink()
    if text is not None:
        (folder / name).write_text(text)
    with pytest.raises(UserError, match="no readable dance of Dance with Melody") as error:
        dance_with_melody.read(folder, 30)
    assert "\n" not in str(error.value)
