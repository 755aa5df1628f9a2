"""Files that end before their own end are known, and no other ones are taken for such."""

import struct
from pathlib import Path

import numpy as np
import pytest

from workflow_scripts.collect.fetching.completeness import is_cut_off
from workflow_scripts.workflow.media import run_ffmpeg

KINDS = {
    "plain.mp4": ["-c", "copy"],
    "index_first.mp4": ["-c", "copy", "-movflags", "+faststart"],
    "fragments.mp4": ["-c", "copy", "-movflags", "+frag_keyframe+empty_moov"],
    "film.mov": ["-c", "copy"],
    "film.mkv": ["-c", "copy"],
    "film.webm": ["-c:v", "libvpx", "-c:a", "libopus"],
    "film.avi": ["-c", "copy"],
    "song.wav": ["-vn"],
    "song.m4a": ["-vn", "-c", "copy"],
}
OPEN = {"film.ts": ["-c", "copy"], "song.mp3": ["-vn"], "song.flac": ["-vn"], "song.ogg": ["-vn", "-c:a", "libopus"]}


def made(video: Path, path: Path, options: list[str]) -> Path:
    run_ffmpeg(["-i", video, *options, path], path)
    return path


@pytest.mark.parametrize("name", KINDS)
def test_every_beginning_is_known_to_be_one(video: Path, tmp_path: Path, name: str) -> None:
    path = made(video, tmp_path / name, KINDS[name])
    assert not is_cut_off(path)
    data = path.read_bytes()
    half = tmp_path / f"half_{name}"
    # Fragments may end at any of their ends; the rest is known from the first box on.
    for length in sorted({200, len(data) // 3, len(data) // 2, len(data) * 9 // 10, len(data) - 8, len(data) - 3}):
        half.write_bytes(data[:length])
        assert is_cut_off(half), length
    half.write_bytes(data + b"TAG" + bytes(125))  # an ID3 tag, as players of songs leave it
    assert not is_cut_off(half)


@pytest.mark.parametrize("name", OPEN)
def test_formats_that_do_not_know_their_length(video: Path, tmp_path: Path, name: str) -> None:
    path = made(video, tmp_path / name, OPEN[name])
    assert not is_cut_off(path)
    path.write_bytes(path.read_bytes()[:3000])
    assert not is_cut_off(path)


def test_lengths_that_are_left_open(video: Path, tmp_path: Path) -> None:
    path = tmp_path / "film"
    path.write_bytes(struct.pack(">I4sI4sI4s", 8, b"ftyp", 8, b"moov", 0, b"mdat") + bytes(100))
    assert not is_cut_off(path)
    path.write_bytes(struct.pack(">I4sI4sQ", 8, b"moov", 1, b"mdat", 2**40) + bytes(100))
    assert is_cut_off(path)
    path.write_bytes(b"RIFF\xff\xff\xff\xffWAVE" + bytes(100))
    assert not is_cut_off(path)
    live = made(video, tmp_path / "live.mkv", ["-c", "copy", "-live", "1"])
    data = live.read_bytes()
    assert not is_cut_off(live)
    live.write_bytes(data[: len(data) // 2])
    assert not is_cut_off(live)


def test_nonsense_is_for_the_decoder_to_say(video: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    path = tmp_path / "nonsense"
    whole = video.read_bytes()
    for start in (b"", b"\0\0\0\x18ftyp", b"\x1aE\xdf\xa3", b"RIFF", b"\0\0\0\1moov"):
        for size in (0, 1, 7, 30, 3000):
            path.write_bytes(start + rng.bytes(size))
            assert is_cut_off(path) in (True, False)
    for _ in range(200):
        damaged = bytearray(whole)
        for at in rng.integers(0, len(damaged), 3):
            damaged[at] = rng.integers(256)
        path.write_bytes(damaged)
        assert is_cut_off(path) in (True, False)
