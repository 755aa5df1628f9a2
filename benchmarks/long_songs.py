"""What a motion graph's dance costs for a song of 3 and of 60 minutes: seconds and peak memory, each in a new process.

    python benchmarks/long_songs.py

The graph is built of 12 made-up demo dances of 60 s, some 1,300 units, and dances to clicks at 112 bpm. Memory is the
peak resident set of the process, in which the libraries and building the graph have the largest part.
Writes benchmarks/results/long_songs.json: rows of name, value, unit, baseline (of 3 minutes), ratio, target.
"""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from results.table import keep

from workflow_scripts.dataset.build import DatasetConfig, assembled
from workflow_scripts.demo.choreography import choreograph
from workflow_scripts.models.motion_graph.model import Model, MotionGraphConfig
from workflow_scripts.motion.dataset_file import DatasetClip
from workflow_scripts.motion.music_file import Music
from workflow_scripts.motion.pose_file import Person

OUTPUT = Path(__file__).parent / "results" / "long_songs.json"
FPS = 30.0
TEMPI = {"disco": 112.0, "hiphop": 92.0, "house": 126.0}


def clicks(bpm: float, seconds: float) -> Music:
    """Return music that is nothing but beats."""
    beats = np.arange(0.4, seconds, 60 / bpm)
    return Music(np.zeros((round(seconds * FPS), 1), np.float32), beats, beats[::4], bpm, FPS)


def graph() -> Model:
    """Return the graph of made-up dances."""
    clips = []
    for number in range(12):
        genre = list(TEMPI)[number % 3]
        music = clicks(TEMPI[genre] + number, 60.0)
        world = choreograph(music.beats, 60.0, genre, number)
        person = Person(world - world[:, :1], world[:, 0])
        clips.append(DatasetClip("made", f"v{number:02}", "0000", f"s{number}", genre, "train", 1.0, person, music))
    settings = {"collections": ["made"], "window_s": 3.0, "stride_s": 1.0, "validation": 0.0, "seed": 1}
    return Model.from_dataset(MotionGraphConfig(), assembled(clips, DatasetConfig.model_validate(settings)))


def dance(minutes: float) -> None:
    """Dance for so many minutes and print seconds, MB and units as JSON."""
    model = graph()
    model.generate(clicks(100.0, 5.0), 5.0, None, np.random.default_rng(0))  # join costs are computed once
    start = time.process_time()
    model.generate(clicks(112.0, 60 * minutes), 60 * minutes, None, np.random.default_rng(1))
    spent, peak = time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([spent, peak, len(model.units)]))


def main() -> None:
    """Measure both, print, write."""
    if len(sys.argv) > 1:
        dance(float(sys.argv[1]))
        return
    found = {}
    for minutes in (3, 60):
        command = [sys.executable, __file__, str(minutes)]
        found[minutes] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    rows = []
    for place, (name, unit) in enumerate((("seconds", "processor s"), ("memory", "MB peak"))):
        short, long = found[3][place], found[60][place]
        ratio = round(long / short, 2)
        rows.append(
            dict(
                name=f"hour_{name}", value=round(long, 2), unit=unit, baseline=round(short, 2), ratio=ratio, target=None
            )
        )
        print(f"60 min: {long:.1f} {unit}; 3 min: {short:.1f}; {found[60][2]} units")
    keep(OUTPUT, rows)


if __name__ == "__main__":
    main()
