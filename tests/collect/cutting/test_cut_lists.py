"""Cut lists: formats, matching, and messages that name file and line."""

from pathlib import Path

import pytest

from workflow_scripts.collect.cutting.cuts import cuts_for, read_cuts, unmatched_cuts
from workflow_scripts.collect.times import parse_time
from workflow_scripts.workflow.errors import UserError


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0:21", 21),
        ("3:47", 227),
        ("75:10", 4510),
        ("1:02:03.5", 3723.5),
        ("0:07.25", 7.25),
        ("12", 12),
        ("12.345", 12.345),
        (".5", 0.5),
        ("0", 0),
    ],
)
def test_times(text: str, seconds: float) -> None:
    assert parse_time(text) == seconds


@pytest.mark.parametrize("text", ["", "3:61", "1:60:00", "-3", "1e3", "nan", "inf", "3:4:5:6", "3m", "१:०५x", "1::2"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match="is no time"):
        parse_time(text)


def test_a_list_in_all_its_forms(tmp_path: Path) -> None:
    path = tmp_path / "demo.tsv"
    path.write_text(
        "\ufeffvideo\tstart\tend\n# a comment\n\nv01\t0:21\t3:47\r\nv01\t5:00\t5:30\nmy dance (1).mp4  1  2.5\n"
        "https://x.org/v?a=b\t1:00:00\t1:00:01\n",
        encoding="utf-8",
    )
    assert read_cuts(path) == {
        "v01": [(21.0, 227.0), (300.0, 330.0)],
        "my dance (1).mp4": [(1.0, 2.5)],
        "https://x.org/v?a=b": [(3600.0, 3601.0)],
    }


def test_no_moment_is_in_two_clips(tmp_path: Path) -> None:
    path = tmp_path / "demo.tsv"
    path.write_text("v01 10 20\nv02 15 25\nv01 20 30\nv01 19.5 21\n")
    with pytest.raises(UserError, match=r"demo\.tsv: line 4: the cut overlaps another of v01 \(10 s to 20 s\)"):
        read_cuts(path)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("v01\t0:21", "expected `video start end`"),
        ("v01\t0:21\tlater", "'later' is no time"),
        ("v01\t3:47\t0:21", r"ends \(0:21\) before it starts \(3:47\)"),
        ("v01\t5\t5", "before it starts"),
        ("video\tstart\tend", "is no time"),  # a header only in the first line
    ],
)
def test_mistakes_name_file_and_line(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "demo.tsv"
    path.write_text(f"v00\t0\t1\n{line}\n")
    with pytest.raises(UserError, match=rf"demo\.tsv: line 2: .*{message}"):
        read_cuts(path)


@pytest.mark.parametrize("name", ["id7", "a b/dance.MOV", "dance.MOV", "dance"])
def test_a_video_is_named_by_id_path_file_or_stem(name: str) -> None:
    row = {"id": "id7", "url": "a b/dance.MOV"}
    assert cuts_for(row, {name: [(1, 2)], "other": [(3, 4)]}) == [(1, 2)]


def test_a_remote_video_is_named_by_url_or_file() -> None:
    row = {"id": "x", "url": "https://host/v/one%20two.mp4?token=1"}
    for name in (row["url"], "one two.mp4", "one two"):
        assert cuts_for(row, {name: [(1, 2)]}) == [(1, 2)]
    assert cuts_for(row, {"one": [(1, 2)]}) == []


def test_names_that_match_nothing_are_found() -> None:
    rows = [{"id": "v01", "url": "a/one.mp4"}, {"id": "v02", "url": "a/two.mp4"}]
    assert unmatched_cuts(rows, {"v01": [(0, 1)], "two.mp4": [(0, 1)], "v11": [(0, 1)]}) == ["v11"]
