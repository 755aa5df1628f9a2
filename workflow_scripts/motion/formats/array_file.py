"""Files that hold arrays by name: NumPy's .npz, and pickles of a dictionary."""

import io
import math
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.safe_pickle import MOST_STEPS, read_pickle
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.files import atomic_path

ARRAY_SUFFIXES = (".npz", ".pkl", ".pickle")
LARGEST_ARRAY = 2**29  # bytes of all that is read, as float64; AMASS with all it has: 16 minutes at 120 per second
_NUMBER = 8  # bytes of a float64
_PICKLE = b"\x80"  # how pickles begin since protocol 2
_MOST_AXES = 32
_LONGEST_HEADER = 2**14  # bytes; NumPy refuses more than 10,000
_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
_UNREADABLE = (
    *(OSError, ValueError, EOFError, TypeError, KeyError, MemoryError, OverflowError, SyntaxError),
    *(RuntimeError, tokenize.TokenError, struct.error, zlib.error, zipfile.BadZipFile),  # RuntimeError: encrypted
)
Array = npt.NDArray[Any]


def read_arrays(path: Path) -> dict[str, Any]:
    """Return what the file holds by name, whichever of the two it is. Nothing in it is run.

    Raises:
        UserError: not readable, no dictionary, or too large.
    """
    if not is_archive(path):
        content = read_pickle(path)
        if not isinstance(content, dict):
            raise UserError(f"{path}: holds a {type(content).__name__}; needed is a dictionary of arrays")
        return {str(key): value for key, value in content.items()}
    try:
        return dict(load_arrays(path, skip_objects=True))
    except ValueError as error:
        raise UserError(f"{path}: not a readable .npz file ({error})") from error


def is_archive(path: Path) -> bool:
    """Tell whether a file is an .npz (else a pickle) by its first bytes, by its name where they say neither."""
    try:
        with path.open("rb") as file:
            start = file.read(2)
    except OSError:
        start = b""
    if start == b"PK" or start[:1] == _PICKLE:
        return start == b"PK"
    return path.suffix.lower() == ".npz"


def array_shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the arrays of an .npz file by name (objects left out), or of an .npy's one as "".

    Only headers are read.

    Raises:
        ValueError: as `load_arrays`.
    """
    try:
        with path.open("rb") as file:
            if file.read(2) == b"PK":
                with zipfile.ZipFile(file) as archive:
                    return {name: shape for name, (dtype, shape) in _headers(archive).items() if not dtype.hasobject}
            file.seek(0)
            dtype, shape = _header(file, path.stat().st_size)
            return {} if dtype.hasobject else {"": shape}
    except _UNREADABLE as error:
        raise ValueError((str(error) or type(error).__name__).splitlines()[0][:200]) from error


def _headers(archive: zipfile.ZipFile) -> dict[str, tuple[np.dtype[Any], tuple[int, ...]]]:
    result = {}
    for member in archive.infolist():
        _check_compression(member)
        with archive.open(member) as file:
            result[member.filename.removesuffix(".npy")] = _header(file, member.file_size)
    return result


def load_arrays(path: Path, names: Collection[str] | None = None, skip_objects: bool = False) -> dict[str, Array]:
    """Return the arrays of an .npz file by name, or the one of an .npy file as "".

    What the headers say is checked before any data are read: an .npz is compressed, and a small one may unpack to
    anything. Format: numpy.lib.format.

    Args:
        path: the file; which of the two it is, its first bytes say.
        names: the arrays to read, which must be there; without, all.
        skip_objects: leave arrays of Python objects out (AMASS has some), which would have to be unpickled.

    Raises:
        ValueError: not readable, too large, or an array is missing or of objects; one line that does not name the file.
    """
    try:
        with path.open("rb") as file:
            if file.read(2) == b"PK":
                with zipfile.ZipFile(file) as archive:
                    return _unpacked(archive, names, skip_objects)
            file.seek(0)
            dtype, shape = _header(file, path.stat().st_size)
            _check(dtype, _memory(dtype, shape))
            file.seek(0)
            return {"": np.lib.format.read_array(file, allow_pickle=False)}
    except _UNREADABLE as error:
        raise ValueError((str(error) or type(error).__name__).splitlines()[0][:200]) from error


def _unpacked(archive: zipfile.ZipFile, names: Collection[str] | None, skip_objects: bool) -> dict[str, Array]:
    members = {member.filename.removesuffix(".npy"): member for member in archive.infolist()}
    if missing := sorted(set(names or ()) - set(members)):
        raise ValueError(f"it has no array {missing[0]!r}")
    wanted: dict[str, zipfile.ZipInfo] = {}
    size = 0
    for name in members if names is None else names:
        member = members[name]
        _check_compression(member)
        with archive.open(member) as file:
            dtype, shape = _header(file, member.file_size)
        if dtype.hasobject and skip_objects:
            continue
        size += _memory(dtype, shape)
        _check(dtype, size)
        wanted[name] = member
    result = {}
    for name, member in wanted.items():
        with archive.open(member) as file:
            result[name] = np.lib.format.read_array(file, allow_pickle=False)
    return result


def _check_compression(member: zipfile.ZipInfo) -> None:
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError("it is compressed in a way that NumPy does not use")


def _header(file: IO[bytes], size: int) -> tuple[np.dtype[Any], tuple[int, ...]]:
    """Return the type and the shape of an array in a file of `size` bytes."""
    start = io.BytesIO(file.read(_LONGEST_HEADER))
    if start.getvalue()[: len(np.lib.format.MAGIC_PREFIX)] != np.lib.format.MAGIC_PREFIX:
        raise ValueError("it is no NumPy array (a pickle, or no such file at all)" if size else "it is empty")
    version = np.lib.format.read_magic(start)
    if version not in _HEADERS:
        raise ValueError(f"an array of version {version[0]}.{version[1]}, which numbers do not need")
    shape, _, dtype = _HEADERS[version](start)
    count = math.prod(shape)
    if min(shape, default=0) < 0 or not (dtype.hasobject or start.tell() + count * dtype.itemsize == size):
        raise ValueError(f"an array of shape {str(shape)[:60]} in a file of {size} bytes")
    return dtype, shape


def _memory(dtype: np.dtype[Any], shape: tuple[int, ...]) -> int:
    """Return how much memory an array takes as float64 at least, bytes."""
    return math.prod(shape) * max(dtype.itemsize, _NUMBER)


def _check(dtype: np.dtype[Any], size: int) -> None:
    if dtype.hasobject:
        raise ValueError("it holds Python objects, which would have to be unpickled")
    if size > LARGEST_ARRAY:
        raise ValueError(f"it unpacks to more than {LARGEST_ARRAY // 2**20} MB: too large for motion")


def numbers(arrays: Mapping[str, Any], name: str, path: Path, finite: bool = True) -> Floats:
    """Return an array of numbers as float64.

    Raises:
        UserError: it is not there, or is none of numbers, too large, or (if `finite`) has NaN or infinity.
    """
    if name not in arrays:
        raise UserError(f"{path}: has no '{name}' (it has: {', '.join(sorted(arrays))[:200]})")
    try:
        own: dict[int, int] = {}
        count = _count(arrays[name], {}, own)
        if count > min(LARGEST_ARRAY // _NUMBER, MOST_STEPS + sum(own.values())):
            raise UserError(f"{path}: '{name}' is too large for motion")
        array = np.asarray(arrays[name], dtype=np.float64)
    except (ValueError, TypeError, OverflowError, MemoryError) as error:
        raise UserError(f"{path}: '{name}' is no array of numbers") from error
    if finite and not np.isfinite(array).all():
        raise UserError(f"{path}: '{name}' holds values that are no numbers (NaN or infinity)")
    return array


def _count(value: Any, known: dict[int, int], own: dict[int, int], depth: int = 0) -> int:
    """Count the lists and numbers in nested lists, those that stand in several places (a pickle may) in each of them.

    Args:
        value: lists, tuples, arrays and numbers.
        known: the counts of the lists met, by their identity; is filled.
        own: the numbers of the arrays met, by where these lie in memory: each once; is filled. A pickle has no more
            numbers than these and its instructions.
        depth: of the lists around it.

    Raises:
        ValueError: nested too deeply (or in itself), or not of numbers.
    """
    if isinstance(value, np.ndarray):
        place = value.__array_interface__["data"][0]
        own[place] = max(value.size, own.get(place, 0))
        return max(value.size, 1)
    if isinstance(value, (int, float, np.number, np.bool_, type(None))):
        return 1
    if not isinstance(value, (list, tuple)) or depth > _MOST_AXES:
        raise ValueError("no nested list of numbers")
    if id(value) not in known:
        known[id(value)] = 1 + sum(_count(item, known, own, depth + 1) for item in value)
    return known[id(value)]


def save_arrays(path: Path, **arrays: Any) -> None:
    """Write arrays of numbers, float32, under their names as .npz.

    Raises:
        ValueError: the path has another suffix.
    """
    if path.suffix != ".npz":
        raise ValueError(f"{path}: motion of this kind is written as .npz only")
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.savez(file, allow_pickle=False, **{name: np.asarray(values, np.float32) for name, values in arrays.items()})
