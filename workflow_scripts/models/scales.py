"""What networks get and give: standardised features and motion, and the way back to a dance."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from scipy.ndimage import gaussian_filter1d
from scipy.signal import lfilter
from torch import Tensor

from workflow_scripts.motion.dataset_file import Dataset
from workflow_scripts.motion.music_file import Music
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.representation import to_person, to_vectors
from workflow_scripts.motion.skeleton import Floats

# Standardised features of a new song beyond this would be farther out than anything in training (silence is).
MAX_FEATURE = 4.0
# A velocity that is off by one deviation per this time counts as much as a pose that is off by one deviation.
VELOCITY_S = 0.15
# The root's path is an integral, whose errors would carry a dancer away in a song of minutes; this draws them back.
HOME_S = 8.0


@dataclass
class Scales:
    """Means and deviations of a dataset's features (F,) and of its motion vectors (D,), float32.

    Motion has one deviation for all positions and one for both velocities, so that a metre counts the same in each.
    """

    features_mean: Tensor
    features_std: Tensor
    motion_mean: Tensor
    motion_std: Tensor

    @classmethod
    def of(cls, dataset: Dataset) -> Self:
        """Take the statistics of a dataset's training split."""
        shared = np.empty_like(dataset.motion.std)
        shared[:-2] = np.sqrt((dataset.motion.std[:-2] ** 2).mean())
        shared[-2:] = np.sqrt((dataset.motion.std[-2:] ** 2).mean())
        columns = (dataset.features.mean, dataset.features.std, dataset.motion.mean, shared)
        return cls(*(torch.from_numpy(column) for column in columns))

    def state(self) -> dict[str, Tensor]:
        """Return the tensors by name: `Scales(**state)` is the way back."""
        return dict(vars(self))

    def heard(self, music: Music, first: int, stop: int) -> Floats:
        """Return standardised features (stop - first, F) of frames of a song, within bounds.

        A song that is too short keeps its last ones.
        """
        rows = music.features[np.minimum(np.arange(first, stop), len(music.features) - 1)]
        standard = (rows - self.features_mean.numpy()) / self.features_std.numpy()
        return np.clip(standard, -MAX_FEATURE, MAX_FEATURE).astype(np.float32)

    def vectors(self, person: Person, fps: float) -> Tensor:
        """Return the standardised vectors (T, D) of a motion; see `motion.representation`."""
        return (torch.from_numpy(to_vectors(person, fps)) - self.motion_mean) / self.motion_std

    def person(self, vectors: Tensor, fps: float, smoothing_s: float = 0.0) -> Person:
        """Return the motion of standardised vectors (T, D), on the spot, with the bones of the rest pose.

        Args:
            vectors: what a network gave.
            fps: frames per second.
            smoothing_s: standard deviation of the Gaussian over the vectors, seconds.
        """
        plain = np.empty(tuple(vectors.shape), np.float32)
        # Column by column: a song of an hour is not held in double precision.
        for column, (mean, std) in enumerate(zip(self.motion_mean.tolist(), self.motion_std.tolist(), strict=True)):
            values: Floats = vectors[:, column].double().numpy() * std + mean
            if smoothing_s and len(values) > 1:
                values = gaussian_filter1d(values, smoothing_s * fps, mode="nearest")
            plain[:, column] = values
        plain[:, -2:] = _homing(plain[:, -2:].astype(np.float64), fps)
        return to_person(plain, fps)


def _homing(velocity: Floats, fps: float) -> Floats:
    """Return the velocity (T, 2) m/s of a path that is drawn back to where it began: its errors do not add up."""
    path = lfilter([1 / fps], [1, -math.exp(-1 / (HOME_S * fps))], velocity, axis=0)
    return np.diff(path, axis=0, prepend=0) * fps
