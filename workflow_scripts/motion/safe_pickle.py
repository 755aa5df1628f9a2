"""Strangers' pickles of plain data: containers, numbers, strings and numpy arrays, and nothing that runs.

Python's own unpickler calls whatever a file names. Here the stream is followed by hand: nothing is imported or called
by name. The few constructors that pickles of numpy arrays name (numpy 1 and 2, Python 2 and 3, protocols 0 to 5) are
carried out by functions of this module on checked arguments; any other name ends the reading. What a file can make us
store is bounded by its own size: arrays are views of its bytes, memo entries live in a dictionary, and what is copied
(text into bytes, lists into sets, bytes into scalars) is copied about once.

Source of the opcodes: Python's `pickletools`, whose argument readers are used.
"""

import codecs
import io
import math
import pickletools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from workflow_scripts.workflow.errors import UserError

LARGEST_FILE = 512 * 2**20  # bytes; hours of motion are far below
MOST_STEPS = 4_000_000  # opcodes; arrays take a few, lists of numbers one for each (a quarter of an hour of 24 joints)
MOST_AXES = 32
_MARK = object()
_KEYS = (str, bytes, int, float, bool, type(None))  # of dictionaries and sets: hashing them takes no time ...
_KEY_BITS = 64  # ... if whole numbers are not longer


class _RefusedError(Exception):
    """The stream is broken, or asks for what is not allowed; the text is the reason."""


class _Name:
    """A global of the allow-list; stands on the stack instead of the object it names."""

    def __init__(self, module: str, name: str) -> None:
        self.text = f"{module}.{name}"
        if self.text not in _ALLOWED:
            raise _RefusedError(f"it asks for {self.text[:80]!r}, which is not data")
        self.kind = _ALLOWED[self.text]


class _Unbuilt:
    """An array, or the `dtype` of one, whose state comes with a later BUILD; `keys` are its places in the memo."""

    def __init__(self, dtype: np.dtype[Any] | None = None) -> None:
        self.dtype = dtype
        self.keys: list[int] = []


def read_pickle(path: Path) -> Any:
    """Read one pickle that holds plain data only.

    Returns:
        dict, list, tuple, set, frozenset, str, bytes, int, float, complex, bool, None, numpy scalars and arrays (not
        writeable, of numbers, bools or strings), nested. Byte strings of Python 2 are `str`, one character per byte.

    Raises:
        UserError: no pickle, a broken one, or one that holds anything else; the message names the file and what.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise UserError(f"{path}: larger than {LARGEST_FILE // 2**20} MB: too large for a pickle of motion")
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from error
    try:
        return _Reader(data).result()
    except _RefusedError as error:
        raise UserError(f"{path}: not read as a pickle: {error}") from error
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError, MemoryError) as error:
        raise UserError(f"{path}: no pickle, or a broken one ({type(error).__name__}: {str(error)[:80]})") from error


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._stream = io.BytesIO(data)
        self._stack: list[Any] = []
        self._memo: dict[int, Any] = {}
        self._text_left = 2 * len(data) + 1024  # characters turned to bytes, bytes to scalars: each once, with room
        self._listed = 0  # items put into lists that did not become items of a set yet

    def result(self) -> Any:
        for _ in range(MOST_STEPS):
            code = self._stream.read(1)
            opcode = _OPCODES.get(code.decode("latin-1")) if code else None
            if opcode is None:
                raise _RefusedError("it ends too early" if not code else "it is no pickle")
            if opcode.name == "STOP":
                return self._checked(self._stack.pop())
            self._step(opcode.name, self._argument(opcode))
        raise _RefusedError(f"it has over {MOST_STEPS} instructions")

    def _argument(self, opcode: pickletools.OpcodeInfo) -> Any:
        if opcode.arg is None:
            return None
        if opcode.name == "STRING":  # pickletools takes these for ASCII; arrays of Python 2 are not
            line = self._stream.readline().strip()
            if len(line) < 2 or line[:1] not in b"'\"" or line[:1] != line[-1:]:
                raise _RefusedError("a string without quotes")
            return codecs.escape_decode(line[1:-1])[0].decode("latin-1")  # type: ignore[attr-defined]
        return opcode.arg.reader(self._stream)

    def _step(self, name: str, argument: Any) -> None:
        stack = self._stack
        if name in _LITERALS:
            stack.append(argument)
        elif name in _CONSTANTS:
            stack.append(_CONSTANTS[name]())
        elif name in ("PROTO", "FRAME"):
            return
        elif name == "MARK":
            stack.append(_MARK)
        elif name in ("PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE"):
            key = len(self._memo) if name == "MEMOIZE" else argument
            self._memo[key] = stack[-1]
            if isinstance(stack[-1], _Unbuilt):
                stack[-1].keys.append(key)
        elif name in ("GET", "BINGET", "LONG_BINGET"):
            stack.append(self._memo[argument])
        elif name in ("POP", "DUP"):
            top = stack.pop()
            stack.extend([top, top] if name == "DUP" else [])
        elif name == "POP_MARK":
            self._since_mark()
        elif name in ("TUPLE1", "TUPLE2", "TUPLE3"):
            count = int(name[-1])
            items = tuple(stack[-count:])
            del stack[-count:]
            stack.append(items)
        elif name in ("TUPLE", "LIST"):
            items_list = self._since_mark()
            self._listed += len(items_list) if name == "LIST" else 0
            stack.append(tuple(items_list) if name == "TUPLE" else items_list)
        elif name in ("APPEND", "APPENDS"):
            items_list = self._since_mark() if name == "APPENDS" else [stack.pop()]
            self._top(list).extend(items_list)
            self._listed += len(items_list)
        elif name in ("DICT", "SETITEMS"):
            items_list = self._since_mark()
            if name == "DICT":
                stack.append({})
            self._top(dict).update(zip(self._keys(items_list[::2]), items_list[1::2], strict=True))
        elif name == "SETITEM":
            value = stack.pop()
            (key,) = self._keys([stack.pop()])
            self._top(dict)[key] = value
        elif name == "ADDITEMS":
            items_list = self._since_mark()
            self._top(set).update(self._keys(items_list))
        elif name == "FROZENSET":
            stack.append(frozenset(self._keys(self._since_mark())))
        elif name in ("GLOBAL", "STACK_GLOBAL"):
            second, first = (stack.pop(), stack.pop()) if name == "STACK_GLOBAL" else argument.split(" ", 1)[::-1]
            if type(first) is not str or type(second) is not str:
                raise _RefusedError("it is broken (a name that is no text)")
            stack.append(_Name(first, second))
        elif name == "REDUCE":
            arguments, function = stack.pop(), stack.pop()
            stack.append(self._called(function, arguments))
        elif name == "BUILD":
            state = stack.pop()
            unbuilt = stack.pop()
            stack.append(self._built(unbuilt, state))
            self._memo.update(dict.fromkeys(unbuilt.keys, stack[-1]))
        else:
            raise _RefusedError(f"it has the instruction {name}, which plain data does not need")

    def _since_mark(self) -> list[Any]:
        for place in range(len(self._stack) - 1, -1, -1):
            if self._stack[place] is _MARK:
                items = self._stack[place + 1 :]
                del self._stack[place:]
                return items
        raise _RefusedError("it is broken (no mark)")

    def _top(self, kind: type) -> Any:
        if type(self._stack[-1]) is not kind:
            raise _RefusedError(f"it is broken (no {kind.__name__})")
        return self._stack[-1]

    def _keys(self, keys: Any) -> list[Any]:
        if not all(type(key) in _KEYS for key in keys):
            raise _RefusedError("a key that is neither a string nor a number")
        if any(type(key) is int and key.bit_length() > _KEY_BITS for key in keys):
            raise _RefusedError("a key that is a huge number")
        return list(keys)

    def _called(self, function: Any, arguments: Any) -> Any:
        if not isinstance(function, _Name) or type(arguments) is not tuple:
            raise _RefusedError("it calls what is no function")
        match function.kind, arguments:
            case "reconstruct", (_Name(kind="array"), *_):
                return _Unbuilt()
            case "dtype", (str() as text, *_):
                return _Unbuilt(_checked_type(text))
            case "scalar", (np.dtype() as dtype, content):
                self._charge(dtype.itemsize)
                return self._array(dtype, (1,), content, False)[0]
            case "frombuffer", (content, np.dtype() as dtype, tuple() as shape, "C" | "F" as order):
                return self._array(dtype, shape, content, order == "F")
            case "encode", (str() as text, "latin1" | "latin-1"):
                return self._bytes(text)
            case "bytes", ():
                return b""
            case ("set" | "frozenset") as kind, (list() as items,):
                self._listed -= len(items)
                if self._listed < 0:
                    raise _RefusedError("it uses the same lists over and over")
                return (set if kind == "set" else frozenset)(self._keys(items))
            case "complex", (float() as real, float() as imaginary):
                return complex(real, imaginary)
        raise _RefusedError(f"it calls {function.text} with arguments that are not those of data")

    def _built(self, target: Any, state: Any) -> Any:
        match target, state:
            case _Unbuilt(dtype=None), (
                int(),
                tuple() as shape,
                np.dtype() as dtype,
                bool() | int() as fortran,
                content,
            ):
                return self._array(dtype, shape, content, bool(fortran))
            case _Unbuilt(dtype=np.dtype() as dtype), (int(), "<" | ">" | "|" | "=" as order, *_):
                return dtype.newbyteorder(order)
        raise _RefusedError("it sets the state of something that is no array of numbers")

    def _array(self, dtype: np.dtype[Any], shape: tuple[Any, ...], content: Any, fortran: bool) -> Any:
        if isinstance(content, str):
            content = self._bytes(content)
        if type(content) not in (bytes, bytearray):
            raise _RefusedError("an array that does not hold numbers or strings")
        if len(shape) > MOST_AXES or not all(type(size) is int and 0 <= size < 2**48 for size in shape):
            raise _RefusedError("an array of an impossible shape")
        if math.prod(shape) * dtype.itemsize != len(content):
            raise _RefusedError(f"an array of shape {str(shape)[:60]} with {len(content)} bytes")
        array = np.frombuffer(content, dtype).reshape(shape, order="F" if fortran else "C")
        array.flags.writeable = False
        return array

    def _bytes(self, text: str) -> bytes:
        self._charge(len(text))
        return text.encode("latin-1")

    def _charge(self, size: int) -> None:
        self._text_left -= size
        if self._text_left < 0:
            raise _RefusedError("it uses the same strings over and over")

    def _checked(self, result: Any) -> Any:
        """Return the result if nothing but data is left in it."""
        seen: set[int] = set()
        waiting = [result]
        while waiting:
            value = waiting.pop()
            if isinstance(value, (_Name, _Unbuilt, np.dtype)) or value is _MARK:
                raise _RefusedError("it holds something that is no data")
            if isinstance(value, (dict, list, tuple)) and id(value) not in seen:
                seen.add(id(value))
                waiting.extend(_items(value))
        return result


def _items(value: Any) -> Iterator[Any]:
    return iter(value.values() if isinstance(value, dict) else value)


def _checked_type(text: str) -> np.dtype[Any]:
    if not _TYPE.fullmatch(text):
        raise _RefusedError(f"an array of {text[:30]!r}, which are no numbers or strings")
    return np.dtype(text)


_OPCODES = {opcode.code: opcode for opcode in pickletools.opcodes}
_TYPE = re.compile(r"[<>|=]?[biufcSU][1-9]\d{0,8}")  # as numpy's pickles name bools, numbers and strings
_LITERALS = frozenset(
    {"INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"}
    | {"STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"}
    | {"BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"}
)
_CONSTANTS: dict[str, Callable[[], Any]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_TUPLE": tuple,
    "EMPTY_LIST": list,
    "EMPTY_DICT": dict,
    "EMPTY_SET": set,
}
_ALLOWED = {
    **{f"{core}.multiarray._reconstruct": "reconstruct" for core in ("numpy.core", "numpy._core")},
    **{f"{core}.multiarray.scalar": "scalar" for core in ("numpy.core", "numpy._core")},
    **{f"{core}.numeric._frombuffer": "frombuffer" for core in ("numpy.core", "numpy._core")},
    "numpy.ndarray": "array",
    "numpy.dtype": "dtype",
    "_codecs.encode": "encode",
    **{f"{module}.{name}": name for module in ("builtins", "__builtin__") for name in ("set", "frozenset", "complex")},
    **{f"{module}.bytes": "bytes" for module in ("builtins", "__builtin__")},
}
