"""Kernels that numba keeps on disk are those of the sources that lie there."""

import subprocess
import sys
from pathlib import Path

from workflow_scripts.figure.kernel_cache import drop_stale

CALLED = """
import numba
@numba.njit(cache=True, forceinline=True)
def number():
    return {}
"""
CALLER = """
import sys
from pathlib import Path
from workflow_scripts.figure.kernel_cache import drop_stale
if sys.argv[1] == "drop":
    drop_stale(Path(__file__).parent)
import numba
from called import number
@numba.njit(cache=True)
def double():
    return 2 * number()
print(double(), sum(double.stats.cache_hits.values()))
"""


def run(folder: Path, drop: str) -> list[int]:
    done = subprocess.run([sys.executable, "caller.py", drop], cwd=folder, capture_output=True, text=True, check=True)
    return [int(part) for part in done.stdout.split()]


def test_a_change_in_what_a_kernel_calls_makes_it_again(tmp_path: Path) -> None:
    (tmp_path / "caller.py").write_text(CALLER)
    (tmp_path / "called.py").write_text(CALLED.format(21))
    assert run(tmp_path, "drop") == [42, 0]
    assert run(tmp_path, "drop") == [42, 1]  # kept
    (tmp_path / "called.py").write_text(CALLED.format(50))
    assert run(tmp_path, "keep") == [42, 1]  # what numba alone would do
    assert run(tmp_path, "drop") == [100, 0]


def test_a_folder_that_cannot_be_written_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "caller.py").write_text("")
    (tmp_path / "__pycache__").write_text("no folder")
    drop_stale(tmp_path)
    assert (tmp_path / "__pycache__").read_text() == "no folder"
