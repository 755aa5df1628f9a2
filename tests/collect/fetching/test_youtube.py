"""What YouTube needs, and sources that only it has. There is no network here: its answers are stand-ins."""

import os
import sysconfig
from pathlib import Path
from typing import Any

import pytest
import yt_dlp.dependencies
from collect.web_downloads import fetched, folder_of, settings

from workflow_scripts.collect.fetching import client
from workflow_scripts.collect.fetching.remote import FetchError, list_playlist
from workflow_scripts.collect.fetching.youtube import is_youtube, missing_for_youtube, runtime_options
from workflow_scripts.collect.list_collection import list_collection
from workflow_scripts.workflow.errors import UserError

INSTALL = "YouTube needs a JavaScript runtime (run make setup-youtube, or install deno"


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of this environment's programs, and the whole PATH: empty."""
    folder = tmp_path / "bin"
    folder.mkdir()
    real = sysconfig.get_path
    monkeypatch.setattr(
        sysconfig, "get_path", lambda name, *a, **k: str(folder) if name == "scripts" else real(name, *a, **k)
    )
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setattr(yt_dlp.dependencies, "yt_dlp_ejs", object())
    settings(monkeypatch)
    return folder


def install(folder: Path, name: str, says: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\necho '{says}'\n")
    (folder / name).chmod(0o755)


@pytest.mark.parametrize(
    ("name", "says", "missing"),
    [
        ("deno", "deno 2.9.8 (stable, release, x86_64-unknown-linux-gnu)", ""),
        ("deno", "deno 1.46.3 (stable)", f"{INSTALL}; deno 1.46.3 is too old)"),
        ("node", "v22.1.0", ""),
        ("node", "v20.20.2", f"{INSTALL}; node 20.20.2 is too old)"),
        ("bun", "1.2.11", ""),
        ("qjs", "QuickJS version 2025-04-26", ""),
        ("qjs", "QuickJS version 2021-03-27", f"{INSTALL}; quickjs 2021-03-27 is too old)"),
        ("python", "Python 3.11", f"{INSTALL})"),
    ],
)
@pytest.mark.parametrize("place", ["beside this Python", "in the PATH"])
def test_runtimes(programs: Path, place: str, name: str, says: str, missing: str) -> None:
    install(programs if place == "beside this Python" else Path(os.environ["PATH"]), name, says)
    assert missing_for_youtube() == missing


def test_one_good_runtime_is_enough(programs: Path) -> None:
    install(programs, "deno", "deno 2.9.8")
    install(Path(os.environ["PATH"]), "node", "v20.20.2")
    assert missing_for_youtube() == ""


def test_the_scripts_are_needed_too(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(programs, "deno", "deno 2.9.8")
    monkeypatch.setattr(yt_dlp.dependencies, "yt_dlp_ejs", None)
    assert missing_for_youtube() == "YouTube needs the package yt-dlp-ejs (run make setup-youtube)"


def test_all_runtimes_that_yt_dlp_knows_are_allowed() -> None:
    from yt_dlp.globals import supported_js_runtimes

    assert set(runtime_options()) == set(supported_js_runtimes.value)


def test_addresses_of_youtube() -> None:
    for address in (
        "https://www.youtube.com/watch?v=x",
        "http://YouTube.com/@channel",
        "https://youtu.be/x",
        "https://m.youtube.com/playlist?list=PL1",
        "https://www.youtube-nocookie.com/embed/x",
        "ytsearch5:dance",
    ):
        assert is_youtube(address)
    for address in ("https://notyoutube.com/x", "https://vimeo.com/youtube.com", "http://[bad", "youtube.com", ""):
        assert not is_youtube(address)


@pytest.mark.parametrize("source", ["https://www.youtube.com/playlist?list=PL1", "ytsearch3:breakdance battle"])
def test_without_a_runtime_the_listing_says_what_to_install(programs: Path, source: str) -> None:
    with pytest.raises(FetchError) as caught:
        list_playlist(source)
    assert (str(caught.value), caught.value.lasting, caught.value.spent) == (f"{INSTALL})", False, True)
    if source.startswith("http"):
        with pytest.raises(UserError, match=r"cannot be listed: YouTube needs a JavaScript runtime"):
            list_collection("tube", {"source": source})


def test_without_a_runtime_the_ledger_says_what_to_install(programs: Path, tmp_path: Path) -> None:
    report = fetched("https://www.youtube.com/watch?v=BaW_jenozKc", tmp_path)
    assert (report.status, report.reason, report.lasting) == ("bad", f"{INSTALL})", False)
    assert list(folder_of(tmp_path).iterdir()) == []


class _Stub(client.Client):
    """Answers in the place of YouTube."""

    answer: dict[str, Any]
    asked: list[tuple[str, dict[str, Any]]]

    def extract_info(self, url: str, *args: Any, **kwargs: Any) -> Any:
        type(self).asked.append((url, dict(self.params)))
        return self.answer


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> type[_Stub]:
    settings(monkeypatch)
    _Stub.asked = []
    monkeypatch.setattr(client, "Client", _Stub)
    return _Stub


def watch(name: str) -> dict[str, Any]:
    url = f"https://www.youtube.com/watch?v={name}"
    return {"_type": "url", "url": url, "id": name, "title": name, "duration": 60}


def test_a_channel_gives_the_videos_of_all_its_tabs(stub: type[_Stub]) -> None:
    stub.answer = {
        "_type": "playlist",
        "entries": [
            {"_type": "playlist", "title": "Videos", "entries": iter([watch("a"), None, watch("b")])},
            {"_type": "playlist", "title": "Shorts", "entries": [watch("c")]},
            {"_type": "playlist", "title": "Live", "entries": []},
            None,
        ],
    }
    assert [entry.id for entry in list_playlist("https://www.youtube.com/@dancers")] == ["a", "b", "c"]
    stub.answer["entries"][0]["entries"] = [watch("a"), watch("b")]
    assert [entry.id for entry in list_playlist("https://www.youtube.com/@dancers", 2)] == ["a", "b"]
    assert stub.asked[-1][1]["playlistend"] == 2


def test_a_search_is_the_users_alone(stub: type[_Stub]) -> None:
    stub.answer = {"_type": "playlist", "entries": [watch("a"), {"_type": "url", "url": "ytsearch5:x", "id": "b"}]}
    first, second = list_playlist("ytsearch20:krump session")
    assert stub.asked[0][0] == "ytsearch20:krump session"
    assert (first.url, second.url) == ("https://www.youtube.com/watch?v=a", "")
    for other in ("scsearch5:x", "gvsearch:x", "ytsearch5", "search:x", "bilisearch2:x"):
        with pytest.raises(FetchError, match=r"only http\(s\)"):
            list_playlist(other)


def test_the_runtimes_are_enabled_and_nothing_is_cached(stub: type[_Stub]) -> None:
    stub.answer = {"_type": "video", "id": "a", "title": "A"}
    (entry,) = list_playlist("https://www.youtube.com/watch?v=a")
    assert (entry.url, entry.id) == ("https://www.youtube.com/watch?v=a", "a")
    params = stub.asked[0][1]
    assert (params["js_runtimes"], params["cachedir"], params["default_search"]) == (runtime_options(), False, "error")
