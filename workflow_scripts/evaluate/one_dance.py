"""Measure one dance by itself: `python -m workflow_scripts.evaluate.one_dance --dance H5 --rhythm H5 --output JSON`.

One job per dance: what the gallery's cards say of it, and what `evaluate.model` goes on from. It needs no dataset and
no other song (chance level is that of the same motion with the song's beats shifted), so that a new song or model
leaves what is measured as it is.
"""

import argparse
import math
from pathlib import Path
from typing import Any

import numpy as np

from workflow_scripts.evaluate.alone import Alone, alone_of
from workflow_scripts.evaluate.measures import MEASURES
from workflow_scripts.evaluate.songs import CLIP, Song, song_scores
from workflow_scripts.motion.music_file import read_beats
from workflow_scripts.motion.pose_file import read_poses
from workflow_scripts.workflow.errors import UserError, broken_file, entry_point
from workflow_scripts.workflow.files import read_json, write_json

FORMAT = "playlist2dance/dance_measures"


def one_dance(dance: Path, rhythm: Path) -> dict[str, Any]:
    """Return what is measured of a dance, and the genre it was asked for.

    Returns:
        {format, dance, genre: a name or None, seconds, measures: {name: number or None where it cannot be measured},
        accents, features: of `alone.Alone`}; `evaluate.measures.MEASURES` says what the measures are.

    Raises:
        UserError: a file has no dancer or no beats.
    """
    poses = read_poses(dance)
    clip = poses.kept().get(CLIP)
    if clip is None:
        raise UserError(f"{dance}: no clip {CLIP} with a dancer in it; make the file again")
    alone = alone_of(clip.people[0].world, poses.fps)
    songs = {"song": Song(read_beats(rhythm, CLIP)[0])}
    values = alone.values | song_scores(alone, "song", songs, seed=0)
    return {
        "format": FORMAT,
        "dance": dance.stem,
        "genre": poses.provenance.get("genre"),
        "seconds": alone.seconds,
        "measures": {
            name: values[name] if math.isfinite(values[name]) else None for name in MEASURES if name in values
        },
        "accents": {name: seconds.tolist() for name, seconds in alone.accents.items()},
        "features": {name: row.tolist() for name, row in alone.features.items()},
    }


def read_alone(path: Path) -> Alone:
    """Return what a dance has by itself, from the file that this entry point wrote.

    Raises:
        BrokenFileError: it is not such a file; it has been deleted.
    """
    try:
        found = read_json(path)
        return Alone(
            float(found["seconds"]),
            {name: math.nan if value is None else float(value) for name, value in found["measures"].items()},
            {name: np.asarray(seconds, np.float64) for name, seconds in found["accents"].items()},
            {name: np.asarray(row, np.float64) for name, row in found["features"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise broken_file(path, f"not a readable file of measures ({error})") from error


def main() -> None:
    """Parse the arguments, read dance and rhythm, measure, write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dance", type=Path, required=True, help="pose file <song>_<sample>.h5")
    parser.add_argument("--rhythm", type=Path, required=True, help="music file of its song, group rhythm")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    write_json(arguments.output, one_dance(arguments.dance, arguments.rhythm))


if __name__ == "__main__":
    entry_point(main)
