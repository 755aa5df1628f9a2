"""200 small videos from a web server on the loopback, downloaded and cut: the workflow with 4 jobs beside a shell loop.

    python benchmarks/collect_many.py

The other way: one yt-dlp over the whole playlist, then one ffmpeg for each video, four at a time, with the same
settings as the workflow's. It finds no shots, checks nothing, keeps no ledger and starts again from nothing, so the
workflow pays more for each video; how much is the row `overhead_per_video`, in processor seconds.
Writes benchmarks/results/collect_many.json.
"""

import functools
import http.server
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import yaml

from workflow_scripts.workflow.files import write_json
from workflow_scripts.workflow.media import ffmpeg_exe

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = Path(__file__).parent / "results" / "collect_many.json"
VIDEOS, JOBS, SECONDS = 200, 4, 6


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, *arguments: object) -> None:
        """Leave out what the server would say of each request."""


@contextmanager
def playlist(folder: Path) -> Iterator[str]:
    """Serve `VIDEOS` videos (names of one file: what counts is the number) and a feed of them; yield its address."""
    film = folder / "film.mp4"
    picture = f"testsrc2=s=320x240:r=25:d={SECONDS}"
    sound = f"sine=f=220:d={SECONDS},tremolo=f=4:d=0.9"
    command = [ffmpeg_exe(), "-loglevel", "error", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound]
    subprocess.run([*command, "-pix_fmt", "yuv420p", str(film)], check=True)
    for number in range(VIDEOS):
        os.link(film, folder / f"v{number:03d}.mp4")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    address = f"http://127.0.0.1:{server.server_port}"
    items = "".join(
        f'<item><title>{number}</title><guid isPermaLink="false">v{number:03d}</guid>'
        f'<enclosure url="{address}/v{number:03d}.mp4" length="1" type="video/mp4"/></item>'
        for number in range(VIDEOS)
    )
    head = '<?xml version="1.0"?><rss version="2.0"><channel><title>many</title>'
    (folder / "feed.xml").write_text(f"{head}{items}</channel></rss>")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"{address}/feed.xml"
    server.shutdown()


def timed(work: Callable[[], None]) -> tuple[float, float]:
    """Return (wall, processor) seconds of `work` and its finished children."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    work()
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - start
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def by_hand(address: str, folder: Path) -> None:
    """What one would type: yt-dlp for the playlist, ffmpeg for each file."""
    yt_dlp = [sys.executable, "-m", "yt_dlp", "--quiet", "--no-warnings", "--ffmpeg-location", ffmpeg_exe()]
    subprocess.run([*yt_dlp, "-o", str(folder / "%(id)s.%(ext)s"), address], check=True)

    def cut(path: Path) -> None:
        command = [ffmpeg_exe(), "-loglevel", "error", "-nostdin", "-i", str(path), "-r", "30", "-c:v", "libx264"]
        command += ["-preset", "veryfast", "-crf", "20", "-threads", "1", str(path.with_suffix(".clip.mp4"))]
        subprocess.run([*command, "-ar", "44100", "-ac", "2", str(path.with_suffix(".wav"))], check=True)

    with ThreadPoolExecutor(JOBS) as pool:
        list(pool.map(cut, sorted(folder.glob("v*.mp4"))))


def by_workflow(address: str, folder: Path) -> None:
    """The same by Snakemake: list, download, admit, cut."""
    # Without the automatic cutting, which the other way does not have either.
    cutting = dict.fromkeys(("shots", "still", "silence", "speech"), False)
    config = {"collections": {"web": {"source": address, "cutting": cutting}}, "use": {"collections": ["web"]}}
    (folder / "many.yaml").write_text(yaml.safe_dump(config))
    clips = [f"results/clips/web/v{number:03d}/clips.tsv" for number in range(VIDEOS)]
    command = [
        str(Path(sys.executable).with_name("snakemake")),
        "--snakefile",
        str(ROOT / "Snakefile"),
        "--quiet",
        "all",
    ]
    command += ["--directory", str(folder), "--configfile", str(folder / "many.yaml"), "--cores", str(JOBS), "--"]
    subprocess.run([*command, *clips, "results/admitted/web.tsv"], check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    """Measure both, print a table and write the results."""
    with tempfile.TemporaryDirectory() as name:
        folders = [Path(name, part) for part in ("site", "hand", "workflow")]
        for folder in folders:
            folder.mkdir()
        with playlist(folders[0]) as address:
            hand_wall, hand_cpu = timed(lambda: by_hand(address, folders[1]))
            shutil.rmtree(folders[1])
            wall, cpu = timed(lambda: by_workflow(address, folders[2]))
        made = len(list(folders[2].glob("results/clips/web/*/0000.mp4")))
    if made != VIDEOS:
        raise SystemExit(f"only {made} of {VIDEOS} videos were cut")
    jobs = 2 * VIDEOS + 2
    rows = [
        row("videos_per_second", VIDEOS / wall, "1/s", VIDEOS / hand_wall),
        row("jobs_per_second", jobs / wall, "1/s", None),
        row("cpu_per_video", cpu / VIDEOS, "s", hand_cpu / VIDEOS),
        row("overhead_per_video", (cpu - hand_cpu) / VIDEOS, "s", None),
    ]
    for entry in rows:
        print("{name:22} {value:8.3f} {unit:4} by hand: {baseline}".format(**entry))
    write_json(OUTPUT, rows)


def row(name: str, value: float, unit: str, baseline: float | None) -> dict[str, object]:
    """One result; `ratio` is value / baseline."""
    ratio = value / baseline if baseline else None
    value, baseline, ratio = (round(number, 3) if number is not None else None for number in (value, baseline, ratio))
    return {"name": name, "value": value, "unit": unit, "baseline": baseline, "ratio": ratio, "target": None}


if __name__ == "__main__":
    main()
