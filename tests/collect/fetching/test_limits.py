"""How long, large and wide a video may be: said before it is fetched, while it comes, or when it lies there."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from collect.hostile_media import claims_to_last, huge_video, lasts
from collect.playlist_server import Manner, Site
from collect.web_downloads import fetched, folder_of, settings

from workflow_scripts.collect.download import Report, download
from workflow_scripts.collect.fetching.faults import FetchError
from workflow_scripts.collect.fetching.inspection import inspect_media
from workflow_scripts.collect.fetching.limits import over_limits
from workflow_scripts.collect.fetching.video_filter import video_filter
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.media import MediaError, run_ffmpeg

MOVIE = "/v/one.mp4"


@pytest.fixture
def movie(site: Site, video: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    settings(monkeypatch)
    site.files[MOVIE] = ("video/mp4", video.read_bytes())
    return site.url + MOVIE


def taken(source: Path, tmp_path: Path, **config: Any) -> Report:
    row = {"id": "v01", "url": str(source), "title": "", "digest": ""}
    return download(row, {"kind": "videos"} | config, folder_of(tmp_path) / "v01.json")


@pytest.mark.parametrize(
    ("report", "limits", "reason"),
    [
        ({"duration_s": 10920.4}, {"max_seconds": 7200}, "3 h 2 min long: more than download.max_seconds (7200)"),
        ({"duration_s": 125}, {"max_seconds": 60.5}, "2 min 5 s long: more than download.max_seconds (60.5)"),
        ({"duration_s": 2.04}, {"max_seconds": 2}, "2.04 s long: more than download.max_seconds (2)"),
        ({"duration_s": 1e9}, {"max_seconds": 7200}, "277777 h 46 min long: more than download.max_seconds (7200)"),
        ({"bytes": 812_345_678}, {"max_megabytes": 500}, "812 MB large: more than download.max_megabytes (500)"),
        ({"bytes": 1_500_000}, {"max_megabytes": 1}, "1.5 MB large: more than download.max_megabytes (1)"),
        ({"width": 768, "height": 432}, {"max_pixels": 8294}, "768×432 px: more than download.max_pixels (8294)"),
        ({"duration_s": 60, "bytes": 10**6}, {"max_seconds": 60, "max_megabytes": 1}, ""),
        ({"width": 10, "height": 6}, {"max_pixels": 60}, ""),
        ({"duration_s": 1e9, "bytes": 10**12}, {"max_seconds": None, "match_filter": "duration<3"}, ""),
        ({}, {"max_seconds": 1, "max_megabytes": 1, "max_pixels": 1}, ""),
        ({"duration_s": None, "width": None, "height": 3}, {"max_seconds": 1, "max_pixels": 1}, ""),
    ],
)
def test_what_is_over_the_limits(report: dict[str, Any], limits: dict[str, Any], reason: str) -> None:
    assert over_limits(report, limits) == reason


@pytest.mark.parametrize(
    ("limit", "reason"),
    [
        ({"max_seconds": 1.5}, "longer than download.max_seconds (1.5)"),
        ({"max_megabytes": 0.01}, " MB large: more than download.max_megabytes (0.01)"),
        ({"max_pixels": 8000}, "128×64 px: more than download.max_pixels (8000)"),
    ],
)
def test_limits_hold_for_the_web_and_for_local_files(
    movie: str, video: Path, tmp_path: Path, limit: dict[str, float], reason: str
) -> None:
    for report in (fetched(movie, tmp_path / "web", **limit), taken(video, tmp_path, **limit)):
        assert (report.status, report.lasting, report.file) == ("bad", True, "")
        assert report.reason.endswith(reason)
        assert (
            report.limits
            == {"match_filter": None, "max_seconds": None, "max_megabytes": None, "max_pixels": None} | limit
        )
    assert list(folder_of(tmp_path).iterdir()) == list(folder_of(tmp_path / "web").iterdir()) == []


def test_the_report_tells_what_was_asked_for(movie: str, video: Path, tmp_path: Path) -> None:
    limits = {"match_filter": "", "max_seconds": 60, "max_megabytes": None, "max_pixels": 10000}
    for report in (fetched(movie, tmp_path / "web", attempt=3, **limits), taken(video, tmp_path, attempt=3, **limits)):
        assert (report.status, report.bytes, report.attempt) == ("ok", video.stat().st_size, 3)
        assert report.limits == limits


def test_what_the_server_says_is_too_large_is_not_fetched(site: Site, movie: str, tmp_path: Path) -> None:
    site.files[MOVIE] = ("video/mp4", bytes(5_000_000))
    site.manners[MOVIE] = Manner(block=10_000, trickle_s=0.01)  # five seconds, if it were
    assert fetched(movie, tmp_path, max_megabytes=4).reason == "5 MB large: more than download.max_megabytes (4)"


def test_what_a_page_says_is_judged_before_anything_is_fetched() -> None:
    refuse = video_filter({"max_seconds": 60, "max_megabytes": 1, "max_pixels": 100})
    for info, reason in (
        ({"duration": 61}, "1 min 1 s long"),
        ({"filesize": 2_000_000}, "2 MB large"),
        ({"width": 20, "height": 10}, "20×10 px"),
        ({"is_live": True}, "a live stream"),
        ({"live_status": "is_upcoming"}, "a live stream"),
    ):
        with pytest.raises(FetchError, match=reason):
            refuse(info)
    refuse({"duration": None})
    refuse({"duration": 60, "filesize": 1_000_000, "width": 10, "height": 10})
    refuse({"width": 20, "height": 10}, incomplete={"width", "height"})  # another format may do


HUGE = "8000×8000 px: more than download.max_pixels (35000000)"


@pytest.mark.parametrize("suffix", [".mp4", ".ts"])
def test_a_huge_picture_takes_no_memory(site: Site, movie: str, video: Path, tmp_path: Path, suffix: str) -> None:
    film = huge_video(tmp_path / f"huge{suffix}", 8000, video)
    assert film.stat().st_size < 100_000
    code = (
        "import json, resource, sys; from pathlib import Path; import av, numpy\n"
        "from workflow_scripts.collect.download import download\n"
        "used = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "before, row = used(), {'id': 'v01', 'url': sys.argv[1]}\n"
        "report = download(row, {'kind': 'videos', 'max_pixels': 35_000_000}, Path(sys.argv[2]))\n"
        "print(json.dumps([report.reason, used() - before]))"
    )
    command = [sys.executable, "-c", code, str(film), str(tmp_path / "videos" / "v01.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    reason, kilobytes = json.loads(done.stdout.splitlines()[-1])
    assert reason == HUGE
    assert kilobytes < 90_000  # one such picture has 96 MB
    site.files[MOVIE] = ("video/mp4", film.read_bytes())
    assert fetched(movie, tmp_path, max_pixels=35_000_000).reason == HUGE


def test_the_packets_count_whatever_a_file_says_of_its_duration(video: Path, tmp_path: Path) -> None:
    film = claims_to_last(video, tmp_path / "film.mp4", 10**9)
    report = taken(film, tmp_path, max_seconds=60)
    assert (report.status, report.reason) == ("ok", "")
    assert report.duration_s == pytest.approx(2.0, abs=0.001)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_small_file_that_lasts_for_years(video: Path, tmp_path: Path, suffix: str) -> None:
    film = lasts(video, tmp_path / f"film{suffix}", 1000 if suffix == ".mp4" else 10_000_000)
    assert film.stat().st_size < 100_000
    report = taken(film, tmp_path, max_seconds=60)
    assert (report.status, report.lasting) == ("bad", True)
    assert report.reason.endswith("longer than download.max_seconds (60)")


def test_a_long_film_of_a_low_rate(video: Path, tmp_path: Path) -> None:
    film = tmp_path / "film.mkv"
    sources = ["-f", "lavfi", "-i", "color=s=64x64:r=0.1:d=10920", "-f", "lavfi", "-i", "anullsrc=r=8000:d=10920"]
    run_ffmpeg([*sources, "-c:v", "libx264", "-c:a", "flac", "-frame_size", "8000", "-shortest", film], film)
    assert film.stat().st_size < 1_500_000
    with pytest.raises(MediaError, match=r"^longer than download.max_seconds \(7200\)$"):
        inspect_media(film, "videos", {"max_seconds": 7200})  # not read to its end: only as far as needed
    assert inspect_media(film, "videos").duration_s == pytest.approx(10920, abs=11)
    assert "longer than download.max_seconds (7200)" in taken(film, tmp_path, kind="songs", max_seconds=7200).reason


def test_a_filter_chooses(movie: str, site: Site, tmp_path: Path) -> None:
    report = fetched(movie, tmp_path, match_filter="title ~= (?i)salsa")
    assert (report.reason, report.lasting) == ("refused by download.match_filter (title ~= (?i)salsa)", True)
    assert [path for path, _ in site.log] == [MOVIE]  # looked at, not fetched
    assert fetched(movie, tmp_path, match_filter="title ~= ^one & duration <? 60 & !is_live").status == "ok"


@pytest.mark.parametrize(
    "text",
    [
        "duration >",
        "title ~= (",
        "duration > 10 & & title",
        "-",
        "duration<10 & title~=[",
        "duration 10",
    ],
)
def test_a_filter_that_cannot_be_read(movie: str, site: Site, tmp_path: Path, text: str) -> None:
    with pytest.raises(UserError, match=r"^download\.match_filter: .* cannot be read"):
        fetched(movie, tmp_path, match_filter=text)
    assert site.log == []


def test_a_filter_whose_mistake_shows_late() -> None:
    with pytest.raises(UserError, match=r"download\.match_filter: 'duration \*= 1' cannot be read"):
        video_filter({"match_filter": "duration *= 1"})({"duration": 10})


def test_a_full_disk_is_the_users_matter(movie: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from yt_dlp.downloader.http import HttpFD

    def full(*_: object, **__: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(HttpFD, "real_download", full)
    with pytest.raises(UserError, match=r"one\.mp4: the download cannot be written \(No space left on device\)"):
        fetched(movie, tmp_path)
