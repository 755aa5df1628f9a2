"""Poses in space, or in the picture as the ancestor had them: `3d` and `2d`.

In `2d` a dancer is seen from the front without perspective and becomes flat: every joint loses its depth (z), and
since limbs do not stretch, a bone that pointed at the camera gets its full length in the picture, in the direction it
was seen to point. The lowest joint stays as high above the floor as it was. What a model learns from that is flat too.
"""

from dataclasses import replace
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from workflow_scripts.motion.dataset_file import Dataset, Statistics
from workflow_scripts.motion.kinematics import with_bone_lengths
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.representation import to_vectors, width
from workflow_scripts.motion.skeleton import SMPL24

Space = Literal["3d", "2d"]
# Below this share of its length a bone points at the camera, and its direction in the picture means little: that is
# mixed with the direction at rest, the more the shorter it is seen.
LEAST_SEEN = 0.2


def flattened(person: Person) -> Person:
    """Return a motion in the plane z = 0 of the picture; see the module."""
    rest = SMPL24.rest_positions
    seen = np.array(person.positions, dtype=np.float64)
    lengths = SMPL24.rest_lengths
    flat = np.zeros_like(seen)
    for joint, parent in enumerate(SMPL24.parents):
        if parent >= 0:
            bone = (seen[:, joint] - seen[:, parent]) * (1, 1, 0)
            away = (rest[joint] - rest[parent]) * (1, 1, 0)
            missing = np.maximum(LEAST_SEEN * lengths[joint] - np.linalg.norm(bone, axis=-1, keepdims=True), 0.0)
            flat[:, joint] = flat[:, parent] + bone + missing * away / np.linalg.norm(away)
    positions = with_bone_lengths(flat, lengths)
    root = np.array(person.root, dtype=np.float64)
    root[:, 1] += seen[..., 1].min(axis=1) - positions[..., 1].min(axis=1)
    root[:, 2] = 0.0
    return Person(positions.astype(np.float32), root.astype(np.float32))


def in_space(dataset: Dataset, space: Space) -> Dataset:
    """Return a dataset whose dancers are flat for `2d`, with statistics to match; for `3d` as it is."""
    if space == "3d":
        return dataset
    clips = [replace(clip, motion=flattened(clip.motion)) for clip in dataset.clips]
    vectors = np.concatenate([to_vectors(clip.motion, dataset.fps) for clip in clips if clip.split == "train"])
    deviation = vectors.std(axis=0)
    depth = ~np.isin(np.arange(width()), columns(space).numpy())
    # Depth is 0 in every frame and must not count in the deviation that columns share: x stands in for it.
    deviation[depth] = deviation[np.append(np.arange(0, width() - 3, 3), width() - 2)]
    statistics = Statistics(vectors.mean(axis=0), np.where(deviation > 0, deviation, 1.0).astype(np.float32))
    return replace(dataset, clips=clips, motion=statistics)


def columns(space: Space) -> Tensor:
    """Return which columns of `motion.representation` are learned: the pose's, then the root's velocity's."""
    numbers = torch.arange(width())
    joints = width() - 3
    depth = (numbers < joints) & (numbers % 3 == 2) | (numbers == width() - 1)
    return numbers if space == "3d" else numbers[~depth]


def velocities(space: Space) -> int:
    """Return how many of `columns`, the last ones, are the root's velocity."""
    return 2 if space == "3d" else 1


def to_space(vectors: Tensor, space: Space) -> Tensor:
    """Return standardised vectors (..., 72) from those of `columns`; what is not learned is the mean, no depth."""
    whole = vectors.new_zeros(*vectors.shape[:-1], width())
    whole[..., columns(space).to(vectors.device)] = vectors
    return whole
