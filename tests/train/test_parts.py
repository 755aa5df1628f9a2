"""Files of first steps."""

from pathlib import Path

import h5py
import numpy as np
import pytest
import torch

from workflow_scripts.train.parts import read_part, write_arrays
from workflow_scripts.workflow.errors import UserError


def test_arrays_come_back(tmp_path: Path) -> None:
    path = tmp_path / "clusters.h5"
    arrays = {"centres": np.arange(6.0).reshape(2, 3), "labels": np.array([1, 0, 1])}
    write_arrays(path, arrays, {"code": "abc"})
    part = read_part(path)
    assert part.keys() == arrays.keys()
    for name, values in arrays.items():
        np.testing.assert_array_equal(part[name], values)
    with h5py.File(path) as file:
        assert file.attrs["code"] == "abc"


def test_a_checkpoint_gives_its_state(tmp_path: Path) -> None:
    path = tmp_path / "pose_gan.ckpt"
    torch.save({"state": {"weight": torch.ones(2)}, "settings": {}}, path)
    assert torch.equal(read_part(path)["weight"], torch.ones(2))


@pytest.mark.parametrize("name", ["clusters.h5", "pose_gan.ckpt"])
def test_broken_ones_are_deleted_and_missing_ones_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"no such thing")
    with pytest.raises(UserError, match=name):
        read_part(path)
    assert not path.exists()
    with pytest.raises(UserError, match=f"{name} is missing"):
        read_part(path)
