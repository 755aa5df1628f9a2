"""The rows that each kind of source gives: folders, lists, single files, web playlists, the demo, motion data."""

import hashlib
import logging
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from workflow_scripts.collect.addresses import is_search, is_url
from workflow_scripts.collect.playlist import COLUMNS
from workflow_scripts.collect.sources.categories import Categories
from workflow_scripts.collect.sources.kinetics import category_name, moment_name, split_of
from workflow_scripts.collect.sources.lists import LIST_SUFFIXES, read_list
from workflow_scripts.collect.sources.local import DEMO, Folder, has_splits, media_suffixes, scan
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.names import safe_id
from workflow_scripts.workflow.tables import Row

log = logging.getLogger(__name__)


def source_rows(source: str, config: Mapping[str, Any], key: str, categories: Categories) -> Iterator[Row]:
    """Yield the rows of one source that are of wanted `categories`; ids are as found, neither safe nor unique yet.

    Args:
        source: "demo", an http(s) URL, a YouTube search, a folder, a list, or a media file.
        config: of the collection, see `list_collection`.
        key: where the source stands in the configuration, for messages.
        categories: the wanted ones; compared with labels of lists, `genre` columns, and names of folders.

    Raises:
        UserError: the source is nowhere, is empty or cannot be read.
    """
    kind = str(config.get("kind") or "videos")
    path = os.path.expanduser(source)
    if config.get("motion"):
        rows = _motion_rows(path, config, key)
    elif source == DEMO:
        rows = _demo_rows(kind, config.get("demo") or {})
    elif is_url(source) or is_search(source):
        rows = _remote_rows(source, int(config["limit"]) if config.get("limit") else None, key)
    elif os.path.isdir(path):
        rows = _folder_rows(Path(path), kind, key, bool(categories))
    elif not os.path.isfile(path):
        raise UserError(
            f'{key}: "{source}" is neither a folder, a file, "demo" nor an http(s) URL '
            f"(looked in {Path(path).absolute()})"
        )
    elif Path(path).suffix.lower() in LIST_SUFFIXES:
        yield from _list_rows(Path(path), key, categories)  # selects by itself: it may be very long
        return
    elif Path(path).suffix.lower() in media_suffixes("songs"):
        rows = iter([_file_row(Path(path))])
    else:
        lists, media = (" ".join(sorted(suffixes)) for suffixes in (LIST_SUFFIXES, media_suffixes(kind)))
        raise UserError(f'{key}: "{source}" is neither a list ({lists}) nor a media file ({media})')
    yield from (row for row in rows if categories.takes(row.get("genre", "")))


def _motion_rows(source: str, config: Mapping[str, Any], key: str) -> Iterator[Row]:
    from workflow_scripts.collect.sources.motion import motion_rows

    music = Path(config["music"]).expanduser() if config.get("music") else None
    if not os.path.exists(source):
        raise UserError(f'{key}: there is no file or folder "{source}" (motion data is read from this machine only)')
    if music and not music.exists():
        raise UserError(f'{key.removesuffix("source")}music: there is no folder "{music}"')
    yield from motion_rows(str(config["motion"]), Path(source), music, float(config.get("fps") or 30))


def _demo_rows(kind: str, demo: Mapping[str, Any]) -> Iterator[Row]:
    from workflow_scripts.demo.corpus import demo_rows

    for row in demo_rows(kind, demo.get(kind), int(demo.get("seed", 1))):
        yield {column: str(row.get(column, "")) for column in COLUMNS}


def _remote_rows(url: str, limit: int | None, key: str) -> Iterator[Row]:
    from workflow_scripts.collect.fetching.remote import FetchError, list_playlist

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


def _folder_rows(folder: Path, kind: str, key: str, by_category: bool) -> Iterator[Row]:
    """Yield a row per media file; the folders give split and category where they are laid out by them.

    `<split>/<category>/...` is known by the names of the splits (see `has_splits`); `<category>/...` is meant when
    categories are asked for.
    """
    found = scan(folder, kind)
    _report(folder, found)
    if not found.media:
        skipped = _skipped(found) + (f": {found.unreadable[0]}" if found.unreadable else "")
        suffixes = " ".join(sorted(media_suffixes(kind)))
        raise UserError(f'{key}: no media in the folder "{folder}" (passed over: {skipped}; looked for {suffixes})')
    with_splits = has_splits(folder)
    if with_splits:
        log.info("%s: its folders are taken as split/category", folder)
    for path in found.media:
        row, folders = _file_row(path), list(path.relative_to(folder).parts[:-1])
        if with_splits:
            row["split"] = split_of(folders.pop(0)) or ""
        if folders and (with_splits or by_category):
            row["genre"] = category_name(folders[0])
        yield row


def _report(folder: Path, found: Folder) -> None:
    log.info("%s: %d media files; passed over: %s", folder, len(found.media), _skipped(found))
    for name in found.unreadable:
        log.warning("passed over, since it cannot be read: %s", name)


def _skipped(found: Folder) -> str:
    return ", ".join(f"{count} {what}" for what, count in sorted(found.skipped.items()) if count) or "nothing"


def _file_row(path: Path) -> Row:
    return {"id": path.stem, "url": str(path), "title": path.stem}


def _list_rows(path: Path, key: str, categories: Categories) -> Iterator[Row]:
    empty = True
    for entry in read_list(path, categories.takes):
        empty = False
        url = entry["url"]
        row = {"id": _name_of_url(url), "url": url} if is_url(url) else _file_row(Path(url))
        if entry["start"] or entry["end"]:
            row["id"] = moment_name(row["id"], entry["start"])
        yield row | {column: value for column, value in entry.items() if value}
    if empty and not categories:
        raise UserError(f'{key}: the list "{path}" names nothing')


def _name_of_url(url: str) -> str:
    """Return a readable name that is stable when the list grows: YouTube's own id, or the last word and a hash."""
    parts = urlsplit(url)
    if video := parse_qs(parts.query).get("v"):
        return video[0]
    stem = Path(unquote(parts.path)).stem or parts.netloc
    return f"{safe_id(stem, url)[:31]}-{hashlib.sha256(url.encode()).hexdigest()[:8]}"
