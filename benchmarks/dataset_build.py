"""A dataset from motion capture with music: the workflow from nothing, beside a plain loop that hears the songs.

    PLAYLIST2DANCE_DATA=folder python benchmarks/dataset_build.py

`folder` holds `dance_with_melody` (35 minutes in 32 dances). Ours is `snakemake --cores all datasets` with
config/examples/dance_with_melody.yaml in an empty folder: listing, checks, cut sound, fingerprints, motion on the
common skeleton, features, split, windows, statistics, page. The other way is one process that computes the same 35
features of the same songs with librosa, one after the other, and does nothing else; it has read its libraries.
Writes benchmarks/results/dataset_build.json: wall clock, so let nothing else run beside it.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from workflow_scripts.motion.dataset_file import read_dataset
from workflow_scripts.workflow.files import write_json

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = Path(__file__).parent / "results" / "dataset_build.json"
RATE, HOP = 15_360, 512
TARGET_S = 120


def built(data: Path, work: Path) -> float:
    """Return the seconds the workflow takes from nothing."""
    (work / "data").mkdir()
    (work / "data" / "dance_with_melody").symlink_to(data)
    command = [str(Path(sys.executable).with_name("snakemake")), "--snakefile", str(ROOT / "Snakefile")]
    command += ["--directory", str(work), "--configfile", str(ROOT / "config/examples/dance_with_melody.yaml")]
    start = time.perf_counter()
    subprocess.run([*command, "--cores", "all", "--quiet", "all", "--", "datasets"], check=True)
    return time.perf_counter() - start


def heard_by_librosa(data: Path) -> float:
    """Return the seconds a plain loop takes for the features alone."""
    import librosa
    import numpy as np

    def edge35(path: Path) -> np.ndarray:
        samples, _ = librosa.load(path, sr=RATE)
        strength = librosa.onset.onset_strength(y=samples, sr=RATE)
        mfcc = librosa.feature.mfcc(y=samples, sr=RATE, n_mfcc=20)
        chroma = librosa.feature.chroma_cens(y=samples, sr=RATE, hop_length=HOP, n_chroma=12)
        columns = np.zeros((len(strength), 35), np.float32)
        columns[:, 0], columns[:, 1:21], columns[:, 21:33] = strength, mfcc.T, chroma.T
        columns[librosa.onset.onset_detect(onset_envelope=strength, sr=RATE), 33] = 1
        columns[librosa.beat.beat_track(onset_envelope=strength, sr=RATE)[1], 34] = 1
        return columns

    songs = sorted((data / "audio").glob("*.mp3"))
    edge35(songs[0])  # compiles
    start = time.perf_counter()
    for song in songs:
        edge35(song)
    return time.perf_counter() - start


def main() -> None:
    """Measure, print, write."""
    if not (folder := os.environ.get("PLAYLIST2DANCE_DATA")):
        print("PLAYLIST2DANCE_DATA names no folder of data: nothing is measured")
        return
    data = Path(folder) / "dance_with_melody"
    with tempfile.TemporaryDirectory() as work:
        seconds = built(data, Path(work))
        dataset = read_dataset(Path(work) / "results" / "datasets" / "main.h5")
    minutes = sum(len(clip.motion.root) for clip in dataset.clips) / dataset.fps / 60
    plain = heard_by_librosa(data)
    row = dict(name="dance_with_melody", value=round(seconds), unit="s", baseline=round(plain), target=TARGET_S)
    row["ratio"] = round(plain / seconds, 2)
    print(f"{len(dataset.clips)} dances, {minutes:.1f} min: {seconds:.0f} s; features by librosa alone {plain:.0f} s")
    write_json(OUTPUT, [row])


if __name__ == "__main__":
    main()
