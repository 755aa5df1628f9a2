import h5py
import pytest

from workflow_scripts.motion.hdf5 import opened
from workflow_scripts.workflow.errors import BrokenFileError, UserError


def make(path, **attributes):
    with h5py.File(path, "w") as file:
        file.attrs.update({"format": "x/y", "version": 2, "complete": True} | attributes)
        file["numbers"] = [1, 2, 3]


def test_a_complete_file_of_the_format_is_opened(tmp_path):
    make(tmp_path / "a.h5")
    with opened(tmp_path / "a.h5", "x/y", 2, "number file") as file:
        assert list(file["numbers"]) == [1, 2, 3]
    assert (tmp_path / "a.h5").exists()


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ({"format": "x/z"}, "not a x/y file of version 2"),
        ({"version": 1}, "not a x/y file of version 2"),
        ({"complete": False}, "incomplete number file"),
    ],
)
def test_another_or_an_incomplete_file_is_deleted(tmp_path, attributes, reason):
    make(tmp_path / "a.h5", **attributes)
    with pytest.raises(BrokenFileError, match=reason), opened(tmp_path / "a.h5", "x/y", 2, "number file"):
        pass
    assert not (tmp_path / "a.h5").exists()


def test_a_file_with_a_part_missing_is_deleted(tmp_path):
    make(tmp_path / "a.h5")
    with (
        pytest.raises(BrokenFileError, match="not a readable number file"),
        opened(tmp_path / "a.h5", "x/y", 2, "number file") as file,
    ):
        file["letters"]
    assert not (tmp_path / "a.h5").exists()


def test_no_hdf5_file_is_deleted(tmp_path):
    (tmp_path / "a.h5").write_bytes(b"no")
    with pytest.raises(BrokenFileError), opened(tmp_path / "a.h5", "x/y", 2, "number file"):
        pass
    assert not (tmp_path / "a.h5").exists()


def test_a_missing_file_and_the_readers_own_errors_are_passed_on(tmp_path):
    with pytest.raises(FileNotFoundError), opened(tmp_path / "a.h5", "x/y", 2, "number file"):
        pass
    make(tmp_path / "a.h5")
    with pytest.raises(UserError, match="mine"), opened(tmp_path / "a.h5", "x/y", 2, "number file"):
        raise UserError("mine")
    assert (tmp_path / "a.h5").exists()
