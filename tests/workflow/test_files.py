"""Outputs appear whole or not at all."""

from pathlib import Path

import pytest

from workflow_scripts.workflow.errors import BrokenFileError
from workflow_scripts.workflow.files import atomic_directory, atomic_path, read_json, write_json


def test_atomic_path_replaces_only_on_success(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "file.txt"
    with atomic_path(target) as path:
        path.write_text("one")
    with pytest.raises(RuntimeError), atomic_path(target) as path:
        path.write_text("half")
        raise RuntimeError
    assert target.read_text() == "one"
    assert [item.name for item in target.parent.iterdir()] == ["file.txt"]


def test_atomic_path_keeps_the_suffix_that_codecs_choose_by(tmp_path: Path) -> None:
    with atomic_path(tmp_path / "film.mp4") as path:
        assert path.suffix == ".mp4"
        assert path != tmp_path / "film.mp4"
        path.touch()


def test_atomic_directory_replaces_the_old_content_whole(tmp_path: Path) -> None:
    target = tmp_path / "gallery"
    for name in ("a", "b"):
        with atomic_directory(target) as path:
            (path / name).touch()
    assert [item.name for item in target.iterdir()] == ["b"]
    with pytest.raises(RuntimeError), atomic_directory(target) as path:
        (path / "c").touch()
        raise RuntimeError
    assert [item.name for item in target.iterdir()] == ["b"]
    assert [item.name for item in tmp_path.iterdir()] == ["gallery"]


def test_a_broken_json_is_deleted_so_that_the_next_run_heals_it(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    write_json(path, {"b": 1, "a": "ü"})
    assert read_json(path) == {"a": "ü", "b": 1}
    path.write_text('{"status": ')
    with pytest.raises(BrokenFileError, match=r"status\.json"):
        read_json(path)
    assert not path.exists()
