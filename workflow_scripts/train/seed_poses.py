"""Poses of the training motion that dances may start from."""

import numpy as np
import torch
from torch import Tensor

from workflow_scripts.motion.dataset_file import Dataset
from workflow_scripts.motion.kinematics import with_bone_lengths
from workflow_scripts.motion.rest_body import from_the_front, on_rest_body
from workflow_scripts.motion.skeleton import SMPL24

COUNT = 64


def seed_poses(dataset: Dataset, seed: int) -> dict[str, Tensor]:
    """Return "random" (N, 24, 3), up to `COUNT` poses of the training clips, and "mean" (24, 3), that of all of them.

    They have the bones of the rest pose, stand with the root above the origin at the dancer's height, metres, and face
    +z. Longer clips give more of the random ones.
    """
    training = dataset.split("train")
    lengths = [len(clip.motion.root) for clip in training]
    ends = np.cumsum(lengths)
    chosen = np.sort(np.random.default_rng(seed).choice(ends[-1], min(COUNT, int(ends[-1])), replace=False))
    total, random = np.zeros((SMPL24.size, 3)), []
    for clip, end, length in zip(training, ends, lengths, strict=True):
        world = from_the_front(on_rest_body(clip.motion).world)
        total += world.sum(axis=0)
        random.append(world[chosen[(chosen >= end - length) & (chosen < end)] - (end - length)])
    mean = with_bone_lengths(total / ends[-1], SMPL24.rest_lengths)
    return {"random": _tensor(np.concatenate(random)), "mean": _tensor(mean)}


def _tensor(values: np.ndarray) -> Tensor:
    return torch.from_numpy(values.astype(np.float32))
