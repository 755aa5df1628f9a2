"""Small files that claim to be huge."""

import struct
from pathlib import Path

from workflow_scripts.workflow.media import run_ffmpeg


class _Bits:
    """A writer of bits, and of numbers in exponential Golomb code, as H.264 has them (ITU-T H.264, 7.2 and 9.1)."""

    def __init__(self) -> None:
        self._bits = ""

    def fixed(self, width: int, *values: int) -> "_Bits":
        self._bits += "".join(f"{value:0{width}b}" for value in values)
        return self

    def golomb(self, *values: int) -> "_Bits":
        for value in values:
            self._bits += f"{value + 1:0{2 * (value + 1).bit_length() - 1}b}"
        return self

    def unit(self, kind: int) -> bytes:
        bits = self._bits + "1"
        bits += "0" * (-len(bits) % 8)
        body = bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))
        return b"\0\0\0\1" + bytes([kind]) + body.replace(b"\0\0", b"\0\0\3")


def huge_video(path: Path, side: int, sound: Path) -> Path:
    """A film of 2 s, a few kB, whose pictures are `side` x `side` px (the container is chosen by the suffix)."""
    blocks = side // 16 - 1
    sequence = _Bits().fixed(8, 66, 0, 62).golomb(0, 0, 2, 1).fixed(1, 0).golomb(blocks, blocks).fixed(1, 1, 1, 0, 0)
    picture = (
        _Bits().golomb(0, 0).fixed(1, 0, 0).golomb(0, 0, 0).fixed(1, 0).fixed(2, 0).golomb(0, 0, 0).fixed(1, 0, 0, 0)
    )
    stream = b""
    for number in range(50):
        slice_head = _Bits().golomb(0, 7, 0).fixed(4, 0).golomb(number % 2).fixed(1, 0, 0).golomb(0)
        stream += sequence.unit(0x67) + picture.unit(0x68) + slice_head.unit(0x65) + b"\x55" * 40
    raw = path.with_suffix(".h264")
    raw.write_bytes(stream)
    run_ffmpeg(
        ["-r", "25", "-f", "h264", "-i", raw, "-i", sound, "-map", "0:v", "-map", "1:a", "-c", "copy", path], path
    )
    raw.unlink()
    return path


def claims_to_last(film: Path, path: Path, seconds: int) -> Path:
    """A copy of an MP4 whose header states another duration."""
    data = bytearray(film.read_bytes())
    at = data.index(b"mvhd") + 16  # version and flags, two times, time scale (ISO/IEC 14496-12, 8.2.2)
    (scale,) = struct.unpack(">I", data[at : at + 4])
    data[at + 4 : at + 8] = struct.pack(">I", min(seconds * scale, 2**32 - 2))
    path.write_bytes(data)
    return path


def lasts(film: Path, path: Path, factor: int) -> Path:
    """A copy of a film, as small, whose pictures and sounds come `factor` times later."""
    stretched = ["-bsf:v", f"setts=ts=TS*{factor}", "-bsf:a", f"setts=ts=TS*{factor}"]
    run_ffmpeg(["-i", film, "-c", "copy", *stretched, path], path)
    return path
