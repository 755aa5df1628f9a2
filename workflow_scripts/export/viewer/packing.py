"""Whole numbers in few bytes: differences, bytes sorted by their weight, deflate. `data.js` is the other side.

A table (N, C) of whole numbers is differenced `order` times along N, each number is made non-negative (zigzag: 0, -1,
1, -2, ... are 0, 1, 2, 3, ...), and written column by column: all low bytes, then all high bytes. Tables follow each
other in one deflated block; a JSON header says where each begins.
"""

import base64
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Table = npt.NDArray[np.int64]
END = 1 << 16  # of what two bytes hold
_ORDERS = (0, 1, 2)


def pack(tables: Mapping[str, npt.ArrayLike]) -> tuple[str, dict[str, Any]]:
    """Pack tables of whole numbers.

    Args:
        tables: (N, C) or (N,), N > 0, whole numbers from -2^15 to 2^15 - 1.

    Returns:
        (text, header): base64 of the block; {name: {"at": first byte, "rows": N, "columns": C, "order": order}}.

    Raises:
        ValueError: a number takes more than two bytes.
    """
    header: dict[str, Any] = {}
    parts: list[bytes] = []
    at = 0
    for name, values in tables.items():
        table = np.asarray(values, dtype=np.int64)
        table = table.reshape(len(table), -1)
        # The order that takes the fewest bytes by itself: smooth curves like two, noise none.
        order, packed = min(
            ((order, part) for order in _ORDERS if (part := _packed(table, order)) is not None),
            key=lambda choice: len(zlib.compress(choice[1], 6)),
            default=(0, None),
        )
        if packed is None:
            raise ValueError(f"{name}: numbers of more than two bytes")
        rows, columns = table.shape
        header[name] = {"at": at, "rows": rows, "columns": columns, "order": order}
        parts.append(packed)
        at += len(packed)
    return base64.b64encode(zlib.compress(b"".join(parts), 9)).decode(), header


def _packed(table: Table, order: int) -> bytes | None:
    """Return the bytes of one table, None if a number takes more than two."""
    for _ in range(order):
        table = np.diff(table, axis=0, prepend=np.zeros_like(table[:1]))
    folded = np.where(table < 0, -2 * table - 1, 2 * table).T
    if folded.size and folded.max() >= END:
        return None
    return (folded & 255).astype(np.uint8).tobytes() + (folded >> 8).astype(np.uint8).tobytes()
