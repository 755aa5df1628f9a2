"""Media and a web server for the tests of the collect stage."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from collect.playlist_server import Site, serving
from collect.synthetic_media import numbered_video


@pytest.fixture(scope="session")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good video: 2 s at 25 frames/s, with sound."""
    return numbered_video(tmp_path_factory.mktemp("media") / "good.mp4", 2.0, 25)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with serving() as running:
        yield running
