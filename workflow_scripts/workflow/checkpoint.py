"""Checkpoints: tensors and plain values in torch's format, read without running what a file may say (no pickles)."""

import io
import pickle
from pathlib import Path
from typing import Any

from workflow_scripts.workflow.errors import UserError, broken_file
from workflow_scripts.workflow.files import atomic_path


def read_checkpoint(path: Path, what: str) -> dict[str, Any]:
    """Return the content of a checkpoint, on the CPU.

    Args:
        path: the file.
        what: what it is called in messages, such as "model".

    Raises:
        UserError: the file is missing.
        BrokenFileError: it is unreadable; it has been deleted.
    """
    if not path.exists():
        raise UserError(f"{path} is missing: run the rule that makes it first")
    import torch

    try:
        checkpoint: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, EOFError, RuntimeError, LookupError, ValueError, pickle.UnpicklingError) as error:
        raise broken_file(path, f"not a readable {what} ({(str(error) or repr(error)).splitlines()[0]})") from error
    return checkpoint


def write_checkpoint(target: Path, checkpoint: dict[str, Any]) -> None:
    """Write a checkpoint atomically; through memory, since torch puts a file's name into its bytes."""
    import torch

    buffer = io.BytesIO()
    torch.save(checkpoint, buffer)
    with atomic_path(target) as path:
        path.write_bytes(buffer.getvalue())
