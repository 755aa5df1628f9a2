"""Small dances with a song, for pages."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from workflow_scripts.demo.choreography import choreograph
from workflow_scripts.motion.music_file import MusicFile, write_features
from workflow_scripts.motion.pose_file import Person, PoseClip, PoseFile, write_poses

FPS, RATE = 30, 44100


@dataclass(frozen=True)
class SmallShow:
    """Files of a song and dances to it: `dances` by model, each with its joints (T, 24, 3) in `worlds`."""

    dances: dict[str, Path]
    worlds: dict[str, np.ndarray]
    audio: Path
    rhythm: Path
    beats: np.ndarray


def make_show(folder: Path, models: tuple[str, ...], seconds: float = 6.0) -> SmallShow:
    """Write dances of the demo's choreographer to a click on every half second."""
    beats = np.arange(0.25, seconds, 0.5)
    dances, worlds = {}, {}
    for seed, model in enumerate(models):
        world = choreograph(beats, seconds, "disco", seed).astype(np.float32).astype(np.float64)
        dances[model], worlds[model] = write_dance(folder / f"{model}.h5", world, model), world
    audio = write_clicks(folder / "song.wav", beats, seconds)
    rhythm = folder / "song.h5"
    features = {"beats": beats, "downbeats": beats[::4], "tempo": np.float64(120), "beats_per_bar": np.float64(4)}
    write_features(rhythm, MusicFile("rhythm", FPS, "song", {"0000": features}))  # type: ignore[dict-item]
    return SmallShow(dances, worlds, audio, rhythm, beats)


def write_dance(path: Path, world: np.ndarray, model: str, fps: float = FPS) -> Path:
    """Write one dance as the generate stage does."""
    root = world[:, 0].astype(np.float32)
    person = Person((world - world[:, :1]).astype(np.float32), root)
    clip = PoseClip(0.0, len(world) / fps, people=[person])
    write_poses(path, PoseFile(fps, "song", model, {"0000": clip}, provenance={"model": model}))
    return path


def write_clicks(path: Path, moments: np.ndarray, seconds: float) -> Path:
    """Write 10 ms of a 1 kHz tone at every moment, stereo."""
    samples = np.zeros(round(RATE * seconds), np.float32)
    for moment in moments:
        start = round(moment * RATE)
        tone = 0.8 * np.sin(2 * np.pi * 1000 * np.arange(441) / RATE)
        samples[start : start + 441] = tone[: len(samples) - start]
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.stack([samples, samples], axis=1), RATE)
    return path
