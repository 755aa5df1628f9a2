"""What all lists have in common: names of columns, how their files are opened; and the simplest, one address a line."""

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from workflow_scripts.workflow.tables import Row

# Names in a header or a mapping, lower case, and the column each one means (Kinetics has names of its own).
COLUMN_OF = {
    "url": "url",
    "youtube_id": "youtube_id",
    "start": "start",
    "time_start": "start",
    "end": "end",
    "time_end": "end",
    "genre": "genre",
    "label": "genre",
    "dancer": "dancer",
    "split": "split",
    "title": "title",
    "song": "song",
    "id": "id",
}
ADDRESSES = frozenset({"url", "youtube_id"})


def opened(path: Path) -> TextIO:
    """Open a list for reading: UTF-8, or UTF-16 where a byte order mark says so (spreadsheets' "Unicode text").

    Line ends come out as they are in the file, as the csv module wants them.
    """
    with path.open("rb") as file:
        mark = file.read(2)
    encoding = "utf-16" if mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"
    return path.open(encoding=encoding, newline="")


def line_entries(path: Path) -> Iterator[tuple[int, Row]]:
    """Yield (line number, {"url": address}) of a list with one address a line; lines that start with # are comments."""
    with opened(path) as file:
        for number, line in enumerate(file, 1):
            if (address := line.strip()) and not line.startswith("#"):
                yield number, {"url": address}
