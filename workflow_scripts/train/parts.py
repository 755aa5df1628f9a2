"""Files of first steps: what one rule finds and a later one builds on (clusters of poses, a generator of poses)."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np

from workflow_scripts.motion.hdf5 import opened
from workflow_scripts.workflow.checkpoint import read_checkpoint
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.files import atomic_path

FORMAT = "playlist2dance/part"
VERSION = 1


def read_part(path: Path) -> dict[str, Any]:
    """Return the content of a first step's file: arrays and numbers of an HDF5, the state in a checkpoint.

    Raises:
        UserError: the file is missing.
        BrokenFileError: it is unreadable; it has been deleted.
    """
    if path.suffix != ".h5":
        state: dict[str, Any] = read_checkpoint(path, "first step of a model")["state"]
        return state
    if not path.exists():
        raise UserError(f"{path} is missing: run the rule that makes it first")
    with opened(path, FORMAT, VERSION, "first step of a model") as file:
        return {name: file[name][()] for name in file}


def write_arrays(target: Path, arrays: dict[str, Any], attributes: dict[str, Any]) -> None:
    """Write a first step that is made of arrays, with attributes that say what made it, as HDF5, atomically."""
    with atomic_path(target) as path, h5py.File(path, "w") as file:
        file.attrs.update(format=FORMAT, version=VERSION, **attributes)
        for name, values in arrays.items():
            file.create_dataset(name, data=np.asarray(values))
        file.attrs["complete"] = True
