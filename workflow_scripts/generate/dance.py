"""Let a model dance to a song.

`python -m workflow_scripts.generate.dance --model DIR --features H5... --clip 0000 --config JSON --output H5`
"""

import argparse
import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from workflow_scripts.generate.guarantees import danced
from workflow_scripts.generate.seed_motion import seed_motion
from workflow_scripts.generate.settings import DanceConfig, seed_place
from workflow_scripts.models.stored import load_model
from workflow_scripts.motion.music_choice import MusicChoice
from workflow_scripts.motion.music_file import read_source
from workflow_scripts.motion.pose_file import PoseClip, PoseFile, write_poses
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.files import sha256_of
from workflow_scripts.workflow.provenance import code_version, versions


def random_source(config: DanceConfig, model: str, song: str) -> np.random.Generator:
    """Return the source of chance of one dance; it differs for every seed, sample, model and song."""
    names = hashlib.sha256(f"{model}\0{song}".encode()).digest()[:8]
    return np.random.default_rng([config.seed, config.sample, int.from_bytes(names, "big")])


def check_genre(genre: str | None, genres: Sequence[str], model: str) -> None:
    """Raise a UserError if a model does not know the genre that is asked for."""
    if genre is None or genre in genres:
        return
    if not genres:
        raise UserError(
            f"generate.genre: {model} knows no genres, so it cannot dance {genre!r}. Set genre to null, or give the "
            "collections of its dataset a genre."
        )
    raise UserError(f"generate.genre: {model} does not know {genre!r}; it knows {', '.join(genres)}")


def main() -> None:
    """Parse the arguments, dance, write the pose file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="results/models/<model>")
    parser.add_argument("--features", type=Path, nargs="+", required=True, help="the song's feature files")
    parser.add_argument("--clip", default="0000", help="which clip of the song")
    parser.add_argument("--config", required=True, help="a DanceConfig as JSON text")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    try:
        config = DanceConfig.model_validate_json(arguments.config)
    except ValidationError as error:
        raise UserError(f"settings of the dance: {error}") from error
    model, checkpoint = load_model(arguments.model)
    clips = MusicChoice(checkpoint["feature_set"], checkpoint["grouping"]).read(arguments.features)
    if arguments.clip not in clips:
        raise UserError(f"{arguments.features[0]}: no clip {arguments.clip!r}; it has {', '.join(sorted(clips))}")
    music = clips[arguments.clip]
    if abs(music.fps - checkpoint["fps"]) > 1e-6:
        raise UserError(
            f"{arguments.features[0]} is at {music.fps:g} frames per second, the model {arguments.model.name} was "
            f"trained at {checkpoint['fps']:g}"
        )
    sources = [read_source(path) for path in arguments.features]
    song = sources[0].source
    check_genre(config.genre, model.genres, arguments.model.name)
    rng = random_source(config, arguments.model.name, song)
    poses = {name: values.numpy() for name, values in checkpoint["poses"].items()}
    seed = seed_motion(config.seed_pose, poses, music.fps, rng)
    person = danced(model, music, rng, seed, config.genre, config.length)
    frames = len(person.root)
    provenance = {
        "model": arguments.model.name,
        "checkpoint": sha256_of(arguments.model / "checkpoint.ckpt"),
        "dataset": checkpoint["dataset"],
        "song": song,
        "features": {of.group: sha256_of(path) for path, of in zip(arguments.features, sources, strict=True)},
        "clip": arguments.clip,
        "seed": config.seed,
        "sample": config.sample,
        "genre": config.genre,
        "length": config.length,
        "seed_pose": config.seed_pose,
        "seed_file": sha256_of(place[0]) if (place := seed_place(config.seed_pose)) else None,
        "code": code_version(
            "workflow_scripts.generate.dance", f"workflow_scripts.models.{checkpoint['architecture']}.model"
        ),
        "versions": versions("torch", "numpy"),
    }
    clip = PoseClip(0.0, frames / music.fps, people=[person])
    write_poses(
        arguments.output, PoseFile(music.fps, song, checkpoint["architecture"], {"0000": clip}, provenance=provenance)
    )
    print(f"{arguments.output}: {frames} frames")  # noqa: T201


if __name__ == "__main__":
    entry_point(main)
