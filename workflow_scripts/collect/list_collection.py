"""List a collection: one row per video (or song, or motion) of its source."""

import argparse
import hashlib
import json
import logging
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from workflow_scripts.collect.addresses import is_url
from workflow_scripts.collect.playlist import COLUMNS
from workflow_scripts.collect.sources.categories import Categories
from workflow_scripts.collect.sources.rows import source_rows
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.files import sha256_of
from workflow_scripts.workflow.names import SONGS, unique_ids
from workflow_scripts.workflow.tables import Row, write_table

log = logging.getLogger(__name__)


def list_collection(collection: str, config: Mapping[str, Any]) -> list[Row]:
    """Return the rows of a collection's playlist (columns: `COLUMNS`), every id safe and unique.

    Args:
        collection: its name in the configuration; "songs" for the user's songs.
        config: `source` (a string, or a list of them), `kind` ("videos" or "songs"), and if wanted `limit`,
            `categories` (a list), `demo` ({"videos": count, "songs": count, "seed": seed}), and for motion data
            `motion` (its format), `music` (a folder) and `fps`.

    Raises:
        UserError: a source is nowhere, is empty or cannot be read; a category is in none of the sources.
    """
    entry = SONGS if collection == SONGS else f"collections.{collection}"
    key = f"{entry}.source"
    sources = [config["source"]] if isinstance(config.get("source"), str) else list(config.get("source") or [])
    if not sources or not all(sources):
        if collection == SONGS and config.get("source") == []:
            return []  # who wants sound for dances alone needs no songs
        raise UserError(f'{key}: nothing is named; give a folder, a file, a list, "demo" or an http(s) URL')
    categories = Categories(config.get("categories") or ())
    rows = _without_repeats(row for source in sources for row in source_rows(source, config, key, categories))
    categories.check(f"{entry}.categories")
    if not rows:
        raise UserError(
            f"{key}: names nothing in the categories {', '.join(config.get('categories') or ()) or 'of it'}"
        )
    ids = unique_ids([(row["id"], _key(row)) for row in rows])
    if (most := Counter(map(str.casefold, ids)).most_common(1)[0])[1] > 1:
        raise UserError(f"{key}: two videos have the same id: {most[0]}")
    _name_songs_of_cuts(rows, ids)
    # Only now the limit, so that it changes no id.
    limit = int(config["limit"]) if config.get("limit") else None
    return [_complete(row, item) for row, item in zip(rows[:limit], ids, strict=False)]


def _name_songs_of_cuts(rows: list[Row], ids: list[str]) -> None:
    """Give the cuts of one video a song in common: they are the same dance, and may not be on both sides of a split."""
    cuts = Counter(row["url"] for row in rows)
    first = {row["url"]: row["song"] for row in rows if row.get("song")}
    for row, item in zip(rows, ids, strict=True):
        if row["url"] and cuts[row["url"]] > 1 and not row.get("song"):
            row["song"] = first.setdefault(row["url"], f"cuts-of-{item}")


def _complete(row: Row, item: str) -> Row:
    row = {column: row.get(column, "") for column in COLUMNS} | {"id": item}
    row["digest"] = row["digest"] or _digest(row["url"], row["audio"])
    return row


def _digest(address: str, audio: str) -> str:
    """Return the hash of a local file (and of its music), so that a changed one is taken anew; "" if there is none."""
    if is_url(address):
        return ""
    hashes = [_hash(path) for path in (address, audio) if path]
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest() if hashes else ""


def _hash(path: str) -> str:
    """Return the SHA-256 of a file, or of the names and hashes of a folder's files; "" if it cannot be read."""
    try:
        if not os.path.isdir(path):
            return sha256_of(Path(path)) if os.path.isfile(path) else ""
        files = sorted(file for file in Path(path).rglob("*") if file.is_file())
        parts = [f"{file.relative_to(path)}\t{sha256_of(file)}" for file in files]
    except OSError as error:
        log.warning("cannot be read: %s (%s)", path, error.strerror)
        return ""
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def _key(row: Row) -> str:
    return "\t".join((row["url"] or row["id"], row.get("start", ""), row.get("end", "")))


def _without_repeats(rows: Iterable[Row]) -> list[Row]:
    kept: dict[tuple[str, str], Row] = {}
    for row in rows:
        if (name := (row["id"], _key(row))) in kept:
            log.info("named twice, taken once: %s", row["url"] or row["id"])
        else:
            kept[name] = row
    return list(kept.values())


def main() -> None:
    """Write results/playlists/{collection}.tsv."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--collection", required=True)
    parser.add_argument("--config", type=json.loads, required=True, help="JSON; see list_collection")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    rows = list_collection(arguments.collection, arguments.config)
    write_table(arguments.output, COLUMNS, rows)
    log.info("%s: %d listed", arguments.collection, len(rows))


if __name__ == "__main__":
    entry_point(main)
