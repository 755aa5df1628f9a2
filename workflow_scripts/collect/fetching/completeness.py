"""Does a file hold all that it says of its own length? A server that ends too early, without an error, leaves less."""

import struct
from pathlib import Path
from typing import BinaryIO

# The outermost boxes of ISO base media files (ISO/IEC 14496-12) and QuickTime films.
_ISO = frozenset(b"ftyp styp moov moof mdat free skip wide pnot uuid sidx ssix mfra meta emsg prft pdin udta".split())
_EBML, _SEGMENT = 0x1A45DFA3, 0x18538067  # RFC 8794, RFC 9559
_UNKNOWN = -1


def is_cut_off(path: Path) -> bool:
    """Tell whether a film ends before its own end: MP4 and MOV, Matroska and WebM, AVI and WAV know their length.

    Of other formats, and of files that leave their length open (recordings, streams), this says False.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(12)
        file.seek(0)
        if start[4:8] in _ISO:
            return _iso_cut_off(file, size)
        if start[:4] == _EBML.to_bytes(4, "big"):
            return _matroska_cut_off(file, size)
        if start[:4] == b"RIFF" and len(start) == 12:
            (length,) = struct.unpack("<I", start[4:8])
            return length not in (0, 0xFFFFFFFF) and 8 + length > size + 1  # some count a byte of padding
        return False


def _iso_cut_off(file: BinaryIO, size: int) -> bool:
    """Walk over the boxes: each begins with its length and its name. A file without an index cannot be whole."""
    position, names = 0, set()
    while position < size:
        file.seek(position)
        head = file.read(16)
        length, name = struct.unpack(">I4s", head[:8].ljust(8))
        if name not in _ISO:
            break  # what follows is something else, and hurts nobody
        names.add(name)
        if length == 1 and len(head) == 16:
            (length,) = struct.unpack(">Q", head[8:])
        if length < 8:
            break  # 0: up to the end of the file; others: damaged, which is for the decoder to say
        position += length
    return position > size or not names & {b"moov", b"moof"}


def _matroska_cut_off(file: BinaryIO, size: int) -> bool:
    """Compare the length of the segment, which is nearly all of the file, with what is there."""
    while file.tell() < size:
        name, length = _number(file, keep_marker=True), _number(file, keep_marker=False)
        if length == _UNKNOWN:
            return False
        if name == _SEGMENT:
            return file.tell() + length > size
        file.seek(length, 1)
    return True


def _number(file: BinaryIO, keep_marker: bool) -> int:
    """Read a number of variable length (RFC 8794, section 4); all ones mean unknown."""
    first = file.read(1)
    if not first or not first[0]:
        return _UNKNOWN
    width = 9 - first[0].bit_length()
    value = int.from_bytes(first + file.read(width - 1), "big")
    if keep_marker:
        return value
    value &= (1 << 7 * width) - 1
    return _UNKNOWN if value == (1 << 7 * width) - 1 else value
