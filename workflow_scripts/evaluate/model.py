"""Measure a model's dances, and controls beside them.

`python -m workflow_scripts.evaluate.model --model DIR --dances H5... --rhythms H5... [--beats JSON...] --dataset H5
--config JSON --output JSON`

The output: `dances` (one row of measures per dance, with the genre it was asked for and the one it looks like), `rows`
({name: {measure: {mean, low, high}}} of the model and of every control), `counts` (motions behind each row), `genre`
(how well the classifier of genres does), `measures` (what each says), and where it comes from. Controls:

    truth            captured dances of the dataset that no model was trained on, with their own music
    truth_shuffled   the same dances, their beat measures taken with other songs
    frozen, noise, smooth_random, replay    see `evaluate.controls`; as long as the model's dances, to the same songs
"""

import argparse
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from workflow_scripts.evaluate.beats_again import read_beats
from workflow_scripts.evaluate.controls import control_motions
from workflow_scripts.evaluate.measures import MEASURES, Motion, Song, measure, measure_together, summary
from workflow_scripts.evaluate.metrics.genre import GenreCheck
from workflow_scripts.evaluate.metrics.movement import mean_speed
from workflow_scripts.motion.dataset_file import Dataset, read_dataset
from workflow_scripts.motion.music_file import read_features
from workflow_scripts.motion.pose_file import read_poses
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.files import read_json, sha256_of, write_json
from workflow_scripts.workflow.provenance import code_version

CLIP = "0000"
FORMAT = "playlist2dance/evaluation"
_OWN, _SHUFFLED = ("beat_alignment", "beat_hit_share"), ("beat_alignment_shuffled", "beat_hit_share_shuffled")
_DIFFERENCES = ("beat_alignment_difference", "bar_phase_difference")


class EvaluationConfig(BaseModel):
    """Settings: the seed of controls and intervals."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = 0


def song_of(dance: Path) -> str:
    """Return the song's id of a dance's file `<song>_<sample>.h5`."""
    return dance.stem.rpartition("_")[0]


@dataclass(frozen=True)
class Evaluation:
    """What `evaluate` found; see the module's docstring for each part."""

    dances: list[dict[str, Any]]
    rows: dict[str, dict[str, Any]]
    counts: dict[str, int]
    genre: dict[str, Any] | None


def evaluate(dances: list[Motion], songs: dict[str, Song], dataset: Dataset, seed: int) -> Evaluation:
    """Measure dances and controls.

    Args:
        dances: at least one.
        songs: those of all dances.
        dataset: the model's; its training motion gives the speed to compare with and the look of genres, its
            validation motion the truth.
        seed: of controls and intervals.
    """
    training = dataset.split("train")
    if not training:
        raise UserError("the dataset has no training clips to compare dances with")
    frames = [len(clip.motion.root) for clip in training]
    speeds = [mean_speed(clip.motion.world, dataset.fps) for clip in training]
    training_speed = sum(f * s for f, s in zip(frames, speeds, strict=True)) / sum(frames)
    check = GenreCheck.of(training, dataset.fps)
    # Without a validation split the training motion itself is the best truth there is; its genres are known by heart.
    held_out = dataset.split("validation")
    clips = held_out or training
    truth = [
        Motion(clip.name, clip.name, clip.motion.world, dataset.fps, (clip.genre or None) if held_out else None)
        for clip in clips
    ]
    heard = {clip.name: Song(clip.music.beats, clip.music.downbeats, clip.music.beats_per_bar) for clip in clips}
    groups = {"model": (dances, songs), "truth": (truth, heard)}
    for name, motions in control_motions(dances, training, dataset.fps, seed).items():
        groups[name] = (motions, songs)
    table: dict[str, list[dict[str, float]]] = {}
    looks: dict[str, list[str | None]] = {}
    for name, (motions, music) in groups.items():
        together = measure_together(motions, music)
        # What nothing is asked of looks like nothing: only dances of the model are told in any case.
        looks[name] = [
            check.tell(motion.world, motion.fps) if check and (motion.genre or name == "model") else None
            for motion in motions
        ]
        table[name] = [
            measure(motion, music, training_speed, seed) | both | {"genre_accuracy": _right(motion.genre, look)}
            for motion, both, look in zip(motions, together, looks[name], strict=True)
        ]
    table["truth_shuffled"] = [_as_shuffled(row) for row in table["truth"]]
    # Intervals are over songs; several clips of one video share theirs.
    played = {name: [motion.song for motion in motions] for name, (motions, _) in groups.items()}
    played["truth"] = played["truth_shuffled"] = [clip.song for clip in clips]
    summaries = {name: summary(measured, played[name], seed) for name, measured in table.items()}
    rows = [
        {
            "dance": dance.name,
            "song": dance.song,
            "asked_genre": dance.genre,
            "told_genre": look,
            **{key: _plain(row[key]) for key in MEASURES},
        }
        for dance, row, look in zip(dances, table["model"], looks["model"], strict=True)
    ]
    counts = {name: len(measured) for name, measured in table.items()}
    return Evaluation(rows, summaries, counts, _genre_summary(check, dances, summaries["model"]["genre_accuracy"]))


def _right(asked: str | None, told: str | None) -> float:
    return float("nan") if asked is None or told is None else float(asked == told)


def _genre_summary(check: GenreCheck | None, dances: list[Motion], right: dict[str, Any]) -> dict[str, Any] | None:
    """Return how well genres are told: of real clips whose song the classifier had not seen, and of the dances."""
    if check is None:
        return None
    return {
        "genres": check.classifier.genres,
        "chance": check.chance,
        "real": {"share": check.right / check.clips, "clips": check.clips},
        "dances": {**right, "asked": sum(dance.genre is not None for dance in dances)},
    }


def _as_shuffled(row: dict[str, float]) -> dict[str, float]:
    changed = dict(row)
    for own, shuffled in zip(_OWN, _SHUFFLED, strict=True):
        changed[own] = row[shuffled]
    changed["bar_phase"] = row["bar_phase"] - row["bar_phase_difference"]
    return {**changed, **{key: 0.0 if math.isfinite(row[key]) else row[key] for key in _DIFFERENCES}}


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None


def main() -> None:
    """Parse the arguments, read dances, rhythms and dataset, measure, write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="results/models/<model>")
    parser.add_argument("--dances", type=Path, nargs="+", required=True, help="pose files <song>_<sample>.h5")
    parser.add_argument("--rhythms", type=Path, nargs="+", required=True, help="music files <song>.h5, group rhythm")
    parser.add_argument("--beats", type=Path, nargs="*", default=[], help="<song>.json of evaluate.beats_again")
    parser.add_argument("--dataset", type=Path, required=True, help="the model's dataset")
    parser.add_argument("--config", default="{}", help="seed as JSON text")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    try:
        config = EvaluationConfig.model_validate_json(arguments.config)
    except ValidationError as error:
        raise UserError(f"settings of the evaluation: {error}") from error
    second = {path.stem: read_beats(path) for path in arguments.beats}
    songs = {}
    for path in arguments.rhythms:
        rhythm = read_features(path).clips[CLIP]
        per_bar = int(rhythm["beats_per_bar"])
        songs[path.stem] = Song(rhythm["beats"], rhythm["downbeats"], per_bar, second.get(path.stem))
    dances = []
    for path in arguments.dances:
        if song_of(path) not in songs:
            raise UserError(f"{path}: no rhythm of its song: give a file {song_of(path)}.h5 with --rhythms")
        poses = read_poses(path)
        world, genre = poses.clips[CLIP].people[0].world, poses.provenance.get("genre")
        dances.append(Motion(path.stem, song_of(path), world, poses.fps, genre))
    found = evaluate(dances, songs, read_dataset(arguments.dataset), config.seed)
    write_json(
        arguments.output,
        {
            "format": FORMAT,
            "model": arguments.model.name,
            "architecture": read_json(arguments.model / "model.json")["architecture"],
            "dataset": arguments.dataset.stem,
            "measures": MEASURES,
            "dances": found.dances,
            "rows": found.rows,
            "counts": found.counts,
            "genre": found.genre,
            "provenance": {
                "config": json.loads(arguments.config),
                "dataset_sha256": sha256_of(arguments.dataset),
                "code": code_version("workflow_scripts.evaluate.model"),
            },
        },
    )


if __name__ == "__main__":
    entry_point(main)
