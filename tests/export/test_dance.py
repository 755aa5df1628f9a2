"""The plain command: every form by how its name ends, and what it says of what it cannot do."""

import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
from export.dances import FPS, demo, pose_file

from workflow_scripts.export import glb
from workflow_scripts.export.dance import export
from workflow_scripts.export.kinds import SUFFIXES, kind_of, kind_of_suffix
from workflow_scripts.export.piece import read_piece
from workflow_scripts.motion.pose_file import PoseClip, PoseFile, read_poses, write_poses
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.provenance import code_digests


@pytest.fixture(scope="module")
def dance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pose_file(tmp_path_factory.mktemp("dance") / "d.h5", demo(1.0))


def test_every_form_in_one_go(dance: Path, tmp_path: Path) -> None:
    outputs = [tmp_path / "new" / f"song01_0.{suffix}" for suffix in SUFFIXES.values()]
    command = [sys.executable, "-m", "workflow_scripts.export.dance", dance, *outputs, tmp_path / "plain.npy"]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [line.split(": ")[1] for line in done.stdout.splitlines()] == ["30 frames"] * 7
    assert (tmp_path / "plain.npy").read_bytes() == (tmp_path / "new" / "song01_0.h36m17.npy").read_bytes()
    assert {path.name for path in (tmp_path / "new").iterdir()} == {path.name for path in outputs}
    np.testing.assert_allclose(glb.read(tmp_path / "new" / "song01_0.glb").joints, demo(1.0), atol=2e-4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a.fbx"], "nothing is exported to such a file; possible are .*bvh"),
        (["a.html"], "a.html: pages are made by python -m workflow_scripts.export.viewer.write"),
        (["a.npz"], "EDGE's or AIST\\+\\+'s layout\\? End it with .edge.npz or .aistpp.npz"),
        (["a.bvh", "a.txt"], "a.txt: nothing is exported"),
        (["a.bvh", "--clip", "0007"], "has no clip '0007'; it has 0000, 0001"),
        (["a.bvh", "--clip", "0001"], r"nobody is in clip 0001 \(nobody seen\); clips with somebody: 0000"),
        (["a.bvh", "--person", "3"], "clip 0000 has no person 3; it has 0"),
        (["a.bvh", "--person", "-1"], "clip 0000 has no person -1"),
    ],
)
def test_what_cannot_be_is_said_in_one_line_and_nothing_is_written(
    dance: Path, tmp_path: Path, arguments: list[str], message: str
) -> None:
    outputs = [tmp_path / name for name in arguments if name.startswith("a.")]
    clip = arguments[arguments.index("--clip") + 1] if "--clip" in arguments else "0000"
    person = int(arguments[arguments.index("--person") + 1]) if "--person" in arguments else 0
    with pytest.raises(UserError, match=message) as error:
        export(dance, outputs, clip, person)
    assert "\n" not in str(error.value)
    assert not list(tmp_path.iterdir())


def test_a_format_may_be_named(dance: Path, tmp_path: Path) -> None:
    export(dance, [tmp_path / "a.npz"], kind="edge")
    with np.load(tmp_path / "a.npz") as file:
        assert "full_pose" in file


def test_files_that_are_no_dance(dance: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no such pose file"):
        export(tmp_path / "none.h5", [tmp_path / "a.bvh"])
    (tmp_path / "text.h5").write_text("no dance")
    with pytest.raises(UserError, match="not a readable pose file"):
        export(tmp_path / "text.h5", [tmp_path / "a.bvh"])
    assert (tmp_path / "text.h5").exists()  # a user's own file is left alone
    with pytest.raises(UserError, match="is read, and would be overwritten"):
        export(dance, [dance], kind="bvh")
    assert read_poses(dance).fps == FPS
    with pytest.raises(UserError, match="is a directory") as error:
        export(tmp_path, [tmp_path / "a.bvh"])
    assert "\n" not in str(error.value)


def test_outputs_that_cannot_be_made(dance: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"a.bvh: cannot be made, .*d.h5 is a file"):
        export(dance, [dance / "new" / "a.bvh"])
    (tmp_path / "b.bvh").mkdir()
    with pytest.raises(UserError, match=r"b\.bvh: is a directory"):
        export(dance, [tmp_path / "a.bvh", tmp_path / "b.bvh"])
    assert [path.name for path in tmp_path.iterdir()] == ["b.bvh"]


def test_the_workflow_heals_a_broken_dance(dance: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.h5"
    broken.write_bytes(dance.read_bytes()[:2000])
    with pytest.raises(UserError, match="run the same command again"):
        export(broken, [tmp_path / "a.bvh"], heal=True)
    assert not broken.exists()


def test_nan_is_refused(dance: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "nan.h5"
    damaged.write_bytes(dance.read_bytes())
    with h5py.File(damaged, "r+") as file:
        file["clips/0000/people/0/positions"][3, 4] = np.nan
    for suffix in SUFFIXES.values():
        with pytest.raises(UserError, match="NaN"):
            export(damaged, [tmp_path / f"a.{suffix}"])
    assert [path.name for path in tmp_path.iterdir()] == ["nan.h5"]


def test_who_dances_is_who_is_in_the_video(dance: Path, tmp_path: Path) -> None:
    """The model's name as the titles have it; of captured motion its source."""
    piece = read_piece(dance)
    assert piece.performer == "motion graph"
    assert piece.made == {
        "model": "motion_graph", "source": "song01", "made_by": "motion_graph", "clip": "0000", "person": "0",
        "sample": "0", "seed": "1",
    }  # fmt: skip
    people = read_poses(dance).clips["0000"].people
    write_poses(tmp_path / "p.h5", PoseFile(FPS, "v01", "mediapipe", {"0000": PoseClip(0, 1, people=people)}))
    assert read_piece(tmp_path / "p.h5").performer == "v01"


def test_filler_between_stretches_is_said(dance: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (person,) = read_poses(dance).clips["0000"].people
    person.stretches = np.array([[0, 10], [15, 30]], np.int32)
    write_poses(tmp_path / "p.h5", PoseFile(FPS, "v01", "mediapipe", {"0000": PoseClip(0, 1, people=[person])}))
    assert len(read_piece(tmp_path / "p.h5").world) == 30
    assert "in 5 of 30 frames nobody was found well enough" in caplog.text


def test_kinds_and_endings_agree() -> None:
    for kind, suffix in SUFFIXES.items():
        assert kind_of_suffix(suffix) == kind
        assert kind_of(Path(f"A.B.{suffix.upper()}")) == kind


def test_a_form_depends_on_its_own_code_only() -> None:
    """What rules/export.smk takes as the code of each form."""
    code = {kind: code_digests("workflow_scripts.export.dance", f"workflow_scripts.export.{kind}") for kind in SUFFIXES}
    assert "workflow_scripts.figure.body" in code["glb"]
    assert "workflow_scripts.motion.formats.bvh" in code["bvh"]
    for kind in set(SUFFIXES) - {"glb"}:
        assert not [name for name in code[kind] if name.startswith("workflow_scripts.figure")]
    assert "workflow_scripts.motion.formats.bvh" not in code["tsv"]
