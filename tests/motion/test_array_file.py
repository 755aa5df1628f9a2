"""Small files that unpack to much are refused before they are unpacked."""

import io
import pickle
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workflow_scripts.motion.formats import array_file, dance_with_melody, learn2dance, videopose3d
from workflow_scripts.motion.formats.array_file import load_arrays, numbers, read_arrays
from workflow_scripts.workflow.errors import UserError


def nested(width: int, depth: int, inner: Any) -> Any:
    for _ in range(depth):
        inner = [inner] * width
    return inner


def itself() -> list[Any]:
    result: list[Any] = []
    result.extend([result, result])
    return result


@pytest.mark.parametrize(
    "value",
    [
        nested(400, 3, 0.0),
        nested(100, 8, 0.0),
        nested(100, 8, []),
        nested(100, 2, np.zeros(1000)),
        nested(2, 60, 0.0),
        itself(),
        nested(100, 3, "1" * 1000),
    ],
    ids=["wide", "deep", "empty", "arrays", "deeper than arrays", "itself", "text"],
)
def test_shared_lists_are_counted_before_they_are_unrolled(tmp_path: Path, value: Any) -> None:
    path = tmp_path / "a.pkl"
    path.write_bytes(pickle.dumps({"poses": value}))
    arrays = read_arrays(path)
    tracemalloc.start()
    with pytest.raises(UserError, match=r"a\.pkl: 'poses' is (too large|no array of numbers)") as error:
        numbers(arrays, "poses", path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000
    assert "\n" not in str(error.value)


def test_arrays_that_share_their_bytes_are_counted_once(tmp_path: Path) -> None:
    """In a pickle many arrays may be views of one string of bytes."""
    data = bytes(8 * 3000)
    with pytest.raises(UserError, match="'a' is too large"):
        numbers({"a": [np.frombuffer(data, np.float64) for _ in range(2000)]}, "a", tmp_path / "a.pkl")
    rows = list(np.zeros((2000, 3000), np.float32))
    assert numbers({"a": rows}, "a", tmp_path / "a.pkl").shape == (2000, 3000)


def test_lists_that_share_a_little_are_read(tmp_path: Path) -> None:
    found = numbers({"a": nested(3, 2, (1, 2.5, np.float32(3)))}, "a", tmp_path)
    assert found.shape == (3, 3, 3)
    assert numbers({"a": 60}, "a", tmp_path) == 60


def test_numbers_that_find_no_memory_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: Any, **options: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(array_file.np, "asarray", full)
    with pytest.raises(UserError, match="'a' is no array of numbers"):
        numbers({"a": [1.0]}, "a", tmp_path / "a.pkl")


def zeros(shape: tuple[int, ...], bytes_of_data: int, dtype: str = "|i1") -> bytes:
    """An array file of zeros; the data may be fewer than the header says."""
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": dtype, "fortran_order": False, "shape": shape})
    return file.getvalue() + bytes(bytes_of_data)


def archive(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as file:
        for name, data in members.items():
            file.writestr(f"{name}.npy", data)
    return path


COUNT = 5 * 2**20
READERS: list[Callable[[Path], Any]] = [
    lambda path: learn2dance.read(path, 30),
    lambda path: videopose3d.read(path, 30),
    lambda path: dance_with_melody.read(path, 30),
    read_arrays,
]


@pytest.mark.parametrize("reader", READERS, ids=["learn2dance", "videopose3d", "dance_with_melody", "arrays"])
def test_archives_are_refused_before_they_are_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: Callable[[Path], Any]
) -> None:
    """One byte is a number of eight: the data themselves are below the limit."""
    monkeypatch.setattr(array_file, "LARGEST_ARRAY", 8 * COUNT - 1)
    names = ("skeletons",) if reader is READERS[1] else ("poses", "skeletons", "center")
    path = archive(tmp_path / "a.npz", {name: zeros((COUNT,), COUNT) for name in names})
    assert path.stat().st_size < 30_000
    tracemalloc.start()
    with pytest.raises(UserError, match=r"a\.npz: .*it unpacks to more than 39 MB") as error:
        reader(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**20
    assert "\n" not in str(error.value)


def test_all_arrays_together_are_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(array_file, "LARGEST_ARRAY", 8 * 150)
    path = archive(tmp_path / "a.npz", {"a": zeros((100,), 100), "b": zeros((100,), 100)})
    with pytest.raises(ValueError, match="unpacks to more"):
        load_arrays(path)
    assert list(load_arrays(path, ["b"])) == ["b"]


LONG_HEADER = b"\x93NUMPY\x02\x00" + struct.pack("<I", 2**22) + b" " * 2**22


@pytest.mark.parametrize(
    "data",
    [
        zeros((2**40,), 100),
        zeros((2**40,), 0, "|S0"),
        zeros((-1, -5), 5),
        zeros((3,), 2),
        LONG_HEADER,
        b"\x93NUMPY\x01\x00\x05\x00{'a(\n",
        b"\x93NUMPY\x09\x00",
        b"",
    ],
)
def test_headers_that_lie_are_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.npy").write_bytes(data)
    paths = [tmp_path / "a.npy", archive(tmp_path / "a.npz", {"a": data})]
    tracemalloc.start()
    for path in paths:
        with pytest.raises(ValueError, match=r"\w") as error:
            load_arrays(path)
        assert "\n" not in str(error.value)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**20


def test_other_compression_is_refused_and_damage_ends_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="NumPy does not use"):
        load_arrays(archive(tmp_path / "a.npz", {"a": zeros((3,), 3)}, zipfile.ZIP_LZMA))
    good = archive(tmp_path / "b.npz", {"a": zeros((300,), 300)}).read_bytes()
    random = np.random.default_rng(0)
    for _ in range(300):
        data = bytearray(good)
        for place in random.integers(0, len(data), 3):
            data[place] = random.integers(0, 256)
        (tmp_path / "c.npz").write_bytes(data)
        with suppress(UserError):
            read_arrays(tmp_path / "c.npz")


def test_arrays_of_objects_are_left_out_or_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", a=np.ones(2), b=np.array([{}], dtype=object))
    assert list(read_arrays(tmp_path / "a.npz")) == ["a"]
    with pytest.raises(ValueError, match="unpickled"):
        load_arrays(tmp_path / "a.npz")
    with pytest.raises(ValueError, match="it has no array 'c'"):
        load_arrays(tmp_path / "a.npz", ["c"])
