"""Lists as tables with a header, written by hand or saved by a spreadsheet: .tsv and .csv."""

import csv
import logging
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from workflow_scripts.collect.sources.list_text import ADDRESSES, COLUMN_OF, opened
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.tables import Row

# Tried in this order: in many countries spreadsheets save "comma separated" tables with semicolons.
_SEPARATORS = {".csv": ",;\t", ".tsv": "\t;,"}
_SEPARATOR_LINE = re.compile(r"sep=(.)\s*", re.IGNORECASE)  # a first line that some spreadsheets write and want

_BLANK = ' ,;"\t\r\n'

log = logging.getLogger(__name__)


def table_entries(path: Path) -> Iterator[tuple[int, Row]]:
    """Yield (line number, {column: cell}) of every row of a table, with the columns of `COLUMN_OF`.

    Cells may be quoted as spreadsheets do it, then also with separators and line breaks in them; such a row has the
    number of its first line. Empty rows and lines that start with # are passed over, other columns are logged.

    Raises:
        UserError: no header, a column named twice, a row wider than the header, a quote that does not close.
    """
    separator, skipped = _separator(path)
    with opened(path) as file:
        lines = _Lines(file, skipped)
        names: list[str] = []
        try:
            for cells in csv.reader(lines, **_dialect(path, separator)):
                number = lines.record_done()
                if not names:
                    names = _header(path, number, cells)
                    continue
                if any(cell.strip() for cell in cells[len(names) :]):
                    raise UserError(f"{path}: line {number}: {len(cells)} cells under a header of {len(names)}")
                cells += [""] * (len(names) - len(cells))
                yield number, {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name}
        except csv.Error as error:
            reason = "a quoted cell does not end" if "unexpected end" in str(error) else str(error)
            raise UserError(f"{path}: line {lines.start}: {reason}") from error


class _Lines:
    """The lines of a table for a csv reader, without comments and empty lines between the records."""

    def __init__(self, file: TextIO, skipped: int = 0) -> None:
        self._lines = enumerate(file, 1)
        for _ in range(skipped):
            next(self._lines, None)
        self._between = True
        self.start = skipped + 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        for number, line in self._lines:
            if not self._between:
                return line
            if line.strip(_BLANK) and not line.startswith("#"):
                self.start = number
                self._between = False
                return line
        raise StopIteration

    def record_done(self) -> int:
        """Return the number of the line on which the record began that was just read."""
        self._between = True
        return self.start


def _separator(path: Path) -> tuple[str, int]:
    """Return the separator with which the header names an address, and how many lines stand before the table."""
    candidates = _SEPARATORS[path.suffix.lower()]
    with opened(path) as file:
        first = next(_Lines(file), "")
    if stated := _SEPARATOR_LINE.fullmatch(first):
        return stated[1], 1
    for separator in candidates:
        cells = next(csv.reader([first], delimiter=separator), [])
        if any(COLUMN_OF.get(cell.strip().lower()) in ADDRESSES for cell in cells):
            return separator, 0
    return candidates[0], 0


def _dialect(path: Path, separator: str) -> dict[str, Any]:
    """Return the csv module's settings: in tables with tabs a quote is a quote, unless all of them are well formed.

    Some programs quote there, others do not, and titles have quotes of their own.
    """
    quoted: dict[str, Any] = {"delimiter": separator, "strict": True}
    if separator != "\t":
        return quoted
    with opened(path) as file:
        lines = _Lines(file)
        try:
            for cells in csv.reader(lines, **quoted):
                lines.record_done()
                # A tab inside quotes is rather the end of a cell that has an odd quote.
                if any("\t" in cell for cell in cells):
                    break
            else:
                return quoted
        except csv.Error:
            pass
    return {"delimiter": separator, "quoting": csv.QUOTE_NONE, "quotechar": None}


def _header(path: Path, number: int, cells: Sequence[str]) -> list[str]:
    """Return the columns, "" for those that are not used."""
    names = [COLUMN_OF.get(cell.strip().lower(), "") for cell in cells]
    used = [name for name in names if name]
    if len(set(used)) < len(used) or ADDRESSES.isdisjoint(used):
        raise UserError(
            f"{path}: line {number}: the header must name each column once, `url` or `youtube_id` among them"
        )
    if unused := [cell.strip() for cell, name in zip(cells, names, strict=True) if cell.strip() and not name]:
        log.info("%s: columns that are not used: %s", path, ", ".join(unused))
    return names
