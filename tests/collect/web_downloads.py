"""Downloads from the test server into a folder of the test."""

import json
from pathlib import Path
from typing import Any

import pytest
from collect.playlist_server import Site

from workflow_scripts.collect.download import Report, download
from workflow_scripts.collect.fetching import network
from workflow_scripts.workflow.tables import Row


def settings(monkeypatch: pytest.MonkeyPatch, **values: Any) -> None:
    """Set the network's settings, with pauses that take no time."""
    monkeypatch.setenv(network.VARIABLE, json.dumps({"retries": 2} | values))
    monkeypatch.setattr(network, "FIRST_PAUSE_S", 0.001)


def row_for(url: str, item: str = "v01") -> Row:
    return {"id": item, "url": url, "title": "", "digest": ""}


def folder_of(tmp_path: Path) -> Path:
    return tmp_path / "results" / "videos" / "web"


def fetched(row: Row | str, tmp_path: Path, **config: Any) -> Report:
    row = row_for(row) if isinstance(row, str) else row
    return download(row, {"kind": "videos"} | config, folder_of(tmp_path) / f"{row['id']}.json")


def resumed_at(site: Site) -> list[int]:
    """The bytes from which a download was asked for, where that is not the beginning."""
    starts = [int(asked.removeprefix("bytes=").split("-")[0]) for _, asked in site.log if asked]
    return [start for start in starts if start > 0]
