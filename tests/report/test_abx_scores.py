"""What the votes say, and what is said of files that are no votes."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from workflow_scripts.report.abx.key import Clip, read_keys, write_key
from workflow_scripts.report.abx.scores import COLUMNS, scores
from workflow_scripts.report.abx.votes import Vote, read_votes
from workflow_scripts.workflow.errors import UserError

HEADER = "voter,number,left,right,answer,repeat,seconds"
MODELS = ("good", "middling", "poor")
CLIPS = {
    f"{model[0]}{song}": Clip(f"{model[0]}{song}", model, f"song{song}", "0") for model in MODELS for song in range(4)
}


@pytest.fixture
def key(tmp_path: Path) -> Path:
    write_key(tmp_path / "key.tsv", CLIPS.values())
    return tmp_path / "key.tsv"


def votes_file(folder: Path, *lines: str, name: str = "votes.csv") -> Path:
    (folder / name).write_text("\n".join([HEADER, *lines, ""]))
    return folder / name


def vote(left: str, right: str, answer: str, voter: str = "ann", repeat: bool = False) -> Vote:
    return Vote(voter, CLIPS[left], CLIPS[right], answer, repeat)


def crowd(seed: int, voters: int = 12) -> list[Vote]:
    """Votes of people who prefer good to middling to poor, three times out of four each."""
    rng = np.random.default_rng(seed)
    found = []
    for voter in range(voters):
        for one, two, odds in (("g", "m", 0.75), ("m", "p", 0.75), ("g", "p", 0.9)):
            for song in range(4):
                first, second = (one, two) if rng.random() < 0.5 else (two, one)
                better = rng.random() < odds
                answer = "left" if better == (first == one) else "right"
                found.append(vote(f"{first}{song}", f"{second}{song}", answer, f"voter{voter}"))
    return found


def test_the_better_model_is_rated_higher_and_chance_is_ruled_out() -> None:
    found = scores(crowd(1), MODELS)
    rows = found["models"]
    assert [row["model"] for row in rows] == list(MODELS)
    for row in rows:
        assert row["low"] < row["elo"] < row["high"]
        assert row["songs_low"] < row["elo"] < row["songs_high"]
        assert row["coin_low"] < 1500 < row["coin_high"]
        assert row["votes"] == row["wins"] + row["losses"] == 12 * 8
    assert rows[0]["low"] > rows[0]["coin_high"]
    assert rows[0]["p"] == pytest.approx(1 / 2001)
    assert sum(row["elo"] for row in rows) / 3 == pytest.approx(1500)
    rates = found["win_rates"]
    assert rates["good"]["poor"] + rates["poor"]["good"] == 1
    assert rates["good"]["poor"] > rates["good"]["middling"] > 0.5


def test_coin_throwers_are_found_out() -> None:
    rng = np.random.default_rng(5)
    thrown = [Vote(one.voter, one.left, one.right, str(rng.choice(["left", "right"])), one.repeat) for one in crowd(1)]
    for row in scores(thrown, MODELS)["models"]:
        assert row["coin_low"] < row["elo"] < row["coin_high"]
        assert row["p"] > 0.05


def test_the_order_of_votes_changes_nothing(tmp_path: Path, key: Path) -> None:
    lines = [
        f"{one.voter},{number},{one.left.clip},{one.right.clip},{one.answer},0,3.0"
        for number, one in enumerate(crowd(2))
    ]
    forth = votes_file(tmp_path, *lines, name="forth.csv")
    back = votes_file(tmp_path, *lines[::-1], name="back.csv")
    clips = read_keys([key])
    assert scores(read_votes([forth], clips)[0], MODELS) == scores(read_votes([back], clips)[0], MODELS)


def test_repeated_pairs_count_for_consistency_alone() -> None:
    once = [vote("g0", "p0", "left"), vote("g1", "p1", "left"), vote("g2", "p2", "tie")]
    again = [
        vote("p0", "g0", "right", repeat=True),  # the same dance
        vote("p1", "g1", "left", repeat=True),  # the other
        vote("p2", "g2", "tie", repeat=True),
        vote("p3", "g3", "left", repeat=True),  # was never seen before: nothing to compare with
    ]
    alone, both = scores(once, MODELS), scores(once + again, MODELS)
    assert alone["models"] == both["models"]
    assert alone["voters"]["ann"]["consistent"] is None
    assert both["voters"]["ann"] == {
        "votes": 7, "repeats": 3, "consistent": pytest.approx(2 / 3), "left_share": pytest.approx(4 / 5)
    }  # fmt: skip


def test_ties_are_half_a_win_and_a_model_nobody_saw_has_no_rating() -> None:
    rows = {row["model"]: row for row in scores([vote("g0", "m0", "tie"), vote("g1", "m1", "tie")], MODELS)["models"]}
    assert rows["good"]["elo"] == pytest.approx(1500)
    assert (rows["good"]["ties"], rows["good"]["win_rate"]) == (2, 0.5)
    assert rows["good"]["low"] is None  # one voter
    assert rows["poor"]["elo"] is None
    assert rows["poor"]["votes"] == 0


def test_the_last_of_several_votes_on_a_pair_counts(tmp_path: Path, key: Path) -> None:
    early = votes_file(tmp_path, "ann,1,g0,m0,right,0,2", "bob,1,g0,m0,right,0,2", name="a.csv")
    late = votes_file(tmp_path, "ann,1,m0,g0,right,0,2", "", name="b.csv")  # an empty line is nothing
    votes, replaced = read_votes([early, late], read_keys([key]))
    assert [(one.voter, one.preferred) for one in votes] == [("ann", "good"), ("bob", "middling")]
    assert replaced == 1


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("ann,1,zzz,m0,left,0,2", "line 2: no dance of this comparison is called 'zzz'"),
        ("ann,1,g0,m1,left,0,2", "line 2: g0 and m1 are no pair"),
        ("ann,1,g0,g0,left,0,2", "line 2: g0 and g0 are no pair"),
        ("ann,1,g0,m0,both,0,2", "line 2: the answer is 'both', not one of left, right, tie"),
        ("ann,1,g0,m0,left,x,2", "line 2: repeat is 'x', not 0 or 1"),
        (" ,1,g0,m0,left,0,2", "line 2: the voter is missing"),
        ("ann,1,g0,m0", "line 2: has 4 cells and the header 7"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, key: Path, line: str, message: str) -> None:
    file = votes_file(tmp_path, line)
    with pytest.raises(UserError, match="votes.csv: " + message):
        read_votes([file], read_keys([key]))
    assert file.exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "there are no votes in it"),
        (HEADER.replace(",", ";").encode() + b"\nann;1;g0;m0;left;0;2\n", "parted by semicolons; save it with commas"),
        (b"a,b\n1,2\n", "line 1: the column 'voter' is missing"),
        (b"\xff\xfe\x00", "it is no text"),
        (HEADER.encode() + b"\n" + b"x" * 200_000, "line 2: not a file of votes .*field larger"),
        (None, "no such file of votes"),
    ],
)
def test_a_file_that_holds_no_votes_is_named(tmp_path: Path, key: Path, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / "other.csv").write_bytes(content)
    with pytest.raises(UserError, match=f"other.csv: .*{message}"):
        read_votes([tmp_path / "other.csv"], read_keys([key]))


def test_votes_from_a_spreadsheet_are_read(tmp_path: Path, key: Path) -> None:
    text = f"\ufeff{HEADER}\r\nann,1,g0,m0,left,0,2\r\n"
    (tmp_path / "sheet.csv").write_bytes(text.encode("utf-8"))
    assert len(read_votes([tmp_path / "sheet.csv"], read_keys([key]))[0]) == 1


def test_what_is_no_key_is_said_and_stays(tmp_path: Path) -> None:
    (tmp_path / "key.tsv").write_text("clip\tmodel\nx\ty\n")
    with pytest.raises(UserError, match=r"key.tsv: not a key"):
        read_keys([tmp_path / "key.tsv"])
    assert (tmp_path / "key.tsv").exists()
    with pytest.raises(UserError, match="no readable key"):
        read_keys([tmp_path / "gone.tsv"])


def command(*arguments: object) -> "subprocess.CompletedProcess[str]":
    whole = [sys.executable, "-m", "workflow_scripts.report.abx.scores", *map(str, arguments)]
    return subprocess.run(whole, capture_output=True, text=True, check=False)


def test_the_plain_command_writes_table_and_details(tmp_path: Path, key: Path) -> None:
    lines = [f"{v},1,g0,m0,left,0,2" for v in ("ann", "bob")] + ["ann,2,m1,g1,left,0,2"]
    done = command(votes_file(tmp_path, *lines), "--key", key, "--output", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "out" / "abx_scores.csv").read_text()
    assert done.stdout == text
    rows = list(csv.DictReader(text.splitlines()))
    assert tuple(rows[0]) == COLUMNS
    assert [row["model"] for row in rows] == ["good", "middling", "poor"]
    assert rows[2]["elo"] == ""
    details = json.loads((tmp_path / "out" / "abx_scores.json").read_text())
    assert details["total"]["voters"] == 2
    assert details["note"].startswith("Votes of 2 voters: with fewer than 8 voters the intervals are narrower")
    assert details["note"] in done.stderr
    assert details["made_by"]["code"]
    assert "1 tie of each model" in details["settings"]["regularisation"]


def test_replaced_votes_are_said(tmp_path: Path, key: Path) -> None:
    """Of two people who both call themselves ann, one would be lost in silence."""
    files = [votes_file(tmp_path, "ann,1,g0,m0,left,0,2", name=name) for name in ("one.csv", "two.csv")]
    assert "replaced" not in command(files[0], "--key", key, "--output", tmp_path).stderr
    done = command(*files, "--key", key, "--output", tmp_path)
    assert done.returncode == 0
    assert done.stderr.startswith("1 vote replaced by later ones of the same voter on the same pair.")


@pytest.mark.parametrize("lines", [[], ["ann,1,g0,m0,left,1,2"]])
def test_no_votes_yet_is_said(tmp_path: Path, key: Path, lines: list[str]) -> None:
    done = command(votes_file(tmp_path, *lines), "--key", key, "--output", tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("error: there are no votes yet")
    assert not (tmp_path / "abx_scores.csv").exists()
