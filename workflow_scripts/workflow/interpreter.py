"""Which Python the jobs' shells find."""

import os
import sys
from pathlib import Path


def put_own_python_first() -> None:
    """Put the folder of the running Python before all others on PATH, for the shells of this process.

    An unactivated .venv/bin/snakemake has no `python` of its environment on its path. The alternative, its full path
    as a parameter of each rule, would make everything stale when the project is moved.
    """
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
