"""python -m workflow_scripts.music.extract: one group of music features of every clip of a video or song."""

import argparse
import importlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from workflow_scripts.motion.feature_sets import FEATURES, GROUPS
from workflow_scripts.motion.music_file import MusicFile, write_features
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.music.windows import FPS, RATE
from workflow_scripts.workflow.errors import UserError, broken_file, entry_point
from workflow_scripts.workflow.media import MediaError, read_audio
from workflow_scripts.workflow.provenance import digest, versions
from workflow_scripts.workflow.tables import Row, read_table

# Of the sound of clips, as the collect stage cuts it.
CLIP_RATE = 44_100


def main() -> None:
    """Parse the command line, compute the group and write its file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--group", required=True, choices=GROUPS)
    parser.add_argument("--clips", required=True, type=Path, help="clips.tsv of the video or song")
    parser.add_argument("--config", default="{}", help="JSON: fps (30); compat: edge for EDGE's unrepaired beats")
    parser.add_argument("--output", required=True, type=Path)
    arguments = parser.parse_args()
    settings = json.loads(arguments.config)
    write_features(arguments.output, group_features(arguments.group, arguments.clips, settings))


def group_features(group: str, clips: Path, settings: dict[str, Any]) -> MusicFile:
    """Compute one group's features of all clips in a clips.tsv.

    Raises:
        UserError: the settings ask for another rate than 30 frames per second.
        MediaError: a clip's sound cannot be read.
    """
    if settings.get("fps", FPS) != FPS:
        raise UserError(f"music features have {FPS:g} frames per second (sample rate / hop), not {settings['fps']}")
    # By name, so that a group's code digest holds that group alone.
    module = importlib.import_module(f"workflow_scripts.music.{group}")
    rows = read_table(clips, ("clip", "audio", "samples"))
    return MusicFile(
        group=group,
        fps=FPS,
        source=clips.parent.name,
        clips={
            # The rate of features is fixed, that of the picture is not: time is counted by the sound.
            row["clip"]: clip_features(
                module.extract, _sound(clips, row), round(int(row["samples"]) / CLIP_RATE * FPS), settings
            )
            for row in rows
        },
        parameters=module.PARAMETERS,
        provenance={"config": digest(settings), "versions": versions("numpy", "scipy", "soxr")},
    )


def _sound(clips: Path, row: Row) -> Floats:
    """Read a clip's sound, mono at `RATE`. If it is not what clips.tsv says, that is deleted: the cut is redone."""
    import soxr

    path = clips.parent / row["audio"]
    try:
        samples, _ = read_audio(path, mono=True)
    except MediaError as error:
        raise broken_file(clips, str(error)) from error
    if len(samples) != int(row["samples"]):
        raise broken_file(clips, f"{path} has {len(samples)} samples, not {row['samples']}")
    return np.asarray(soxr.resample(samples, CLIP_RATE, RATE, quality="HQ"))


def clip_features(extract: Any, samples: Floats, frames: int, settings: dict[str, Any]) -> dict[str, Floats]:
    """Run a group's `extract` on samples (N,) at `RATE` and fit its features to `frames` by time.

    Frame t stands for second t / 30. Analysis gives one frame more than the seconds hold; it is cut. Where the picture
    outlasts the sound, curves hold their last value and pulses are zero. Beats after the last frame are dropped.
    """
    features = extract(samples if len(samples) else np.zeros(1, dtype=np.float32), settings)
    return {name: _fitted(name, values, frames) for name, values in features.items()}


def _fitted(name: str, values: Floats, frames: int) -> Floats:
    if name in FEATURES:
        pulses = FEATURES[name][0] == "rhythm"
        missing = ((0, max(0, frames - len(values))), (0, 0))
        return np.pad(values, missing, mode="constant" if pulses else "edge")[:frames]
    return values[values < frames / FPS] if np.ndim(values) == 1 else values


if __name__ == "__main__":
    entry_point(main)
