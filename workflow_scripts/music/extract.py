"""python -m workflow_scripts.music.extract: one group of music features of every clip of a video or song."""

import argparse
import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from workflow_scripts.motion.feature_kinds import PHASES, PULSES
from workflow_scripts.motion.hdf5 import name_source
from workflow_scripts.motion.music_file import MusicFile, write_features
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.music.sound import Sound
from workflow_scripts.music.windows import FPS
from workflow_scripts.workflow.errors import UserError, broken_file, entry_point
from workflow_scripts.workflow.files import sha256_of
from workflow_scripts.workflow.media import MediaError
from workflow_scripts.workflow.provenance import code_version, digest, versions
from workflow_scripts.workflow.store import made_once
from workflow_scripts.workflow.tables import Row, read_table

# What a group's module has: the features of a sound, by name, each (T, width), under its settings.
Extract = Callable[[Sound, dict[str, Any]], dict[str, Floats]]
# Of the sound of clips, as the collect stage cuts it.
CLIP_RATE = 44_100
COLUMNS = ("clip", "audio", "samples")


def main() -> None:
    """Parse the command line, compute the group and write its file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--group", required=True, help="a module of workflow_scripts.music, such as spectral")
    parser.add_argument("--clips", required=True, type=Path, help="clips.tsv of the video or song")
    parser.add_argument("--config", default="{}", help="JSON: fps (30) and the group's own settings")
    parser.add_argument("--output", required=True, type=Path)
    arguments = parser.parse_args()
    group, clips, settings = arguments.group, arguments.clips, json.loads(arguments.config)

    def key() -> dict[str, Any]:
        rows = read_table(clips, COLUMNS)
        paths = {row["clip"]: clips.parent / row["audio"] for row in rows}
        # A sound that is not there is found out when the features are made.
        sounds = {clip: sha256_of(path) if path.is_file() else "" for clip, path in paths.items()}
        samples = {row["clip"]: row["samples"] for row in rows}
        return {"group": group, "sounds": sounds, "samples": samples, "settings": settings} | made_by(group)

    made_once(
        arguments.output,
        "features",
        key,
        lambda: write_features(arguments.output, group_features(group, clips, settings)),
        name_source,
        clips.parent.name,
    )


def made_by(group: str) -> dict[str, Any]:
    """Return what features follow from besides sound and settings: code, versions of libraries."""
    code = code_version("workflow_scripts.music.extract", f"workflow_scripts.music.{group}")
    return {"code": code, "versions": versions("h5py", "numpy", "scipy", "soundfile", "soxr")}


def group_features(group: str, clips: Path, settings: dict[str, Any]) -> MusicFile:
    """Compute one group's features of all clips in a clips.tsv.

    Raises:
        UserError: there is no such group, or the settings ask for another rate than 30 frames per second.
        MediaError: a clip's sound cannot be read.
    """
    if settings.get("fps", FPS) != FPS:
        raise UserError(f"music features have {FPS:g} frames per second (sample rate / hop), not {settings['fps']}")
    # By name, so that a group's code digest holds that group alone.
    try:
        module = importlib.import_module(f"workflow_scripts.music.{group}")
        parameters: dict[str, dict[str, Any]] = module.PARAMETERS
    except (ModuleNotFoundError, AttributeError) as error:
        raise UserError(f"there is no group {group!r} of music features") from error
    rows = read_table(clips, COLUMNS)
    return MusicFile(
        group=group,
        fps=FPS,
        source=clips.parent.name,
        clips={row["clip"]: _features_of(module.extract, clips, row, settings) for row in rows},
        parameters={name: values | settings for name, values in parameters.items()},
        provenance={"config": digest(settings)} | made_by(group),
    )


def _features_of(extract: Extract, clips: Path, row: Row, settings: dict[str, Any]) -> dict[str, Floats]:
    """Features of one row of clips.tsv. If its sound is not what that says, that is deleted: the cut is redone."""
    path = clips.parent / row["audio"]
    try:
        sound = Sound.open(path)
        if (sound.source.count, sound.source.rate) != (int(row["samples"]), CLIP_RATE):
            found = f"{sound.source.count} samples at {sound.source.rate} Hz"
            raise MediaError(f"{path} has {found}, not {row['samples']} at {CLIP_RATE} Hz")
        # The rate of features is fixed, that of the picture is not: time is counted by the sound.
        return clip_features(extract, sound, round(int(row["samples"]) / CLIP_RATE * FPS), settings)
    except MediaError as error:
        raise broken_file(clips, str(error)) from error


def clip_features(extract: Extract, sound: Sound, frames: int, settings: dict[str, Any]) -> dict[str, Floats]:
    """Run a group's `extract` on a sound and fit its features to `frames` by time.

    Frame t stands for second t / 30. Analysis gives one frame more than the seconds hold; it is cut. Where the picture
    outlasts the sound, curves hold their last value, pulses and phases are zero. Beats after the last frame are
    dropped.
    """
    return {name: _fitted(name, values, frames) for name, values in extract(sound, settings).items()}


def _fitted(name: str, values: Floats, frames: int) -> Floats:
    if np.ndim(values) == 2:
        missing = frames - len(values)
        if missing > 0:
            values = np.pad(values, ((0, missing), (0, 0)), mode="constant" if name in PULSES | PHASES else "edge")
        return values[:frames]
    return values[values < frames / FPS] if np.ndim(values) == 1 else values


if __name__ == "__main__":
    entry_point(main)
