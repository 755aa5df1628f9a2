"""Files that are to be written: whether they can be, and overwrite nothing that is read."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from workflow_scripts.workflow.errors import UserError


def check_outputs(outputs: Sequence[Path], inputs: Iterable[Path | None]) -> None:
    """Look at all outputs before the first of them is written, and make their folders.

    Raises:
        UserError: one is an input, a directory, lies below a file, or where nothing may be written.
    """
    read = {path.resolve() for path in inputs if path}
    for output in outputs:
        if output.resolve() in read:
            raise UserError(f"{output}: is read, and would be overwritten; name another output")
        if output.is_dir():
            raise UserError(f"{output}: is a directory; name a file in it")
        folder = next(parent for parent in output.absolute().parents if os.path.lexists(parent))
        if not folder.is_dir():
            raise UserError(f"{output}: cannot be made, {folder} is a file")
        if not os.access(folder, os.W_OK | os.X_OK):
            raise UserError(f"{output}: cannot be made, nothing may be written in {folder}")
    for output in outputs:
        try:
            output.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"{output}: cannot be made ({error.strerror}); name another output") from error
