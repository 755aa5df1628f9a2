"""Outputs that cannot be written are said before anything is drawn for them."""

import os
from pathlib import Path

from workflow_scripts.workflow.errors import UserError


def prepare_output(output: Path) -> None:
    """Make the folder of an output file.

    Raises:
        UserError: the output is a folder, or its folder cannot be made or written to.
    """
    try:
        if output.is_dir():
            raise UserError(f"{output}: is a folder; name a file to write")
        output.parent.mkdir(parents=True, exist_ok=True)
        if not os.access(output.parent, os.W_OK):
            raise UserError(f"{output}: its folder may not be written to; name another output")
    except OSError as error:
        raise UserError(f"{output}: cannot be written ({error.strerror}); name another output") from error
