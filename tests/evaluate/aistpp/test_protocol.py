"""The entry point on a miniature AIST++: with joints of the user's, and without."""

import csv
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from tiny_aistpp import CASES, FPS, MUSIC, NO_SPLIT, TRAIN, captured, write_tiny_aistpp
from tiny_dances import tiny_dataset

from workflow_scripts.demo.songs import compose
from workflow_scripts.evaluate import aistpp_protocol
from workflow_scripts.evaluate.aistpp.published import QUOTED
from workflow_scripts.evaluate.aistpp_protocol import COLUMNS, PUBLISHED
from workflow_scripts.motion.dataset_file import write_dataset
from workflow_scripts.motion.pose_file import Person, PoseClip, PoseFile, write_poses
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.files import write_json

SECONDS = 2.5
BODIES = ("SMPL joints", "our body")


def write_dance(path: Path, world: Floats, fps: float) -> None:
    person = Person(world - world[:, :1], world[:, 0])
    path.parent.mkdir(parents=True, exist_ok=True)
    write_poses(path, PoseFile(fps, path.stem, "model", {"0000": PoseClip(0, len(world) / fps, people=[person])}))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the miniature, joints of it, two models' dances, beats and a dataset.

    `copy` dances what was captured for its case, at 30 frames/s; `other` what was for the case after it.
    """
    folder = tmp_path_factory.mktemp("protocol")
    write_tiny_aistpp(folder / "aistpp", SECONDS)
    (folder / "joints").mkdir()
    for name in [*CASES, *TRAIN, *NO_SPLIT]:
        np.save(folder / "joints" / f"{name}.npy", captured(name, SECONDS))
    names = sorted(CASES)
    for place, name in enumerate(names):
        music = name.split("_")[4]
        file = f"{music}_{place % 4}.h5"
        write_dance(folder / "dances/copy/songs" / file, captured(name, SECONDS)[::2], 30.0)
        write_dance(folder / "dances/other/songs" / file, captured(names[place - 1], SECONDS)[::2], 30.0)
    for number, (music, genre) in enumerate(MUSIC.items()):
        beats = np.round(compose(genre, number + 1, SECONDS).beats * FPS) / FPS
        write_json(folder / "beats" / f"{music}.json", {"beats": beats.tolist()})
    write_dataset(folder / "main.h5", tiny_dataset())
    return folder


def run(
    monkeypatch: pytest.MonkeyPatch, place: Path, output: Path, *more: str, models: str = "copy other"
) -> list[dict]:
    beats = [str(path) for path in sorted((place / "beats").glob("*.json"))]
    arguments = ["--source", str(place / "aistpp"), "--models", *models.split(), "--dances", str(place / "dances")]
    arguments += ["--beats", *beats, "--dataset", str(place / "main.h5"), "--config", '{"seed": 1}', *more]
    arguments += ["--output", str(output / "aistpp.csv"), "--details", str(output / "aistpp.json")]
    monkeypatch.setattr(sys, "argv", ["x", *arguments])
    aistpp_protocol.main()
    with (output / "aistpp.csv").open() as file:
        return list(csv.DictReader(file))


def test_the_table_with_the_user_s_joints(monkeypatch: pytest.MonkeyPatch, place: Path, tmp_path: Path) -> None:
    table = run(monkeypatch, place, tmp_path, "--joints", str(place / "joints"))
    assert tuple(table[0])[2:7] == PUBLISHED == ("FID_k", "FID_g", "Div_k", "Div_g", "BAS")
    assert tuple(table[0]) == COLUMNS
    rows = {row["name"]: row for row in table}
    kinds = {"quoted": list(QUOTED), "ground truth": ["ground truth", "ground truth on our body"]}
    kinds |= {"model": ["copy", "other"], "control": ["frozen", "noise", "smooth_random", "replay"]}
    for kind, names in kinds.items():
        assert [row["name"] for row in table if row["kind"] == kind] == names
    for row in table[len(QUOTED) :]:
        assert (row["n"], row["reference"], row["reference_n"]) == ("8", "SMPL joints", "16")
        assert row["body"] == BODIES[row["name"] != "ground truth"]
        assert float(row["FID_k_floor"]) > 0
        assert all(row[column] for column in PUBLISHED)
    # The captured dances, danced again by a model at half the frames, are nearly themselves.
    for column in PUBLISHED:
        assert float(rows["copy"][column]) == pytest.approx(float(rows["ground truth"][column]), rel=0.15)
    assert float(rows["copy"]["BAS"]) > float(rows["other"]["BAS"])
    for control in kinds["control"]:
        assert float(rows[control]["FID_k"]) > 3 * float(rows["ground truth"]["FID_k"])
    quoted = rows["ground truth (paper)"]
    assert [float(quoted[column]) for column in PUBLISHED] == [17.10, 10.60, 8.19, 7.45, 0.2374]
    assert "Bailando" in quoted["source"]
    assert not quoted["n"]


def test_without_joints_nothing_is_said_to_be_the_published_row(
    monkeypatch: pytest.MonkeyPatch, place: Path, tmp_path: Path
) -> None:
    table = run(monkeypatch, place, tmp_path, models="copy")
    computed = [row for row in table if row["kind"] != "quoted"]
    assert {(row["body"], row["reference"]) for row in computed} == {("our body", "our body")}
    assert "ground truth" not in {row["name"] for row in computed}
    details = json.loads((tmp_path / "aistpp.json").read_text())
    assert any("no number here can be laid beside a published one" in remark for remark in details["remarks"])
    assert "8 cases, where the complete data set has 40" in details["remarks"]
    assert "copy: some dances are shorter than 1200 frames" in details["remarks"]
    dances = [dance for dance in details["dances"] if dance["name"] == "copy"]
    assert [dance["sequence"] for dance in dances] == sorted(CASES)
    assert {dance["frames"] for dance in dances} == {round(SECONDS * 60) - 1}
    assert details["provenance"]["config"] == {"seed": 1}


def test_the_same_input_gives_the_same_bytes(monkeypatch: pytest.MonkeyPatch, place: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        run(monkeypatch, place, tmp_path / name)
    for file in ("aistpp.csv", "aistpp.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_missing_dances_and_songs_are_named_with_their_case(
    monkeypatch: pytest.MonkeyPatch, place: Path, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=r"mBR0_0.h5: no dance for gBR_sBM_cAll_d04_mBR0_ch01.*generate.samples"):
        run(monkeypatch, place, tmp_path, models="nobody")
    for path in sorted((place / "beats").glob("*.json")):
        (tmp_path / "beats").mkdir(exist_ok=True)
        if path.stem != "mPO1":
            (tmp_path / "beats" / path.name).symlink_to(path)
    for name in ("aistpp", "dances", "main.h5"):
        (tmp_path / name).symlink_to(place / name)
    with pytest.raises(UserError, match="songs: the protocol needs mPO1"):
        run(monkeypatch, tmp_path, tmp_path)
    assert not (tmp_path / "aistpp.csv").exists()


def test_unknown_settings_are_an_error(monkeypatch: pytest.MonkeyPatch, place: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="settings of the evaluation"):
        run(monkeypatch, place, tmp_path, "--config", '{"sed": 1}')


def test_the_documentation_quotes_what_the_table_quotes() -> None:
    page = (Path(__file__).parents[3] / "docs" / "aistpp.md").read_text(encoding="utf-8")
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line[:1] == "|"]
    shown = {row[0]: tuple(float(cell) for cell in row[1:6]) for row in cells if row[0] in QUOTED and len(row) == 7}
    assert shown == {name: tuple(row[column] for column in PUBLISHED) for name, row in QUOTED.items()}
