"""Local media: which files count, what a folder holds, and a fast digest of it for the planning of a run.

Only the standard library and the naming of ids are imported, since the Snakefile calls this at every start.
"""

import hashlib
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from workflow_scripts.collect.lists import LIST_SUFFIXES, is_url, read_list
from workflow_scripts.workflow.errors import UserError

VIDEO_SUFFIXES = frozenset(
    {".3gp", ".avi", ".flv", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".ts", ".webm", ".wmv"}
)
AUDIO_SUFFIXES = frozenset({".aac", ".aif", ".aiff", ".flac", ".m4a", ".mp3", ".oga", ".ogg", ".opus", ".wav", ".wma"})
DEMO = "demo"


@dataclass
class Folder:
    """What a folder holds: media files in order of their path, and a count per kind of what was passed over."""

    media: list[Path] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)


def media_suffixes(kind: str) -> frozenset[str]:
    """Return the lower-case suffixes looked for in a folder; `kind` is "videos" or "songs" (a video has a song too)."""
    return VIDEO_SUFFIXES if kind == "videos" else AUDIO_SUFFIXES | VIDEO_SUFFIXES


def scan(folder: Path, kind: str) -> Folder:
    """Return the media files in `folder` and below.

    Hidden files and folders are skipped. Symbolic links to folders are not followed; those to files only as long as
    they stay inside `folder`, so that a collection never reaches what its user did not name.
    """
    found = Folder()
    root = folder.resolve()
    suffixes = media_suffixes(kind)
    for parent, directories, names in os.walk(folder):
        found.skipped["hidden"] += sum(name.startswith(".") for name in (*names, *directories))
        for name in directories:
            if not name.startswith(".") and os.path.islink(os.path.join(parent, name)):
                found.skipped["linked folders"] += 1
        directories[:] = [name for name in directories if not name.startswith(".")]
        for name in names:
            if name.startswith("."):
                continue
            path = Path(parent, name)
            if path.suffix.lower() not in suffixes:
                found.skipped[path.suffix.lower() or "no suffix"] += 1
            elif path.is_symlink() and not path.resolve().is_relative_to(root):
                found.skipped["links out of the folder"] += 1
            elif not _can_be_listed(str(path)):
                found.skipped["names with line breaks, tabs or invalid UTF-8"] += 1
            elif path.is_file():
                found.media.append(path)
            else:
                found.skipped["not a file"] += 1
    found.media.sort(key=lambda path: path.relative_to(folder).parts)
    return found


def local_digest(source: str | list[str]) -> str:
    """Return a digest that changes when a local source does: names, sizes and times of its files, also of its lists.

    Files of every kind count (at worst a collection is listed in vain). Only folders and lists are read, which is fast
    enough for every start of Snakemake. A source that is not on this machine (a URL, the demo) gives "".
    """
    parts = [part for one in ([source] if isinstance(source, str) else source) for part in _traces(one)]
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:12] if parts else ""


def _traces(source: str) -> Iterator[str]:
    path = Path(source).expanduser()
    if source == DEMO or is_url(source):
        return
    if path.is_dir():
        yield from map(_trace, scan(path, "songs").media)
    else:
        yield _trace(path)
        if path.suffix.lower() in LIST_SUFFIXES and path.is_file():
            try:
                rows = read_list(path)
            except UserError:
                return  # the listing job reports it, with its message
            yield from (_trace(Path(row["url"])) for row in rows if not is_url(row["url"]))


def _trace(path: Path) -> str:
    try:
        status = path.stat()
    except OSError:
        return f"{path}\tmissing"
    return f"{path}\t{status.st_size}\t{status.st_mtime_ns}"


def _can_be_listed(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return not any(character in name for character in "\t\r\n")
