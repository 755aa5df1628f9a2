"""A small made-up dance: joints of smpl24 by forward kinematics, or with trunks that bend in themselves."""

import numpy as np

from workflow_scripts.motion.foreign import JointMotion
from workflow_scripts.motion.kinematics import with_bone_lengths
from workflow_scripts.motion.rotations import forward_kinematics, matrices_of_axis_angles
from workflow_scripts.motion.skeleton import SMPL24, Floats

PARENTS = np.asarray(SMPL24.parents)
OFFSETS = SMPL24.rest_positions - SMPL24.rest_positions[np.maximum(PARENTS, 0)]
MOVING = ("pelvis", "spine1", "spine2", "spine3", "neck", "left_hip", "right_hip", "left_knee", "right_knee")
MOVING += ("left_ankle", "right_ankle", "left_shoulder", "right_shoulder", "left_elbow", "right_elbow")


def axis_angles(frames: int = 60, seed: int = 0) -> Floats:
    """Local rotations (T, 24, 3), radians: slow waves, and a full turn of the body."""
    random = np.random.default_rng(seed)
    time = np.arange(frames)[:, None] / 30
    vectors = np.zeros((frames, SMPL24.size, 3))
    for name in MOVING:
        waves = random.uniform(0.2, 0.8, 3) * np.sin(
            2 * np.pi * random.uniform(0.2, 0.8, 3) * time + random.uniform(0, 6, 3)
        )
        vectors[:, SMPL24.index(name)] = 0.5 * waves
    vectors[:, 0] = 0.1 * vectors[:, 0] + np.linspace(0, 2 * np.pi, frames)[:, None] * [0, 1, 0]
    return vectors


def root_path(frames: int) -> Floats:
    time = np.arange(frames) / 30
    return np.stack([0.5 * np.sin(time), 0.94 + 0.03 * np.sin(5 * time), 0.2 * time], axis=-1)


def rigid_dance(frames: int = 60, seed: int = 0, fps: float = 30.0) -> JointMotion:
    local = matrices_of_axis_angles(axis_angles(frames, seed))
    return JointMotion(SMPL24, forward_kinematics(local, OFFSETS, root_path(frames), SMPL24.parents), fps)


def bending_dance(frames: int = 60, seed: int = 0, fps: float = 30.0) -> JointMotion:
    """Bones of constant length, but hips and spine, neck and collars change their angles to each other."""
    dance = rigid_dance(frames, seed, fps)
    random = np.random.default_rng(seed)
    sway = 0.015 * np.sin(np.arange(frames)[:, None, None] / 7 + random.uniform(0, 6, (SMPL24.size, 3)))
    return JointMotion(SMPL24, with_bone_lengths(dance.joints + sway, SMPL24.rest_lengths), fps)
