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
from workflow_scripts.workflow.files import atomic_path, sha256_of
from workflow_scripts.workflow.provenance import canonical_json

# Where the store is changes no output: it reaches jobs beside their parameters.
VARIABLE = "PLAYLIST2DANCE_STORE"
_DIGITS = 16  # of the digest of the stored bytes: against damage, not against an adversary


def announce_store(folder: str) -> None:
    """Give the store's folder (`store` in the configuration; "" is none) to all jobs that this process starts.

    Raises:
        UserError: it cannot be made or written to.
    """
    if not folder:
        os.environ.pop(VARIABLE, None)
        return
    path = Path(folder).expanduser().absolute()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"store: {path} cannot be made ({error.strerror}): name another folder") from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise UserError(f"store: {path} cannot be written to: name another folder, or change its permissions")
    os.environ[VARIABLE] = str(path)


def made_once(
    target: Path,
    kind: str,
    key: Callable[[], Mapping[str, Any]],
    make: Callable[[], None],
    relabel: Callable[[Path], None],
) -> None:
    """Take `target` from the store, or make it and leave a copy there. Without a store it is just made.

    Args:
        target: the file to be made.
        kind: folder of the store.
        key: everything the content follows from, as plain values, inputs by `sha256_of`; asked only if needed.
        make: writes `target`.
        relabel: writes into a copy what is this project's own (the name of the source), which is no part of the key.
    """
    folder = os.environ.get(VARIABLE)
    if not folder:
        make()
        return
    name = hashlib.sha256(canonical_json(key()).encode()).hexdigest()
    shelf = Path(folder) / kind / name[:2]
    if _taken(shelf, name, target, relabel):
        print(f"{target}: taken from the store {folder}")  # noqa: T201
        return
    make()
    _kept(shelf, name, target)


def _taken(shelf: Path, name: str, target: Path, relabel: Callable[[Path], None]) -> bool:
    for found in sorted(shelf.glob(f"{name}-*{target.suffix}")):
        try:
            content = found.read_bytes()
        except OSError as error:  # cleared away meanwhile, or unreadable: it is made again
            _warn(f"{found} cannot be read ({error.strerror})")
            continue
        if found.stem != f"{name}-{hashlib.sha256(content).hexdigest()[:_DIGITS]}":
            with suppress(OSError):
                found.unlink()
            _warn(f"{found} was damaged: it is made again")
            continue
        with atomic_path(target) as path:
            path.write_bytes(content)
            relabel(path)
        return True
    return False


def _kept(shelf: Path, name: str, target: Path) -> None:
    try:
        with atomic_path(shelf / f"{name}-{sha256_of(target)[:_DIGITS]}{target.suffix}") as path:
            shutil.copyfile(target, path)
    except OSError as error:  # a full disk or a read-only store takes nothing from this project
        _warn(f"{shelf}: nothing can be kept there ({error.strerror})")


def _warn(message: str) -> None:
    print(f"warning: store: {message}", file=sys.stderr)  # noqa: T201
