"""Measure a model's dances: `python -m workflow_scripts.evaluate.model --help`.

What each dance has by itself comes from `evaluate.one_dance`; here it meets the other songs, the other dances and the
training motion. The output: `dances` (one row of measures per dance, with the genre it was asked for and the one it
looks like), `rows` ({"model": {measure: {mean, low, high}}}), `songs` (how many), `genre` (how well the classifier of
genres does), and where it comes from.
"""

import argparse
from pathlib import Path
from typing import Any

from workflow_scripts.evaluate.alone import Motion
from workflow_scripts.evaluate.group import Scored, scored, summarised
from workflow_scripts.evaluate.one_dance import read_alone
from workflow_scripts.evaluate.reference import Reference, read_reference
from workflow_scripts.evaluate.settings import EvaluationConfig
from workflow_scripts.evaluate.songs import CLIP, read_songs
from workflow_scripts.evaluate.summary import Part
from workflow_scripts.motion.pose_file import read_poses
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.files import read_json, write_json
from workflow_scripts.workflow.provenance import code_version

FORMAT = "playlist2dance/evaluation"


def song_of(dance: Path) -> str:
    """Return the song's id of a dance's file `<song>_<sample>.h5`."""
    return dance.stem.rpartition("_")[0]


def genre_summary(reference: Reference, dances: list[Scored], right: Part) -> dict[str, Any] | None:
    """Return how well genres are told: of real clips whose song the classifier had not seen, and of the dances."""
    check = reference.genre
    if check is None:
        return None
    return {
        "genres": check.classifier.genres,
        "chance": check.chance,
        "real": {"share": check.right / check.clips, "clips": check.clips},
        "dances": {**right, "asked": sum(dance.genre is not None for dance in dances)},
    }


def main() -> None:
    """Parse the arguments, read dances and what is measured of them, compare, write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="results/models/<model>")
    parser.add_argument("--dances", type=Path, nargs="+", required=True, help="pose files <song>_<sample>.h5")
    parser.add_argument("--measures", type=Path, nargs="+", required=True, help="<song>_<sample>.json of one_dance")
    parser.add_argument("--rhythms", type=Path, nargs="+", required=True, help="music files <song>.h5, group rhythm")
    parser.add_argument("--beats", type=Path, nargs="*", default=[], help="<song>.json of evaluate.beats_again")
    parser.add_argument("--reference", type=Path, required=True, help="of the model's dataset, evaluate.reference")
    parser.add_argument("--config", default="{}", help="seed as JSON text")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    config = EvaluationConfig.parsed(arguments.config)
    songs = read_songs(arguments.rhythms, arguments.beats)
    measures = {path.stem: path for path in arguments.measures}
    motions, alones = [], []
    for path in arguments.dances:
        if song_of(path) not in songs:
            raise UserError(f"{path}: no rhythm of its song: give a file {song_of(path)}.h5 with --rhythms")
        if path.stem not in measures:
            raise UserError(f"{path}: it was not measured: give a file {path.stem}.json with --measures")
        poses = read_poses(path)
        world, genre = poses.clips[CLIP].people[0].world, poses.provenance.get("genre")
        motions.append(Motion(path.stem, song_of(path), world, poses.fps, genre))
        alones.append(read_alone(measures[path.stem]))
    reference = read_reference(arguments.reference)
    dances = scored(motions, alones, songs, reference, config.seed, tell_all=True)
    row = summarised(dances, [motion.song for motion in motions], reference, config.seed)
    write_json(
        arguments.output,
        {
            "format": FORMAT,
            "model": arguments.model.name,
            "architecture": read_json(arguments.model / "model.json")["architecture"],
            "dataset": arguments.reference.stem,
            "dances": [dance.row() for dance in dances],
            "rows": {"model": row},
            "genre": genre_summary(reference, dances, row["genre_accuracy"]),
            "provenance": {
                "config": config.model_dump(),
                "dataset_sha256": reference.dataset,
                "code": code_version("workflow_scripts.evaluate.model"),
            },
        },
    )


if __name__ == "__main__":
    entry_point(main)
