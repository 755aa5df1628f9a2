"""Dances that sound: a tone that swells at every accent, at 8 kHz."""

from typing import Any

import numpy as np
from tiny_dances import FPS, tiny_dataset

from workflow_scripts.models.soundtrack import Corpus
from workflow_scripts.models.wavenet.model import Model, Settings
from workflow_scripts.motion.accents import accents
from workflow_scripts.motion.pictures_file import FPS as PICTURES_FPS
from workflow_scripts.motion.pictures_file import Pictures
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import SMPL24, Floats

RATE = 8000
# Networks that learn in seconds: no average over steps that there are not, a receptive field of 8 ms.
TINY: dict[str, Any] = {
    "residual": 16, "skip": 16, "layers": 6, "channels": 8, "hop": 80, "reach_s": 0.1, "window_s": 0.5,
    "batch_size": 2, "ema": 0.0, "learning_rate": 1e-2, "max_epochs": 1,
}  # fmt: skip


def sounding(motion: Person, seconds: float) -> Floats:
    """Return (N, 1): a tone of 500 Hz that swells at every accent, for 0.1 s."""
    time = np.arange(round(seconds * RATE)) / RATE
    loudness = np.full(len(time), 0.05)
    for accent in accents(motion, FPS):
        loudness += 0.7 * np.exp(-0.5 * ((time - accent) / 0.05) ** 2)
    return (loudness * np.sin(2 * np.pi * 500 * time))[:, None].astype(np.float32)


def corpus(clips: int = 3, seconds: float = 3.0, pictures: bool = False) -> Corpus:
    """Return `clips` dances, the last one for validation, with their tones and, on request, pictures."""
    dataset = tiny_dataset(clips, seconds)
    sounds = {clip.name: sounding(clip.motion, seconds) for clip in dataset.clips}
    shown = {clip.name: filmed(clip.motion, seconds) for clip in dataset.clips} if pictures else None
    return Corpus(dataset, sounds, RATE, shown)


def filmed(motion: Person, seconds: float) -> Pictures:
    """Return pictures (P, 16, 16, 3): a bright spot where the left wrist is."""
    result = np.zeros((round(seconds * PICTURES_FPS), 16, 16, 3), np.uint8)
    for number, picture in enumerate(result):
        x, y, _ = motion.positions[round(number * FPS / PICTURES_FPS), SMPL24.index("left_wrist")]
        row, column = round(8 - 8 * float(y)), round(8 + 8 * float(x))
        picture[row - 2 : row + 2, column - 2 : column + 2] = 255
    return result


def made(found: Corpus, **settings: Any) -> Model:
    """Return an untrained model."""
    return Model.from_corpus(Settings(**(TINY | settings)), found)
