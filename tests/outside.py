"""What tests need besides the locked environment: `make setup-checks` installs it, and .ci/run asks for it."""

import os
import sys
from pathlib import Path
from typing import NoReturn

import pytest

# Versions: envs/checks.package.json.
NODE_MODULES = Path(sys.prefix) / "node" / "node_modules"


def absent(what: str) -> NoReturn:
    """Skip a test for want of something; with PLAYLIST2DANCE_CHECKS=required it fails, so that nothing goes unseen."""
    reason = f"no {what}: make setup-checks"
    if os.environ.get("PLAYLIST2DANCE_CHECKS") == "required":
        pytest.fail(reason)
    pytest.skip(reason)


def node_module(name: str) -> Path:
    """Return the folder of a package for Node."""
    path = NODE_MODULES / name
    return path if path.is_dir() else absent(name)
