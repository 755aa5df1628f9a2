"""Runs killed with -9 at any moment: the next run finishes with the same bytes and leaves nothing over."""

import hashlib
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from collect.playlist_server import Item, Site, serving
from collect.synthetic_media import numbered_video
from workflow_runs import Workflow, new_workflow

pytestmark = pytest.mark.workflow
TARGET = "results/duplicates.tsv"  # needs every stage of collecting
VICTIMS = ("snakemake", "job", "ffmpeg", "shell")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("media")
    with serving() as running:
        for number, seconds in enumerate((4.0, 5.0)):
            film = numbered_video(folder / f"{number}.mp4", seconds, 25)
            running.files[f"/v/{number}.mp4"] = ("video/mp4", film.read_bytes())
        items = [Item(str(number), f"/v/{number}.mp4", f"v{number}") for number in range(2)]
        running.files["/song.mp4"] = running.files["/v/1.mp4"]
        running.feed("/feed.xml", items)
        yield running


@pytest.fixture
def workflow(tmp_path: Path, site: Site) -> Workflow:
    workflow = new_workflow(tmp_path)
    cutting = {name: False for name in ("still", "silence", "speech")}
    workflow.configure(
        {
            "collections": {"web": {"source": f"{site.url}/feed.xml", "cutting": cutting}},
            "songs": [f"{site.url}/song.mp4"],
            "use": {"collections": ["web"], "songs": "all"},
        }
    )
    return workflow


def digests(workflow: Workflow) -> dict[str, str]:
    """Every file under results/, hidden ones too."""
    results = workflow.work / "results"
    files = [path for path in results.rglob("*") if path.is_file()]
    return {str(path.relative_to(results)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def family(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def kill_one(main: psutil.Process, kind: str) -> bool:
    """Kill Snakemake, or one of its jobs, their shells or their ffmpegs; False when there is none right now."""
    if kind == "snakemake":
        main.kill()
        return True
    for process in family(main):
        try:
            name, line = process.name(), process.cmdline()
        except psutil.NoSuchProcess:
            continue
        is_job = "workflow_scripts" in " ".join(line) and name.startswith("python")
        if {"job": is_job, "ffmpeg": name.startswith("ffmpeg"), "shell": name == "bash"}[kind]:
            process.kill()
            return True
    return False


def killed_run(workflow: Workflow, kind: str, delay_s: float) -> bool:
    """Run, kill after `delay_s` (or as soon as there is something of that kind) and wait until all is quiet."""
    process = workflow.start(TARGET)
    main = psutil.Process(process.pid)
    time.sleep(delay_s)
    done = False
    while not done and process.poll() is None:
        done = kill_one(main, kind)
        time.sleep(0.002)
    process.wait(120)
    end = time.monotonic() + 30
    while alive := [one for one in psutil.process_iter() if _session(one.pid) == process.pid]:
        assert time.monotonic() < end, f"still running: {alive}"
        time.sleep(0.05)
    return done


def _session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return -1


def check(workflow: Workflow, seed: int, expected: dict[str, str], seconds: float) -> None:
    random_ = random.Random(seed)
    kind = VICTIMS[seed % len(VICTIMS)]
    # Jobs and ffmpegs are waited for. What finished before it was hit is run again, and hit earlier.
    delay_s = random_.uniform(0.2, 0.8) * seconds
    while not killed_run(workflow, kind, delay_s):
        again(workflow)
        delay_s /= 2
        assert delay_s > 0.1, f"no {kind} was ever seen"
    if kind == "snakemake":
        workflow.run("--unlock")
    done = workflow.run(TARGET)
    assert done.returncode == 0, (kind, done.stdout)
    assert digests(workflow) == expected, kind


def whole_run(workflow: Workflow) -> tuple[dict[str, str], float]:
    begin = time.monotonic()
    done = workflow.run(TARGET)
    assert done.returncode == 0, done.stdout
    return digests(workflow), time.monotonic() - begin


def again(workflow: Workflow) -> None:
    subprocess.run(["rm", "-rf", workflow.work / "results", workflow.work / ".snakemake"], check=True)


def killed_rounds(workflow: Workflow, seeds: range) -> None:
    expected, seconds = whole_run(workflow)
    assert not [name for name in expected if "/." in name or name.startswith(".")], expected
    for seed in seeds:
        again(workflow)
        check(workflow, seed, expected, seconds)


def test_killed_runs_are_finished_by_the_next_one(workflow: Workflow) -> None:
    killed_rounds(workflow, range(5))


@pytest.mark.slow
def test_runs_killed_at_thirty_moments_are_finished_by_the_next_one(workflow: Workflow) -> None:
    killed_rounds(workflow, range(5, 35))


def test_an_interrupted_run_goes_on(workflow: Workflow) -> None:
    expected, _ = whole_run(workflow)
    again(workflow)
    process = workflow.start(TARGET)
    listing = workflow.work / "results" / "playlists" / "web.tsv"  # the first of many outputs
    end = time.monotonic() + 120
    while not listing.exists():
        assert process.poll() is None, "the run ended before its first output"
        assert time.monotonic() < end, f"still no {listing}"
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.wait(120) != 0  # it was interrupted, not finished
    assert workflow.run(TARGET).returncode == 0
    assert digests(workflow) == expected
