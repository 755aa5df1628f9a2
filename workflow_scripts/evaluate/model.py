"""Measure a model's dances, and controls beside them.

`python -m workflow_scripts.evaluate.model --model DIR --dances H5... --rhythms H5... --dataset H5 --config JSON
--output JSON`

The output: `dances` (one row of measures per dance), `rows` ({name: {measure: {mean, low, high}}} of the model and of
every control), `counts` (motions behind each row), `measures` (what each says), and where it comes from. Controls:

    truth            captured dances of the dataset that no model was trained on, with their own music
    truth_shuffled   the same dances, their beat measures taken with other songs
    frozen, noise, smooth_random, replay    see `evaluate.controls`; as long as the model's dances, to the same songs
"""

import argparse
import json
import math
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from workflow_scripts.evaluate.controls import control_motions
from workflow_scripts.evaluate.measures import MEASURES, Motion, measure, summary
from workflow_scripts.evaluate.movement import mean_speed
from workflow_scripts.motion.dataset_file import Dataset, read_dataset
from workflow_scripts.motion.music_file import read_features
from workflow_scripts.motion.pose_file import read_poses
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.files import read_json, sha256_of, write_json
from workflow_scripts.workflow.provenance import code_version

CLIP = "0000"
FORMAT = "playlist2dance/evaluation"
_OWN, _SHUFFLED = ("beat_alignment", "beat_hit_share"), ("beat_alignment_shuffled", "beat_hit_share_shuffled")


class EvaluationConfig(BaseModel):
    """Settings: the seed of controls and intervals."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = 0


def song_of(dance: Path) -> str:
    """Return the song's id of a dance's file `<song>_<sample>.h5`."""
    return dance.stem.rpartition("_")[0]


def evaluate(
    dances: list[Motion], songs: dict[str, Floats], dataset: Dataset, seed: int
) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]], dict[str, int]]:
    """Measure dances and controls.

    Args:
        dances: at least one.
        songs: {song: beats in seconds}, with those of all dances.
        dataset: the model's; its training motion gives the speed to compare with, its validation motion the truth.
        seed: of controls and intervals.

    Returns:
        (one row per dance, {"model" or control: summary}, {"model" or control: number of motions}).
    """
    training = dataset.split("train")
    if not training:
        raise UserError("the dataset has no training clips to compare dances with")
    frames = [len(clip.motion.root) for clip in training]
    speeds = [mean_speed(clip.motion.world, dataset.fps) for clip in training]
    training_speed = sum(f * s for f, s in zip(frames, speeds, strict=True)) / sum(frames)
    # Without a validation split the training motion itself is the best truth there is.
    clips = dataset.split("validation") or training
    truth = [Motion(clip.name, clip.name, clip.motion.world, dataset.fps) for clip in clips]
    groups = {"model": (dances, songs), "truth": (truth, {clip.name: clip.music.beats for clip in clips})}
    for name, motions in control_motions(dances, training, dataset.fps, seed).items():
        groups[name] = (motions, songs)
    table = {
        name: [measure(motion, beats, training_speed, seed) for motion in motions]
        for name, (motions, beats) in groups.items()
    }
    table["truth_shuffled"] = [_as_shuffled(row) for row in table["truth"]]
    # Intervals are over songs; several clips of one video share theirs.
    played = {name: [motion.song for motion in motions] for name, (motions, _) in groups.items()}
    played["truth"] = played["truth_shuffled"] = [clip.song for clip in clips]
    summaries = {name: summary(measured, played[name], seed) for name, measured in table.items()}
    rows = [
        {"dance": dance.name, "song": dance.song, **{key: _plain(value) for key, value in row.items()}}
        for dance, row in zip(dances, table["model"], strict=True)
    ]
    return rows, summaries, {name: len(measured) for name, measured in table.items()}


def _as_shuffled(row: dict[str, float]) -> dict[str, float]:
    changed = dict(row)
    for own, shuffled in zip(_OWN, _SHUFFLED, strict=True):
        changed[own] = row[shuffled]
    return {**changed, "beat_alignment_difference": 0.0}


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None


def main() -> None:
    """Parse the arguments, read dances, rhythms and dataset, measure, write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="results/models/<model>")
    parser.add_argument("--dances", type=Path, nargs="+", required=True, help="pose files <song>_<sample>.h5")
    parser.add_argument("--rhythms", type=Path, nargs="+", required=True, help="music files <song>.h5, group rhythm")
    parser.add_argument("--dataset", type=Path, required=True, help="the model's dataset")
    parser.add_argument("--config", default="{}", help="seed as JSON text")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    try:
        config = EvaluationConfig.model_validate_json(arguments.config)
    except ValidationError as error:
        raise UserError(f"settings of the evaluation: {error}") from error
    songs = {path.stem: read_features(path).clips[CLIP]["beats"] for path in arguments.rhythms}
    dances = []
    for path in arguments.dances:
        if song_of(path) not in songs:
            raise UserError(f"{path}: no rhythm of its song: give a file {song_of(path)}.h5 with --rhythms")
        poses = read_poses(path)
        dances.append(Motion(path.stem, song_of(path), poses.clips[CLIP].people[0].world, poses.fps))
    rows, summaries, counts = evaluate(dances, songs, read_dataset(arguments.dataset), config.seed)
    write_json(
        arguments.output,
        {
            "format": FORMAT,
            "model": arguments.model.name,
            "architecture": read_json(arguments.model / "model.json")["architecture"],
            "dataset": arguments.dataset.stem,
            "measures": MEASURES,
            "dances": rows,
            "rows": summaries,
            "counts": counts,
            "provenance": {
                "config": json.loads(arguments.config),
                "dataset_sha256": sha256_of(arguments.dataset),
                "code": code_version("workflow_scripts.evaluate.model"),
            },
        },
    )


if __name__ == "__main__":
    entry_point(main)
