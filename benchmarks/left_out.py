"""How well a motion graph keeps the beat of songs that it has never met: every song of a dataset left out once.

    python benchmarks/left_out.py results/datasets/main.h5 [--clips results/clips] [--folds 8] [--name NAME]

The folds: songs (near-duplicates are one song already, see docs/datasets.md), so never two dances of one song on both
sides, are ordered by the hash of their name within each genre, genre after genre, and dealt out in turn. For each fold
a graph with the default settings is built from the dances of all the others, dances to the music of those left out
(without being told a genre), and its feet are locked as in the generate stage.
Scores are Bailando's beat alignment with the dance's own song minus that with all other songs of the dataset, and the
score of the place in the bar (`evaluate/metrics/bar_phase.py`) of dances to music in bars of three. With --clips,
where the sound of the dataset's clips is, also with librosa's beats, and with the flux below 150 Hz in the place of our
downbeats. Intervals are 95 % bootstrap intervals over songs; "baseline" is what the captured dances reach.
Writes benchmarks/results/left_out.json: rows of name, value, low, high, unit, baseline, ratio (null), target.
"""

import argparse
import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from results.table import keep

from workflow_scripts.evaluate.beats_again import sound_beats
from workflow_scripts.evaluate.bootstrap import mean_interval
from workflow_scripts.evaluate.metrics.bar_phase import BarDance, bar_frequency, bar_scores, coefficient
from workflow_scripts.evaluate.metrics.beat_alignment import beat_alignment, beats_inside, motion_beats
from workflow_scripts.evaluate.metrics.movement import foot_skate, frozen, longest_held, mean_speed
from workflow_scripts.evaluate.metrics.resampling import RATE, resampled
from workflow_scripts.models.motion_graph.model import Model, MotionGraphConfig
from workflow_scripts.motion.dataset_file import Dataset, DatasetClip, read_dataset
from workflow_scripts.motion.feet import lock_feet
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.workflow.media import read_audio

OUTPUT = Path(__file__).parent / "results" / "left_out.json"
SEED = 1
TARGETS = {"beat_difference": 0.25, "second_difference": 0.25, "frozen_share": 0.03, "bar_difference": 0.5}
UNITS = {
    "beat_difference": "own song minus other songs, 0 to 1",
    "second_difference": "the same with librosa's beats",
    "bar_difference": "own song minus other songs, -1 to 1",
    "bar_own": "own song, -1 to 1",
    "bar_flux_difference": "own song minus other songs, by the flux below 150 Hz",
    "bar_flux_own": "own song, by the flux below 150 Hz",
    "frozen_share": "share of the time",
    "speed": "m/s",
    "foot_skate": "m/s",
    "longest_held": "s",
}


def folds_of(clips: Sequence[DatasetClip], folds: int) -> dict[str, int]:
    """Return the fold of every song; see the module's docstring."""
    genres = {clip.song: clip.genre for clip in clips}
    order = sorted(genres, key=lambda song: (genres[song], hashlib.sha256(song.encode()).hexdigest()))
    return {song: place % folds for place, song in enumerate(order)}


def dances(dataset: Dataset, folds: int) -> list[Floats]:
    """Return world joints (T, 24, 3) of a dance to the music of every clip, by a graph that has not seen its song."""
    fold = folds_of(dataset.clips, folds)
    made: dict[str, Floats] = {}
    for number in range(folds):
        split = [replace(clip, split="test" if fold[clip.song] == number else "train") for clip in dataset.clips]
        held = replace(dataset, clips=split)
        if not held.split("test"):
            continue
        model = Model.from_dataset(MotionGraphConfig(), held)
        for clip in held.split("test"):
            seconds = len(clip.music.features) / clip.music.fps
            name = int.from_bytes(hashlib.sha256(clip.name.encode()).digest()[:8], "big")
            person = model.generate(clip.music, seconds, None, np.random.default_rng([SEED, name]))
            made[clip.name] = lock_feet(person.world, dataset.fps)
    return [made[clip.name] for clip in dataset.clips]


def sound_of(clips: Path, clip: DatasetClip) -> Path:
    """Return the path of a clip's sound."""
    return clips / clip.collection / clip.video / f"{clip.clip}.wav"


def heard_beats(clips: Path, clip: DatasetClip) -> Floats:
    """Return librosa's beats of a clip, seconds from its first frame."""
    beats = sound_beats(sound_of(clips, clip)) - clip.start_s
    return beats[beats >= 0]


def flux_phase(clips: Path, clip: DatasetClip) -> float | None:
    """Return the phase of the flux below 150 Hz at the clip's bar frequency."""
    frequency = bar_frequency(clip.music.beats)
    if frequency is None:
        return None
    samples, rate = read_audio(sound_of(clips, clip), mono=True)
    low = soxr.resample(samples[round(clip.start_s * rate) :], rate, 1500)
    seconds = len(clip.motion.root) / clip.music.fps
    frame, hop = 128, 30  # 85 ms and 20 ms
    pieces = np.lib.stride_tricks.sliding_window_view(low[: round(seconds * 1500)], frame)[::hop] * np.hanning(frame)
    power = np.log1p(100 * np.abs(np.fft.rfft(pieces, axis=1))[:, : int(150 * frame / 1500) + 1])
    flux = np.maximum(np.diff(power, axis=0), 0).sum(axis=1)
    times = (np.arange(1, len(pieces)) * hop + frame / 2) / 1500
    return float(np.angle(coefficient(flux, times, frequency, seconds)))


def beat_differences(
    worlds: Sequence[Floats], fps: float, songs: Sequence[str], beats: Sequence[Floats]
) -> list[float]:
    """Return for each motion the score with its own song minus the mean of that with the other songs."""
    result = []
    for world, song, own in zip(worlds, songs, beats, strict=True):
        motion = resampled(world, fps)
        accents = motion_beats(motion, RATE)
        others = [
            beat_alignment(accents, beats_inside(other, len(motion), RATE))
            for name, other in zip(songs, beats, strict=True)
            if name != song
        ]
        result.append(beat_alignment(accents, beats_inside(own, len(motion), RATE)) - float(np.nanmean(others)))
    return result


def measured(worlds: Sequence[Floats], dataset: Dataset, sound: Path | None) -> dict[str, list[float]]:
    """Return {measure: one number per clip}; NaN where one does not apply."""
    clips, fps = dataset.clips, dataset.fps
    songs = [clip.song for clip in clips]
    columns: dict[str, list[float]] = {
        "beat_difference": beat_differences(worlds, fps, songs, [clip.music.beats for clip in clips])
    }
    waltzes = [place for place, clip in enumerate(clips) if clip.music.beats_per_bar == 3]
    bars = [
        BarDance(songs[place], worlds[place][:, 0, 1], fps, clips[place].music.beats, clips[place].music.downbeats)
        for place in waltzes
    ]
    phases: list[tuple[str, list[float | None] | None]] = [("bar", None)]
    if sound is not None:
        heard = [heard_beats(sound, clip) for clip in clips]
        columns["second_difference"] = beat_differences(worlds, fps, songs, heard)
        phases.append(("bar_flux", [flux_phase(sound, clips[place]) for place in waltzes]))
    for name, known in phases:
        columns[f"{name}_own"], columns[f"{name}_difference"] = ([float("nan")] * len(clips) for _ in range(2))
        for place, (own, other) in zip(waltzes, bar_scores(bars, known), strict=True):
            columns[f"{name}_own"][place], columns[f"{name}_difference"][place] = own, own - other
    each: dict[str, Callable[[Floats], float]] = {
        "frozen_share": lambda world: frozen(world, fps)[1],
        "speed": lambda world: mean_speed(world, fps),
        "foot_skate": lambda world: foot_skate(world, fps),
        "longest_held": lambda world: longest_held(world, fps),
    }
    return columns | {name: [measure(world) for world in worlds] for name, measure in each.items()}


def groups_of(clips: Sequence[DatasetClip]) -> dict[str, list[int]]:
    """Return {name: places of clips}: all of them, each genre, and what is not in bars of three."""
    groups: dict[str, list[int]] = defaultdict(list)
    for place, clip in enumerate(clips):
        for name in ("all", clip.genre or "no genre"):
            groups[name].append(place)
        if clip.genre in ("cha-cha", "rumba"):
            groups["cha-cha and rumba"].append(place)
    return dict(groups)


def main() -> None:
    """Dance, measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset", type=Path, nargs="?", default=Path("results/datasets/main.h5"))
    parser.add_argument("--clips", type=Path, help="results/clips, for the sound")
    parser.add_argument("--folds", type=int, default=8)
    parser.add_argument("--name", default="", help="stands before the names of the rows")
    arguments = parser.parse_args()
    if not arguments.dataset.exists():
        print(f"{arguments.dataset} is missing: `snakemake --cores 4 datasets` makes it")
        return
    dataset = read_dataset(arguments.dataset)
    ours = measured(dances(dataset, arguments.folds), dataset, arguments.clips)
    captured = measured([clip.motion.world.astype(np.float64) for clip in dataset.clips], dataset, arguments.clips)
    rows: list[dict[str, Any]] = []
    for group, places in groups_of(dataset.clips).items():
        songs = [dataset.clips[place].song for place in places]
        for measure, values in ours.items():
            mean, low, high = mean_interval([values[place] for place in places], songs, SEED)
            if mean is None:
                continue
            truth, _, _ = mean_interval([captured[measure][place] for place in places], songs, SEED)
            count = int(np.isfinite([values[place] for place in places]).sum())
            name = " ".join(part for part in (arguments.name, group, measure) if part).replace(" ", "_")
            bounds = {"low": low and round(low, 4), "high": high and round(high, 4)}
            row: dict[str, Any] = {
                "name": name,
                "value": round(mean, 4),
                **bounds,
                "unit": f"{UNITS[measure]}; {count} dances",
            }
            row |= {"baseline": truth and round(truth, 4), "ratio": None, "target": TARGETS.get(measure)}
            rows.append(row)
            interval = f" [{low:+.3f}, {high:+.3f}]" if low is not None and high is not None else ""
            print(f"{name}: {mean:+.3f}{interval} {row['unit']}; captured {truth or 0:+.3f}, target {row['target']}")
    keep(OUTPUT, rows)


if __name__ == "__main__":
    main()
