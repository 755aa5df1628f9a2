"""Which Python, and which copy of this project's code, the jobs' shells find."""

import os
import sys
from pathlib import Path


def use_own_python(project: Path) -> None:
    """Let the shells of this process find the running Python first, and the code of `project` in it.

    An unactivated .venv/bin/snakemake has no `python` of its environment on its path. The alternative, its full path
    as a parameter of each rule, would make everything stale when the project is moved. And an environment may belong
    to another checkout: the code that runs must be the code whose digests are compared.
    """
    _prepend("PATH", Path(sys.executable).parent)
    _prepend("PYTHONPATH", project)


def _prepend(variable: str, folder: Path) -> None:
    others = [part for part in os.environ.get(variable, "").split(os.pathsep) if part and part != str(folder)]
    os.environ[variable] = os.pathsep.join([str(folder), *others])
