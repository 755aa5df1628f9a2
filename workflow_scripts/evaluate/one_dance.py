"""Measure one dance by itself: `python -m workflow_scripts.evaluate.one_dance --dance H5 --rhythm H5 --output JSON`.

For the gallery's cards. Unlike `evaluate.model` it needs no dataset and no other song: chance level is that of the same
motion with the song's beats shifted, so that a new song or model leaves what is measured as it is.
"""

import argparse
import math
from pathlib import Path
from typing import Any

from workflow_scripts.evaluate.measures import MEASURES, Motion, Song, measure
from workflow_scripts.motion.music_file import read_features
from workflow_scripts.motion.pose_file import read_poses
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.files import write_json

CLIP = "0000"
FORMAT = "playlist2dance/dance_measures"
SHOWN = (
    "beat_hit_share",
    "beat_hit_share_shuffled",
    "frozen_share",
    "foot_skate",
)


def main() -> None:
    """Parse the arguments, read dance and rhythm, measure, write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dance", type=Path, required=True, help="pose file <song>_<sample>.h5")
    parser.add_argument("--rhythm", type=Path, required=True, help="music file of its song, group rhythm")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    write_json(arguments.output, one_dance(arguments.dance, arguments.rhythm))


def one_dance(dance: Path, rhythm: Path) -> dict[str, Any]:
    """Return what is measured of a dance, and the genre it was asked for.

    Returns:
        {format, dance, genre: a name or None, measures: {name: number or None where it cannot be measured}}; the names
        are SHOWN, `evaluate.measures.MEASURES` says what they are.

    Raises:
        UserError: a file has no dancer or no beats.
    """
    poses = read_poses(dance)
    clip = poses.kept().get(CLIP)
    if clip is None:
        raise UserError(f"{dance}: no clip {CLIP} with a dancer in it; make the file again")
    music = read_features(rhythm).clips.get(CLIP, {})
    if "beats" not in music:
        raise UserError(f"{rhythm}: no beats of clip {CLIP}; extract the group rhythm again")
    motion = Motion(dance.stem, "song", clip.people[0].world, poses.fps)
    found = measure(motion, {"song": Song(music["beats"])}, training_speed=math.nan, seed=0)
    assert set(SHOWN) <= set(MEASURES)
    measures = {name: round(found[name], 6) if math.isfinite(found[name]) else None for name in SHOWN}
    return {"format": FORMAT, "dance": dance.stem, "genre": poses.provenance.get("genre"), "measures": measures}


if __name__ == "__main__":
    entry_point(main)
