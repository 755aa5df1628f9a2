"""Files that hold arrays by name: NumPy's .npz, and pickles of a dictionary."""

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from workflow_scripts.motion.safe_pickle import read_pickle
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.files import atomic_path

ARRAY_SUFFIXES = (".npz", ".pkl", ".pickle")
LARGEST_ARRAY = 2**30  # bytes; an .npz is compressed, and may claim to hold anything


def read_arrays(path: Path) -> dict[str, Any]:
    """Return what the file holds by name. Nothing in it is run.

    Raises:
        UserError: not readable, no dictionary, or too large.
    """
    if path.suffix.lower() != ".npz":
        content = read_pickle(path)
        if not isinstance(content, dict):
            raise UserError(f"{path}: holds a {type(content).__name__}; needed is a dictionary of arrays")
        return {str(key): value for key, value in content.items()}
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > LARGEST_ARRAY:
                raise UserError(f"{path}: unpacks to more than {LARGEST_ARRAY // 2**20} MB: too large for motion")
        result = {}
        with np.load(path, allow_pickle=False) as file:
            for name in file.files:
                try:
                    result[name] = file[name]
                except ValueError:  # an array of objects (AMASS has some): it would have to be unpickled
                    continue
        return result
    except (OSError, ValueError, EOFError, TypeError, KeyError, MemoryError, zipfile.BadZipFile) as error:
        raise UserError(f"{path}: not a readable .npz file ({error})") from error


def numbers(arrays: Mapping[str, Any], name: str, path: Path, finite: bool = True) -> Floats:
    """Return an array of numbers as float64.

    Raises:
        UserError: it is not there, or is none of numbers, or (if `finite`) has NaN or infinity.
    """
    if name not in arrays:
        raise UserError(f"{path}: has no '{name}' (it has: {', '.join(sorted(arrays))[:200]})")
    try:
        array = np.asarray(arrays[name], dtype=np.float64)
    except (ValueError, TypeError, OverflowError) as error:
        raise UserError(f"{path}: '{name}' is no array of numbers") from error
    if finite and not np.isfinite(array).all():
        raise UserError(f"{path}: '{name}' holds values that are no numbers (NaN or infinity)")
    return array


def save_arrays(path: Path, **arrays: Any) -> None:
    """Write arrays of numbers, float32, under their names as .npz.

    Raises:
        ValueError: the path has another suffix.
    """
    if path.suffix != ".npz":
        raise ValueError(f"{path}: motion of this kind is written as .npz only")
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.savez(file, allow_pickle=False, **{name: np.asarray(values, np.float32) for name, values in arrays.items()})
