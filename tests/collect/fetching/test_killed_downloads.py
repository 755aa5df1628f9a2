"""A download that is killed at any moment: the next run has the right bytes, and nothing else is left."""

import json
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from collect.playlist_server import Manner, Site
from collect.web_downloads import fetched, folder_of, row_for, settings

from workflow_scripts.collect import download as downloading
from workflow_scripts.workflow.files import sha256_of
from workflow_scripts.workflow.media import run_ffmpeg


def killed_after(seconds: float, url: str, tmp_path: Path) -> bool:
    """Start a download in a process of its own and kill it; tell whether it had not ended before."""
    output = folder_of(tmp_path) / "v01.json"
    command = [sys.executable, "-m", downloading.__name__, "--collection", "web", "--row", json.dumps(row_for(url))]
    command += ["--config", '{"kind": "videos"}', "--output", str(output)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    process.kill()
    return process.wait() != 0


@pytest.fixture
def slow(site: Site, video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A server that takes about a second for a video: whole, and as picture and sound in fragments."""
    settings(monkeypatch)
    site.files["/one.mp4"] = ("video/mp4", video.read_bytes())
    made = tmp_path / "made"
    made.mkdir()
    cut = ["-g", "10", "-hls_time", "0.4", "-hls_list_size", "0", "-f", "hls", made / "index.m3u8"]
    run_ffmpeg(["-i", video, "-c:a", "copy", "-pix_fmt", "yuv420p", *cut], video)
    for path in made.iterdir():
        kind = "application/vnd.apple.mpegurl" if path.suffix == ".m3u8" else "video/mp2t"
        site.files[f"/{path.name}"] = (kind, path.read_bytes())
    for name in site.files:
        site.manners[name] = Manner(block=1500, trickle_s=0.03)
    return site


@pytest.mark.parametrize(("address", "seed"), [("/one.mp4", 1), ("/index.m3u8", 2)])
def test_killed_at_random_moments(slow: Site, video: Path, tmp_path: Path, address: str, seed: int) -> None:
    url = slow.url + address
    reference = fetched(url, tmp_path / "reference")
    assert reference.status == "ok"
    moments = np.random.default_rng(seed).uniform(0.3, 1.5, 5)
    for moment in (moments[:3], moments[3:]):  # some are hit more than once
        work = tmp_path / f"{moment[0]:.3f}"
        for seconds in moment:
            killed_after(float(seconds), url, work)
        report = fetched(url, work)
        assert report == reference
        assert {path.name for path in folder_of(work).iterdir()} - {"v01.json"} == {"v01.mp4"}
        assert sha256_of(folder_of(work) / "v01.mp4") == reference.sha256


def test_killed_when_all_was_there_but_nothing_in_its_place(slow: Site, video: Path, tmp_path: Path) -> None:
    url = slow.url + "/one.mp4"
    with downloading._work_folder(folder_of(tmp_path) / ".partial", "v01", [url, None]) as work:
        (work / "v01.webm").write_bytes(b"of another format")
    assert fetched(url, tmp_path).sha256 == sha256_of(video)
    assert {path.name for path in folder_of(tmp_path).iterdir()} == {"v01.mp4"}


def test_ffmpeg_does_not_outlive_the_download() -> None:
    code = (
        "import sys, time; from workflow_scripts.collect.fetching.client import _Child\n"
        "child = _Child([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(child.pid, flush=True); time.sleep(600)"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    child = Path("/proc") / process.stdout.readline().strip()
    assert child.is_dir()
    process.kill()
    process.wait()
    with suppress(FileNotFoundError, ProcessLookupError):  # gone; or a zombie that nobody has collected
        for _ in range(3000):
            if "\nState:\tZ" in (child / "status").read_text():
                return
            time.sleep(0.01)
        pytest.fail("it lives on")


@pytest.mark.slow
def test_killed_at_many_moments(slow: Site, tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    for address in ("/one.mp4", "/index.m3u8"):
        url = slow.url + address
        reference = fetched(url, tmp_path / f"reference{address}")
        hits = 0
        for number in range(15):
            work = tmp_path / f"{number}{address}"
            hits += killed_after(float(rng.uniform(0.3, 2.5)), url, work)
            assert fetched(url, work) == reference
            assert {path.name for path in folder_of(work).iterdir()} - {"v01.json"} == {"v01.mp4"}
        assert hits > 0
