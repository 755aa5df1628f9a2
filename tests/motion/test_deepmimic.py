import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from motion.moving_body import rigid_dance
from scipy.spatial.transform import Rotation

from workflow_scripts.motion.foreign import JointMotion
from workflow_scripts.motion.formats import deepmimic
from workflow_scripts.motion.formats.deepmimic import HUMANOID
from workflow_scripts.motion.retarget import to_smpl24
from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.workflow.errors import UserError

BALLS = (4, 8, 12, 16, 21, 25, 30, 35, 39)  # where quaternions begin
HINGES = {20: -1, 34: -1, 29: 1, 43: 1}  # where angles are, and which way they bend


def frames(count: int = 30, seed: int = 0) -> Floats:
    random = np.random.default_rng(seed)
    time = np.arange(count) / 60
    values = np.zeros((count, 44))
    values[:, 0] = 1 / 60
    values[:, 1:4] = np.stack([time, 0.88 + 0.02 * np.sin(time), -time], axis=-1)
    for start in BALLS:
        vectors = 0.6 * np.sin(np.outer(time, random.uniform(1, 8, 3)) + random.uniform(0, 6, 3))
        values[:, start : start + 4] = Rotation.from_rotvec(vectors).as_quat(scalar_first=True)
    for column, way in HINGES.items():
        values[:, column] = way * (0.8 + 0.7 * np.sin(time * random.uniform(1, 8)))
    return values


def saved(tmp_path: Path, content: Any) -> Path:
    path = tmp_path / "dance.txt"
    path.write_text(json.dumps(content))
    return path


def still(**changes: float) -> dict[str, Any]:
    row = [0.0] * 44
    row[0], row[2] = 0.016667, 0.9
    for start in BALLS:
        row[start] = 1.0
    for column, value in changes.items():
        row[int(column.removeprefix("c"))] = value
    return {"Loop": "wrap", "Frames": [row] * 3}


def joint(motion: JointMotion, name: str) -> Floats:
    return motion.joints[0, HUMANOID.index(name)]


def test_the_humanoid_at_rest_faces_us_with_its_left_side_at_plus_x(tmp_path: Path) -> None:
    motion = deepmimic.read(saved(tmp_path, still()), 30)
    assert motion.fps == 60
    np.testing.assert_allclose(joint(motion, "pelvis"), [0, 0.9, 0])
    np.testing.assert_allclose(joint(motion, "left_hip"), [0.084887, 0.9, 0])
    np.testing.assert_allclose(joint(motion, "right_ankle"), [-0.084887, 0.9 - 0.421546 - 0.40987, 0], atol=1e-12)
    assert joint(motion, "left_foot")[2] > joint(motion, "left_ankle")[2]
    assert HUMANOID.rest_positions[:, 1].min() == pytest.approx(0.0, abs=0.03)


def test_knees_bend_back_and_elbows_to_the_front(tmp_path: Path) -> None:
    motion = deepmimic.read(saved(tmp_path, still(c20=-1.0, c43=1.0)), 30)
    assert joint(motion, "right_ankle")[2] == pytest.approx(-0.40987 * np.sin(1.0))
    assert joint(motion, "left_wrist")[2] == pytest.approx(0.258947 * np.sin(1.0) - 0.02405)


def test_a_turned_root_turns_everything(tmp_path: Path) -> None:
    """A quarter about the vertical, with y upward: what faced +x in DeepMimic's axes faces -z, for us +x."""
    motion = deepmimic.read(saved(tmp_path, still(c4=np.sqrt(0.5), c6=np.sqrt(0.5))), 30)
    toe = joint(motion, "left_foot") - joint(motion, "left_ankle")
    np.testing.assert_allclose(toe / np.linalg.norm(toe[[0, 2]]) * [1, 0, 1], [1, 0, 0], atol=1e-6)


def test_writing_and_reading_again_gives_the_same_joints(tmp_path: Path) -> None:
    first = deepmimic.read(saved(tmp_path, {"Frames": frames().tolist()}), 30)
    deepmimic.write(tmp_path / "again.txt", first)
    again = deepmimic.read(tmp_path / "again.txt", 30)
    assert again.fps == first.fps == 60
    np.testing.assert_allclose(again.joints, first.joints, atol=1e-8)
    content = json.loads((tmp_path / "again.txt").read_text())
    written = np.array(content["Frames"])
    np.testing.assert_allclose(written[:, [20, 34, 29, 43]], frames()[:, [20, 34, 29, 43]], atol=1e-6)
    deepmimic.write(tmp_path / "third.txt", again)
    assert np.abs(np.array(json.loads((tmp_path / "third.txt").read_text())["Frames"]) - written).max() < 1e-6


def test_knees_that_give_way_and_straight_limbs_are_met_too(tmp_path: Path) -> None:
    values = frames()
    values[:, 20] = np.linspace(-0.1, 0.1, len(values))
    values[:, [29, 34, 43]] = 0.0
    first = deepmimic.read(saved(tmp_path, {"Frames": values.tolist()}), 30)
    deepmimic.write(tmp_path / "again.txt", first)
    np.testing.assert_allclose(deepmimic.read(tmp_path / "again.txt", 30).joints, first.joints, atol=1e-6)


def test_frames_of_different_durations_are_spread_evenly(tmp_path: Path) -> None:
    content = still()
    rows = [list(content["Frames"][0]) for _ in range(4)]
    for row, duration, place in zip(rows, (0.02, 0.02, 0.04, 0.0), (0.0, 1.0, 2.0, 4.0), strict=True):
        row[0], row[3] = duration, place
    motion = deepmimic.read(saved(tmp_path, {"Frames": rows}), 30)
    assert motion.fps == 50
    np.testing.assert_allclose(-motion.joints[:, 0, 0], [0.0, 1.0, 2.0, 3.0, 4.0])


FAULTS: dict[str, tuple[Any, str]] = {
    "no motion": ({"a": 1}, "no motion of DeepMimic"),
    "a list": ([1, 2], "no motion of DeepMimic"),
    "dog": ({"Frames": [[0.1] * 50] * 3}, r"'Frames' is \(3, 50\)"),
    "ragged": ({"Frames": [[0.1] * 44, [0.1] * 3]}, "no motion of DeepMimic"),
    "empty": ({"Frames": []}, "'Frames' is"),
    "words": ({"Frames": [["x"] * 44]}, "no motion of DeepMimic"),
    "no time": (still(c0=0.0), "durations of frames"),
    "no turn": (still(c4=0.0), "a quaternion of pelvis is zero"),
    "infinity": (still(c7=float("inf")), "'Frames' is"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_are_named(tmp_path: Path, fault: str) -> None:
    content, message = FAULTS[fault]
    with pytest.raises(UserError, match=message):
        deepmimic.read(saved(tmp_path, content), 30)


def test_what_is_no_json_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    for data in (b"", b"hello", b"\xff\xfe\x00", b"[" * 100000):
        path.write_bytes(data)
        with pytest.raises(UserError, match="no motion of DeepMimic"):
            deepmimic.read(path, 30)
    with pytest.raises(UserError, match="cannot be read"):
        deepmimic.read(tmp_path / "none.txt", 30)


def test_other_skeletons_and_gaps_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="only the joints of deepmimic"):
        deepmimic.write(tmp_path / "d.txt", rigid_dance())
    with pytest.raises(ValueError, match="without gaps"):
        deepmimic.write(tmp_path / "d.txt", JointMotion(HUMANOID, np.full((2, HUMANOID.size, 3), np.nan), 30))


def test_it_fits_on_our_body(tmp_path: Path) -> None:
    person = to_smpl24(deepmimic.read(saved(tmp_path, {"Frames": frames().tolist()}), 30))
    assert person.positions.shape == (30, SMPL24.size, 3)
