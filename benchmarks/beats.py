"""Beats and bars on annotated music: ours beside librosa's default tracker, by halves, one never used to choose.

    PLAYLIST2DANCE_DATA=folder python benchmarks/beats.py [--learn]

The split, written down before anything of the tracker was chosen with it: the clips of `gtzan_beats` in sorted order,
those of even index (0, 2, ...) are for tuning and those of odd index are held out; the dances of `dance_with_melody`
in sorted order likewise (their style tells the metre and the range of tempo); demo songs of the seeds 500-505 are for
tuning, 700-703 held out.
Scores are mir_eval's, beats before 5 s left out as it advises: F-measure (70 ms), Cemgil's (40 ms), and continuity at
the annotated metrical level (CMLc, CMLt) and at any (AMLc, AMLt). Ours on the demo's songs include the first 5 s.
With --learn: print the pattern of `workflow_scripts/music/pattern.py` as learned from the tuning half, and stop.
Writes benchmarks/results/beats.json: rows of name, value, unit, baseline (librosa), ratio (value / baseline), target.
"""

import argparse
import os
import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import mir_eval
import numpy as np
import soxr
from results.table import keep

from workflow_scripts.demo.songs import GENRES, compose
from workflow_scripts.demo.songs import RATE as SONG_RATE
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.music import bands
from workflow_scripts.music.pattern import POSITIONS
from workflow_scripts.music.rhythm import extract
from workflow_scripts.music.sound import Sound
from workflow_scripts.music.windows import RATE
from workflow_scripts.workflow.media import read_audio

OUTPUT = Path(__file__).parent / "results" / "beats.json"
TUNING_SEEDS, HELD_OUT_SEEDS = range(500, 506), range(700, 704)
SONG_S = 15.0
# A demo song's weight in the pattern beside a clip's.
DEMO_WEIGHT = 0.2
F_TARGET = 0.85
COST_TARGET_S = 0.5
MEASURES = {
    "f": "F-measure",
    "cemgil": "Cemgil",
    "cmlc": "Correct Metric Level Continuous",
    "cmlt": "Correct Metric Level Total",
    "amlc": "Any Metric Level Continuous",
    "amlt": "Any Metric Level Total",
}
Row = dict[str, Any]


def tuning(names: Sequence[str]) -> list[str]:
    """Return the names that constants may be chosen on."""
    return sorted(names)[0::2]


def held_out(names: Sequence[str]) -> list[str]:
    """Return the names that are only looked at in the end."""
    return sorted(names)[1::2]


HALVES = {"tuning": tuning, "held_out": held_out, "all": sorted}


def row(name: str, value: float, unit: str, baseline: float | None = None, target: float | None = None) -> Row:
    """A row of the results."""
    ratio = round(value / baseline, 3) if baseline else None
    against = None if baseline is None else round(baseline, 4)
    return dict(name=name, value=round(value, 4), unit=unit, baseline=against, ratio=ratio, target=target)


def sound_of(path: Path) -> Sound:
    """Read a recording, mono at the rate of the features."""
    return Sound.of(np.asarray(read_audio(path, RATE, mono=True)[0], dtype=np.float32))


def songs(seeds: Sequence[int]) -> Iterator[tuple[str, Floats, Floats, Floats]]:
    """Compose demo songs: genre, samples, beats, downbeats."""
    for genre in GENRES:
        for seed in seeds:
            song = compose(genre, seed, SONG_S)
            yield genre, soxr.resample(song.samples.mean(axis=1), SONG_RATE, RATE), song.beats, song.downbeats


def annotation(path: Path) -> tuple[Floats, Floats | None]:
    """Read beats and, where there are positions in the bar, downbeats: seconds."""
    table = np.loadtxt(path, ndmin=2)
    return table[:, 0], table[table[:, 1] == 1, 0] if table.shape[1] > 1 else None


def learned(items: Sequence[tuple[Floats, Floats, float]]) -> tuple[Floats, Floats]:
    """Return the mean (POSITIONS, bands) and covariance (bands, bands) of curves between beats.

    Args:
        items: curve (T, bands) of `bands.standardised`, beats in seconds, and weight of every piece.
    """
    means, covariance, weights = [], np.zeros((1, 1)), np.array([weight for _, _, weight in items])
    for curve, beats, weight in items:
        places = np.full(len(curve), -1)
        frames = beats * bands.FPS
        for start, end in pairwise(frames):
            inside = np.arange(np.ceil(start), np.ceil(end)).astype(int)
            inside = inside[(inside >= 0) & (inside < len(curve))]
            places[inside] = np.round((inside - start) / (end - start) * POSITIONS).astype(int) % POSITIONS
        mean = np.array([curve[places == place].mean(axis=0) for place in range(POSITIONS)])
        known = places >= 0
        means.append(mean)
        covariance = covariance + weight * np.cov((curve[known] - mean[places[known]]).T)
    return np.average(means, axis=0, weights=weights), covariance / weights.sum()


def learn(clips: Path) -> tuple[Floats, Floats]:
    """Return the pattern of the tuning half."""
    items = []
    for name in tuning([path.stem for path in clips.glob("*.beats")]):
        curve = bands.standardised(bands.rises(sound_of(clips / f"{name}.wav")))
        items.append((curve, annotation(clips / f"{name}.beats")[0], 1.0))
    for _, samples, beats, _ in songs(TUNING_SEEDS):
        items.append((bands.standardised(bands.rises(Sound.of(samples))), beats, DEMO_WEIGHT))
    return learned(items)


def librosa_beats(path: Path) -> Floats:
    """Return what a user would run instead: librosa's own rate and tracker with its defaults."""
    import librosa

    samples, rate = librosa.load(path)
    return np.asarray(librosa.beat.beat_track(y=samples, sr=rate, units="time")[1])


def measure_gtzan(clips: Path) -> list[Row]:
    """Return the rows of beats and downbeats on GTZAN's clips and print the table."""
    names = sorted(path.stem for path in clips.glob("*.beats"))
    scores: dict[str, Floats] = {}
    downbeats: dict[str, float] = {}
    for name in names:
        beats, starts = annotation(clips / f"{name}.beats")
        found = extract(sound_of(clips / f"{name}.wav"), {})
        both = [mir_eval.beat.evaluate(beats, each) for each in (found["beats"], librosa_beats(clips / f"{name}.wav"))]
        scores[name] = np.array([[one[measure] for measure in MEASURES.values()] for one in both])
        if starts is not None:
            trimmed = [mir_eval.beat.trim_beats(each) for each in (starts, found["downbeats"])]
            downbeats[name] = mir_eval.beat.f_measure(*trimmed)
    rows = []
    print(f"{'':28}" + "".join(f"{short:>8}" for short in MEASURES))
    for half, chosen in HALVES.items():
        ours, theirs = np.mean([scores[name] for name in chosen(names)], axis=0)
        print(f"{half + ', ours':28}" + "".join(f"{value:8.3f}" for value in ours))
        print(f"{half + ', librosa':28}" + "".join(f"{value:8.3f}" for value in theirs))
        for short, value, baseline in zip(MEASURES, ours, theirs, strict=True):
            rows.append(row(f"gtzan_{half}_{short}", value, "0 to 1", baseline, F_TARGET if short == "f" else None))
        known = [downbeats[name] for name in chosen(names) if name in downbeats]
        rows.append(row(f"gtzan_{half}_downbeats_f", float(np.mean(known)), "0 to 1"))
    return rows


def measure_metre(dances: Path) -> list[Row]:
    """Return the rows of the share of dances whose metre is found."""
    names = sorted(path.stem for path in (dances / "audio").glob("*.mp3"))
    found = {name: float(extract(sound_of(dances / "audio" / f"{name}.mp3"), {})["beats_per_bar"]) for name in names}
    rows = []
    for half, chosen in HALVES.items():
        for style, letters, metre in (("waltz", "W", 3), ("cha_cha_rumba_tango", "CRT", 4)):
            right = [found[name] == metre for name in chosen(names) if name.split("_")[1] in letters]
            rows.append(row(f"metre_{half}_{style}", float(np.mean(right)), f"of {len(right)} dances"))
    return rows


def measure_demo() -> list[Row]:
    """Return the rows of demo songs, whose beats are known exactly."""
    scores, bars, metres, gaps = [], [], [], []
    for _, samples, beats, starts in songs(HELD_OUT_SEEDS):
        found = extract(Sound.of(samples), {})
        scores.append(mir_eval.beat.f_measure(beats, found["beats"]))
        bars.append(mir_eval.beat.f_measure(starts, found["downbeats"]))
        metres.append(float(found["beats_per_bar"]) == 4)
        gap = found["beats"] - beats[np.abs(beats[:, None] - found["beats"]).argmin(axis=0)]
        gaps += list(1000 * gap[np.abs(gap) < 0.1])
    return [
        row("demo_held_out_f", float(np.mean(scores)), "0 to 1", target=0.95),
        row("demo_held_out_downbeats_f", float(np.mean(bars)), "0 to 1"),
        row("demo_held_out_metre", float(np.mean(metres)), f"of {len(metres)} songs"),
        row("demo_held_out_bias_mean", float(np.mean(gaps)), "ms", target=10.0),
        row("demo_held_out_bias_median", float(np.median(gaps)), "ms", target=10.0),
    ]


def measure_cost() -> list[Row]:
    """Return the row of the processor seconds of the whole group per minute of music, the best of three."""
    minute = np.random.default_rng(0).standard_normal(60 * RATE).astype(np.float32)
    best = np.inf
    for _ in range(3):
        start = time.process_time()
        extract(Sound.of(minute), {})
        best = min(best, time.process_time() - start)
    return [row("cost", best, "processor seconds per minute of music", target=COST_TARGET_S)]


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--learn", action="store_true", help="print the pattern of the tuning half")
    arguments = parser.parse_args()
    data = os.environ.get("PLAYLIST2DANCE_DATA")
    if arguments.learn and not data:
        raise SystemExit("PLAYLIST2DANCE_DATA does not name the folder of real data")
    if arguments.learn:
        means, covariance = learn(Path(data or "", "gtzan_beats"))
        print(np.array2string(means.round(2), separator=", "))
        print(np.array2string(covariance.round(3), separator=", "))
        return
    rows = measure_demo() + measure_cost()
    if data:
        rows += measure_gtzan(Path(data, "gtzan_beats")) + measure_metre(Path(data, "dance_with_melody"))
    else:
        print("PLAYLIST2DANCE_DATA does not name the folder of real data: GTZAN and dances left out")
    for one in rows:
        against = f", beside {one['baseline']} (ratio {one['ratio']})" if one["baseline"] is not None else ""
        print(f"{one['name']}: {one['value']} {one['unit']}{against}, target {one['target']}")
    keep(OUTPUT, rows)


if __name__ == "__main__":
    main()
