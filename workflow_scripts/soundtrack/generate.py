"""Make the sound of a dance: of clips of one pose file, which are made at once.

`python -m workflow_scripts.soundtrack.generate --model DIR --poses H5 --clip 0000 --config JSON --output WAV`
"""

import argparse
import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from workflow_scripts.models.soundtrack import Scene, SoundtrackModel, load_soundtrack_architecture
from workflow_scripts.motion.pose_file import KEPT, PoseFile, read_poses
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.motion.sound_file import read_sounds
from workflow_scripts.soundtrack.loudness import faded, levelled
from workflow_scripts.soundtrack.settings import SoundtrackConfig
from workflow_scripts.workflow.checkpoint import read_checkpoint
from workflow_scripts.workflow.errors import UserError, broken_file, entry_point
from workflow_scripts.workflow.files import atomic_path, read_json, sha256_of
from workflow_scripts.workflow.provenance import code_version, versions


def load_model(folder: Path) -> tuple[SoundtrackModel, dict[str, Any]]:
    """Return the soundtrack model in a folder that the train stage wrote, and its checkpoint without the state.

    Raises:
        UserError: it is a model that dances.
        BrokenFileError: the checkpoint is unreadable; it has been deleted.
    """
    path = folder / "checkpoint.ckpt"
    name = str(read_json(folder / "model.json")["architecture"])
    try:
        architecture = load_soundtrack_architecture(name)
    except KeyError as error:
        raise UserError(f"{folder}: a model of architecture {name} makes no sound") from error
    checkpoint = read_checkpoint(path, f"model of architecture {name}")
    try:
        model = architecture.from_state(architecture.Config.model_validate(checkpoint["settings"]), checkpoint["state"])
    except (RuntimeError, KeyError, ValueError) as error:
        raise broken_file(path, f"not a readable model of architecture {name} ({error})") from error
    return model, {key: value for key, value in checkpoint.items() if key != "state"}


def scene_of(poses: PoseFile, path: Path, clip: str, genre: str = "") -> Scene:
    """Return what there is to see of a clip: its first person's motion.

    Raises:
        UserError: there is no such clip, or nobody is in it; with the reason.
    """
    if clip not in poses.clips:
        raise UserError(f"{path}: no clip {clip!r}; it has {', '.join(sorted(poses.clips)) or 'none'}")
    found = poses.clips[clip]
    if found.verdict != KEPT or not found.people:
        reason = found.verdict if found.verdict != KEPT else "nobody is in it"
        raise UserError(f"{path}: clip {clip} cannot be given a sound: {reason}")
    person = found.people[0]
    return Scene(person, poses.fps, len(person.root) / poses.fps, genre)


def checked_genre(genre: str | None, model: SoundtrackModel, name: str) -> str:
    """Return the genre that is asked for, "" for none.

    Raises:
        UserError: the model does not know it.
    """
    if genre is None or genre in model.genres:
        return genre or ""
    if not model.genres:
        raise UserError(f"soundtrack.genre: {name} knows no genres, so it cannot make {genre!r}; set genre to null")
    raise UserError(f"soundtrack.genre: {name} does not know {genre!r}; it knows {', '.join(model.genres)}")


def random_source(config: SoundtrackConfig, model: str, poses: str, clip: str) -> np.random.Generator:
    """Return the source of chance of one soundtrack; it differs for every seed, sample, model, pose file and clip.

    Args:
        config: with seed and sample.
        model: its name.
        poses: the pose file's digest: two models' dances to one song say that they are of the same source.
        clip: the clip's name.
    """
    names = hashlib.sha256(f"{model}\0{poses}\0{clip}".encode()).digest()[:8]
    return np.random.default_rng([config.seed, config.sample, int.from_bytes(names, "big")])


def write_wav(target: Path, samples: Floats, rate: int, made_by: dict[str, Any]) -> None:
    """Write samples (N, channels) in [-1, 1] as 16-bit WAV, atomically; the file's comment is `made_by` as JSON."""
    import soundfile

    with (
        atomic_path(target) as path,
        soundfile.SoundFile(path, "w", rate, samples.shape[1], subtype="PCM_16", format="WAV") as file,
    ):
        file.comment = json.dumps(made_by, sort_keys=True)
        file.write(np.round(samples.clip(-1, 1) * 32767).astype(np.int16))


def with_pictures(scenes: Sequence[Scene], videos: Sequence[Path], model: str) -> list[Scene]:
    """Return the scenes with what their videos show.

    Raises:
        UserError: there is no video of each.
    """
    from workflow_scripts.soundtrack.pictures import pictures_of

    if len(videos) != len(scenes):
        raise UserError(f"{model} looks at videos (condition: video); give the MP4 of each clip with --video")
    return [
        replace(scene, pictures=pictures_of(video, 0.0, scene.seconds))
        for scene, video in zip(scenes, videos, strict=True)
    ]


def main() -> None:
    """Parse the arguments, make the sounds, write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="results/models/<model>")
    parser.add_argument("--poses", type=Path, required=True, help="a pose file: of a video, or a generated dance")
    parser.add_argument("--clip", nargs="+", default=["0000"], help="which of its clips")
    parser.add_argument("--video", type=Path, nargs="*", default=[], help="MP4 of each, for a model that looks at it")
    parser.add_argument("--genre", default="", help="of the dance, where it is known")
    parser.add_argument("--sounds", type=Path, help="the sound file the model was made from, if it plays from there")
    parser.add_argument("--config", required=True, help="a SoundtrackConfig as JSON text")
    parser.add_argument("--threads", type=int, default=1, help="among which the clips are shared")
    parser.add_argument("--output", type=Path, nargs="+", required=True, help="a WAV for each clip")
    arguments = parser.parse_args()
    if len(arguments.clip) != len(arguments.output):
        parser.error("--clip and --output need equally many values")
    try:
        config = SoundtrackConfig.model_validate_json(arguments.config)
    except ValidationError as error:
        said = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise UserError(f"--config: {said}") from error
    for path in (arguments.model / "model.json", arguments.poses, *filter(None, [arguments.sounds]), *arguments.video):
        if not path.is_file():
            raise UserError(f"{path}: there is no such file")
    import torch

    torch.set_num_threads(arguments.threads)
    model, checkpoint = load_model(arguments.model)
    name = arguments.model.name
    # A dance of a genre that the model never heard is as good as one of an unknown genre.
    own = arguments.genre if arguments.genre in model.genres else ""
    genre = checked_genre(config.genre, model, name) or own
    poses = read_poses(arguments.poses)
    scenes = [scene_of(poses, arguments.poses, clip, genre) for clip in arguments.clip]
    if model.needs_pictures:
        scenes = with_pictures(scenes, arguments.video, name)
    danced = sha256_of(arguments.poses)
    rngs = [random_source(config, name, danced, clip) for clip in arguments.clip]
    sounds = read_sounds(arguments.sounds).sounds if arguments.sounds else None
    made = model.generate(scenes, rngs, config.sampling, sounds)
    provenance = {
        "model": name,
        "architecture": checkpoint["architecture"],
        "checkpoint": sha256_of(arguments.model / "checkpoint.ckpt"),
        "poses": danced,
        "sounds": sha256_of(arguments.sounds) if arguments.sounds else None,
        "genre": genre,
        "config": config.model_dump(),
        "code": code_version(
            "workflow_scripts.soundtrack.generate", f"workflow_scripts.models.{checkpoint['architecture']}.model"
        ),
        "versions": versions("torch", "numpy", "numba"),
    }
    for clip, output, samples in zip(arguments.clip, arguments.output, made, strict=True):
        finished = faded(levelled(samples, model.rate), model.rate)
        write_wav(output, finished, model.rate, provenance | {"clip": clip})
        print(f"{output}: {len(finished) / model.rate:.2f} s at {model.rate} Hz")  # noqa: T201


if __name__ == "__main__":
    entry_point(main)
