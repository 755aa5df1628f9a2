"""Pose estimation with MediaPipe: speed and memory beside a bare MediaPipe loop, accuracy on the demo and on TikTok.

    [PLAYLIST2DANCE_DATA=folder] python benchmarks/pose.py [--results results] [--long]

Speed: whole processes on the same video of a minute, start-up included, from the file to the HDF5 file with cleaned
poses; the bare loop (OpenCV, `Pose().process`) writes nothing. They take turns, the best of each counts. The row
mediapipe_fps is processor time (user and system, all threads): a workflow keeps every core busy with such jobs, and
wall time would measure what else the machine is doing. Two videos at once are wall time: run this on a machine that
does nothing else. Every process is told to use one thread (OMP_NUM_THREADS), as Snakemake tells ours.
Memory: the largest of a process that estimates a video of 2 minutes, with --long also one of 30 (a quarter of an hour).
Accuracy: on the demo from the results folder (left out without it); on the TikTok videos of the folder of real data,
the share of joints nearer to OpenPose's than 0.2 torsos (PCK@0.2), where OpenPose is confident and somebody is found by
us. MediaPipe's own keypoints, frame by frame, are the baseline.
Writes benchmarks/results/pose.json: rows of name, value, unit, baseline, ratio (value / baseline) and target. Rows that
were not measured this time stay as they are.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from results.table import keep

from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.motion.skeletons import BODY25
from workflow_scripts.pose.config import PoseConfig
from workflow_scripts.pose.estimate import judged
from workflow_scripts.pose.footage import Footage
from workflow_scripts.workflow.media import probe, run_ffmpeg
from workflow_scripts.workflow.tables import read_table, write_table

OUTPUT = Path(__file__).parent / "results" / "pose.json"
RUNS = 3
ONE_THREAD = os.environ | {"OMP_NUM_THREADS": "1"}
SPEED_TARGET, TWO_VIDEOS_TARGET, SIDE_BY_SIDE_TARGET = 1.0, 1.8, 1.0
MEMORY_TARGET_MIB = 2048.0
# Measure of the evaluation, unit, target ("speed_ratio" and the like are named by what they are measured in).
DEMO = (
    ("pa_mpjpe_mm", "mm", 60.0),
    ("lean_bias_deg", "degrees", 3.0),
    ("root_drift_5s_m", "m", 0.10),
    ("acceleration_ratio", "x the truth's", 1.5),
    ("foot_skate_own_m_s", "m/s", 0.05),
    ("foot_skate_m_s", "m/s", None),
    ("bone_variation", "of a bone's length", 0.001),
)
PCK_TARGET, DETECTION_TARGET = 0.88, 0.97
PCK_TORSO, CONFIDENT = 0.2, 0.3
OPENPOSE_RATE = 29.97  # frames/s of the videos OpenPose saw
JOINTS = [
    f"{side}_{joint}" for joint in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle") for side in ("left", "right")
]
NAIVE = """
import sys, cv2, mediapipe
video, pose = cv2.VideoCapture(sys.argv[1]), mediapipe.solutions.pose.Pose()
while True:
    good, frame = video.read()
    if not good:
        break
    pose.process(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB))
"""
# A process begins with the size of the one it comes from, as the kernel counts: here with that of this small one.
LARGEST = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
"""
Row = dict[str, Any]


def row(name: str, value: float, unit: str, baseline: float | None, target: float | None) -> Row:
    """A row of the results."""
    ratio = round(value / baseline, 3) if baseline else None
    against = None if baseline is None else round(baseline, 3)
    return dict(name=name, value=round(value, 4), unit=unit, baseline=against, ratio=ratio, target=target)


def demo_video(results: Path, scratch: Path) -> Path:
    """Return a demo video: a clip of the results, or one filmed into `scratch`."""
    for clips in sorted(results.glob("clips/demo/*/clips.tsv")):
        return clips.parent / read_table(clips, ["video"])[0]["video"]
    from workflow_scripts.demo.world import make

    print("no demo clips in the results folder: filming one")
    return make("demo:v01", 0, scratch / "v01")


def looped(video: Path, seconds: float, folder: Path) -> Path:
    """Make a folder with clips.tsv and its one clip: the video over and over, as long as asked for."""
    folder.mkdir()
    info = probe(video)
    assert info.video is not None
    times = round(seconds / info.duration_s) - 1
    clip = folder / "0000.mp4"
    run_ffmpeg(["-stream_loop", str(max(times, 0)), "-i", video, "-c", "copy", "-an", clip], video)
    frames = round(probe(clip).duration_s * info.video.fps)
    length = frames / info.video.fps
    line = {"clip": "0000", "start_s": 0, "end_s": length, "frames": frames, "video": clip.name}
    write_table(folder / "clips.tsv", list(line), [line])
    return folder / "clips.tsv"


def ours(clips: Path) -> list[str]:
    """Return the command a rule runs for a video."""
    module = [sys.executable, "-m", "workflow_scripts.pose.estimate", "--config", "{}"]
    return [*module, "--clips", str(clips), "--output", str(clips.parent / "poses.h5")]


def naive(clips: Path) -> list[str]:
    """Return what a user would run instead."""
    return [sys.executable, "-c", NAIVE, str(clips.parent / "0000.mp4")]


def run(*commands: list[str]) -> tuple[float, float]:
    """Run commands at once; return the wall seconds and their processor seconds."""
    start = time.perf_counter()
    jobs = [
        subprocess.Popen(command, env=ONE_THREAD, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for command in commands
    ]
    usages: list[resource.struct_rusage] = []
    for job in jobs:
        _, status, usage = os.wait4(job.pid, 0)
        job.returncode = os.waitstatus_to_exitcode(status)
        if job.returncode:
            raise SystemExit(f"failed: {job.args}")
        usages.append(usage)
    wall = time.perf_counter() - start
    return wall, sum(one.ru_utime + one.ru_stime for one in usages)


def largest(command: list[str]) -> float:
    """Run a command; return the most memory it had, MiB."""
    line = [sys.executable, "-c", LARGEST, *command]
    return float(subprocess.run(line, check=True, env=ONE_THREAD, capture_output=True, text=True).stdout)


def frames_of(clips: Path) -> int:
    """Return the frames of the one clip."""
    return int(read_table(clips, ["frames"])[0]["frames"])


def measure_speed(one: Path, two: Path) -> list[Row]:
    """Return the rows of speed: one video, and two at once on two cores; `one` and `two` are the same video."""
    kinds = (ours, naive)
    best: dict[tuple[str, str], float] = {}
    for _ in range(RUNS):
        for kind in kinds:
            name = kind.__name__
            wall, processor = run(kind(one))
            wall += run(kind(two))[0]
            both, _ = run(kind(one), kind(two))
            for what, value in (("processor", processor), ("in turn", wall), ("at once", both)):
                best[name, what] = min(value, best.get((name, what), np.inf))
    fps = [frames_of(one) / best[kind.__name__, "processor"] for kind in kinds]
    gain = [best[kind.__name__, "in turn"] / best[kind.__name__, "at once"] for kind in kinds]
    at_once, in_turn = best["ours", "at once"], best["ours", "in turn"]
    return [
        row("mediapipe_fps", fps[0], "frames per second of one core", fps[1], SPEED_TARGET),
        row("mediapipe_two_videos", gain[0], "x the throughput of one", gain[1], TWO_VIDEOS_TARGET),
        row("mediapipe_side_by_side", at_once, "seconds, beside one after the other", in_turn, SIDE_BY_SIDE_TARGET),
    ]


def measure_memory(video: Path, scratch: Path, long: bool) -> list[Row]:
    """Return the rows of memory: a video of two minutes and, if `long`, one of thirty beside it."""
    short = largest(ours(looped(video, 120, scratch / "short")))
    rows = [row("memory_2_min", short, "MiB", None, MEMORY_TARGET_MIB)]
    if long:
        value = largest(ours(looped(video, 1800, scratch / "long")))
        rows.append(row("memory_30_min", value, "MiB", short, MEMORY_TARGET_MIB))
    return rows


def read_errors(results: Path) -> list[Row]:
    """Return the rows of accuracy on the demo from its evaluation, none where it has not been run."""
    evaluation = results / "evaluation" / "demo.json"
    if not evaluation.is_file():
        print(f"no {evaluation}: accuracy on the demo left out (snakemake evaluation makes it)")
        return []
    means = json.loads(evaluation.read_text())["mean"]
    return [
        row(f"demo_{measure}", means[measure], unit, None, target)
        for measure, unit, target in DEMO
        if means.get(measure) is not None
    ]


def main_person(people: Floats) -> Floats | None:
    """Return the tallest of OpenPose's people (P, 25, 3) of one frame, None where none shows neck and hips."""
    best, tallest = None, 0.0
    for person in people:
        sure = person[:, 2] > CONFIDENT
        height = float(np.ptp(person[sure, 1])) if sure.any() else 0.0
        if height > tallest:
            best, tallest = person, height
    ends = [BODY25.index("neck"), BODY25.index("mid_hip")]
    return None if best is None or not (best[ends, 2] > CONFIDENT).all() else best


def hits(keypoints: Floats, found: Floats, openpose: Path, fps: float) -> tuple[float, float]:
    """Return the share of joints (T, 24, 2) px that meet OpenPose's, in the frames (T,) found and in all."""
    theirs = np.load(openpose)
    body, smpl = [BODY25.index(name) for name in JOINTS], [SMPL24.index(name) for name in JOINTS]
    met: list[bool] = []
    missed = 0
    for people, number in zip(theirs["keypoints"], theirs["frame_index"], strict=True):
        frame = round(float(number) / OPENPOSE_RATE * fps)
        person = main_person(people)
        if person is None or frame >= len(keypoints):
            continue
        sure = person[body, 2] > CONFIDENT
        if not found[frame]:
            missed += int(sure.sum())
            continue
        torso = np.linalg.norm(person[BODY25.index("neck"), :2] - person[BODY25.index("mid_hip"), :2])
        distance = np.linalg.norm(person[body, :2] - keypoints[frame, smpl], axis=-1)
        met += list(distance[sure] < PCK_TORSO * torso)
    return float(np.mean(met)), float(np.sum(met) / max(len(met) + missed, 1))


def measure_tiktok(data: str | None) -> list[Row]:
    """Return the rows of agreement with OpenPose, none without the folder of real data."""
    folder = Path(data or "", "tiktok")
    if not data or not folder.is_dir():
        print("PLAYLIST2DANCE_DATA does not name the folder of real data: TikTok left out")
        return []
    from workflow_scripts.pose.backends.mediapipe import MediaPipeBackend

    backend, config = MediaPipeBackend(), PoseConfig(min_detection=0.0, min_quality=0.0)
    shares, found = [], []
    for video in sorted(folder.glob("*.mp4")):
        pictures = Footage(video, 10**9, 30.0)
        (track,) = next(backend.tracks([pictures]))
        line = {"start_s": "0", "end_s": str(pictures.count / 30), "frames": str(pictures.count)}
        (person,) = judged(line, pictures, [track], config).people
        openpose = folder / "openpose" / f"{video.stem}.npz"
        assert person.keypoints_2d is not None
        assert person.valid is not None
        cleaned = hits(person.keypoints_2d, person.valid, openpose, 30.0)
        shares.append((*cleaned, *hits(track.keypoints, track.found, openpose, 30.0)))
        found.append(float(track.found.mean()))
    ours_found, ours_all, raw_found, raw_all = np.mean(shares, axis=0)
    return [
        row("tiktok_pck", ours_found, "share of joints", raw_found, PCK_TARGET),
        row("tiktok_pck_with_frames_not_found", ours_all, "share of joints", raw_all, None),
        row("tiktok_detection", float(np.mean(found)), "share of frames", None, DETECTION_TARGET),
    ]


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=Path, default=Path("results"), help="folder of a finished demo run")
    parser.add_argument("--long", action="store_true", help="also the memory of a video of 30 minutes")
    arguments = parser.parse_args()
    rows = read_errors(arguments.results) + measure_tiktok(os.environ.get("PLAYLIST2DANCE_DATA"))
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        video = demo_video(arguments.results, scratch)
        rows += measure_speed(looped(video, 60, scratch / "one"), looped(video, 60, scratch / "two"))
        rows += measure_memory(video, scratch, arguments.long)
    for one in rows:
        against = f", beside {one['baseline']} (ratio {one['ratio']})" if one["baseline"] else ""
        print(f"{one['name']}: {one['value']} {one['unit']}{against}, target {one['target']}")
    keep(OUTPUT, rows)


if __name__ == "__main__":
    main()
