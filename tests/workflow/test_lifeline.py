"""Jobs whose Snakemake or shell was killed end with it, and never replace a finished output."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from workflow_scripts.workflow.files import temporary_beside
from workflow_scripts.workflow.lifeline import VARIABLE, orphaned

# A job that writes its output after a while, with a child of its own; what a shell of Snakemake's starts.
JOB = """
import subprocess, sys, time
from pathlib import Path
from workflow_scripts.workflow.errors import entry_point
from workflow_scripts.workflow.files import atomic_path

def main():
    with atomic_path(Path(sys.argv[1])) as path:
        child = subprocess.Popen(["sleep", "600"])
        Path(sys.argv[2]).write_text(str(child.pid))
        while not Path(sys.argv[3]).exists():
            time.sleep(0.01)
        path.write_text("late")
        child.kill()

entry_point(main)
"""
# A run: it announces itself, starts the job in a shell and waits.
RUN = """
import subprocess, sys
from workflow_scripts.workflow.lifeline import announce_run
announce_run()
subprocess.run(["bash", "-c", 'python=$1; shift; "$python" -c "$@"; true', "job", sys.executable, *sys.argv[1:]])
"""


@pytest.fixture
def run(tmp_path: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", RUN, JOB, *(str(tmp_path / name) for name in ("output", "child", "go"))]
    process = subprocess.Popen(command)
    wait_until(lambda: (tmp_path / "child").exists() and (tmp_path / "child").read_text() != "")
    return process


def wait_until(true: object, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_a_job_of_a_living_run_finishes(tmp_path: Path, run: "subprocess.Popen[bytes]") -> None:
    (tmp_path / "go").touch()
    assert run.wait(60) == 0
    assert (tmp_path / "output").read_text() == "late"


@pytest.mark.parametrize("victim", ["run", "shell"])
def test_an_orphan_ends_with_its_children_and_writes_nothing(
    tmp_path: Path, run: "subprocess.Popen[bytes]", victim: str
) -> None:
    child = int((tmp_path / "child").read_text())
    job = psutil.Process(child).parent()
    assert job is not None
    os.kill(run.pid if victim == "run" else job.ppid(), signal.SIGKILL)
    (tmp_path / "go").touch()  # the orphan may finish now, if it dares
    wait_until(lambda: not alive(job.pid) and not alive(child))
    run.wait(60)
    assert not (tmp_path / "output").exists()


def test_a_command_typed_by_hand_belongs_to_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert not orphaned()


def test_a_pid_that_is_used_again_is_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, f"{os.getpid()} 12345")
    assert orphaned()


def test_what_a_killed_writer_left_is_cleared_away_by_the_next(tmp_path: Path) -> None:
    script = "import os, sys; from pathlib import Path; from workflow_scripts.workflow.files import temporary_beside\n"
    script += "temporary_beside(Path(sys.argv[1])).touch(); temporary_beside(Path(sys.argv[2])).mkdir(); os._exit(9)"
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "a.h5"), str(tmp_path / "b")], check=False)
    mine = temporary_beside(tmp_path / "c.h5")
    mine.touch()
    assert len(list(tmp_path.iterdir())) == 3
    for name in ("a.h5", "b", "c.h5"):
        temporary_beside(tmp_path / name)
    assert list(tmp_path.iterdir()) == [mine]  # its writer is alive
