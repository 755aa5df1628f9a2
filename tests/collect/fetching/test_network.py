"""How the web is reached: cookies, proxies, limits of speed and patience; mistakes in them are said in a line."""

import json
from pathlib import Path
from typing import Any

import pytest
from collect.playlist_server import Item, Manner, Site
from collect.web_downloads import fetched, settings

from workflow_scripts.collect.fetching import network
from workflow_scripts.collect.fetching.network import VARIABLE, Network, announce_network, network_settings, pause
from workflow_scripts.collect.fetching.remote import list_playlist
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.files import sha256_of

COOKIES = "# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t0\tticket\tsecret-4711\n"


@pytest.fixture
def movie(site: Site, video: Path) -> str:
    site.files["/v/one.mp4"] = ("video/mp4", video.read_bytes())
    return site.url + "/v/one.mp4"


def test_the_defaults() -> None:
    assert network_settings({}) == Network("", "", 0, 0, 5, 30) == network_settings({VARIABLE: ""})
    assert network_settings({VARIABLE: '{"retries": 0, "timeout_s": 7.5}'}) == Network(retries=0, timeout_s=7.5)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", f"{VARIABLE}: not valid JSON"),
        ("[1]", f"{VARIABLE}: not a mapping; it may hold cookies, proxy,"),
        ('{"retry": 3, "cookie": ""}', f"{VARIABLE}: unknown: cookie, retry; it may hold"),
        ('{"retries": "3"}', "download.retries: must be a number, 0 or more, not '3'"),
        ('{"retries": 1.5}', "download.retries: must be a whole number, not 1.5"),
        ('{"retries": true}', "download.retries: must be a number"),
        ('{"sleep_s": -1}', "download.sleep_s: must be a number, 0 or more, not -1"),
        ('{"sleep_s": Infinity}', "download.sleep_s: must be a number, 0 or more, not inf"),
        ('{"timeout_s": 0}', "download.timeout_s: must be more than 0, not 0"),
        ('{"cookies": 5}', "download.cookies: must be text, not 5"),
        ('{"proxy": "host:3128"}', "download.proxy: must be a URL such as http://host:3128"),
        ('{"proxy": "http://a b"}', "download.proxy: must be a URL"),
    ],
)
def test_mistakes(text: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        network_settings({VARIABLE: text})
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_a_proxys_password_is_not_shown() -> None:
    with pytest.raises(UserError) as caught:
        network_settings({VARIABLE: '{"proxy": "user:password@host"}'})
    assert "password" not in str(caught.value)


def test_the_options_of_yt_dlp() -> None:
    options = Network(proxy="socks5://host:1080", rate_limit_kb=250, sleep_s=3, retries=7, timeout_s=9).options()
    sleeps = options.pop("retry_sleep_functions")
    assert options == {
        "cookiefile": None,
        "proxy": "socks5://host:1080",
        "ratelimit": 250_000,
        "sleep_interval": 3,
        "retries": 7,
        "fragment_retries": 7,
        "file_access_retries": 7,
        "extractor_retries": 7,
        "socket_timeout": 9,
    }
    assert set(sleeps) == {"http", "fragment", "file_access", "extractor"}
    unset = Network().options()
    assert (unset["proxy"], unset["ratelimit"], unset["sleep_interval"]) == (None, None, None)


def test_pauses_grow_up_to_a_limit() -> None:
    assert [pause(n) for n in (0, 1, 2, 3, 50)] == [0.5, 1.0, 2.0, 4.0, network.LONGEST_PAUSE_S]


def test_the_rate_and_the_pause_reach_the_downloader(
    movie: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from yt_dlp.downloader import common

    settings(monkeypatch, rate_limit_kb=100, sleep_s=11)
    pauses: list[float] = []
    monkeypatch.setattr(common.time, "sleep", pauses.append)
    assert fetched(movie, tmp_path).status == "ok"
    assert pauses.count(11) == 1
    assert sum(pauses) - 11 > 0.1  # 37 kB at 100 kB/s


def test_cookies_are_sent_and_the_users_file_stays_as_it_is(
    site: Site, movie: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "cookies.txt"
    file.write_text(COOKIES)
    file.chmod(0o400)
    before = file.stat()
    settings(monkeypatch, cookies=str(file))
    site.manners["/v/one.mp4"] = Manner(headers={"Set-Cookie": "other=new; Max-Age=100000"})
    assert fetched(movie, tmp_path).status == "ok"
    assert site.cookies[0] == "ticket=secret-4711"
    site.cookies.clear()
    list_playlist(site.feed("/feed.xml", [Item("One", "/v/one.mp4")]))
    assert site.cookies == ["ticket=secret-4711"]
    assert (file.read_text(), file.stat().st_mtime_ns, file.stat().st_ino) == (
        COOKIES,
        before.st_mtime_ns,
        before.st_ino,
    )
    assert [path.name for path in tmp_path.iterdir() if "cookie" in path.name] == ["cookies.txt"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "cannot be read (No such file or directory)"),
        (b"\xff\xfe\x00", "cannot be read (not UTF-8 text)"),
        (b'[{"name": "ticket"}]', "is no cookies.txt in Netscape's format"),
        (b"", "is no cookies.txt in Netscape's format"),
    ],
)
def test_cookies_that_cannot_be_read(
    movie: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None, reason: str
) -> None:
    file = tmp_path / "cookies.txt"
    if content is not None:
        file.write_bytes(content)
    settings(monkeypatch, cookies=str(file))
    for ask in (lambda: fetched(movie, tmp_path), lambda: list_playlist(movie)):
        with pytest.raises(UserError) as caught:
            ask()
        assert str(caught.value) == f"download.cookies: {file} {reason}"


def test_everything_goes_through_the_proxy(
    site: Site, movie: str, video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(monkeypatch, proxy=site.url)
    site.feed("/feed.xml", [Item("One", "http://nowhere.invalid/v/one.mp4")])
    (entry,) = list_playlist("http://nowhere.invalid/feed.xml")
    assert fetched(entry.url, tmp_path).sha256 == sha256_of(video)


def test_a_proxy_that_is_not_there(movie: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings(monkeypatch, proxy="http://127.0.0.1:9")
    report = fetched(movie, tmp_path)
    assert (report.reason, report.lasting) == ("the proxy cannot be reached", False)


def test_the_settings_do_not_stand_in_the_report(movie: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values: dict[str, Any] = {"proxy": "http://user:hidden@127.0.0.1:9", "retries": 0}
    settings(monkeypatch, **values)
    assert "hidden" not in json.dumps(vars(fetched(movie, tmp_path)))


def test_settings_reach_the_jobs_beside_their_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "")
    download = {"format": "b", "cookies": "", "proxy": "http://h:1", "rate_limit_kb": 0, "sleep_s": 2, "retries": 1}
    announce_network(download | {"timeout_s": 9})
    assert network_settings() == Network(proxy="http://h:1", sleep_s=2, retries=1, timeout_s=9)
