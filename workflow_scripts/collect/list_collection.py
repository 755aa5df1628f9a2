"""List a collection: one row per video (or song) of its source."""

import argparse
import hashlib
import json
import logging
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from workflow_scripts.collect.lists import LIST_SUFFIXES, is_url, read_list
from workflow_scripts.collect.local import DEMO, media_suffixes, scan
from workflow_scripts.collect.playlist import COLUMNS
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.files import sha256_of
from workflow_scripts.workflow.names import safe_id, unique_ids
from workflow_scripts.workflow.tables import Row, write_table

log = logging.getLogger(__name__)


def list_collection(collection: str, config: Mapping[str, Any]) -> list[Row]:
    """Return the rows of a collection's playlist (columns: `COLUMNS`), every id safe and unique.

    Args:
        collection: its name in the configuration; "songs" for the user's songs.
        config: `source` (a string, or a list of them), `kind` ("videos" or "songs"), and if wanted `genre`, `limit`,
            `demo` ({"videos": count, "songs": count, "seed": seed}).

    Raises:
        UserError: a source is nowhere, is empty or cannot be read.
    """
    key = "songs.source" if collection == "songs" else f"collections.{collection}.source"
    kind = str(config.get("kind") or "videos")
    sources = [config["source"]] if isinstance(config.get("source"), str) else list(config.get("source") or [])
    if not sources or not all(sources):
        raise UserError(f'{key}: nothing is named; give a folder, a file, a list, "demo" or an http(s) URL')
    limit = int(config["limit"]) if config.get("limit") else None
    rows = _without_repeats(row for source in sources for row in _rows(source, kind, config, limit, key))
    ids = unique_ids([(row["id"], _key(row)) for row in rows])
    if len(set(ids)) < len(ids):
        raise UserError(f"{key}: two videos have the same id: {max(ids, key=ids.count)}")
    # Only now the limit, so that it changes no id.
    for row, item in zip(rows[:limit], ids, strict=False):
        row["id"] = item
        row["genre"] = row.get("genre") or str(config.get("genre") or "")
        row["digest"] = _digest(row["url"])
    return rows[:limit]


def _rows(source: str, kind: str, config: Mapping[str, Any], limit: int | None, key: str) -> Iterator[Row]:
    path = Path(source).expanduser()
    if source == DEMO:
        yield from _demo_rows(kind, config.get("demo") or {})
    elif is_url(source):
        yield from _remote_rows(source, limit, key)
    elif path.is_dir():
        yield from map(_local_row, _folder(path, kind, key))
    elif not path.is_file():
        raise UserError(
            f'{key}: "{source}" is neither a folder, a file, "demo" nor an http(s) URL (looked in {path.absolute()})'
        )
    elif path.suffix.lower() in LIST_SUFFIXES:
        rows = read_list(path)
        if not rows:
            raise UserError(f'{key}: the list "{source}" names nothing')
        yield from map(_list_row, rows)
    elif path.suffix.lower() in media_suffixes("songs"):
        yield _local_row(path)
    else:
        lists, media = (" ".join(sorted(suffixes)) for suffixes in (LIST_SUFFIXES, media_suffixes(kind)))
        raise UserError(f'{key}: "{source}" is neither a list ({lists}) nor a media file ({media})')


def _demo_rows(kind: str, demo: Mapping[str, Any]) -> Iterator[Row]:
    from workflow_scripts.demo.corpus import demo_rows

    for row in demo_rows(kind, demo.get(kind), int(demo.get("seed", 1))):
        yield {column: str(row.get(column, "")) for column in COLUMNS}


def _remote_rows(url: str, limit: int | None, key: str) -> Iterator[Row]:
    from workflow_scripts.collect.remote import FetchError, list_playlist

    try:
        entries = list_playlist(url, limit)
    except FetchError as error:
        raise UserError(f'{key}: "{url}" cannot be listed: {error}') from error
    if not entries:
        raise UserError(f'{key}: the playlist "{url}" is empty')
    for entry in entries:
        duration = f"{entry.duration:g}" if entry.duration else ""
        name = entry.id or _name_of_url(entry.url)
        yield {"id": name, "url": entry.url, "title": entry.title or name, "duration": duration}


def _folder(folder: Path, kind: str, key: str) -> list[Path]:
    found = scan(folder, kind)
    skipped = ", ".join(f"{count} {what}" for what, count in sorted(found.skipped.items()) if count)
    log.info("%s: %d media files; passed over: %s", folder, len(found.media), skipped or "nothing")
    if not found.media:
        suffixes = " ".join(sorted(media_suffixes(kind)))
        raise UserError(
            f'{key}: no media in the folder "{folder}" (passed over: {skipped or "nothing"}; looked for {suffixes})'
        )
    return found.media


def _local_row(path: Path) -> Row:
    return {"id": path.stem, "url": str(path), "title": path.stem}


def _list_row(entry: Row) -> Row:
    url = entry["url"]
    row = {"id": _name_of_url(url), "url": url} if is_url(url) else _local_row(Path(url))
    return row | {column: value for column, value in entry.items() if value}


def _name_of_url(url: str) -> str:
    """Return a readable name that is stable when the list grows: YouTube's own id, or the last word and a hash."""
    parts = urlsplit(url)
    if video := parse_qs(parts.query).get("v"):
        return video[0]
    stem = Path(unquote(parts.path)).stem or parts.netloc
    return f"{safe_id(stem, url)[:31]}-{hashlib.sha256(url.encode()).hexdigest()[:8]}"


def _digest(address: str) -> str:
    """Return the hash of a local file, so that a changed one is taken anew; "" for a URL, the demo, a missing file."""
    return sha256_of(Path(address)) if not is_url(address) and address and os.path.isfile(address) else ""


def _key(row: Row) -> str:
    return "\t".join((row["url"] or row["id"], row.get("start", ""), row.get("end", "")))


def _without_repeats(rows: Iterator[Row]) -> list[Row]:
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
