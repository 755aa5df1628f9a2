"""The ledger of what was left out, and the verdict on it."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from workflow_scripts.collect import ledger, verdict
from workflow_scripts.collect.admit import COLUMNS as ADMITTED
from workflow_scripts.collect.ledger import COLUMNS, quarantined
from workflow_scripts.collect.summary import summary_lines
from workflow_scripts.collect.verdict import allowed
from workflow_scripts.motion.pose_file import Person, PoseClip, PoseFile, write_poses
from workflow_scripts.workflow.errors import BrokenFileError, UserError
from workflow_scripts.workflow.tables import read_table, write_table

CLIPS, LEFT_OUT = ("clip",), ("start_s", "end_s", "reason")
PARTS = [(0, 1.5, "black"), (1.5, 10, "speech"), (10, 11, "black")]


@pytest.fixture
def results(tmp_path: Path) -> Path:
    rows = [("v01", "ok", "One"), ("v02", "a/x.mp4: no audio stream found", "Two"), ("v03", "ok", "Three: a tale")]
    rows.append(("v04", "ok", "Four"))
    tables = {
        "mine": rows,
        "songs": [("s1", "http://b/y.mp3: the connection broke off", "Song", "2"), ("s2", "ok", "")],
    }
    for collection, items in tables.items():
        cells = [dict(zip(("id", "verdict", "title", "retry"), item, strict=False)) for item in items]
        write_table(tmp_path / "admitted" / f"{collection}.tsv", ADMITTED, cells)
    person = Person(np.zeros((3, 24, 3), np.float32), np.zeros((3, 3), np.float32))
    good, bad = PoseClip(0, 1, people=[person]), PoseClip(1, 2, 0.1, "a person in 10 % of the frames only")
    for video, clips in {"v01": {"0000": good}, "v03": {"0000": good, "0001": bad}, "v04": {}}.items():
        write_poses(tmp_path / "poses" / "mine" / f"{video}.h5", PoseFile(30, video, "test", clips))
        folder = tmp_path / "clips" / "mine" / video
        write_table(folder / "clips.tsv", CLIPS, [{"clip": name} for name in clips])
        write_table(folder / "left_out.tsv", LEFT_OUT, [dict(zip(LEFT_OUT, part, strict=True)) for part in PARTS])
    return tmp_path


def paths(results: Path) -> tuple[list[Path], Path]:
    return sorted((results / "admitted").iterdir()), results


def test_every_item_left_out_has_its_reason(results: Path) -> None:
    rows = quarantined(*paths(results))
    assert [tuple(row[column] for column in COLUMNS) for row in rows] == [
        ("collect", "mine", "v02", "Two", "a/x.mp4: no audio stream found", ""),
        ("collect", "songs", "s1", "Song", "http://b/y.mp3: the connection broke off", "2"),
        ("cut", "mine", "v04", "Four", "speech 8.5 s, black 2.5 s: no clip left", ""),
        ("pose", "mine", "v03.0001", "Three: a tale", "a person in 10 % of the frames only", ""),
    ]


def test_a_truncated_pose_file_is_deleted_and_named(results: Path) -> None:
    broken = results / "poses" / "mine" / "v01.h5"
    broken.write_bytes(broken.read_bytes()[:500])
    with pytest.raises(BrokenFileError, match=r"v01\.h5"):
        quarantined(*paths(results))
    assert not broken.exists()


@pytest.mark.parametrize(
    ("limit", "total", "count"),
    [
        (0, 10, 0),
        (3, 10, 3),
        (99, 10, 99),
        (0.5, 9, 4),
        (0.29, 100, 29),
        (0.0, 10, 0),
        (1.0, 10, 10),
        (1, 10, 1),
        (2.0, 9, 2),
    ],
)
def test_a_limit_is_a_count_or_a_share(limit: float, total: int, count: int) -> None:
    assert allowed(limit, total) == count


@pytest.mark.parametrize("limit", [-1, -0.1, 1.5, True, "3", None])
def test_what_is_no_limit(limit: object) -> None:
    with pytest.raises(UserError, match="max_quarantined"):
        allowed(limit, 10)  # type: ignore[arg-type]


def run(module: object, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", module.__name__, *map(str, arguments)]  # type: ignore[attr-defined]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_entry_points(results: Path) -> None:
    admitted, _ = paths(results)
    table, text = results / "quarantine.tsv", results / "verdict.txt"
    done = run(ledger, "--admitted", *admitted, "--results", results, "--output", table)
    assert done.returncode == 0, done.stderr
    assert len(read_table(table, COLUMNS)) == 4
    arguments = ["--quarantine", table, "--admitted", *admitted, "--output", text]
    for limit in ("3", "0.5"):
        done = run(verdict, *arguments, "--limit", limit)
        assert done.returncode == 1
        assert done.stderr.splitlines() == [
            f"error: 4 of 6 items were left out (allowed: 3): see {table}",
            "  1 × no audio stream found",
            "  1 × the connection broke off",
            "  1 × no clip left",
            "  1 × a person in 10 % of the frames only",
        ]
        assert not text.exists()
    for limit in ("4", "0.7"):
        assert run(verdict, *arguments, "--limit", limit).returncode == 0
        assert text.read_text().startswith("4 of 6 items were left out (allowed: 4)")


def test_the_last_lines_of_a_run(results: Path) -> None:
    folder = results / "results"
    assert summary_lines(folder, ["mine"]) == []
    (folder / "animations").mkdir(parents=True)
    for name in ("index.html", "a.mp4", "b.mp4"):
        (folder / "animations" / name).touch()
    write_table(folder / "quarantine.tsv", COLUMNS, quarantined(*paths(results)))
    write_table(folder / "playlists" / "mine.tsv", ("id", "url"), [{"id": "v01", "url": "a/dance.mp4"}])
    (folder / "evaluation").mkdir()
    for name in ("report.html", "evaluation/comparison.csv"):
        (folder / name).touch()
    (results / "cuts").mkdir()
    (results / "cuts" / "mine.tsv").write_text("dance 0:01 0:02\ndacne 0:01 0:02\n")
    (results / "cuts" / "unused.tsv").write_text("dacne 0:01 0:02\n")
    reasons = "1 × no audio stream found; 1 × the connection broke off; 1 × no clip left; "
    reasons += "1 × a person in 10 % of the frames only"
    assert summary_lines(folder, ["mine"]) == [
        f"2 dances: open {folder}/animations/index.html in a browser.",
        f"Besides: {folder}/report.html, {folder}/evaluation/comparison.csv.",
        f"4 left out ({reasons}): see {folder}/quarantine.tsv.",
        "1 of them may go well another time: run again with --config retry=2",
        f"{results}/cuts/mine.tsv: no video of mine is named 'dacne'.",
    ]


def test_too_much_is_judged_from_the_tables_as_they_stand(results: Path) -> None:
    admitted, poses = paths(results)
    table = results / "quarantine.tsv"
    assert not verdict.too_much(table, admitted, 0)
    write_table(table, COLUMNS, quarantined(admitted, poses))
    assert [verdict.too_much(table, admitted, limit) for limit in (3, 4, 0.5, 0.7)] == [True, False, True, False]


def test_a_run_that_stopped_before_the_ledger_says_what_was_not_admitted(results: Path) -> None:
    table = results / "quarantine.tsv"
    write_table(table, COLUMNS, quarantined(*paths(results)))
    os.utime(table, ns=(0, 0))  # of an earlier run
    assert summary_lines(results, ["mine", "songs", "not fetched yet"]) == [
        f"2 left out (1 × no audio stream found; 1 × the connection broke off): see {results}/admitted.",
        "1 of them may go well another time: run again with --config retry=2",
    ]
