"""`make setup-checks` is done only when everything is there; what is missing fails tests where that is asked for."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import outside
import pytest

ROOT = Path(__file__).resolve().parents[2]
Make = Callable[..., "subprocess.CompletedProcess[str]"]


def program(path: Path, script: str = "exit 0") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Runs make on a machine of its own: a user who is not root, no browser, no npm, a .venv that is ready."""
    for name in ("bash", "sh", "make", "rm", "cp", "mkdir", "touch"):
        (tmp_path / "bin").mkdir(exist_ok=True)
        (tmp_path / "bin" / name).symlink_to(shutil.which(name) or name)
    program(tmp_path / "bin" / "id", "echo 1000")
    program(tmp_path / "venv" / "bin" / "python")
    (tmp_path / "venv" / ".ready").touch()

    def run(*more: str) -> "subprocess.CompletedProcess[str]":
        command = ["make", "-C", str(ROOT), "setup-checks", f"VENV={tmp_path / 'venv'}", *more]
        environment = {"PATH": str(tmp_path / "bin")}
        return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)

    return run


def test_it_is_done_when_everything_is_there_and_notices_another_version(make: Make, tmp_path: Path) -> None:
    stamp, calls = tmp_path / "venv" / ".checks", tmp_path / "calls"
    without = make()
    assert without.returncode != 0
    assert "not installed: chromium npm." in without.stderr
    program(tmp_path / "bin" / "npm", f'echo "$@" >>{calls}')
    assert "not installed: chromium." in make().stderr
    assert "install" in calls.read_text()  # what can be had is installed
    assert not stamp.exists()
    program(tmp_path / "bin" / "chromium-browser")
    calls.unlink()
    assert make().returncode == 0
    assert stamp.exists()
    assert f"--prefix {tmp_path / 'venv' / 'node'}" in calls.read_text()
    pins = ROOT / "envs" / "checks.package.json"
    assert (tmp_path / "venv" / "node" / "package.json").read_text() == pins.read_text()
    calls.unlink()
    make()
    assert not calls.exists()
    make("-W", "envs/checks.package.json")
    assert calls.exists()


def test_a_broken_installation_is_not_taken_for_done(make: Make, tmp_path: Path) -> None:
    program(tmp_path / "bin" / "chromium")
    program(tmp_path / "bin" / "npm", "exit 7")
    assert make().returncode != 0
    assert not (tmp_path / "venv" / ".checks").exists()


def test_root_installs_what_is_missing_by_apt(make: Make, tmp_path: Path) -> None:
    here = tmp_path / "bin"
    program(here / "id", "echo 0")
    program(here / "apt-get", f'[ $1 = update ] || {{ echo "$@" >{tmp_path}/asked; cp {here}/id {here}/chromium; }}')
    program(here / "npm")
    assert make().returncode == 0
    assert (tmp_path / "asked").read_text().split()[-1] == "chromium"


def test_what_is_missing_skips_a_test_or_fails_it_where_everything_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLAYLIST2DANCE_CHECKS", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no nothing-of-the-kind: make setup-checks"):
        outside.node_module("nothing-of-the-kind")
    monkeypatch.setenv("PLAYLIST2DANCE_CHECKS", "required")
    with pytest.raises(pytest.fail.Exception, match="no nothing-of-the-kind: make setup-checks"):
        outside.node_module("nothing-of-the-kind")


def test_three_js_is_that_of_the_page_and_continuous_integration_wants_it() -> None:
    pinned = json.loads((ROOT / "envs" / "checks.package.json").read_text())["dependencies"]
    page = json.loads((ROOT / "workflow_scripts/export/viewer/vendor/package.json").read_text())["devDependencies"]
    assert page.items() <= pinned.items()
    assert "PLAYLIST2DANCE_CHECKS=required make test" in (ROOT / ".ci" / "run").read_text()
