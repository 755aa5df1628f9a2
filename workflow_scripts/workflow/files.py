"""Outputs that appear atomically: written beside the target under a run-unique name, then moved over it."""

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workflow_scripts.workflow.errors import broken_file


def temporary_beside(target: Path) -> Path:
    """Return an unused hidden name beside `target`, with its suffix (codecs choose the container by it)."""
    return target.with_name(f".{target.stem[:40]}.{os.getpid()}-{uuid.uuid4().hex[:8]}{target.suffix}")


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """Yield a path to write a file to; on success it replaces `target`, on any error it is removed.

    Two processes that write the same target never mix: the later complete file wins.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_beside(target)
    try:
        yield temporary
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


def sha256_of(path: Path) -> str:
    """Return the hexadecimal SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
