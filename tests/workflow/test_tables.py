"""Tables between stages survive what strangers write into titles."""

from pathlib import Path

import pytest

from workflow_scripts.workflow.errors import BrokenFileError
from workflow_scripts.workflow.tables import read_table, write_table


def test_round_trip_with_hostile_titles(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    titles = ['say "hi"', "it's {x} %s $(rm -rf /)", "日本 🎶", "", "back\\slash, comma"]
    write_table(path, ("id", "title", "end"), [{"id": str(i), "title": t, "end": None} for i, t in enumerate(titles)])
    assert [row["title"] for row in read_table(path, ("id", "title"))] == titles


def test_tabs_and_line_breaks_cannot_forge_cells(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    write_table(path, ("id", "title"), [{"id": "a", "title": "x\ty\nb\tz"}])
    assert read_table(path, ("id", "title")) == [{"id": "a", "title": "x y b z"}]


def test_numbers_are_written_short_and_exact_to_the_microsecond(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    write_table(path, ("s",), [{"s": 2.0}, {"s": 1 / 3}, {"s": 12}, {"s": 0.0}])
    assert [row["s"] for row in read_table(path, ("s",))] == ["2", "0.333333", "12", "0"]


@pytest.mark.parametrize("text", ["id\tx\n", "id\ttitle\na\n", ""])
def test_a_broken_table_is_deleted_and_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "t.tsv"
    path.write_text(text)
    with pytest.raises(BrokenFileError, match=r"t\.tsv"):
        read_table(path, ("id", "title"))
    assert not path.exists()
