"""A store shared between projects: what was made from equal bytes by equal settings and code is made once.

    <store>/<kind>/<2 digits>/<key>-<digest><suffix>

The key is a SHA-256 over everything the content follows from: bytes of inputs, parameters, digest of the code. Names
and paths are no part of it, so a renamed file is found again, and other bytes behind an old name are not mistaken for
it. The digest is that of the stored bytes: what was damaged on disk is not served. Any file of the store may be deleted
at any time. Snakemake's own cache (`cache: True`) knows neither wildcards nor the bytes of intermediate files, and
returned files of other videos.
"""

import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.files import atomic_path, sha256_of, temporary_beside
from workflow_scripts.workflow.provenance import canonical_json

# Where the store is changes no output: it reaches jobs beside their parameters.
VARIABLE = "PLAYLIST2DANCE_STORE"
_DIGITS = 16  # of the digest of the stored bytes: against damage, not against an adversary


def announce_store(folder: str) -> None:
    """Give the store's folder (`store` in the configuration; "" is none) to all jobs that this process starts.

    Raises:
        UserError: it cannot be made or read. One that cannot be written to serves what it has.
    """
    if not folder:
        os.environ.pop(VARIABLE, None)
        return
    path = Path(folder).expanduser().absolute()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = "is a file" if path.is_file() else f"cannot be made ({error.strerror})"
        raise UserError(f"store: {path} {reason}: name another folder") from error
    if not os.access(path, os.R_OK | os.X_OK):
        raise UserError(f"store: {path} cannot be read: name another folder, or change its permissions")
    os.environ[VARIABLE] = str(path)


def made_once(
    target: Path,
    kind: str,
    key: Callable[[], Mapping[str, Any]],
    make: Callable[[], None],
    label: Callable[[Path, str], None],
    name: str,
) -> None:
    """Take `target` from the store, or make it and leave a copy there. Without a store it is just made.

    The bytes are the same both ways: what is made is put into the store without a name, and taken from there.

    Args:
        target: the file to be made.
        kind: folder of the store.
        key: everything the content follows from, as plain values, inputs by `sha256_of`; asked only if needed.
        make: writes `target`.
        label: writes a name of the source into a file; that is the project's own, and no part of the key.
        name: this project's.
    """
    folder = os.environ.get(VARIABLE)
    if not folder:
        make()
        return
    digest = hashlib.sha256(canonical_json(key()).encode()).hexdigest()
    shelf = Path(folder) / kind / digest[:2]
    if _taken(shelf, digest, target, label, name):
        print(f"{target}: taken from the store {folder}")  # noqa: T201
        return
    make()
    _kept(shelf, digest, target, label)
    _taken(shelf, digest, target, label, name)


def _taken(shelf: Path, key: str, target: Path, label: Callable[[Path, str], None], name: str) -> bool:
    for found in sorted(shelf.glob(f"{key}-*{target.suffix}")):
        try:
            content = found.read_bytes()
        except OSError as error:  # cleared away meanwhile, or unreadable: it is made again
            _warn(f"{found} cannot be read ({error.strerror})")
            continue
        if found.stem != f"{key}-{hashlib.sha256(content).hexdigest()[:_DIGITS]}":
            with suppress(OSError):
                found.unlink()
            _warn(f"{found} was damaged: it is made again")
            continue
        with atomic_path(target) as path:
            path.write_bytes(content)
            label(path, name)
        with suppress(OSError):
            os.utime(found)  # so that its age tells for how long nobody has asked for it
        return True
    return False


def _kept(shelf: Path, key: str, target: Path, label: Callable[[Path, str], None]) -> None:
    try:
        _make_shared(shelf)
        unnamed = temporary_beside(shelf / target.name)
        try:
            shutil.copyfile(target, unnamed)
            label(unnamed, "")
            os.replace(unnamed, shelf / f"{key}-{sha256_of(unnamed)[:_DIGITS]}{target.suffix}")
        finally:
            unnamed.unlink(missing_ok=True)
    except OSError as error:  # a full disk or a read-only store takes nothing from this project
        _warn(f"{shelf}: nothing can be kept there ({error.strerror})")


def _make_shared(shelf: Path) -> None:
    """Make the folder of some keys, open to whom the store is open to: others keep their files there too."""
    root = shelf.parents[1]
    for folder in (shelf.parent, shelf):
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            with suppress(OSError):
                folder.chmod(root.stat().st_mode & 0o7777)


def _warn(message: str) -> None:
    print(f"warning: store: {message}", file=sys.stderr)  # noqa: T201
