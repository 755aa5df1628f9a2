"""Files of motion and of music in folders, found by their suffix and their stem."""

import os
from collections.abc import Collection, Iterator
from pathlib import Path

from workflow_scripts.collect.sources.local import AUDIO_SUFFIXES, VIDEO_SUFFIXES


def files_in(folder: Path, suffixes: Collection[str], below: bool = True) -> list[Path]:
    """Return the files in `folder` (and below) with one of the suffixes, in order of their path.

    As for videos: what is hidden is skipped, links to folders are not followed, links to files only inside `folder`;
    names that no table can hold (line breaks, tabs, invalid UTF-8) are skipped.
    """
    found = [path for path in _walk(folder, below) if path.suffix.lower() in suffixes and _can_be_used(path, folder)]
    return sorted(found, key=lambda path: path.relative_to(folder).parts)


class Music:
    """The sounds in a folder by their stem; sound files go before videos that have sound."""

    def __init__(self, folder: Path, below: bool = True) -> None:
        files = files_in(folder, AUDIO_SUFFIXES | VIDEO_SUFFIXES, below) if folder.is_dir() else []
        # The first of equal stems stays.
        files.sort(key=lambda path: path.suffix.lower() in VIDEO_SUFFIXES)
        self._files: dict[str, Path] = {}
        for path in files:
            self._files.setdefault(path.stem.casefold(), path)

    def named(self, stem: str) -> str:
        """Return the path of the sound with this stem, or ""; capitals do not count."""
        path = self._files.get(stem.casefold())
        return str(path) if path else ""


def _walk(folder: Path, below: bool) -> Iterator[Path]:
    for parent, directories, names in os.walk(folder):
        directories[:] = [name for name in directories if below and not name.startswith(".")]
        yield from (Path(parent, name) for name in names if not name.startswith("."))


def _can_be_used(path: Path, folder: Path) -> bool:
    text = str(path)
    if any(character in text for character in "\t\r\n"):
        return False
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return path.is_file() and (not path.is_symlink() or path.resolve().is_relative_to(folder.resolve()))
