"""Outputs that appear atomically: written beside the target under a run-unique name, then moved over it."""

import hashlib
import json
import os
import re
import shutil
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from workflow_scripts.workflow.errors import broken_file
from workflow_scripts.workflow.lifeline import stop_if_orphaned


def temporary_beside(target: Path) -> Path:
    """Return an unused hidden name beside `target`, with its suffix (codecs choose the container by it).

    What killed processes left under such names of `target` is cleared away.
    """
    beginning = f".{target.stem[:40]}."
    for name in os.listdir(target.parent) if target.parent.is_dir() else ():
        if name.startswith(beginning) and is_abandoned(name):
            _remove(target.with_name(name))
    return target.with_name(f"{beginning}{_machine()}-{os.getpid()}-{uuid.uuid4().hex[:8]}{target.suffix}")


def is_abandoned(name: str) -> bool:
    """Tell whether `name` is a temporary one (see `temporary_beside`) of a process of this machine that has ended."""
    match = _TEMPORARY.search(name)
    return bool(match and match["machine"] == _machine() and not os.path.exists(f"/proc/{match['pid']}"))


_TEMPORARY = re.compile(r"^\..*\.(?P<machine>[0-9a-f]{6})-(?P<pid>\d+)-[0-9a-f]{8}(\.\w+)?$")


@cache
def _machine() -> str:
    # The name space as well: two containers may share a name and a disk, but never their processes.
    name = f"{socket.gethostname()} {os.readlink('/proc/self/ns/pid')}"
    return hashlib.sha256(name.encode()).hexdigest()[:6]


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """Yield a path to write a file to; on success it replaces `target`, on any error it is removed.

    Two processes that write the same target never mix: the later complete file wins.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_beside(target)
    try:
        yield temporary
        stop_if_orphaned()
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def atomic_directory(target: Path) -> Iterator[Path]:
    """Yield an empty directory to fill; on success it takes the place of `target`, on any error it is removed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_beside(target)
    temporary.mkdir()
    try:
        yield temporary
        stop_if_orphaned()
        if target.exists():
            old = temporary_beside(target)
            target.rename(old)
            temporary.rename(target)
            shutil.rmtree(old, ignore_errors=True)
        else:
            temporary.rename(target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_text(target: Path, text: str) -> None:
    """Write UTF-8 text atomically."""
    with atomic_path(target) as path:
        path.write_text(text, encoding="utf-8")


def write_json(target: Path, data: Any) -> None:
    """Write `data` atomically as indented JSON with sorted keys (equal data, equal bytes)."""
    write_text(target, json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def read_json(path: Path) -> Any:
    """Read an intermediate JSON file; an unreadable one is deleted and reported (see `broken_file`)."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise broken_file(path, f"not valid JSON ({error})") from error


def link_or_copy(path: Path, target: Path) -> None:
    """Put a file beside others under another name: a hard link where the file system has them, else a copy."""
    try:
        os.link(path, target)
    except OSError:  # another file system, or one without hard links
        shutil.copy2(path, target)


def sha256_of(path: Path) -> str:
    """Return the hexadecimal SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
