"""Strangers' PyTorch checkpoints: the tensors of the network, and nothing else that they hold.

A checkpoint is a pickle and could run anything. `torch.load(weights_only=True)` makes tensors and plain containers
only, and refuses all other names. Checkpoints of mmengine name a few more, in the notes on their training: these are
read as `_Unread`, which keeps nothing and does nothing. No code of numpy or mmengine runs for them either.
"""

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from workflow_scripts.workflow.errors import UserError

LARGEST_FILE = 2**30  # bytes; the largest published one has about 170 MB


class _Unread:
    """In the place of a part of the notes that is not needed."""

    def __new__(cls, *_: Any) -> "_Unread":
        return super().__new__(cls)

    def __init__(self, *_: Any) -> None:
        """Take what the constructor of the real thing would."""

    def __setstate__(self, state: Any) -> None:
        """Take the state of the real thing, and drop it."""


_NOTES = (
    "mmengine.logging.history_buffer.HistoryBuffer",  # losses
    "builtins.getattr",  # methods of a HistoryBuffer, in those of early mmengine
    "numpy.dtype",
    "numpy.ndarray",
    *(f"{core}.multiarray.{name}" for core in ("numpy.core", "numpy._core") for name in ("_reconstruct", "scalar")),
)


def network_tensors(path: Path) -> dict[str, Tensor]:
    """Return the tensors under `state_dict` of a checkpoint of mmengine or of mmcv 1, sorted by name, on the CPU.

    Raises:
        UserError: no checkpoint, a broken one, one without such tensors, or one that asks for what is no data.
    """
    if path.stat().st_size > LARGEST_FILE:
        raise UserError(f"{path}: larger than {LARGEST_FILE // 2**20} MB: no weights of these networks")
    try:
        with torch.serialization.safe_globals([(_Unread, name) for name in _NOTES]):
            checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise UserError(f"{path}: not read, since {_refusal(error)}") from error
    except Exception as error:  # what broken archives and streams raise is of many kinds (RuntimeError, EOFError, ...)
        raise UserError(f"{path}: no checkpoint of PyTorch, or a broken one ({_first_line(error)})") from error
    state = checkpoint.get("state_dict") if isinstance(checkpoint, Mapping) else None
    if not isinstance(state, Mapping) or not state:
        raise UserError(f"{path}: a file of PyTorch, but without the tensors of a network (`state_dict`)")
    if odd := [name for name, value in state.items() if not (isinstance(name, str) and isinstance(value, Tensor))]:
        raise UserError(f"{path}: `state_dict` has something that is no tensor: {str(odd[0])[:60]!r}")
    # Copies: tensors of a checkpoint may be views of one storage, which would be written whole.
    return {name: state[name].detach().clone().contiguous() for name in sorted(state)}


def _refusal(error: pickle.UnpicklingError) -> str:
    text = str(error)
    for sign in ("Unsupported global: GLOBAL ", "unsupported GLOBAL "):
        if sign in text:
            return f"it asks for {text.partition(sign)[2].split()[0][:80]!r}, which is no data"
    return f"it is no checkpoint of tensors ({_first_line(text.rpartition('WeightsUnpickler error: ')[2])})"


def _first_line(error: object) -> str:
    return str(error).strip().partition("\n")[0][:120] or type(error).__name__
