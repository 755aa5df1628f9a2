"""Lists that users write by hand: one address a line, or a table with a header."""

import csv
import os
from pathlib import Path

from workflow_scripts.collect.cuts import parse_time
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.tables import Row

COLUMNS = ("url", "start", "end", "genre", "split", "title", "id")
LIST_SUFFIXES = frozenset({".csv", ".list", ".tsv", ".txt"})


def is_url(address: str) -> bool:
    """Tell whether `address` is an http(s) URL, the only kind that is ever fetched."""
    return address.lower().startswith(("http://", "https://"))


def read_list(path: Path) -> list[Row]:
    """Read a list of addresses: .tsv and .csv with a header (`url` and any of `COLUMNS`), any other one a line.

    Lines that start with # are comments. A local path is taken relative to the list's own folder, as in a playlist
    file. Times are given out in seconds.

    Raises:
        UserError: the list cannot be read; the message names the file and the line.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: not a readable UTF-8 text file ({error})") from error
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]
    suffix = path.suffix.lower()
    if suffix not in (".tsv", ".csv"):
        return [_row(path, number, {"url": line.strip()}) for number, line in numbered]
    # Spreadsheets quote cells of CSV; in TSV a quote is a quote (titles and file names have them).
    cells = [
        (number, [cell.strip() for cell in (line.split("\t") if suffix == ".tsv" else next(csv.reader([line])))])
        for number, line in numbered
    ]
    if not cells:
        return []
    header = [name.lower() for name in cells[0][1]]
    if "url" not in header or len(set(header)) < len(header):
        raise UserError(f"{path}: line {cells[0][0]}: the header must name each column once, `url` among them")
    rows = []
    for number, values in cells[1:]:
        if len(values) > len(header):
            raise UserError(f"{path}: line {number}: {len(values)} cells under a header of {len(header)}")
        rows.append(_row(path, number, dict(zip(header, values, strict=False))))
    return rows


def _row(path: Path, number: int, cells: Row) -> Row:
    row = {column: cells.get(column, "") for column in COLUMNS}
    if not row["url"]:
        raise UserError(f"{path}: line {number}: the url is empty")
    if not is_url(row["url"]):
        if "://" in row["url"]:
            raise UserError(f"{path}: line {number}: only http(s) URLs and local paths can be fetched: {row['url']}")
        row["url"] = os.path.join(path.parent, os.path.expanduser(row["url"]))
    for column in ("start", "end"):
        if row[column]:
            try:
                row[column] = str(parse_time(row[column]))
            except ValueError as error:
                raise UserError(f"{path}: line {number}: {error}") from error
    return row
