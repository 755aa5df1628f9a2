"""Music features: speed, start-up and memory beside the librosa script that users of FACT and EDGE run.

    python benchmarks/music.py

Speed: processor seconds per minute of sound in one process that is warm (everything imported and compiled), with one
thread, from the WAV file at 44.1 kHz on; two minutes of demo songs. Ours and librosa's take turns; medians. The row
edge35_per_minute is the whole set of 35 columns, all three groups, beside librosa's documented functions with their
defaults; edge35_in_three_jobs is what the workflow pays for it, whose rules each read the sound (their start-up not
counted); edge35_of_own_songs the same as the first beside EDGE's whole script on a song whose name holds no tempo: it
loads the song a second time, at 22,050 Hz, to estimate one. hpss_per_minute is the group of that name beside librosa's
functions.
Start-up: wall seconds of a whole job for three seconds of sound, the group chroma; the baseline imports librosa and
computes chroma_cens. They take turns, the medians count, after one of each that does not (librosa compiles then).
Memory: the largest of a job for a mix of an hour, in MiB; the baseline is our own job for four minutes. One row for the
groups of edge35 (the largest of them), one for each other group.
Writes benchmarks/results/music.json: rows of name, value, unit, baseline, ratio and target. The ratio is baseline /
value (times as fast), in rows of memory value / baseline (growth). Rows that were not measured this time stay as they
are.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import soundfile
from results.table import keep

from workflow_scripts.demo.songs import GENRES, RATE, compose
from workflow_scripts.motion.feature_sets import GROUPS, groups_of
from workflow_scripts.motion.music_choice import joined
from workflow_scripts.music import chroma, hpss, rhythm, spectral
from workflow_scripts.music.sound import Sound
from workflow_scripts.workflow.tables import write_table

OUTPUT = Path(__file__).parent / "results" / "music.json"
ROUNDS, MINUTES = 9, 2
# MiB: what the rule asks for.
SPEED_TARGET, STARTUP_TARGET_S, MEMORY_TARGET_MIB = 3.0, 1.5, 1000.0
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")}
LIBROSA = "import sys, librosa; y, sr = librosa.load(sys.argv[1], sr=15360); librosa.feature.chroma_cens(y=y, sr=sr)"
# A process begins with the size of the one it comes from, as the kernel counts: here with that of this small one.
LARGEST = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
"""
Row = dict[str, Any]


def row(name: str, value: float, unit: str, baseline: float, ratio: float, target: float | None) -> Row:
    """A row of the results."""
    return dict(
        name=name, value=round(value, 4), unit=unit, baseline=round(baseline, 4), ratio=round(ratio, 3), target=target
    )


def recorded(folder: Path, seconds: float) -> Path:
    """Write demo songs, one after the other and over again, as the one clip of a clips.tsv; return its path."""
    folder.mkdir()
    songs = np.concatenate([compose(genre, 1, 60.0).samples for genre in list(GENRES)[:MINUTES]])
    left = round(seconds * RATE)
    clip = {"clip": "0000", "audio": "0000.wav", "samples": left}
    with soundfile.SoundFile(folder / "0000.wav", "w", RATE, 2, "PCM_16") as file:
        while left:
            file.write(songs[:left])
            left -= min(left, len(songs))
    write_table(folder / "clips.tsv", list(clip), [clip])
    return folder / "clips.tsv"


def edge35(audio: Path) -> np.ndarray:
    """Return the 35 columns, the three groups from one sound."""
    sound = Sound.open(audio)
    return joined({**spectral.extract(sound, {}), **chroma.extract(sound, {}), **rhythm.extract(sound, {})}, "edge35")


def edge35_in_jobs(audio: Path) -> None:
    """Compute the three groups from a sound of their own each."""
    for group in (spectral, chroma, rhythm):
        group.extract(Sound.open(audio), {})


def edge35_by_librosa(audio: Path, bpm: float = 120) -> np.ndarray:
    """Return them by librosa; `bpm` is the tempo that the tracker starts from."""
    import librosa

    samples, rate = librosa.load(audio, sr=15_360)
    strength = librosa.onset.onset_strength(y=samples, sr=rate)
    mfcc = librosa.feature.mfcc(y=samples, sr=rate, n_mfcc=20).T
    cens = librosa.feature.chroma_cens(y=samples, sr=rate, hop_length=512, n_chroma=12).T
    onsets = librosa.onset.onset_detect(onset_envelope=strength, sr=rate, hop_length=512)
    _, beats = librosa.beat.beat_track(onset_envelope=strength, sr=rate, hop_length=512, start_bpm=bpm, tightness=100)
    pulses = np.zeros((len(strength), 2))
    pulses[onsets, 0] = 1
    pulses[beats, 1] = 1
    return np.concatenate([strength[:, None], mfcc, cens, pulses], axis=1)


def edge35_by_edge(audio: Path) -> np.ndarray:
    """Return them as EDGE's script does for a song of which no tempo is known."""
    import librosa

    samples, rate = librosa.load(audio)
    return edge35_by_librosa(audio, float(librosa.feature.tempo(y=samples, sr=rate)[0]))


def separated(audio: Path) -> object:
    """Return the group hpss."""
    return hpss.extract(Sound.open(audio), {})


def separated_by_librosa(audio: Path) -> object:
    """Return it as Bailando's script does."""
    import librosa

    samples, rate = librosa.load(audio, sr=15_360)
    harmonic, percussive = librosa.effects.hpss(samples)
    strength = librosa.onset.onset_strength(y=percussive, sr=rate)
    return (
        librosa.feature.delta(librosa.feature.mfcc(y=samples, sr=rate, n_mfcc=20)),
        librosa.feature.chroma_cqt(y=harmonic, sr=rate),
        librosa.feature.tempogram(onset_envelope=strength, sr=rate),
        librosa.beat.beat_track(onset_envelope=strength, sr=rate),
    )


def measure_speed(
    name: str, audio: Path, rounds: int, ours: Callable[[Path], object], theirs: Callable[[Path], object]
) -> Row:
    """Return a row of processor seconds per minute of sound."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds + 1):
        for way, spent in zip((ours, theirs), seconds, strict=True):
            start = time.process_time()
            way(audio)
            spent.append((time.process_time() - start) / MINUTES)
    value, baseline = (median(spent[1:]) for spent in seconds)  # in the first round things are imported and compiled
    return row(name, value, "processor seconds per minute of sound", baseline, baseline / value, SPEED_TARGET)


def job(group: str, clips: Path) -> list[str]:
    """Return the command that a rule runs."""
    module = [sys.executable, "-m", "workflow_scripts.music.extract", "--group", group]
    return [*module, "--clips", str(clips), "--output", str(clips.parent / f"{group}.h5")]


def measure_startup(clips: Path) -> Row:
    """Return the row of wall seconds of a short job."""
    commands = (job("chroma", clips), [sys.executable, "-c", LIBROSA, str(clips.parent / "0000.wav")])
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(6):
        for command, spent in zip(commands, seconds, strict=True):
            start = time.perf_counter()
            subprocess.run(command, check=True)
            spent.append(time.perf_counter() - start)
    value, baseline = (median(spent[1:]) for spent in seconds)
    return row("music_startup", value, "seconds", baseline, baseline / value, STARTUP_TARGET_S)


def largest(command: list[str]) -> float:
    """Run a command; return the most memory it had, MiB."""
    done = subprocess.run([sys.executable, "-c", LARGEST, *command], check=True, capture_output=True, text=True)
    return float(done.stdout)


def measure_memory(short: Path, long: Path) -> list[Row]:
    """Return the rows of memory of an hour beside four minutes."""
    peaks = {group: (largest(job(group, long)), largest(job(group, short))) for group in GROUPS}
    together = groups_of("edge35")
    peaks = {"edge35": max(peaks[group] for group in together)} | {k: v for k, v in peaks.items() if k not in together}
    return [
        row(f"memory_of_an_hour_{name}", hour, "MiB, beside that of four minutes", few, hour / few, MEMORY_TARGET_MIB)
        for name, (hour, few) in peaks.items()
    ]


def main() -> None:
    """Measure, print, write."""
    if any(os.environ.get(name) != value for name, value in ONE_THREAD.items()):
        # Libraries count their threads when they are loaded: begin again.
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | ONE_THREAD)
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        audio = recorded(scratch / "songs", 60 * MINUTES).parent / "0000.wav"
        rows = [measure_speed("edge35_per_minute", audio, ROUNDS, edge35, edge35_by_librosa)]
        rows += [measure_speed("edge35_in_three_jobs", audio, ROUNDS, edge35_in_jobs, edge35_by_librosa)]
        rows += [measure_speed("edge35_of_own_songs", audio, ROUNDS, edge35, edge35_by_edge)]
        rows += [measure_speed("hpss_per_minute", audio, 3, separated, separated_by_librosa)]
        rows += [measure_startup(recorded(scratch / "short", 3.0))]
        rows += measure_memory(recorded(scratch / "four", 240), recorded(scratch / "hour", 3600))
    for one in rows:
        print(
            f"{one['name']}: {one['value']} {one['unit']}, beside {one['baseline']} (ratio {one['ratio']}), "
            f"target {one['target']}"
        )
    keep(OUTPUT, rows)


if __name__ == "__main__":
    main()
