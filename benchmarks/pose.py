"""Pose estimation: speed beside a bare MediaPipe loop in the same run, and accuracy on the demo corpus.

    python benchmarks/pose.py [--results results]

Both are whole processes on the same clip, start-up included, taken in turns, the best of each. The time is processor
time (user and system, all threads): a workflow keeps every core busy with such a job, and wall time would measure
what else the machine is doing. The clip is a dance of the demo corpus, from the results folder if it
has one and filmed anew (half a minute) if not. Accuracy is read from the results folder and left out without it.
Writes benchmarks/results/pose.json: rows of name, value, unit, baseline, ratio (value / baseline) and target.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from workflow_scripts.workflow.files import write_json
from workflow_scripts.workflow.tables import read_table, write_table

OUTPUT = Path(__file__).parent / "results" / "pose.json"
RUNS = 2
# Both do the same inference: ours may cost a little for cleaning and writing, not more.
SPEED_RATIO_TARGET = 0.9
ERROR_TARGET_MM = 85.0
NAIVE = """
import sys, cv2, mediapipe
video, pose = cv2.VideoCapture(sys.argv[1]), mediapipe.solutions.pose.Pose()
while True:
    good, frame = video.read()
    if not good:
        break
    pose.process(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB))
"""


def demo_clips(results: Path, scratch: Path) -> Path:
    """Return the clips.tsv of a demo video: one of the results, or of one filmed into `scratch`."""
    for clips in sorted(results.glob("clips/demo/*/clips.tsv")):
        return clips
    from workflow_scripts.demo.world import make
    from workflow_scripts.workflow.media import probe

    print("no demo clips in the results folder: filming one")
    media = make("demo:v01", 0, scratch / "v01")
    info = probe(media)
    assert info.video is not None
    frames = round(info.duration_s * info.video.fps)
    row = {"clip": "0000", "start_s": 0, "end_s": info.duration_s, "frames": frames, "video": media.name}
    write_table(scratch / "clips.tsv", list(row), [row])
    return scratch / "clips.tsv"


def seconds(command: list[str]) -> float:
    """Return the processor time of a command, which must succeed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure_speed(clips: Path, scratch: Path) -> dict[str, Any]:
    """Return the row `mediapipe_fps`."""
    row = read_table(clips, ["video", "frames"])[0]
    one = scratch / "one"
    one.mkdir()
    (one / row["video"]).symlink_to((clips.parent / row["video"]).resolve())
    write_table(one / "clips.tsv", list(row), [row])
    module = [sys.executable, "-m", "workflow_scripts.pose.estimate", "--config", "{}"]
    ours = [*module, "--clips", str(one / "clips.tsv"), "--output", str(scratch / "poses.h5")]
    naive = [sys.executable, "-c", NAIVE, str(one / row["video"])]
    times = [(seconds(ours), seconds(naive)) for _ in range(RUNS)]
    value, baseline = (int(row["frames"]) / min(column) for column in zip(*times, strict=True))
    return {
        "name": "mediapipe_fps",
        "value": round(value, 1),
        "unit": "frames per second of one core",
        "baseline": round(baseline, 1),
        "ratio": round(value / baseline, 3),
        "target": SPEED_RATIO_TARGET,
    }


def read_error(results: Path) -> list[dict[str, Any]]:
    """Return the row `demo_pa_mpjpe_mm` from the evaluation of the demo, none where it has not been run."""
    evaluation = results / "evaluation" / "demo.json"
    if not evaluation.is_file():
        print(f"no {evaluation}: accuracy left out (snakemake evaluation makes it)")
        return []
    value = round(json.loads(evaluation.read_text())["mean"]["pa_mpjpe_mm"], 2)
    row = {"name": "demo_pa_mpjpe_mm", "value": value, "unit": "mm", "baseline": None, "ratio": None}
    return [row | {"target": ERROR_TARGET_MM}]


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=Path, default=Path("results"), help="folder of a finished demo run")
    results: Path = parser.parse_args().results
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        rows = [measure_speed(demo_clips(results, scratch), scratch), *read_error(results)]
    for row in rows:
        against = f", bare loop {row['baseline']} (ratio {row['ratio']})" if row["baseline"] else ""
        print(f"{row['name']}: {row['value']} {row['unit']}{against}, target {row['target']}")
    write_json(OUTPUT, rows)


if __name__ == "__main__":
    main()
