"""Poses that a model keeps of its training motion."""

from dataclasses import replace

import numpy as np
from tiny_dances import tiny_dataset

from workflow_scripts.motion.kinematics import bone_lengths, facing_angle, turned
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.train.seed_poses import COUNT, seed_poses


def test_poses_are_of_the_training_clips_seen_from_the_front() -> None:
    plain = tiny_dataset(clips=3)
    clips = [
        replace(
            clip, motion=Person(turned(clip.motion.positions, 0.5 + n), turned(clip.motion.root + 2.0 * n, 0.5 + n))
        )
        for n, clip in enumerate(plain.clips)
    ]
    dataset = replace(plain, clips=clips)
    poses = seed_poses(dataset, 1)
    random, mean = poses["random"].numpy(), poses["mean"].numpy()
    assert random.shape == (COUNT, 24, 3)
    np.testing.assert_array_equal(random, seed_poses(dataset, 1)["random"].numpy())
    assert np.abs(random - seed_poses(dataset, 2)["random"].numpy()).max() > 0.05
    np.testing.assert_allclose(facing_angle(random), 0, atol=1e-5)
    np.testing.assert_allclose(random[:, 0, [0, 2]], 0, atol=1e-6)
    known = np.concatenate([clip.motion.positions for clip in plain.clips if clip.split == "train"])
    distance = np.abs((random - random[:, :1])[:, None] - known[None]).max(axis=(2, 3)).min(axis=1)
    assert distance.max() < 1e-4
    np.testing.assert_allclose(bone_lengths(mean[None]), SMPL24.rest_lengths, atol=1e-5)
    # Arms swing up and down alike: on average they are held out level.
    assert abs(mean[20, 1] - mean[16, 1]) < 0.1


def test_few_frames_give_few_poses() -> None:
    small = tiny_dataset(clips=1, seconds=1.0, window_s=1.0)
    assert len(seed_poses(small, 1)["random"]) == 30
