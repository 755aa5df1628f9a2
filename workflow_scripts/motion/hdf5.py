"""Opening the workflow's own HDF5 files: every one is checked in the same way, and a broken one is deleted.

Except where a user names the file: it may be anything.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py

from workflow_scripts.workflow.errors import UserError, broken_file


@contextmanager
def opened(path: Path, format: str, version: int, what: str, keep: bool = False) -> Iterator[h5py.File]:
    """Yield an intermediate file, open for reading, whose root attributes say that it is the right one and complete.

    Args:
        path: the file.
        format: what the attribute `format` must be.
        version: what the attribute `version` must be.
        what: what the file is called in messages, such as "pose file".
        keep: leave a broken file where it is.

    Raises:
        UserError: with `keep`, there is no such file, or what else would be a BrokenFileError.
        FileNotFoundError: there is no such file.
        BrokenFileError: the file is of another format or version, incomplete, or cannot be read, be it only in the
            block (a part is missing or damaged); it has been deleted.
    """
    fault = _left_alone if keep else broken_file
    try:
        with h5py.File(path, "r") as file:
            if file.attrs.get("format") != format or int(file.attrs.get("version", 0)) != version:
                raise fault(path, f"not a {format} file of version {version}")
            if not bool(file.attrs.get("complete", False)):
                raise fault(path, f"incomplete {what}")
            yield file
    except (OSError, KeyError) as error:
        if not path.exists():
            if keep:
                raise UserError(f"{path}: there is no such {what}") from None
            raise
        raise fault(path, f"not a readable {what} ({error})") from error


def name_source(path: Path, source: str) -> None:
    """Write another name of its source into a file that was made for the same material under another name."""
    with h5py.File(path, "r+") as file:
        file.attrs["source"] = source


def _left_alone(path: Path, fault: str) -> UserError:
    return UserError(f"{path}: {fault}")
