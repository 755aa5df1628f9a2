"""The pictures file: what is written is read, what is broken is said."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import h5py
import numpy as np
import pytest

from workflow_scripts.motion.pictures_file import FPS, SIDE, Pictures, PicturesFile, read_pictures, write_pictures
from workflow_scripts.workflow.errors import BrokenFileError


def some(count: int, seed: int = 0) -> Pictures:
    return np.random.default_rng(seed).integers(0, 256, (count, SIDE, SIDE, 3), dtype=np.uint8)


class OneByOne(Mapping[str, Pictures]):
    """Makes pictures when they are asked for, and counts how often."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __getitem__(self, name: str) -> Pictures:
        self.asked.append(name)
        return some(3, int(name[-1]))

    def __iter__(self) -> Iterator[str]:
        return iter(("demo.v2", "demo.v1"))

    def __len__(self) -> int:
        return 2


def test_what_is_written_is_read(tmp_path: Path) -> None:
    written = {"demo.v01.0000": some(40), "demo.v02.0000.1.0": some(1, 1)}
    write_pictures(tmp_path / "p.h5", PicturesFile(written, {"dataset": "abc"}))
    found = read_pictures(tmp_path / "p.h5")
    assert found.provenance == {"dataset": "abc"}
    assert list(found.pictures) == sorted(written)
    for name, pictures in written.items():
        assert found.pictures[name].dtype == np.uint8
        np.testing.assert_array_equal(found.pictures[name], pictures)
    with h5py.File(tmp_path / "p.h5") as file:  # it says itself what it holds
        assert (file.attrs["fps"], file.attrs["side"], bool(file.attrs["complete"])) == (FPS, SIDE, True)


def test_each_clip_is_made_once_when_it_is_written(tmp_path: Path) -> None:
    made = OneByOne()
    write_pictures(tmp_path / "p.h5", PicturesFile(made))
    assert made.asked == ["demo.v1", "demo.v2"]


@pytest.mark.parametrize(
    "wrong",
    [some(0), some(2)[:, :32], some(2).astype(np.float32), some(2)[..., 0]],
    ids=["none", "low", "type", "grey"],
)
def test_other_shapes_are_refused(tmp_path: Path, wrong: Pictures) -> None:
    with pytest.raises(ValueError, match=r"demo\.v1: pictures of shape"):
        write_pictures(tmp_path / "p.h5", PicturesFile({"demo.v1": wrong}))
    assert list(tmp_path.iterdir()) == []


def test_a_broken_file_is_deleted(tmp_path: Path) -> None:
    path = tmp_path / "p.h5"
    write_pictures(path, PicturesFile({"demo.v1": some(30)}))
    path.write_bytes(path.read_bytes()[:-5000])
    with pytest.raises(BrokenFileError, match="pictures file"):
        read_pictures(path)
    assert not path.exists()
