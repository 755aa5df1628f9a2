"""A job ends with the run it belongs to, so that an orphan never replaces what a later run has made.

Snakemake's jobs are shells with a Python in them. When Snakemake or the shell is killed, the Python lives on and would
finish its output minutes later, over that of the next run. So the Snakefile announces its process, and every entry
point watches that process and its own shell. A command typed by hand has no such announcement and watches nothing.
"""

import ctypes
import os
import signal
import threading
import time
from pathlib import Path

VARIABLE = "PLAYLIST2DANCE_RUN"  # "<pid> <start time>" of the Snakemake process
_POLL_S = 0.2
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_libc = ctypes.CDLL(None)
_shell = os.getppid()


def announce_run() -> None:
    """Tell all jobs that this process starts from now on that they belong to it."""
    os.environ[VARIABLE] = f"{os.getpid()} {_start_time(os.getpid())}"


def orphaned() -> bool:
    """Tell whether the run this process belongs to, or the shell that started it, is gone."""
    run = os.environ.get(VARIABLE)
    if not run:
        return False
    pid, started = run.split()
    return _start_time(int(pid)) != started or os.getppid() != _shell


def end_with_the_run() -> None:
    """Start watching: when this process becomes an orphan, it and all its children are killed at once."""
    if os.environ.get(VARIABLE):
        threading.Thread(target=_watch, daemon=True, name="lifeline").start()


def stop_if_orphaned() -> None:
    """End this process at once if it is an orphan (called right before an output takes its place)."""
    if orphaned():
        _end()


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent ends; for `preexec_fn` of programs that write files."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _watch() -> None:
    while not orphaned():
        time.sleep(_POLL_S)
    _end()


def _end() -> None:
    import psutil

    for child in psutil.Process().children(recursive=True):
        child.kill()
    os._exit(1)  # no clean-up, as if killed: what is left has names that the next run clears away


def _start_time(pid: int) -> str:
    """Return when a process started, in clock ticks since boot ("" if there is none): a pid alone is used again."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()  # after the name, which may hold anything
    return "" if fields[0] == "Z" else fields[19]  # a zombie is dead; field 22 of proc(5) is the start time
