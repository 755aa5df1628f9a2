"""Measure the controls of a dataset: `python -m workflow_scripts.evaluate.measure_controls --help`.

Exactly as dances are measured, once for all models of the dataset:

    truth            captured dances that no model was trained on, with their own music
    truth_shuffled   the same dances, their scores with other songs in the place of those with their own
    frozen, noise, smooth_random, replay    see `evaluate.controls`; as long as the songs, as many as a model's dances

The output: `dances` ({control: rows of measures}), `rows` ({control: {measure: {mean, low, high}}}), `truth` (the split
that it is of), and where it comes from.
"""

import argparse
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from workflow_scripts.evaluate.alone import Motion, alone_of
from workflow_scripts.evaluate.controls import Asked, control_motions
from workflow_scripts.evaluate.distribution import TOGETHER
from workflow_scripts.evaluate.group import Scored, scored, summarised
from workflow_scripts.evaluate.reference import Reference, read_reference
from workflow_scripts.evaluate.settings import EvaluationConfig
from workflow_scripts.evaluate.songs import Song, as_shuffled, read_songs
from workflow_scripts.evaluate.summary import NOTHING
from workflow_scripts.motion.dataset_file import Dataset, read_dataset
from workflow_scripts.workflow.errors import entry_point
from workflow_scripts.workflow.files import write_json
from workflow_scripts.workflow.provenance import code_version

FORMAT = "playlist2dance/controls"


def measured_controls(
    dataset: Dataset, songs: Mapping[str, Song], reference: Reference, samples: int, seed: int
) -> dict[str, Any]:
    """Return `dances`, `rows` and `truth` as the module's docstring says."""
    training = dataset.split("train")
    # Without clips kept aside the training motion itself is the best truth there is; its genres are known by heart, and
    # from itself it has no distance.
    split = next(name for name in ("validation", "test", "train") if dataset.split(name))
    clips, held_out = dataset.split(split), split != "train"
    truth = [
        Motion(clip.name, clip.name, clip.motion.world, dataset.fps, (clip.genre or None) if held_out else None)
        for clip in clips
    ]
    # Every clip has its own part of a song, which others may dance to as well.
    heard = {
        clip.name: Song(clip.music.beats, clip.music.downbeats, clip.music.beats_per_bar, of=clip.song)
        for clip in clips
    }

    def measured(motions: list[Motion], music: Mapping[str, Song]) -> list[Scored]:
        return scored(motions, [alone_of(each.world, each.fps) for each in motions], music, reference, seed)

    groups = {"truth": measured(truth, heard)}
    groups["truth_shuffled"] = [replace(each, values=as_shuffled(each.values)) for each in groups["truth"]]
    asked = [
        Asked(f"{name}_{sample}", name, song.frames / song.fps)
        for name, song in sorted(songs.items())
        for sample in range(samples)
    ]
    for name, motions in control_motions(asked, training, dataset.fps, seed):
        groups[name] = measured(motions, songs)
    # Intervals are over songs; several clips of one video share theirs.
    played = {name: [each.song for each in group] for name, group in groups.items()}
    played["truth"] = played["truth_shuffled"] = [clip.song for clip in clips]
    rows: dict[str, list[dict[str, Any]]] = {}
    for name, group in groups.items():
        rows[name] = [each.row() | {"song": song} for each, song in zip(group, played[name], strict=True)]
    summaries = {name: summarised(group, played[name], reference, seed) for name, group in groups.items()}
    if not held_out:
        for name in ("truth", "truth_shuffled"):
            summaries[name] |= dict.fromkeys(TOGETHER, NOTHING)
    return {"dances": rows, "rows": summaries, "truth": split}


def main() -> None:
    """Parse the arguments, read dataset and songs, make and measure the controls, write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", type=Path, required=True, help="results/datasets/<dataset>.h5")
    parser.add_argument("--reference", type=Path, required=True, help="of the same dataset, evaluate.reference")
    parser.add_argument("--rhythms", type=Path, nargs="+", required=True, help="music files <song>.h5, group rhythm")
    parser.add_argument("--beats", type=Path, nargs="*", default=[], help="<song>.json of evaluate.beats_again")
    parser.add_argument("--config", default="{}", help="seed and samples as JSON text")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    config = EvaluationConfig.parsed(arguments.config)
    songs, reference = read_songs(arguments.rhythms, arguments.beats), read_reference(arguments.reference)
    found = measured_controls(read_dataset(arguments.dataset), songs, reference, config.samples, config.seed)
    provenance = {
        "config": config.model_dump(),
        "dataset_sha256": reference.dataset,
        "code": code_version("workflow_scripts.evaluate.measure_controls"),
    }
    write_json(
        arguments.output,
        {"format": FORMAT, "dataset": arguments.dataset.stem, **found, "provenance": provenance},
    )


if __name__ == "__main__":
    entry_point(main)
