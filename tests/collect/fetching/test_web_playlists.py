"""Playlists and files over real HTTP on the loopback: good ones, refusals, broken connections, hostile feeds."""

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest
from collect.playlist_server import Item, Site
from collect.synthetic_media import numbered_video
from collect.web_downloads import fetched, folder_of, resumed_at, row_for, settings

from workflow_scripts.collect import admit as admit_module
from workflow_scripts.collect import download as download_module
from workflow_scripts.collect import list_collection as list_module
from workflow_scripts.collect.download import download
from workflow_scripts.collect.fetching.remote import FetchError, fetch, list_playlist
from workflow_scripts.collect.list_collection import list_collection
from workflow_scripts.collect.playlist import COLUMNS
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.files import sha256_of
from workflow_scripts.workflow.names import SAFE_ID
from workflow_scripts.workflow.tables import Row, read_table


def listed(source: str, **config: object) -> list[Row]:
    return list_collection("web", {"source": source, "kind": "videos", **config})


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    settings(monkeypatch)


@pytest.fixture
def movies(site: Site, video: Path) -> Site:
    for name in ("one", "two", "three"):
        site.files[f"/v/{name}.mp4"] = ("video/mp4", video.read_bytes())
    return site


def test_a_feed_becomes_a_playlist(movies: Site) -> None:
    url = movies.feed(
        "/feed.xml",
        [
            Item("First", "/v/one.mp4", "guid-1", "2"),
            Item("Zweiter Tanz ダンス", "/v/two.mp4", "a guid/with: signs", "0:02"),
            Item("Third", "/v/three.mp4"),
        ],
    )
    rows = listed(url)
    assert [row["url"] for row in rows] == [f"{movies.url}/v/{name}.mp4" for name in ("one", "two", "three")]
    assert [row["title"] for row in rows] == ["First", "Zweiter Tanz ダンス", "Third"]
    assert [row["duration"] for row in rows] == ["2", "2", ""]
    assert rows[0]["id"] == "guid-1"
    assert rows[2]["id"].startswith("three-")
    assert all(SAFE_ID.fullmatch(row["id"]) for row in rows)
    assert not [path for path, _ in movies.log if path.startswith("/v/")]  # listing fetches no video
    grown = [Item("New", "/v/new.mp4", "guid-0"), Item("Third", "/v/three.mp4"), Item("First", "/v/one.mp4", "guid-1")]
    assert [row["id"] for row in listed(movies.feed("/feed.xml", grown))][1:] == [rows[2]["id"], "guid-1"]
    assert len(listed(url, limit=2)) == 2


def test_a_direct_link_is_a_playlist_of_one(movies: Site, tmp_path: Path, video: Path) -> None:
    (row,) = listed(f"{movies.url}/v/one.mp4")
    report = fetched(row, tmp_path)
    assert (report.status, report.reason, report.file) == ("ok", "", f"{row['id']}.mp4")
    media = tmp_path / "results" / "videos" / "web" / report.file
    assert sha256_of(media) == sha256_of(video) == report.sha256
    assert (report.width, report.height, report.audio_rate, report.audio_channels) == (128, 64, 44100, 2)
    assert report.fps == pytest.approx(25)
    assert report.duration_s == pytest.approx(2.0, abs=0.001)
    assert [path.name for path in media.parent.iterdir()] == [media.name]


@pytest.mark.parametrize("path", ["/gone.xml", "/page.html", "/empty.xml"])
def test_playlists_that_cannot_be_listed(site: Site, path: str) -> None:
    site.files["/page.html"] = ("text/html", b"<html><body>no videos here</body></html>")
    site.feed("/empty.xml", [])
    with pytest.raises(UserError, match=rf'collections\.web\.source: .*{path}" (cannot be listed|is empty)|is empty'):
        listed(site.url + path)


def test_a_server_that_is_not_there() -> None:
    with pytest.raises(UserError, match="no connection"):
        listed("http://127.0.0.1:9/feed.xml")


@pytest.mark.parametrize(
    ("code", "reason"), [(404, "not found (HTTP 404)"), (403, "access refused (HTTP 403, private or blocked here)")]
)
def test_refusals(movies: Site, tmp_path: Path, code: int, reason: str) -> None:
    movies.codes["/v/one.mp4"] = code
    report = fetched(row_for(f"{movies.url}/v/one.mp4"), tmp_path)
    assert (report.status, report.reason, report.file) == ("bad", reason, "")


@pytest.mark.parametrize(
    ("kind", "body", "reason"),
    [
        ("text/html", b"<html><title>Sign in</title><body>Please sign in</body></html>", "no video at this address"),
        ("video/mp4", b"<html><title>Sign in</title></html>" * 200, "not a readable audio or video file"),
    ],
)
def test_a_web_page_instead_of_a_video(site: Site, tmp_path: Path, kind: str, body: bytes, reason: str) -> None:
    site.files["/v/x.mp4"] = (kind, body)
    report = fetched(row_for(f"{site.url}/v/x.mp4"), tmp_path)
    assert (report.status, report.reason) == ("bad", reason)
    assert list((tmp_path / "results" / "videos" / "web").iterdir()) == []


def test_a_broken_connection_is_resumed(movies: Site, tmp_path: Path, video: Path) -> None:
    movies.drops["/v/one.mp4"] = 2  # the first answer is the look at what kind of file it is
    report = fetched(row_for(f"{movies.url}/v/one.mp4"), tmp_path)
    assert report.sha256 == sha256_of(video)
    assert len(resumed_at(movies)) == 1
    assert 0 < resumed_at(movies)[0] <= video.stat().st_size // 3


def test_a_later_run_resumes_what_an_earlier_one_left(
    movies: Site, tmp_path: Path, video: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(monkeypatch, retries=0)
    row = row_for(f"{movies.url}/v/one.mp4")
    movies.drops["/v/one.mp4"] = 99
    report = fetched(row, tmp_path)
    assert (report.status, report.reason) == ("bad", "the connection broke off")
    folder = tmp_path / "results" / "videos" / "web"
    assert [path.name for path in folder.iterdir()] == [".partial"]
    movies.drops.clear()
    movies.log.clear()
    assert fetched(row, tmp_path).sha256 == sha256_of(video)
    assert len(resumed_at(movies)) == 1
    assert 0 < resumed_at(movies)[0] <= video.stat().st_size // 3
    assert [path.name for path in folder.iterdir()] == ["v01.mp4"]


def test_no_part_of_another_file_is_resumed(movies: Site, tmp_path: Path) -> None:
    other = numbered_video(tmp_path / "other.mp4", 2.4, 25)
    movies.files["/v/two.mp4"] = ("video/mp4", other.read_bytes())
    movies.drops["/v/one.mp4"] = 99
    fetched(row_for(f"{movies.url}/v/one.mp4"), tmp_path)
    assert fetched(row_for(f"{movies.url}/v/two.mp4"), tmp_path).sha256 == sha256_of(other)


def test_a_hostile_feed_harms_nothing(movies: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    secret = tmp_path / "secret.mp4"
    secret.write_bytes(movies.files["/v/one.mp4"][1])
    movies.redirects["/v/redirect.mp4"] = secret.as_uri()
    movies.files["/v/list.mp4"] = ("video/mp4", f"#EXTM3U\n#EXTINF:2,\n{secret}\n#EXT-X-ENDLIST\n".encode())
    url = movies.feed(
        "/feed.xml",
        [
            Item("; rm -rf ~ $(touch pwned) `touch pwned`", "/v/one.mp4", "$(touch pwned)"),
            Item("../../x/../etc/passwd", "/v/two.mp4", "../../../escaped"),
            Item("L" * 400, "/v/three.mp4", "-o pwned --exec touch"),
            Item("%(title)s %(id)s\ttab\nnew line", "/v/one.mp4?x=%(id)s", "%(ext)s"),
            Item("local", secret.as_uri(), "f1"),
            Item("local", "file:///etc/passwd", "f2"),
            Item("local", str(secret), "f3"),
            Item("search", "ytsearch:dance", "f4"),
            Item("old", "ftp://127.0.0.1/x.mp4", "f5"),
            Item(
                "smuggled", movies.url + "/v/two.mp4#__youtubedl_smuggle=%7B%22force_videoid%22%3A%20%22a/b%22%7D", "f6"
            ),
            Item("redirect", "/v/redirect.mp4", "f7"),
            Item("text that names a file", "/v/list.mp4", "f8"),
        ],
    )
    before = {path for path in tmp_path.rglob("*") if not path.is_relative_to(work)}
    rows = listed(url)
    assert len(rows) == 12
    assert all(SAFE_ID.fullmatch(row["id"]) for row in rows)
    assert all(row["url"] == "" or row["url"].startswith(movies.url) for row in rows)
    assert [row["url"] for row in rows[4:9]] == [""] * 5
    folder = work / "results" / "videos" / "web"
    reports = [download(row, {"kind": "videos"}, folder / f"{row['id']}.json") for row in rows]
    assert [report.status for report in reports] == ["ok"] * 4 + ["bad"] * 5 + ["ok"] + ["bad"] * 2
    assert reports[4].reason == "the playlist gives no http(s) address for it"
    assert {path.name for path in folder.iterdir()} == {f"{row['id']}.mp4" for row in (*rows[:4], rows[9])}
    assert {path for path in tmp_path.rglob("*") if not path.is_relative_to(work)} == before
    assert [path.name for path in work.iterdir()] == ["results"]


ELSEWHERE = (
    "ftp://127.0.0.1/a.mp4",
    "--exec=touch pwned",
    "-o",
    "javascript:alert(1)",
    "scsearch:x",
    "//127.0.0.1/x",
    "",
)


def test_only_http_is_ever_fetched(tmp_path: Path, video: Path) -> None:
    for address in (video.as_uri(), str(video), "file:///etc/passwd", "ytsearch:x", *ELSEWHERE):
        if address != "ytsearch:x":  # which a user may ask for: see test_youtube.py
            with pytest.raises(FetchError, match=r"only http\(s\)"):
                list_playlist(address)
        with pytest.raises(FetchError, match=r"only http\(s\)"):
            fetch(address, tmp_path / "x", "videos", {})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("address", ["ytsearch1:dance", "file:///etc/passwd", "ftp://127.0.0.1/a.mp4"])
def test_a_page_that_leads_elsewhere_is_not_followed(movies: Site, tmp_path: Path, address: str) -> None:
    report = fetched(movies.feed("/page", [Item("first", address), Item("second", "/v/one.mp4")]), tmp_path)
    assert (report.status, report.reason, report.lasting) == ("bad", "only http(s) addresses are fetched", True)


def test_of_a_page_with_several_videos_the_first_is_taken(movies: Site, tmp_path: Path, video: Path) -> None:
    page = movies.feed("/page", [Item("first", "/v/one.mp4"), Item("second", "/v/gone.mp4")])
    assert fetched(page, tmp_path).sha256 == sha256_of(video)
    report = fetched(movies.feed("/empty", []), tmp_path)
    assert (report.reason, report.lasting) == ("nothing to download at this address", True)


def test_a_host_that_cannot_be_one(tmp_path: Path) -> None:
    report = fetched(f"http://{'a' * 300}.example/x.mp4", tmp_path)
    assert (report.status, report.file) == ("bad", "")


def test_titles_and_ids_are_only_data(movies: Site, tmp_path: Path) -> None:
    names = [
        "\u202emp4.exe\u202c right to left مرحبا",
        "💃🏽🕺 emoji ✨" * 30,
        "-rf --no-preserve-root /",
        "`reboot`; $(reboot) && reboot | reboot > /dev/sda",
        "..\\..\\windows",
        "CON",
        ".hidden",
        "a\tb",
        "\"quotes\" 'and' \\backslashes\\",
        "{braces} %(id)s %s {0}",
        "ℵ" * 400,
    ]
    items = [Item(name, f"/v/one.mp4?{number}", name) for number, name in enumerate(names)]
    rows = listed(movies.feed("/feed.xml", items))
    assert len({row["id"] for row in rows}) == len(names)
    assert all(SAFE_ID.fullmatch(row["id"]) and not row["id"].startswith("-") for row in rows)
    reports = [fetched(row, tmp_path) for row in rows]
    assert [report.status for report in reports] == ["ok"] * len(names)
    assert {path.name for path in folder_of(tmp_path).iterdir()} == {f"{row['id']}.mp4" for row in rows}
    assert [path.name for path in tmp_path.iterdir()] == ["results"]


def test_a_huge_playlist_is_listed_as_far_as_is_wanted(movies: Site) -> None:
    url = movies.feed("/feed.xml", [Item(f"Dance {n}", f"/v/{n}.mp4", f"guid-{n}") for n in range(2_000)])
    assert [row["id"] for row in listed(url, limit=3)] == ["guid-0", "guid-1", "guid-2"]
    assert [entry.title for entry in list_playlist(url, 2)] == ["Dance 0", "Dance 1"]


def test_a_song_from_the_web(site: Site, video: Path, tmp_path: Path) -> None:
    from workflow_scripts.workflow.media import run_ffmpeg

    song = tmp_path / "song.mp3"
    run_ffmpeg(["-i", video, "-vn", song], song)
    site.files["/song.mp3"] = ("audio/mpeg", song.read_bytes())
    report = download(row_for(f"{site.url}/song.mp3"), {"kind": "songs"}, tmp_path / "songs" / "v01.json")
    assert (report.status, report.file, report.width) == ("ok", "v01.mp3", 0)


def test_the_entry_points(movies: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = movies.feed("/feed.xml", [Item('it\'s {one} "q"', "/v/one.mp4", "one"), Item("Gone", "/v/gone.mp4", "gone")])
    playlist = tmp_path / "results" / "playlists" / "web.tsv"

    def run(verb: ModuleType, *arguments: object) -> None:
        monkeypatch.setattr(sys, "argv", [verb.__name__, "--collection", "web", *map(str, arguments)])
        verb.main()

    run(list_module, "--config", json.dumps({"source": url}), "--output", playlist)
    for row in read_table(playlist, COLUMNS):
        status = tmp_path / "results" / "videos" / "web" / f"{row['id']}.json"
        run(download_module, "--row", json.dumps(row), "--config", json.dumps({"kind": "videos"}), "--output", status)
    run(
        admit_module,
        "--genre",
        "house",
        "--playlist",
        playlist,
        "--output",
        tmp_path / "results" / "admitted" / "web.tsv",
    )
    rows = read_table(tmp_path / "results" / "admitted" / "web.tsv", ("id", "verdict", "title", "genre", "split"))
    assert [(row["id"], row["title"]) for row in rows] == [("one", 'it\'s {one} "q"'), ("gone", "Gone")]
    assert [row["genre"] for row in rows] == ["house", "house"]
    assert [row["verdict"] for row in rows] == ["ok", f"{movies.url}/v/gone.mp4: not found (HTTP 404)"]
