"""The store between projects: equal work is done once, and nothing else is ever served."""

import os

import pytest

from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.files import atomic_path
from workflow_scripts.workflow.store import VARIABLE, announce_store, made_once


def label(path, name):
    path.write_text(f"{name}:{path.read_text().partition(':')[2]}")


class Project:
    """Makes a file whose content says for whom it was made, and counts how often."""

    def __init__(self, folder, name):
        self.target, self.name, self.made = folder / name / "out.txt", name, 0

    def run(self, content, **key):
        def make():
            self.made += 1
            with atomic_path(self.target) as path:
                path.write_text(f"{self.name}:{content}")

        made_once(self.target, "texts", lambda: key, make, label, self.name)
        return self.target.read_text()


@pytest.fixture
def projects(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(tmp_path / "store"))
    return Project(tmp_path, "one"), Project(tmp_path, "two")


def test_the_second_project_makes_nothing(projects, capsys):
    one, two = projects
    assert one.run("x", input="a", setting=1) == "one:x"
    assert two.run("never", setting=1, input="a") == "two:x"
    assert (one.made, two.made) == (1, 0)
    assert "taken from the store" in capsys.readouterr().out
    assert one.target.read_text() == "one:x"


@pytest.mark.parametrize("key", [{"input": "b", "setting": 1}, {"input": "a", "setting": 2}, {"input": "a"}])
def test_another_key_is_made(projects, key):
    one, two = projects
    one.run("x", input="a", setting=1)
    assert two.run("y", **key) == "two:y"
    assert two.made == 1


def test_what_is_damaged_is_made_again(projects, tmp_path, capsys):
    one, two = projects
    one.run("x", input="a")
    (kept,) = (tmp_path / "store").rglob("*.txt")
    kept.write_text(":z")
    assert two.run("x", input="a") == "two:x"
    assert two.made == 1
    assert "damaged" in capsys.readouterr().err
    assert [path.read_text() for path in (tmp_path / "store").rglob("*.txt")] == [":x"]
    assert one.run("never", input="a") == "one:x"


def test_files_of_the_store_may_be_deleted(projects, tmp_path):
    one, two = projects
    one.run("x", input="a")
    for path in (tmp_path / "store").rglob("*.txt"):
        path.unlink()
    assert two.run("x", input="a") == "two:x"


def test_a_change_of_the_project_never_reaches_the_store(projects):
    one, two = projects
    one.run("x", input="a")
    one.target.write_text("spoiled")
    assert two.run("never", input="a") == "two:x"


def test_a_store_that_cannot_be_written_takes_nothing(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "file"))
    assert Project(tmp_path, "one").run("x", input="a") == "one:x"
    assert "nothing can be kept" in capsys.readouterr().err


def test_a_failed_make_leaves_nothing(projects, tmp_path):
    one, _ = projects

    def fail():
        raise UserError("no")

    with pytest.raises(UserError):
        made_once(one.target, "texts", lambda: {"a": 1}, fail, label, "one")
    assert not list((tmp_path / "store").rglob("*.txt"))


def test_without_a_store_the_key_is_not_asked(tmp_path, monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    one = Project(tmp_path, "one")

    def make():
        one.target.parent.mkdir()
        one.target.write_text("x")

    made_once(one.target, "texts", lambda: 1 / 0, make, label, "one")
    assert one.target.read_text() == "x"


def test_the_folder_is_announced(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, "before")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    announce_store("")
    assert VARIABLE not in os.environ
    announce_store("~/shelf")
    assert os.environ[VARIABLE] == str(tmp_path / "shelf")
    announce_store("near/by")
    assert os.environ[VARIABLE] == str(tmp_path / "near" / "by")
    assert (tmp_path / "near" / "by").is_dir()
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="file is a file"):
        announce_store("file")


def test_what_is_stored_carries_no_name_and_is_the_same_whoever_made_it(projects, tmp_path):
    one, two = projects
    one.run("x", input="a")
    (kept,) = (tmp_path / "store").rglob("*.txt")
    before = kept.read_bytes()
    kept.unlink()
    two.run("x", input="a")
    (again,) = (tmp_path / "store").rglob("*.txt")
    assert (again.name, again.read_bytes()) == (kept.name, before)


def test_folders_are_open_to_whom_the_store_is(projects, tmp_path):
    (tmp_path / "store").mkdir()
    (tmp_path / "store").chmod(0o2775)
    old = os.umask(0o077)
    try:
        projects[0].run("x", input="a")
    finally:
        os.umask(old)
    folders = [path for path in (tmp_path / "store").rglob("*") if path.is_dir()]
    assert {path.stat().st_mode & 0o7777 for path in folders} == {0o2775}


def test_what_is_asked_for_is_young(projects, tmp_path):
    one, two = projects
    one.run("x", input="a")
    (kept,) = (tmp_path / "store").rglob("*.txt")
    os.utime(kept, (1, 1))
    two.run("never", input="a")
    assert kept.stat().st_mtime > 1e9
