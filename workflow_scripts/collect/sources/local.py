"""Local media: which files count, what a folder holds, and a fast digest of it for the planning of a run.

Only the standard library and the reading of lists are imported, since the Snakefile calls this at every start.
"""

import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workflow_scripts.collect.addresses import is_search, is_url
from workflow_scripts.collect.sources.kinetics import split_of
from workflow_scripts.collect.sources.lists import LIST_SUFFIXES, local_files
from workflow_scripts.workflow.errors import UserError

VIDEO_SUFFIXES = frozenset(
    {".3gp", ".avi", ".flv", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".ts", ".webm", ".wmv"}
)
AUDIO_SUFFIXES = frozenset({".aac", ".aif", ".aiff", ".flac", ".m4a", ".mp3", ".oga", ".ogg", ".opus", ".wav", ".wma"})
DEMO = "demo"


@dataclass
class Folder:
    """What a folder holds: media files in order of their path, a count per kind of what was passed over, and the
    folders that could not be read, each with the reason."""

    media: list[Path] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    unreadable: list[str] = field(default_factory=list)


def media_suffixes(kind: str) -> frozenset[str]:
    """Return the lower-case suffixes looked for in a folder; `kind` is "videos" or "songs" (a video has a song too)."""
    return VIDEO_SUFFIXES if kind == "videos" else AUDIO_SUFFIXES | VIDEO_SUFFIXES


def scan(folder: Path, kind: str) -> Folder:
    """Return the media files in `folder` and below.

    Hidden files and folders are skipped. Symbolic links to folders are not followed; those to files only as long as
    they stay inside `folder`, so that a collection never reaches what its user did not name.
    """
    found = Folder()
    root = os.path.realpath(folder)
    suffixes = media_suffixes(kind)
    for entry in _walk(folder, found):
        suffix = os.path.splitext(entry.name)[1].lower()
        if suffix not in suffixes:
            found.skipped[suffix or "no suffix"] += 1
        elif entry.is_symlink() and not _is_below(os.path.realpath(entry.path), root):
            found.skipped["links out of the folder"] += 1
        elif not _can_be_listed(entry.path):
            found.skipped["names with line breaks, tabs or invalid UTF-8"] += 1
        elif os.path.isfile(entry.path):
            found.media.append(Path(entry.path))
        else:
            found.skipped["not a file"] += 1
    found.media.sort(key=lambda path: path.parts)
    return found


def has_splits(folder: Path) -> bool:
    """Tell whether a folder is laid out as a Kinetics folder: `train/<category>/...`, `val/<category>/...`.

    Its visible folders must all be named like splits (see `split_of`; Kinetics' own `annotations` may be beside them),
    one of them for training or validation, and no media may lie beside them.
    """
    with os.scandir(folder) as entries:
        visible = [entry for entry in entries if not entry.name.startswith(".")]
    names = [entry.name for entry in visible if entry.is_dir(follow_symlinks=False)]
    files = [entry.name for entry in visible if not entry.is_dir(follow_symlinks=False)]
    splits = {split_of(name) for name in names if name != "annotations"}
    return (
        not splits.isdisjoint({"train", "validation"})
        and None not in splits
        and not any(os.path.splitext(name)[1].lower() in media_suffixes("songs") for name in files)
    )


def collection_digest(config: Mapping[str, Any]) -> str:
    """Return the `local_digest` of all that the listing of a collection looks at.

    Args:
        config: see `list_collection`.
    """
    source = config["source"]
    sources = [source] if isinstance(source, str) else list(source)
    if not config.get("motion"):
        return local_digest(sources)
    return local_digest(sources + ([str(config["music"])] if config.get("music") else []), every_file=True)


def local_digest(source: str | list[str], every_file: bool = False) -> str:
    """Return a digest that changes when a local source does: names, sizes and times of its files, also of its lists.

    Only folders and lists are read, which is fast enough for every start of Snakemake; at worst a collection is listed
    in vain. A source that is not on this machine (a URL, a search, the demo) gives "".

    Args:
        source: one or several sources, see `list_collection`.
        every_file: whether all files of a folder count (motion comes in files of many kinds), or media only.
    """
    sources = [source] if isinstance(source, str) else source
    parts = [part for one in sources for part in sorted(_traces(one, every_file))]
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:12] if parts else ""


def _traces(source: str, every_file: bool) -> Iterator[str]:
    if source == DEMO or is_url(source) or is_search(source):
        return
    path = os.path.expanduser(source)
    if os.path.isdir(path):
        yield path
        yield from (_trace(entry) for entry in _files(path, every_file))
    else:
        yield _trace(path)
        if os.path.splitext(path)[1].lower() in LIST_SUFFIXES and os.path.isfile(path):
            try:
                yield from [_trace(name) for name in local_files(Path(path))]
            except UserError:
                return  # the listing job reports it, with its message


def _files(folder: str, every_file: bool) -> "Iterator[os.DirEntry[str]] | list[Path]":
    return _walk(folder, Folder()) if every_file else scan(Path(folder), "songs").media


def _trace(file: "str | Path | os.DirEntry[str]") -> str:
    try:
        status = file.stat() if isinstance(file, os.DirEntry) else os.stat(file)
    except (OSError, ValueError):
        return f"{os.fspath(file)}\tmissing"
    return f"{os.fspath(file)}\t{status.st_size}\t{status.st_mtime_ns}"


def _walk(folder: str | Path, found: Folder) -> "Iterator[os.DirEntry[str]]":
    """Yield all that is no folder in a folder and below, in no order; note in `found` what is passed over."""
    todo = [os.fspath(folder)]
    while todo:
        parent = todo.pop()
        try:
            with os.scandir(parent) as listing:
                entries = list(listing)
        except OSError as error:
            found.skipped["unreadable folders"] += 1
            found.unreadable.append(f"{parent} ({error.strerror})")
            continue
        for entry in entries:
            if entry.name.startswith("."):
                found.skipped["hidden"] += 1
            elif entry.is_dir(follow_symlinks=False):
                todo.append(entry.path)
            elif entry.is_symlink() and os.path.isdir(entry.path):
                found.skipped["linked folders"] += 1
            else:
                yield entry


def _is_below(path: str, root: str) -> bool:
    return path == root or path.startswith(os.path.join(root, ""))


def _can_be_listed(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return not any(character in name for character in "\t\r\n")
