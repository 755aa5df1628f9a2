"""Dances that sound: a tone that swells at every accent, at 8 kHz."""

from typing import Any

import numpy as np
from tiny_dances import FPS, tiny_dataset

from workflow_scripts.models.soundtrack import Corpus
from workflow_scripts.models.wavenet.model import Model, Settings
from workflow_scripts.motion.accents import accents
from workflow_scripts.motion.dataset_file import Dataset
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import Floats

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


def corpus(clips: int = 3, seconds: float = 3.0) -> Corpus:
    """Return `clips` dances, the last one for validation, with their tones."""
    dataset = tiny_dataset(clips, seconds)
    return Corpus(dataset, sounds_of(dataset, seconds), RATE)


def sounds_of(dataset: Dataset, seconds: float) -> dict[str, Floats]:
    """Return the sound of every clip."""
    return {clip.name: sounding(clip.motion, seconds) for clip in dataset.clips}


def made(found: Corpus, **settings: Any) -> Model:
    """Return an untrained model."""
    return Model.from_corpus(Settings(**(TINY | settings)), found)
