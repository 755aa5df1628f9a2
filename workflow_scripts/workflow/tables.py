"""Tab-separated tables: plain text between stages, readable in any editor or spreadsheet."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from workflow_scripts.workflow.errors import broken_file
from workflow_scripts.workflow.files import write_text

Row = dict[str, str]


def write_table(target: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Write rows atomically as TSV with a header line. Missing or None values become empty cells.

    Tabs and line breaks inside a value (titles come from strangers) are replaced by spaces.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
    write_text(target, out.getvalue())


def read_table(path: Path, columns: Sequence[str]) -> list[Row]:
    """Read an intermediate TSV written by `write_table`; all values are strings.

    A table that lacks one of `columns` or has a row of another width is deleted and reported (see `broken_file`).
    """
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE, quotechar=None)
        header = next(reader, [])
        rows = list(reader)
    missing = [column for column in columns if column not in header]
    if missing:
        raise broken_file(path, f"column {missing[0]!r} is missing")
    if any(len(row) != len(header) for row in rows):
        raise broken_file(path, "a row has another number of cells than the header")
    return [dict(zip(header, row, strict=True)) for row in rows]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    # Other white space stays: file names have it, and a path must survive its table.
    return re.sub(r"[\t\r\n]+", " ", str(value))
