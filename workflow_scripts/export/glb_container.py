"""glTF 2.0 in one binary file (.glb): JSON that describes numbers, and the numbers.

Khronos Group, glTF 2.0 specification (ISO/IEC 12113:2022), sections 3.6 (accessors) and 4 (GLB).
"""

import json
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.files import atomic_path

_MAGIC, _VERSION, _JSON, _BIN = 0x46546C67, 2, 0x4E4F534A, 0x004E4942
_COMPONENTS = {"<f4": 5126, "|u1": 5121, "<u2": 5123, "<u4": 5125}
_TYPES = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4", 16: "MAT4"}
VERTICES, TRIANGLES = 34962, 34963  # what a view of the buffer holds, for the graphics card
Array = npt.NDArray[Any]


@dataclass
class Buffer:
    """The numbers of a file while it is made: each array becomes a view of the buffer and an accessor."""

    data: bytearray = field(default_factory=bytearray)
    views: list[dict[str, Any]] = field(default_factory=list)
    accessors: list[dict[str, Any]] = field(default_factory=list)

    def add(self, values: Array, target: int | None = None, normalized: bool = False, bounds: bool = False) -> int:
        """Append numbers (N,) or (N, C) of 8, 16 or 32 bits without sign, or float32; returns the accessor's index.

        Args:
            values: the numbers, finite.
            target: VERTICES or TRIANGLES.
            normalized: whole numbers stand for shares of the largest one.
            bounds: state the smallest and the largest value of each component.
        """
        rows = np.ascontiguousarray(values.reshape(len(values), -1))
        rows = rows.astype(rows.dtype.newbyteorder("<"))
        if not np.isfinite(rows).all():
            raise ValueError("glTF has no NaN and no infinity")
        accessor: dict[str, Any] = {
            "bufferView": self.add_bytes(rows.tobytes(), target),
            "componentType": _COMPONENTS[rows.dtype.str],
            "count": len(rows),
            "type": _TYPES[rows.shape[1]],
        }
        if normalized:
            accessor["normalized"] = True
        if bounds:
            accessor |= {"min": rows.min(axis=0).tolist(), "max": rows.max(axis=0).tolist()}
        self.accessors.append(accessor)
        return len(self.accessors) - 1

    def add_bytes(self, content: bytes, target: int | None = None) -> int:
        """Append bytes (a picture, say); returns the index of their view."""
        self.data += bytes(-len(self.data) % 4)
        view: dict[str, Any] = {"buffer": 0, "byteOffset": len(self.data), "byteLength": len(content)}
        self.views.append(view | ({"target": target} if target else {}))
        self.data += content
        return len(self.views) - 1


def save_glb(path: Path, document: dict[str, Any], buffer: Buffer) -> None:
    """Write a file of a glTF document, to which the buffer with its views and accessors is added."""
    binary = bytes(buffer.data) + bytes(-len(buffer.data) % 4)
    document = document | {
        "buffers": [{"byteLength": len(binary)}],
        "bufferViews": buffer.views,
        "accessors": buffer.accessors,
    }
    text = json.dumps(document, separators=(",", ":"), allow_nan=False).encode()
    text += b" " * (-len(text) % 4)
    total = 12 + 8 + len(text) + 8 + len(binary)
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        file.write(struct.pack("<III", _MAGIC, _VERSION, total))
        file.write(struct.pack("<II", len(text), _JSON) + text)
        file.write(struct.pack("<II", len(binary), _BIN) + binary)


@dataclass(frozen=True)
class Glb:
    """The content of a file."""

    path: Path
    document: dict[str, Any]
    binary: bytes

    def array(self, accessor: int) -> Array:
        """Return the numbers (N, C) of an accessor as they are stored.

        Raises:
            UserError: the file does not hold them.
        """
        try:
            entry = self.document["accessors"][accessor]
            view = self.document["bufferViews"][entry["bufferView"]]
            width = next(width for width, name in _TYPES.items() if name == entry["type"])
            dtype = np.dtype(next(name for name, number in _COMPONENTS.items() if number == entry["componentType"]))
            start = view.get("byteOffset", 0) + entry.get("byteOffset", 0)
            if "byteStride" in view and view["byteStride"] != width * dtype.itemsize:
                raise ValueError("interleaved numbers are not read here")
            numbers = np.frombuffer(self.binary, dtype, entry["count"] * width, start)
            return numbers.reshape(-1, width)
        except (KeyError, IndexError, StopIteration, ValueError, TypeError) as error:
            raise UserError(f"{self.path}: its numbers cannot be read ({error!r})") from error


def load_glb(path: Path) -> Glb:
    """Read a file.

    Raises:
        UserError: not readable, or no .glb file.
    """
    try:
        data = path.read_bytes()
        magic, version, total = struct.unpack_from("<III", data)
        if (magic, version) != (_MAGIC, _VERSION) or total > len(data):
            raise ValueError("it does not begin as one, or is cut off")
        length, kind = struct.unpack_from("<II", data, 12)
        if kind != _JSON:
            raise ValueError("its JSON is missing")
        document = json.loads(data[20 : 20 + length])
        rest = data[20 + length : total]
        size, kind = struct.unpack_from("<II", rest) if rest else (0, _BIN)
        if kind != _BIN or 8 + size > len(rest or bytes(8)):
            raise ValueError("its numbers are cut off")
        return Glb(path, document, rest[8 : 8 + size])
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from error
    except (ValueError, struct.error) as error:
        raise UserError(f"{path}: no readable .glb file ({error})") from error
