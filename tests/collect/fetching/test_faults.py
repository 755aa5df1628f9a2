"""What goes wrong between a server and us: in the end the right bytes are there, or a reason, and never half a file."""

import time
from pathlib import Path

import numpy as np
import pytest
from collect.playlist_server import Manner, Site
from collect.synthetic_media import numbered_video
from collect.web_downloads import fetched, folder_of, resumed_at, settings

from workflow_scripts.collect.fetching import client
from workflow_scripts.collect.fetching.remote import FetchError, fetch, list_playlist
from workflow_scripts.workflow.files import sha256_of
from workflow_scripts.workflow.media import run_ffmpeg

ONE = "/v/one.mp4"


@pytest.fixture
def film(site: Site, video: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a good video."""
    settings(monkeypatch)
    site.files[ONE] = ("video/mp4", video.read_bytes())
    return site.url + ONE


def names(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in folder_of(tmp_path).iterdir())


def test_connections_that_break_at_random_bytes(
    site: Site, film: str, video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(monkeypatch, retries=8)
    rng = np.random.default_rng(3)
    size = video.stat().st_size
    for number in range(8):
        site.log.clear()
        # Each answer breaks off somewhere; later ones are shorter, so that some come to an end.
        site.breaks[ONE] = [10_000_000, *(int(cut) for cut in rng.integers(0, size // 2, 5))]
        report = fetched(film, tmp_path / str(number))
        assert (report.status, report.sha256) == ("ok", sha256_of(video))
        assert resumed_at(site)
        assert names(tmp_path / str(number)) == ["v01.mp4"]


def test_a_server_that_cannot_resume_starts_again(site: Site, film: str, video: Path, tmp_path: Path) -> None:
    site.manners[ONE] = Manner(ranges=False)
    site.breaks[ONE] = [10_000_000, 20_000, 9_000]
    assert fetched(film, tmp_path).sha256 == sha256_of(video)
    assert len(resumed_at(site)) == 2


@pytest.mark.parametrize("headers", [{"ETag": '"one"'}, {"Last-Modified": "Tue, 03 Nov 2026 08:00:00 GMT"}, {}])
def test_what_changed_meanwhile_is_not_put_together(
    site: Site, film: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]
) -> None:
    settings(monkeypatch, retries=0)
    site.manners[ONE] = Manner(headers=headers)
    site.drops[ONE] = 99
    report = fetched(film, tmp_path)
    assert (report.status, report.reason, report.lasting) == ("bad", "the connection broke off", False)
    site.drops.clear()
    other = numbered_video(tmp_path / "other.mp4", 2.4 if not headers else 2.0, 24)
    site.files[ONE] = ("video/mp4", other.read_bytes())
    site.manners[ONE] = Manner(
        headers={name: value.replace("o", "n").replace("3", "4") for name, value in headers.items()}
    )
    assert fetched(film, tmp_path).sha256 == sha256_of(other)
    assert len(resumed_at(site)) == 1


@pytest.mark.parametrize(
    ("code", "reason", "lasting"),
    [
        (403, "access refused (HTTP 403, private or blocked here)", False),
        (404, "not found (HTTP 404)", True),
        (407, "the proxy wants a password (HTTP 407)", False),
        (418, "the server refused (HTTP 418)", True),
        (429, "too many requests (HTTP 429), try again later", False),
        (500, "the server failed (HTTP 500), try again later", False),
        (503, "the server failed (HTTP 503), try again later", False),
    ],
)
def test_refusals(site: Site, film: str, tmp_path: Path, code: int, reason: str, lasting: bool) -> None:
    site.codes[ONE] = code
    report = fetched(film, tmp_path)
    assert (report.status, report.reason, report.lasting) == ("bad", reason, lasting)
    assert names(tmp_path) == []
    assert len(site.log) == (1 if lasting or code == 403 else 3)  # nobody asks again for what is not there or refused


@pytest.mark.parametrize("code", [429, 500, 503])
def test_refusals_that_pass(site: Site, film: str, video: Path, tmp_path: Path, code: int) -> None:
    site.first_codes[ONE] = [code, code]
    site.manners[ONE] = Manner(headers={"Retry-After": "0"})
    assert fetched(film, tmp_path).sha256 == sha256_of(video)


def test_refusals_in_the_middle_of_a_download(site: Site, film: str, video: Path, tmp_path: Path) -> None:
    site.first_codes[ONE] = [0, 429, 0, 503]
    assert fetched(film, tmp_path).sha256 == sha256_of(video)


def test_a_server_that_fails_again_and_again(site: Site, film: str, tmp_path: Path) -> None:
    site.first_codes[ONE] = [0, *[503] * 99]
    report = fetched(film, tmp_path)
    assert (report.reason, report.lasting) == ("the server failed (HTTP 503), try again later", False)
    assert len(site.log) == 1 + 3  # the retries of yt-dlp are not repeated by ours


@pytest.mark.parametrize("asked", ["3600", "Wed, 01 Jan 2110 00:00:00 GMT"])
def test_a_server_that_wants_us_to_come_back_much_later(site: Site, film: str, tmp_path: Path, asked: str) -> None:
    site.codes[ONE] = 429
    site.manners[ONE] = Manner(headers={"Retry-After": asked})
    assert fetched(film, tmp_path).reason == "too many requests (HTTP 429), try again later"
    assert len(site.log) == 1


@pytest.mark.parametrize("asked", ["soon", "", "-5", "Wed, 01 Jan 1997 00:00:00 GMT"])
def test_a_server_that_says_nonsense_of_when_to_come_back(
    site: Site, film: str, video: Path, tmp_path: Path, asked: str
) -> None:
    site.first_codes[ONE] = [429]
    site.manners[ONE] = Manner(headers={"Retry-After": asked})
    assert fetched(film, tmp_path).sha256 == sha256_of(video)


def test_a_server_that_says_when_to_come_back(
    site: Site, film: str, video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    site.first_codes[ONE] = [503]
    site.manners[ONE] = Manner(headers={"Retry-After": "7"})
    assert fetched(film, tmp_path).sha256 == sha256_of(video)
    assert max(pauses) == 7


@pytest.mark.parametrize("manner", [Manner(framing="chunked"), Manner(framing="close"), Manner(block=700)])
def test_ways_to_tell_the_end(site: Site, film: str, video: Path, tmp_path: Path, manner: Manner) -> None:
    site.manners[ONE] = manner
    assert fetched(film, tmp_path).sha256 == sha256_of(video)


@pytest.mark.parametrize("framing", ["chunked", "close"])
def test_an_endless_stream_is_ended(site: Site, film: str, tmp_path: Path, framing: str) -> None:
    site.manners[ONE] = Manner(framing=framing, endless=True)
    report = fetched(film, tmp_path, max_megabytes=1)
    assert (report.status, report.lasting) == ("bad", True)
    assert report.reason.endswith(" MB large: more than download.max_megabytes (1)")
    assert names(tmp_path) == []


def test_an_endless_page_is_ended(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    settings(monkeypatch)
    monkeypatch.setattr(client, "PAGE_BYTES", 1_000_000)
    site.files["/page"] = ("text/html", b"<html><body>" + b"and so on " * 10_000)
    site.manners["/page"] = Manner(framing="close", endless=True)
    with pytest.raises(FetchError, match="a page of more than 1 MB"):
        list_playlist(site.url + "/page")


def test_more_is_promised_than_comes(site: Site, film: str, tmp_path: Path) -> None:
    site.manners[ONE] = Manner(lie=5000)
    report = fetched(film, tmp_path)
    assert (report.status, report.reason, report.lasting) == ("bad", "the connection broke off", False)
    assert names(tmp_path) == [".partial"]


def test_far_too_much_is_promised(site: Site, film: str, tmp_path: Path) -> None:
    site.manners[ONE] = Manner(lie=10**12)
    report = fetched(film, tmp_path, max_megabytes=100)
    assert report.reason == "1000000 MB large: more than download.max_megabytes (100)"
    assert names(tmp_path) == []


@pytest.mark.parametrize("kind", ["index last", "index first", "mkv", "webm", "avi"])
@pytest.mark.parametrize("how", ["too little is promised", "a short end without a word"])
def test_half_a_film_is_not_taken_for_a_whole_one(
    site: Site, film: str, video: Path, tmp_path: Path, kind: str, how: str
) -> None:
    whole = tmp_path / f"film.{kind if ' ' not in kind else 'mp4'}"
    codecs = ["-c:v", "libvpx", "-c:a", "libopus"] if kind == "webm" else ["-c", "copy"]
    run_ffmpeg(["-i", video, *codecs, *(["-movflags", "+faststart"] if kind == "index first" else []), whole], whole)
    site.files[ONE] = ("video/mp4", whole.read_bytes())
    half = whole.stat().st_size * 2 // 3
    if how == "too little is promised":
        site.manners[ONE] = Manner(lie=half - whole.stat().st_size, ranges=False)
    else:
        site.manners[ONE] = Manner(framing="close")
        site.breaks[ONE] = [half, half]
    report = fetched(film, tmp_path)
    assert (report.status, report.reason, report.lasting) == ("bad", "the server sent only a part of it", False)
    assert names(tmp_path) == []
    site.manners.clear()
    site.breaks.clear()
    assert fetched(film, tmp_path).sha256 == sha256_of(whole)


def test_a_trickle_is_given_up(
    site: Site, film: str, video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(monkeypatch, retries=1, timeout_s=0.4)
    site.manners[ONE] = Manner(block=5, trickle_s=0.05)
    report = fetched(film, tmp_path)
    assert (report.status, report.reason, report.lasting) == ("bad", "the connection timed out", False)
    site.manners.clear()
    assert fetched(film, tmp_path).sha256 == sha256_of(video)


def test_a_slow_server_is_waited_for(
    site: Site, film: str, video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(monkeypatch, retries=0, timeout_s=0.5)
    site.manners[ONE] = Manner(block=2000, trickle_s=0.05)  # longer than the timeout, in all
    assert fetched(film, tmp_path).sha256 == sha256_of(video)


def test_a_server_that_says_nothing(site: Site, film: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings(monkeypatch, retries=1, timeout_s=0.3)
    site.manners[ONE] = Manner(block=10_000, trickle_s=30)
    assert fetched(film, tmp_path).reason == "the connection timed out"


def test_redirects(site: Site, film: str, video: Path, tmp_path: Path) -> None:
    site.redirects["/a"] = "/b"
    site.redirects["/b"] = film
    assert fetched(site.url + "/a", tmp_path).sha256 == sha256_of(video)
    site.redirects["/b"] = "/a"
    report = fetched(site.url + "/a", tmp_path / "circle")
    assert (report.reason, report.lasting) == ("leads in a circle (HTTP redirects)", True)


def test_compressed_though_nobody_asked(site: Site, film: str, video: Path, tmp_path: Path) -> None:
    site.manners[ONE] = Manner(gzipped=True)
    assert fetched(film, tmp_path).sha256 == sha256_of(video)


@pytest.mark.parametrize("ranges", [True, False])
def test_compressed_and_broken_off(site: Site, film: str, video: Path, tmp_path: Path, ranges: bool) -> None:
    site.manners[ONE] = Manner(gzipped=True, ranges=ranges)
    site.breaks[ONE] = [10_000_000, 15_000]
    assert fetched(film, tmp_path).sha256 == sha256_of(video)
    assert len(resumed_at(site)) == 1


def test_a_bomb_of_compressed_zeros(site: Site, film: str, tmp_path: Path) -> None:
    site.files[ONE] = ("video/mp4", bytes(20_000_000))
    site.manners[ONE] = Manner(gzipped=True)
    report = fetched(film, tmp_path, max_megabytes=1)
    assert report.reason.endswith("more than download.max_megabytes (1)")


def test_a_bomb_of_entities(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    settings(monkeypatch)
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    feed = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "laugh">{entities}]>'
    feed += "<rss><channel><title>&l9;</title></channel></rss>"
    site.files["/feed.xml"] = ("application/rss+xml", feed.encode())
    with pytest.raises(FetchError, match="no video at this address"):
        list_playlist(site.url + "/feed.xml")


def test_a_reader_of_a_site_that_fails_is_a_reason(film: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AttributeError("'NoneType' object has no attribute 'group'")

    monkeypatch.setattr(client.Client, "urlopen", fail)
    report = fetched(film, tmp_path)
    assert (report.reason, report.lasting) == ("could not be read by yt-dlp (AttributeError)", False)


def test_nothing_of_a_song_that_fails_is_left(site: Site, film: str, tmp_path: Path) -> None:
    site.codes[ONE] = 404
    with pytest.raises(FetchError, match="not found"):
        fetch(film, tmp_path / "song", "songs", {})
    assert list(tmp_path.iterdir()) == []
