"""Lists that name the videos of a collection: text, tables and YAML, by hand or as published (Kinetics, movenet)."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from workflow_scripts.collect.addresses import is_search, is_url
from workflow_scripts.collect.sources.kinetics import moment_of, split_of, youtube_url
from workflow_scripts.collect.sources.list_tables import table_entries
from workflow_scripts.collect.sources.list_text import line_entries
from workflow_scripts.collect.times import parse_time
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.tables import Row

COLUMNS = ("url", "start", "end", "genre", "dancer", "split", "title", "song", "id")
TABLE_SUFFIXES = frozenset({".csv", ".tsv"})
YAML_SUFFIXES = frozenset({".yaml", ".yml"})
LIST_SUFFIXES = TABLE_SUFFIXES | YAML_SUFFIXES | {".list", ".txt"}

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_OTHER_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+:/", re.IGNORECASE)


def read_list(path: Path, takes: Callable[[str], bool] = lambda genre: True) -> Iterator[Row]:
    """Yield the rows of a list, with `COLUMNS` ("" where it says nothing).

    Formats: .tsv and .csv with a header (see `list_text.COLUMN_OF`; Kinetics' tables are of this kind), .yaml and .yml
    (see `list_yaml`), any other one address a line. A local path is taken relative to the list's own folder, as in a
    playlist file. Times are given out in seconds, splits as train, validation or test.

    Args:
        path: the list.
        takes: whether a genre is wanted; the rows of others are only counted as present.

    Raises:
        UserError: the list cannot be read; the message names the file and the line.
    """
    for number, cells in _entries(path):
        if takes(cells.get("genre", "")) and (row := _row(path, number, cells)):
            yield row


def local_files(path: Path) -> Iterator[str]:
    """Yield the local paths that a list names, without a closer look at its rows.

    Raises:
        UserError: the list cannot be read.
    """
    for _, cells in _entries(path):
        if "url" not in cells and path.suffix.lower() in TABLE_SUFFIXES:
            return  # nor has any other row: a Kinetics table is long
        if (url := cells.get("url")) and not is_url(url):
            yield _local(path, url)


def _entries(path: Path) -> Iterator[tuple[int, Row]]:
    suffix = path.suffix.lower()
    try:
        if suffix in TABLE_SUFFIXES:
            yield from table_entries(path)
        elif suffix in YAML_SUFFIXES:
            from workflow_scripts.collect.sources.list_yaml import yaml_entries

            yield from yaml_entries(path)
        else:
            yield from line_entries(path)
    except (OSError, UnicodeError) as error:
        raise UserError(f"{path}: not a readable UTF-8 text file ({error})") from error


def _row(path: Path, number: int, cells: Row) -> Row | None:
    """Return a checked row; None for the place of a video that is not named yet (in YAML)."""
    row = {column: cells.get(column, "") for column in COLUMNS}
    try:
        if video := cells.get("youtube_id"):
            _take_video(row, video)
        if not row["url"]:
            if "url" not in cells and "youtube_id" not in cells:
                return None
            raise ValueError(f"the {'url' if 'url' in cells else 'youtube_id'} is empty")
        if _CONTROL.search(row["url"]):
            raise ValueError(f"line breaks or control characters in the url: {row['url']!r}")
        if not is_url(row["url"]):
            if _OTHER_SCHEME.match(row["url"]) or is_search(row["url"]):
                raise ValueError(f"only http(s) URLs and local paths can be fetched: {row['url']}")
            row["url"] = _local(path, row["url"])
        for column in ("start", "end"):
            if row[column]:
                row[column] = str(parse_time(row[column].replace(",", ".")))  # some countries' decimal comma
        if row["end"] and float(row["end"]) <= float(row["start"] or 0):
            raise ValueError(f"it ends ({row['end']} s) before it starts ({row['start'] or '0.0'} s)")
        if (split := split_of(row["split"])) is None:
            raise ValueError(f"{row['split']!r} is no split: write train, validation, test or nothing")
        row["split"] = split
    except ValueError as error:
        raise UserError(f"{path}: line {number}: {error}") from error
    return row


def _take_video(row: Row, video: str) -> None:
    """Fill in what a cell for YouTube's id says: an id, a clip's name, or after all an address. A `url` goes before."""
    name, start, end = (video, "", "") if is_url(video) else moment_of(video)
    row["url"] = row["url"] or (name if is_url(name) else youtube_url(name))
    row["start"], row["end"] = row["start"] or start, row["end"] or end


def _local(path: Path, name: str) -> str:
    return os.path.join(path.parent, os.path.expanduser(name))
