"""How well retrieved soundtracks follow dances whose song they have never met: every song of a dataset left out once.

    python benchmarks/retrieval_left_out.py results/datasets/main.h5 --clips results/clips [--samples 3] [--name NAME]

For each song `soundtrack_retrieval`, with the default settings, is made from the clips of all others and asked for
soundtracks to the dances of the one left out. Once more it is made from the training split alone, for the dances of the
validation split. Each dance is asked for with its genre (as the workflow does) and without.
Scores are F-measures between the accents of the dance and, within 70 ms (mir_eval), "beats": those of our tracker in
the soundtrack, "onsets": librosa's at 22,050 Hz with LORIS's settings (Yu et al., ICML 2023: delta 0.2, wait 1, means
and maxima over 3 frames to either side). "baseline" is what the dance's own song reaches; rows "chance" have the same
soundtracks against the accents of the other dances. One constant of the choice (`BEATS_SHARE`) was chosen on the demo,
with these very scores.
And of the sound itself: by what factor beats are stretched; the strength of onsets on beats, against the same beats in
the song they come from; the largest step from one sample to the next within joins against the largest anywhere else.
Rows "stretched" have all songs at another pace: the strength of onsets on their beats, of that before, by our
stretching and, as baseline, by librosa's phase vocoder. Intervals are 95 % bootstrap intervals over songs.
Writes benchmarks/results/retrieval_left_out.json: rows of name, value, low, high, unit, baseline, ratio, target.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import librosa
import mir_eval
import numpy as np
import soxr
from results.table import keep

from workflow_scripts.evaluate.bootstrap import mean_interval
from workflow_scripts.models.soundtrack import Corpus, Sampling, Scene
from workflow_scripts.models.soundtrack_retrieval.mixing import BEFORE_BEAT_S, FADE_S, attacks_of
from workflow_scripts.models.soundtrack_retrieval.model import Model, Plan, SoundtrackRetrievalConfig
from workflow_scripts.models.soundtrack_retrieval.songs import Song
from workflow_scripts.models.soundtrack_retrieval.warping import warped
from workflow_scripts.motion.accents import accents
from workflow_scripts.motion.dataset_file import Dataset, DatasetClip, read_dataset
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.music.rhythm import extract
from workflow_scripts.music.sound import Sound
from workflow_scripts.music.sound_sources import Memory
from workflow_scripts.workflow.media import read_audio

OUTPUT = Path(__file__).parent / "results" / "retrieval_left_out.json"
SEED, WINDOW_S, ONSET_RATE, HOP = 1, 0.07, 22_050, 512
LORIS = {"delta": 0.2, "wait": 1, "pre_avg": 3, "post_avg": 3, "pre_max": 3, "post_max": 3}
TARGETS = {"beats": 0.7, "onsets": 0.7, "strength": 0.9, "join_step": 0.2}
UNITS = {
    "beats": "F-measure of accents and tracked beats, 70 ms",
    "onsets": "F-measure of accents and strong onsets, 70 ms",
    "chance_beats": "the same against other dances",
    "chance_onsets": "the same against other dances",
    "stretch": "mean factor beats are stretched by, up or down",
    "strength": "onset strength on beats, of that in the song",
    "join_step": "largest step of samples in joins, of the largest elsewhere",
}


@dataclass
class Heard:
    """A dance, the times of what is heard in its soundtrack, and what was measured of it so far."""

    clip: DatasetClip
    accents: Floats
    beats: Floats
    onsets: Floats
    measures: dict[str, float]


def f_measure(truth: Floats, found: Floats) -> float:
    """Return the F-measure of two series of times within `WINDOW_S`."""
    return float(mir_eval.onset.f_measure(truth, found, window=WINDOW_S)[0])


def tracked_beats(samples: Floats, rate: int) -> Floats:
    """Return the beats of our tracker in sound (N, channels), seconds."""
    return extract(Sound(Memory(samples, rate)), {})["beats"]


def strengths(samples: Floats, rate: int) -> Floats:
    """Return librosa's onset strength (T,) of sound (N, channels)."""
    return librosa.onset.onset_strength(y=soxr.resample(samples.mean(axis=1), rate, ONSET_RATE), sr=ONSET_RATE)


def strong_onsets(strength: Floats) -> Floats:
    """Return the onsets of LORIS's evaluation, seconds."""
    return librosa.onset.onset_detect(onset_envelope=strength, sr=ONSET_RATE, units="time", **LORIS)


def near(strength: Floats, times: Floats) -> Floats:
    """Return the largest onset strength within two frames of each time."""
    frames = np.round(times * ONSET_RATE / HOP).astype(int)[:, None] + np.arange(-2, 3)
    return strength[np.clip(frames, 0, len(strength) - 1)].max(axis=1)


def sound_measures(
    samples: Floats, strength: Floats, plan: Plan, names: list[str], seconds: float, rate: int, songs: dict[str, Floats]
) -> dict[str, float]:
    """Return the measures of the sound itself; see the module's docstring."""
    stretch, ratio = [], []
    joins = np.zeros(len(samples) - 1, dtype=bool)
    for number, piece in enumerate(plan.pieces):
        out = plan.grid[piece.first : piece.first + len(piece.times)]
        stretch += np.abs(np.log(np.diff(out) / np.diff(piece.times))).tolist()
        inside = (out > 0.1) & (out < seconds - 0.1)
        source = songs[names[piece.song]]
        # The song is louder or softer than the soundtrack: onset strength is in decibels, so that it does not matter.
        ratio += (near(strength, out[inside]) / np.maximum(near(source, piece.times[inside]), 1e-9)).tolist()
        if number:
            end = round((out[0] - BEFORE_BEAT_S) * rate)
            joins[max(end - round(FADE_S * rate), 0) : end] = True
    steps = np.abs(np.diff(samples, axis=0)).max(axis=1)
    join_step = float(steps[joins].max() / steps[~joins].max()) if joins.any() else float("nan")
    return {"stretch": float(np.exp(np.mean(stretch))), "strength": float(np.median(ratio)), "join_step": join_step}


def soundtracks(
    model: Model, clips: Iterable[DatasetClip], corpus: Corpus, with_genre: bool, samples: int, songs: dict[str, Floats]
) -> list[Heard]:
    """Return what is heard in the soundtracks of clips."""
    made = []
    for clip in clips:
        seconds = len(clip.motion.root) / corpus.dataset.fps
        scene = Scene(clip.motion, corpus.dataset.fps, seconds, clip.genre if with_genre else "")
        for sample in range(samples):
            sound = model.generate([scene], [np.random.default_rng(sample)], Sampling(), corpus.sounds)[0]
            plan = model.plan(scene, np.random.default_rng(sample))
            strength = strengths(sound, corpus.rate)
            heard = Heard(
                clip,
                accents(clip.motion, corpus.dataset.fps),
                tracked_beats(sound, corpus.rate),
                strong_onsets(strength),
                sound_measures(sound, strength, plan, [song.name for song in model.songs], seconds, corpus.rate, songs),
            )
            heard.measures["beats"] = f_measure(heard.accents, heard.beats)
            heard.measures["onsets"] = f_measure(heard.accents, heard.onsets)
            made.append(heard)
    return made


def add_chance(made: list[Heard], clips: list[DatasetClip], fps: float) -> None:
    """Add the mean F-measures of each soundtrack with the dances to other songs."""
    known = {clip.name: accents(clip.motion, fps) for clip in clips}
    for heard in made:
        others = [known[clip.name] for clip in clips if clip.song != heard.clip.song]
        for name, times in (("beats", heard.beats), ("onsets", heard.onsets)):
            heard.measures[f"chance_{name}"] = float(np.mean([f_measure(other, times) for other in others]))


def rows_of(made: list[Heard], name: str, own: dict[str, dict[str, float]]) -> list[dict[str, Any]]:
    """Return a row for each measure of all dances, and for the F-measures one for each genre."""
    groups: dict[str, list[Heard]] = defaultdict(list)
    for heard in made:
        groups["all"].append(heard)
        groups[heard.clip.genre or "no genre"].append(heard)
    rows = []
    for group, members in groups.items():
        for measure in UNITS if group == "all" else ("beats", "onsets"):
            values = [heard.measures[measure] for heard in members]
            mean, low, high = mean_interval(values, [heard.clip.song for heard in members], SEED)
            if mean is None:
                continue
            truth = (
                float(np.mean([own[heard.clip.name][measure] for heard in members])) if measure in own["*"] else None
            )
            dances = len({heard.clip.name for heard in members})
            row = {
                "name": " ".join([name, group, measure]).strip().replace(" ", "_"),
                "value": round(mean, 4),
                "low": None if low is None else round(low, 4),
                "high": None if high is None else round(high, 4),
                "unit": f"{UNITS[measure]}; {dances} dances, {len(members)} soundtracks",
                "baseline": None if truth is None else round(truth, 4),
                "ratio": None,
                "target": TARGETS.get(measure),
            }
            rows.append(row)
            interval = "" if low is None or high is None else f" [{low:.3f}, {high:.3f}]"
            beside = "" if truth is None else f"; own song {truth:.3f}"
            print(f"{row['name']}: {mean:.3f}{interval} {row['unit']}{beside}, target {row['target']}")
    return rows


def left_out(dataset: Dataset, song: str) -> Dataset:
    """Return the dataset with all clips for training but those of one song."""
    return replace(
        dataset,
        clips=[replace(clip, split="validation" if clip.song == song else "train") for clip in dataset.clips],
    )


def stretching(songs: Sequence[Song], corpus: Corpus, before: dict[str, Floats], name: str) -> list[dict[str, Any]]:
    """Return a row for each of two factors: how sharp attacks on beats are once songs are stretched by it."""
    rows = []
    for factor in (0.8, 1.25):
        ours, vocoder = [], []
        for song in songs:
            samples, beats = corpus.sounds[song.name], song.beats[1:-1]
            ends, count = np.array([0.0, song.seconds]), round(song.seconds * factor * corpus.rate)
            slow = warped(samples, corpus.rate, ends * factor, ends, attacks_of(song), 0, count)
            mono = librosa.effects.time_stretch(samples.mean(axis=1), rate=1 / factor)
            usual = np.maximum(near(before[song.name], beats), 1e-9)
            for result, made in ((ours, slow), (vocoder, mono[:, None])):
                result.append(float(np.median(near(strengths(made, corpus.rate), beats * factor) / usual)))
        mean, baseline = float(np.mean(ours)), float(np.mean(vocoder))
        row = {
            "name": f"{name} stretched {factor:g} strength".strip().replace(" ", "_"),
            "value": round(mean, 4),
            "unit": f"onset strength on beats, of that before; {len(songs)} songs; baseline: librosa's phase vocoder",
            "baseline": round(baseline, 4),
            "ratio": round(mean / baseline, 4),
            "target": TARGETS["strength"],
        }
        print(f"{row['name']}: {mean:.3f} {row['unit']} {baseline:.3f}, target {row['target']}")
        rows.append(row)
    return rows


def main() -> None:
    """Make soundtracks, measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset", type=Path, nargs="?", default=Path("results/datasets/main.h5"))
    parser.add_argument("--clips", type=Path, default=Path("results/clips"), help="where the sound is")
    parser.add_argument("--samples", type=int, default=3, help="soundtracks of each dance")
    parser.add_argument("--name", default="demo", help="stands before the names of the rows")
    arguments = parser.parse_args()
    if not arguments.dataset.exists():
        print(f"{arguments.dataset} is missing: `snakemake --cores 4 datasets` makes it")
        return
    dataset = read_dataset(arguments.dataset)
    sounds, rate = {}, 0
    for clip in dataset.clips:
        samples, rate = read_audio(arguments.clips / clip.collection / clip.video / f"{clip.clip}.wav")
        first = round(clip.start_s * rate)
        sounds[clip.name] = samples[first : first + round(len(clip.motion.root) / dataset.fps * rate)]
    songs = {name: strengths(samples, rate) for name, samples in sounds.items()}
    own: dict[str, dict[str, float]] = {"*": {"beats": 0.0, "onsets": 0.0}}
    for clip in dataset.clips:
        found = accents(clip.motion, dataset.fps)
        own[clip.name] = {
            "beats": f_measure(found, tracked_beats(sounds[clip.name], rate)),
            "onsets": f_measure(found, strong_onsets(songs[clip.name])),
        }
    config = SoundtrackRetrievalConfig()
    rows: list[dict[str, Any]] = []
    for genre in (True, False):
        suffix = "" if genre else " unknown genre"
        made: list[Heard] = []
        for song in sorted({clip.song for clip in dataset.clips}):
            corpus = Corpus(left_out(dataset, song), sounds, rate)
            model = Model.from_corpus(config, corpus)
            made += soundtracks(model, corpus.dataset.split("validation"), corpus, genre, arguments.samples, songs)
        add_chance(made, dataset.clips, dataset.fps)
        rows += rows_of(made, f"{arguments.name} left out{suffix}", own)
        corpus = Corpus(dataset, sounds, rate)
        made = soundtracks(
            Model.from_corpus(config, corpus), dataset.split("validation"), corpus, genre, arguments.samples, songs
        )
        add_chance(made, dataset.clips, dataset.fps)
        rows += rows_of(made, f"{arguments.name} validation{suffix}", own)
    everything = replace(dataset, clips=[replace(clip, split="train") for clip in dataset.clips])
    corpus = Corpus(everything, sounds, rate)
    rows += stretching(Model.from_corpus(config, corpus).songs, corpus, songs, arguments.name)
    keep(OUTPUT, rows)


if __name__ == "__main__":
    main()
