"""Fixtures that tests of several stages share."""

from collections.abc import Iterator
from typing import Any

import pytest
from browser import running_chromium


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A running Chromium (see `browser.opened`), or a reason to skip."""
    with running_chromium() as context:
        yield context
