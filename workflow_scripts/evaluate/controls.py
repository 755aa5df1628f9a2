"""Motions that a metric must tell from a dance: each control is measured exactly as the dances are."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from workflow_scripts.evaluate.alone import Motion
from workflow_scripts.motion.dataset_file import DatasetClip
from workflow_scripts.motion.kinematics import with_bone_lengths
from workflow_scripts.motion.skeleton import SMPL24, Floats

SMOOTH_S = 0.25  # standard deviation of the Gaussian over the noise: movement of about 1 Hz
LOOSE_M = 0.15  # how far (standard deviation) smooth random joints stray from rest
SHAKE_M = 0.02  # how far white noise does


def frozen_motion(clips: list[DatasetClip], frames: int, fps: float, rng: np.random.Generator) -> Floats:
    """Return one frame of a training dance, held: (frames, 24, 3)."""
    clip = clips[int(rng.integers(len(clips)))]
    pose = clip.motion.world[int(rng.integers(len(clip.motion.root)))]
    return np.repeat(pose[None].astype(np.float64), frames, axis=0)


def noise_motion(clips: list[DatasetClip], frames: int, fps: float, rng: np.random.Generator) -> Floats:
    """Return the rest pose with every joint shaking by itself: white noise, no body."""
    return SMPL24.rest_positions + SHAKE_M * rng.standard_normal((frames, SMPL24.size, 3))


def smooth_random_motion(clips: list[DatasetClip], frames: int, fps: float, rng: np.random.Generator) -> Floats:
    """Return smooth random movement of a body with constant bones: plausible motion that hears no music."""
    sigma = SMOOTH_S * fps
    noise = gaussian_filter1d(rng.standard_normal((frames, SMPL24.size, 3)), sigma, axis=0, mode="wrap")
    # A Gaussian filter leaves white noise 1 / (2 sqrt(pi) sigma) of its variance.
    noise *= LOOSE_M * np.sqrt(2 * np.sqrt(np.pi) * sigma)
    noise[:, 0, 1] *= 0.2
    return with_bone_lengths(SMPL24.rest_positions + noise, SMPL24.rest_lengths)


def replay_motion(clips: list[DatasetClip], frames: int, fps: float, rng: np.random.Generator) -> Floats:
    """Return training motion replayed from a random start; where a clip ends, the next begins in the same place."""
    pieces: list[Floats] = []
    missing = frames
    number = int(rng.integers(len(clips)))
    start = int(rng.integers(len(clips[number].motion.root)))
    floor = np.array([1.0, 0.0, 1.0])
    while missing > 0:
        piece = np.asarray(clips[number % len(clips)].motion.world[start : start + missing], dtype=np.float64)
        if pieces:
            piece = piece + (pieces[-1][-1, 0] - piece[0, 0]) * floor
        pieces.append(piece)
        missing -= len(piece)
        number, start = number + 1, 0
    return np.concatenate(pieces)


GENERATED: dict[str, Callable[[list[DatasetClip], int, float, np.random.Generator], Floats]] = {
    "frozen": frozen_motion,
    "noise": noise_motion,
    "smooth_random": smooth_random_motion,
    "replay": replay_motion,
}


@dataclass(frozen=True)
class Asked:
    """A motion that a control is asked for: as long as the dance it stands beside, to the same song."""

    name: str
    song: str
    seconds: float


def control_motions(
    asked: Sequence[Asked], training: list[DatasetClip], fps: float, seed: int
) -> Iterator[tuple[str, list[Motion]]]:
    """Yield each of the controls `GENERATED`, by name, with one motion for each that is asked for.

    One after the other: of many long songs all at once are gigabytes.

    Args:
        asked: the order decides what chance does.
        training: clips of the dataset, at `fps`.
        fps: frames per second.
        seed: of all chance in them.
    """
    for number, (name, make) in enumerate(GENERATED.items()):
        motions = []
        for place, each in enumerate(asked):
            frames = max(round(each.seconds * fps), 1)
            world = make(training, frames, fps, np.random.default_rng([seed, number, place]))
            # In single precision, as dances are kept.
            motions.append(Motion(each.name, each.song, np.asarray(world, np.float32), fps))
        yield name, motions
