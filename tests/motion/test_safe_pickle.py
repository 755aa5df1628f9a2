"""What plain data may be in a pickle, and that nothing in a hostile one is ever run."""

import collections
import datetime
import fractions
import io
import os
import pickle
import pickletools
import struct
import tracemalloc
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workflow_scripts.motion.safe_pickle import read_pickle
from workflow_scripts.workflow.errors import UserError

PLAIN = {
    "poses": np.random.default_rng(0).normal(size=(5, 72)),
    "trans": np.arange(6, dtype=np.float32).reshape(2, 3),
    "big endian": np.arange(3, dtype=">i4"),
    "columns": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "empty": np.zeros((0, 3)),
    "flags": np.array([True, False]),
    "names": np.array(["a", "bcd"]),
    "bytes array": np.array([b"ab", b"c"]),
    "scalar": np.float64(3.5),
    "count": np.int64(7),
    "text": "ü",
    "bytes": b"\x00\xff",
    "no bytes": b"",
    "list": [1, -2, 2.5, None, True, (1, 2, 3, 4), 10**30, [], {}, ()],
    "set": {1, 2},
    "frozen": frozenset({"a"}),
    "complex": 1 + 2j,
}


def written(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "stranger.pkl"
    path.write_bytes(data)
    return path


def same(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.dtype == b.dtype and np.array_equal(a, b)
    return type(a) is type(b) and bool(a == b)


@pytest.mark.parametrize("optimised", [False, True])
@pytest.mark.parametrize("protocol", range(6))
def test_plain_data_comes_back_in_every_protocol(tmp_path: Path, protocol: int, optimised: bool) -> None:
    data = pickle.dumps(PLAIN | {"again": PLAIN["poses"]}, protocol)
    found = read_pickle(written(tmp_path, pickletools.optimize(data) if optimised else data))
    assert list(found) == [*PLAIN, "again"]
    assert [key for key, value in PLAIN.items() if not same(value, found[key])] == []
    assert found["again"] is found["poses"]


def test_arrays_share_the_file_s_bytes_and_cannot_be_changed(tmp_path: Path) -> None:
    found = read_pickle(written(tmp_path, pickle.dumps(PLAIN)))
    with pytest.raises(ValueError, match="read-only"):
        found["poses"][0] = 0


@pytest.mark.parametrize("core", ["numpy.core", "numpy._core"])
@pytest.mark.parametrize("protocol", [2, 5])
def test_numpy_1_and_2_name_their_modules_differently(tmp_path: Path, core: str, protocol: int) -> None:
    data = pickle.dumps({"a": np.arange(3.0), "b": np.float32(2)}, protocol)
    for part in (b".multiarray", b".numeric"):
        old, new = b"numpy._core" + part, core.encode() + part
        data = data.replace(b"c" + old + b"\n", b"c" + new + b"\n")
        data = data.replace(bytes([len(old)]) + old, bytes([len(new)]) + new)
    if protocol == 5:
        data = data[:2] + data[11:]  # the length of the frame does not fit any more; frames may be left out
    assert core.encode() + b"." in data
    found = read_pickle(written(tmp_path, data))
    assert found["a"].tolist() == [0.0, 1.0, 2.0]
    assert found["b"] == 2


def test_strings_of_python_2_are_one_character_per_byte(tmp_path: Path) -> None:
    """What Python 2.7 with numpy 1.16 writes for {'smpl_scaling': np.array([93.5])}, protocols 2 and 0."""
    number = struct.pack("<d", 93.5)
    second = (
        b"\x80\x02}q\x01U\x0csmpl_scalingq\x02cnumpy.core.multiarray\n_reconstruct\nq\x03cnumpy\nndarray\nq\x04K\x00\x85"
        b"U\x01b\x87Rq\x05(K\x01K\x01\x85cnumpy\ndtype\nq\x06U\x02f8K\x00K\x01\x87Rq\x07(K\x03U\x01<NNNJ\xff\xff\xff\xff"
        b"J\xff\xff\xff\xffK\x00tb\x89U\x08" + number + b"tbs."
    )
    escaped = repr(number)[1:].encode()
    first = (
        b"(dp1\nS'smpl_scaling'\np2\ncnumpy.core.multiarray\n_reconstruct\np3\n(cnumpy\nndarray\np4\n(I0\ntS'b'\ntRp5\n"
        b"(I1\n(I1\ntcnumpy\ndtype\np6\n(S'f8'\nI0\nI1\ntRp7\n(I3\nS'<'\nNNNI-1\nI-1\nI0\ntbI00\nS"
        + escaped
        + b"\ntbs."
    )
    assert pickle.loads(second, encoding="latin1")["smpl_scaling"][0] == 93.5  # it is a true pickle
    for data in (second, first):
        assert read_pickle(written(tmp_path, data))["smpl_scaling"].tolist() == [93.5]


class Runs:
    """Pickled as a call of anything."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.call = (function, arguments)

    def __reduce__(self) -> Any:
        return self.call


def hostile_objects(trap: Path) -> dict[str, Any]:
    touch = f"touch {trap}"
    return {
        "shell": Runs(os.system, touch),
        "eval": Runs(eval, f"__import__('os').system({touch!r})"),
        "exec": Runs(exec, f"open({str(trap)!r}, 'w')"),
        "open": Runs(open, str(trap), "w"),
        "getattr": Runs(getattr, os, "system"),
        "numpy's load": Runs(np.load, str(trap), None, True),
        "numpy's file": Runs(np.fromfile, str(trap)),
        "inner": {"a": [1, (Runs(os.system, touch),)]},
        "array of objects": np.array([Runs(os.system, touch)], dtype=object),
        "ordered": collections.OrderedDict(a=1),
        "date": datetime.date(2020, 1, 1),
        "fraction": fractions.Fraction(1, 2),
        "class": Path,
        "record": np.zeros(2, dtype=[("a", "f8")]),
        "matrix": np.ma.masked_array([1.0]),
        "type": np.dtype("f8"),
        "time": np.array(["2020-01-01"], dtype="M8[D]"),
    }


def hostile_pickles(trap: Path) -> dict[str, bytes]:
    """Every object in every protocol that has a form for it."""
    result = {}
    for name, value in hostile_objects(trap).items():
        for protocol in range(6):
            with suppress(TypeError, pickle.PicklingError):
                result[f"{name}, protocol {protocol}"] = pickle.dumps(value, protocol)
    return result


@pytest.mark.parametrize("name", hostile_pickles(Path()))
def test_nothing_but_data_is_read_and_nothing_runs(tmp_path: Path, name: str) -> None:
    trap = tmp_path / "trap"
    with pytest.raises(UserError, match=r"stranger\.pkl: not read as a pickle: ") as error:
        read_pickle(written(tmp_path, hostile_pickles(trap)[name]))
    assert "\n" not in str(error.value)
    assert not trap.exists()


def test_the_message_names_what_was_asked_for(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"stranger.pkl: .*'(posix|nt).system', which is not data"):
        read_pickle(written(tmp_path, pickle.dumps(Runs(os.system, "true"))))


RECONSTRUCT = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R"
F8 = b"cnumpy\ndtype\nX\x02\x00\x00\x00f8\x89\x88\x87R(K\x03X\x01\x00\x00\x00<NNNJ\xff\xff\xff\xff"
F8 += b"J\xff\xff\xff\xffK\x00tb"
BROKEN = {
    "nothing": b"",
    "text": b"hello world, this is no pickle",
    "html": b"<html><body>404</body></html>",
    "no end": pickle.dumps(PLAIN)[:-1],
    "half": pickle.dumps(PLAIN)[:500],
    "empty stack": b".",
    "mark": b"(.",
    "no mark": b"]e.",
    "append to a dictionary": b"}K\x01a.",
    "item of a list": b"]K\x01K\x02s.",
    "odd dictionary": b"(K\x01d.",
    "memo that is not there": b"h\x05.",
    "negative memo": b"g-1\n.",
    "list as a key": b"}]K\x01s.",
    "tuple as a key": b"})K\x01s.",
    "tuple in a set": b"\x8f()\x90.",
    "name": b"cnumpy\nndarray\n.",
    "name in a tuple": b"cnumpy\nndarray\n\x85.",
    "name that is a list": b"]]\x93.",
    "array without state": RECONSTRUCT + b".",
    "array of an array": b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\ndtype\nK\x00\x85C\x01b\x87R.",
    "state of a dictionary": b"}}b.",
    "attributes of an array": RECONSTRUCT + b"}X\x01\x00\x00\x00aK\x01sb.",
    "huge array": RECONSTRUCT + b"(K\x01J\xff\xff\xff\x7fJ\xff\xff\xff\x7f\x86" + F8 + b"\x89C\x00tb.",
    "negative array": RECONSTRUCT + b"(K\x01J\xff\xff\xff\xff\x85" + F8 + b"\x89C\x00tb.",
    "shape of words": RECONSTRUCT + b"(K\x01X\x01\x00\x00\x00a\x85" + F8 + b"\x89C\x00tb.",
    "array of objects": RECONSTRUCT + b"(K\x01K\x01\x85" + F8 + b"\x89]K\x01atb.",
    "record": b"cnumpy\ndtype\nX\x05\x00\x00\x00f8,f8\x89\x88\x87R.",
    "huge type": b"cnumpy\ndtype\nX\x0e\x00\x00\x00(1000000000,)f8"[:-1] + b"8\x89\x88\x87R.",
    "object type": b"cnumpy\ndtype\nX\x01\x00\x00\x00O\x89\x88\x87R.",
    "number called": b"K\x01)R.",
    "arguments in a list": b"c_codecs\nencode\n]R.",
    "other encoding": b"c_codecs\nencode\nX\x01\x00\x00\x00aX\x06\x00\x00\x00base64\x86R.",
    "huge bytearray": b"cbuiltins\nbytearray\nJ\xff\xff\xff\x7f\x85R.",
    "new object": b"cnumpy\nndarray\nK\x05\x85\x81.",
    "instance": b"(ios\nsystem\n.",
    "object": b"(cnumpy\nndarray\no.",
    "extension": b"\x82\x01.",
    "persistent": b"Pdoor\n.",
    "buffer": b"\x80\x05\x97.",
    "claims long bytes": b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7fab.",
    "claims a long string": b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\x7fab.",
    "long number in words": b"I" + b"9" * 5000 + b"\n.",
    "no utf-8": b"X\x02\x00\x00\x00\xff\xff.",
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_and_crafted_streams_end_in_one_line(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match=r"stranger\.pkl: no") as error:
        read_pickle(written(tmp_path, BROKEN[name]))
    assert "\n" not in str(error.value)


def bombs() -> dict[str, bytes]:
    nested = b"]q\x00" + b"".join(b"](" + b"h%c" % index * 10 + b"eq%c" % (index + 1) for index in range(100)) + b"."
    tuples = b")q\x00" + b"h\x00h\x00\x86q\x00" * 100 + b"."
    sets = b"c__builtin__\nset\nh\x00\x85Rc__builtin__\nfrozenset\nh\x00\x85R"
    big = b"\x8b" + struct.pack("<i", 100_000) + b"\x7f" * 100_000  # a number of 800,000 bits
    return {
        "huge memo index": b"K\x01r\xff\xff\xff\x7f.",
        "lists of lists": nested,
        "tuples of tuples": tuples,
        "tuples as a key": b"}" + tuples[:-1] + b"K\x01s.",
        "a name out of lists": b")q\x00" + b"h\x00h\x00\x86q\x00" * 100 + b"h\x00\x93.",
        "huge shape": big + b"q\x000" + RECONSTRUCT + b"(K\x01(" + b"h\x00" * 1000 + b"t" + F8 + b"\x89C\x00tb.",
        "one string for many arrays": b"X"
        + struct.pack("<i", 100_000)
        + b"a" * 100_000
        + b"q\x000]("
        + (b"c_codecs\nencode\nh\x00X\x06\x00\x00\x00latin1\x86R") * 2000
        + b"e.",
        "one list for many sets": b"]("
        + bytes(b for i in range(256) for b in (0x4B, i))
        + b"eq\x000]("
        + sets * 1000
        + b"e.",
        "one text for many scalars": F8.replace(b"\x02\x00\x00\x00f8", b"\x06\x00\x00\x00S10000").replace(b"<", b"|")
        + b"q\x000B\x10\x27\x00\x00"
        + b"a" * 10_000
        + b"q\x010]("
        + b"cnumpy.core.multiarray\nscalar\nh\x00h\x01\x86R" * 2000
        + b"e.",
    }


@pytest.mark.parametrize("name", bombs())
def test_memory_is_bounded_by_the_size_of_the_file(tmp_path: Path, name: str) -> None:
    """Some of these are data (lists in lists, ten times each): they are read, but take no more than they say."""
    path = written(tmp_path, bombs()[name])
    tracemalloc.start()
    with suppress(UserError):
        read_pickle(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200_000 + 10 * path.stat().st_size


@pytest.mark.parametrize("name", [name for name in bombs() if name.startswith("one ")])
def test_one_text_or_list_for_many_objects_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="over and over"):
        read_pickle(written(tmp_path, bombs()[name]))


@pytest.mark.parametrize("protocol", range(6))
def test_many_sets_and_scalars_of_their_own_are_read(tmp_path: Path, protocol: int) -> None:
    data = [[{number, -number}, frozenset({number}), np.float64(number), np.bytes_(b"ab")] for number in range(300)]
    assert read_pickle(written(tmp_path, pickletools.optimize(pickle.dumps(data, protocol)))) == data


def test_huge_numbers_are_no_keys(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="a key that is a huge number"):
        read_pickle(written(tmp_path, pickle.dumps({2**64: 1})))


def test_files_that_are_not_there_or_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match=r"none\.pkl: cannot be read"):
        read_pickle(tmp_path / "none.pkl")
    monkeypatch.setattr("workflow_scripts.motion.safe_pickle.LARGEST_FILE", 10)
    with pytest.raises(UserError, match="too large"):
        read_pickle(written(tmp_path, pickle.dumps(PLAIN)))


def test_endless_instructions_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workflow_scripts.motion.safe_pickle.MOST_STEPS", 100)
    with pytest.raises(UserError, match="over 100 instructions"):
        read_pickle(written(tmp_path, b"(" * 200 + b"."))


def test_random_damage_never_escapes(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    good = io.BytesIO(pickle.dumps(PLAIN, 2)).getvalue()
    for _ in range(300):
        data = bytearray(good)
        for place in random.integers(0, len(data), 3):
            data[place] = random.integers(0, 256)
        with suppress(UserError):
            read_pickle(written(tmp_path, bytes(data)))
