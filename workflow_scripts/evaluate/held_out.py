"""Compare a model's dances to songs that were kept from it with the dances that were captured to these songs.

`python -m workflow_scripts.evaluate.held_out --model DIR --dataset H5 --config JSON --output JSON`

The songs are those of the dataset's validation clips, else of its test clips; with neither, nothing is measured and
`note` says so. The model dances to each several times, without the generate stage's guarantees (standing feet, floor).
The output: `rows` ({name: {measure: {mean, low, high}}} of the model and of every control), `differences` (model minus
`shuffled`, clip by clip), `model_losses` (see `evaluate.own_losses`). Controls, as often and as long as the dances:

    shuffled    the model's own dances to other held-out songs: as good as this is who does not hear which song it is
    replay      training motion from random places
    frozen      one frame of a training dance, held
    mean_pose   the mean of all training motion, held
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pydantic import Field

from workflow_scripts.evaluate.bootstrap import mean_interval
from workflow_scripts.evaluate.controls import frozen_motion, replay_motion
from workflow_scripts.evaluate.metrics.distance import best_of
from workflow_scripts.evaluate.own_losses import own_losses
from workflow_scripts.evaluate.settings import Settings
from workflow_scripts.models.base import DanceModel
from workflow_scripts.models.losses import LOSSES
from workflow_scripts.models.scales import Scales
from workflow_scripts.models.stored import load_model
from workflow_scripts.motion.dataset_file import Dataset, DatasetClip, read_dataset
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.files import read_json, sha256_of, write_json
from workflow_scripts.workflow.provenance import code_version, versions

FORMAT = "playlist2dance/held_out"
ROWS = ("model", "shuffled", "replay", "frozen", "mean_pose")
BEST, DISTANCE = "best_of_n", "pose_distance"
MEASURES = (*LOSSES, BEST, DISTANCE)
# Of a longer clip the first part is danced: the dances of all clips are held in memory.
LONGEST_S = 60.0

Row = dict[str, float]
_NOTHING = dict.fromkeys(MEASURES, float("nan"))


class HeldOutConfig(Settings):
    """Settings: the seed of all chance, how often each song is danced to, and how many clips at most."""

    samples: int = Field(default=4, ge=1)
    clips: int = Field(default=50, ge=1)


@dataclass(frozen=True)
class HeldOut:
    """What `compare` found: the split, the clips danced to, of how many, how many songs these are (intervals are over
    songs), and the tables; see the module."""

    split: str | None
    clips: int
    of_clips: int
    songs: int
    rows: dict[str, dict[str, Any]]
    differences: dict[str, Any]


def held_out_clips(dataset: Dataset, most: int) -> tuple[str | None, list[DatasetClip], int]:
    """Return the split that songs are taken from, at most so many of its clips, spread evenly, and how many it has."""
    for split in ("validation", "test"):
        if clips := dataset.split(split):
            places = np.linspace(0, len(clips) - 1, min(most, len(clips))).round().astype(int)
            return split, [clips[place] for place in places], len(clips)
    return None, [], 0


def compare(model: DanceModel, dataset: Dataset, config: HeldOutConfig) -> HeldOut:
    """Let a model dance to the held-out songs of the dataset it learned from, and measure dances and controls."""
    split, clips, count = held_out_clips(dataset, config.clips)
    if not clips:
        return HeldOut(None, 0, 0, 0, {}, {})
    scales, fps = Scales.of(dataset), dataset.fps
    training = dataset.split("train")
    frames = [min(len(clip.motion.root), round(LONGEST_S * fps)) for clip in clips]
    truths = [_part(clip.motion, length) for clip, length in zip(clips, frames, strict=True)]
    dances: list[list[Person]] = []
    for number, (clip, length) in enumerate(zip(clips, frames, strict=True)):
        music = clip.music.part(slice(0, length))
        chance = _chance(config, 0, number)
        dances.append([_settled(model.generate(music, length / fps, None, rng)) for rng in chance])
    table: dict[str, list[Row]] = {name: [] for name in ROWS}
    differences: list[Row] = []
    for number, (truth, length) in enumerate(zip(truths, frames, strict=True)):
        own, others = dances[number], _others(clips, frames, number)
        rows = {"model": measured(own, truth, scales, fps)}
        for place, (name, make) in enumerate((("replay", replay_motion), ("frozen", frozen_motion)), start=1):
            made = [_person(make(training, length, fps, rng)) for rng in _chance(config, place, number)]
            rows[name] = measured(made, truth, scales, fps)
        rows["mean_pose"] = measured([_mean_pose(scales, length)] * config.samples, truth, scales, fps)
        rows["shuffled"], difference = _NOTHING, _NOTHING
        if others:
            wrong = [dances[others[sample % len(others)]][sample] for sample in range(config.samples)]
            shared = min([length, *(len(dance.root) for dance in wrong)])
            rows["shuffled"] = measured(wrong, truth, scales, fps, shared)
            right = rows["model"] if shared == length else measured(own, truth, scales, fps, shared)
            difference = {name: right[name] - rows["shuffled"][name] for name in MEASURES}
        for name, row in rows.items():
            table[name].append(row)
        differences.append(difference)
    songs = [clip.song for clip in clips]
    summaries = {name: _summary(rows, songs, config.seed) for name, rows in table.items()}
    return HeldOut(split, len(clips), count, len(set(songs)), summaries, _summary(differences, songs, config.seed))


def measured(
    dances: Sequence[Person], truth: Person, scales: Scales, fps: float, frames: int | None = None
) -> dict[str, float]:
    """Return the measures of several dances against the captured one.

    Args:
        dances: at least one, each of at least `frames` frames.
        truth: the captured dance.
        scales: by which vectors are standardised, as in training.
        fps: frames per second of all.
        frames: how many are compared, from the first; by default all of `truth`.

    Returns:
        Each of `models.losses.LOSSES`, the mean over dances and frames; and the distance of poses, metres, of the
        nearest dance and of all in the mean (`metrics.distance.best_of`).
    """
    frames = len(truth.root) if frames is None else frames
    target = scales.vectors(_part(truth, frames), fps)
    made = torch.stack([scales.vectors(_part(dance, frames), fps) for dance in dances])
    losses = {name: float(loss(made, target.expand_as(made)).mean()) for name, loss in LOSSES.items()}
    best, mean = best_of([dance.positions[:frames] for dance in dances], truth.positions[:frames])
    return losses | {BEST: best, DISTANCE: mean}


def _others(clips: Sequence[DatasetClip], frames: Sequence[int], number: int) -> list[int]:
    """Return the numbers of clips of other songs: those as long as this one first, in turn from the next one on."""
    turn = [(number + step) % len(clips) for step in range(1, len(clips))]
    others = [place for place in turn if clips[place].song != clips[number].song]
    return sorted(others, key=lambda place: max(frames[number] - frames[place], 0))


def _chance(config: HeldOutConfig, kind: int, number: int) -> list[np.random.Generator]:
    return [np.random.default_rng([config.seed, kind, number, sample]) for sample in range(config.samples)]


def _mean_pose(scales: Scales, frames: int) -> Person:
    """Return the mean of the training motion, held: no body's pose (means shorten bones) but the nearest to all."""
    mean = scales.motion_mean.numpy()
    pose = np.concatenate([np.zeros(3, np.float32), mean[:-3]]).reshape(SMPL24.size, 3)
    root = np.array([0.0, mean[-3], 0.0], np.float32)
    return Person(np.repeat(pose[None], frames, axis=0), np.repeat(root[None], frames, axis=0))


def _person(world: Floats) -> Person:
    return Person((world - world[:, :1]).astype(np.float32), world[:, 0].astype(np.float32))


def _settled(person: Person) -> Person:
    """Return a dance whose joints are seen from the pelvis, as in the dataset."""
    return Person(person.positions - person.positions[:, :1], person.root + person.positions[:, 0])


def _part(person: Person, frames: int) -> Person:
    return Person(person.positions[:frames], person.root[:frames])


def _summary(rows: Sequence[Row], songs: Sequence[str], seed: int) -> dict[str, Any]:
    """Return {measure: {mean, low, high}} over clips, with intervals over songs."""
    return {
        name: dict(zip(("mean", "low", "high"), mean_interval([row[name] for row in rows], songs, seed), strict=True))
        for name in MEASURES
    }


def _note(found: HeldOut, dataset: str) -> str:
    """Return why there is nothing to see, or less than there could be."""
    if not found.clips:
        return f"{dataset} keeps no clips from models: datasets.*.validation is 0, or all clips are of one song"
    if found.songs < 2:
        return f"{dataset} keeps one song from models: what hearing it gains is only told beside a second one"
    return ""


def main() -> None:
    """Parse the arguments, read model and dataset, compare, write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="results/models/<model>")
    parser.add_argument("--dataset", type=Path, required=True, help="the model's dataset")
    parser.add_argument("--config", default="{}", help="a HeldOutConfig as JSON text")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    config = HeldOutConfig.parsed(arguments.config)
    model, checkpoint = load_model(arguments.model)
    data = sha256_of(arguments.dataset)
    if checkpoint["dataset"] != data:
        raise UserError(
            f"{arguments.model.name} did not learn from {arguments.dataset} as it is now, so that nobody knows which of"
            " its songs are new to it. Train the model again, or give the dataset it learned from."
        )
    dataset = read_dataset(arguments.dataset)
    # Of genres that it never learned a model knows nothing.
    found = compare(model, dataset.only(checkpoint["genres"]) if checkpoint["genres"] else dataset, config)
    architecture = checkpoint["architecture"]
    note = _note(found, arguments.dataset.stem)
    write_json(
        arguments.output,
        {
            "format": FORMAT,
            "model": arguments.model.name,
            "architecture": architecture,
            "dataset": arguments.dataset.stem,
            "split": found.split,
            "clips": found.clips,
            "of_clips": found.of_clips,
            "songs": found.songs,
            "samples": config.samples,
            "note": note,
            "rows": found.rows,
            "differences": found.differences,
            "model_losses": own_losses(read_json(arguments.model / "model.json")),
            "provenance": {
                "config": json.loads(arguments.config),
                "checkpoint": sha256_of(arguments.model / "checkpoint.ckpt"),
                "dataset_sha256": data,
                "code": code_version(
                    "workflow_scripts.evaluate.held_out", f"workflow_scripts.models.{architecture}.model"
                ),
                "versions": versions("torch", "numpy"),
            },
        },
    )
    print(note or f"{arguments.output}: {found.clips} of {found.of_clips} held-out clips")  # noqa: T201


if __name__ == "__main__":
    entry_point(main)
