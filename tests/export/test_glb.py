"""glTF files: their own reader, the rules of the format, and Khronos' validator where it is installed."""

import json
import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest
from export.dances import FPS, MADE, demo, piece
from outside import absent, node_module

from workflow_scripts.export import glb
from workflow_scripts.export.glb_container import Buffer, load_glb
from workflow_scripts.export.piece import Piece
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.workflow.errors import UserError


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("glb") / "a.glb"
    glb.write(path, piece(MADE["a trunk that bends"]()))
    return path


def test_joints_come_back(file: Path) -> None:
    again = glb.read(file)
    assert (again.skeleton, again.fps) == (SMPL24, FPS)
    np.testing.assert_allclose(again.joints, MADE["a trunk that bends"](), atol=2e-4)


def test_a_single_frame_is_a_dance_too(tmp_path: Path) -> None:
    glb.write(tmp_path / "a.glb", Piece(demo()[:1], 25.0))
    again = glb.read(tmp_path / "a.glb")
    assert again.fps == 25
    np.testing.assert_allclose(again.joints, demo()[:1], atol=2e-4)


def test_it_says_what_made_it(file: Path) -> None:
    asset = load_glb(file).document["asset"]
    assert asset["generator"] == "playlist2dance"
    assert asset["extras"] == {"model": "motion_graph", "source": "song01", "fps": FPS}


def test_equal_dances_equal_bytes(tmp_path: Path, file: Path) -> None:
    glb.write(tmp_path / "b.glb", piece(MADE["a trunk that bends"]()))
    assert (tmp_path / "b.glb").read_bytes() == file.read_bytes()


def test_weights_and_indices_are_sound(file: Path) -> None:
    content = load_glb(file)
    (primitive,) = content.document["meshes"][0]["primitives"]
    arrays = {name: content.array(number) for name, number in primitive["attributes"].items()}
    count = len(arrays["POSITION"])
    assert all(len(values) == count for values in arrays.values())
    np.testing.assert_allclose(arrays["WEIGHTS_0"].sum(axis=1), 1, atol=1e-6)
    assert arrays["JOINTS_0"].max() < SMPL24.size
    np.testing.assert_allclose(np.linalg.norm(arrays["NORMAL"], axis=1), 1, atol=1e-5)
    assert content.array(primitive["indices"]).max() == count - 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda data: data[:-100], "cut off"),
        (lambda data: b"", "no readable .glb"),
        (lambda data: b"not" + data[3:], "does not begin as one"),
        (lambda data: data[:20] + b"!" + data[21:], "no readable .glb"),
        (lambda data: data.replace(b'"left_knee"', b'"left_kneE"'), "missing: 'left_knee'"),
        (lambda data: data.replace(b'"animations"', b'"animationZ"'), "missing: 'animations'"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, file: Path, change, reason: str) -> None:
    (tmp_path / "b.glb").write_bytes(change(file.read_bytes()))
    with pytest.raises(UserError, match=reason):
        glb.read(tmp_path / "b.glb")
    with pytest.raises(UserError, match="cannot be read"):
        glb.read(tmp_path / "none.glb")


def test_nan_is_never_written() -> None:
    with pytest.raises(ValueError, match="no NaN"):
        Buffer().add(np.array([[0.0, np.nan]], np.float32))


def validated(path: Path) -> dict:
    node = shutil.which("node") or absent("node")
    validator = node_module("gltf-validator")
    script = Path(__file__).with_name("validate_glb.mjs")
    done = subprocess.run([node, script, validator, path], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_khronos_validator_finds_nothing(file: Path) -> None:
    issues = validated(file)["issues"]
    assert issues["messages"] == []
    assert (issues["numErrors"], issues["numWarnings"]) == (0, 0)


def test_the_validator_would_find_something(tmp_path: Path, file: Path) -> None:
    data = bytearray(file.read_bytes())
    (length,) = struct.unpack_from("<I", data, 12)
    text = bytes(data[20 : 20 + length]).replace(b'"VEC3"', b'"VEC2"', 1)
    (tmp_path / "b.glb").write_bytes(bytes(data[:20]) + text + bytes(data[20 + length :]))
    assert validated(tmp_path / "b.glb")["issues"]["numErrors"] > 0
