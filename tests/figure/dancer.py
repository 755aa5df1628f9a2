"""A small moving body for tests: the rest pose with swinging arms and bending knees."""

import numpy as np

from workflow_scripts.motion.skeleton import SMPL24


def swinging(frames: int = 12) -> np.ndarray:
    """World joints (T, 24, 3): the left arm goes from level to straight up, the body sways and turns a little."""
    world = np.repeat(SMPL24.rest_positions[None], frames, axis=0)
    share = np.linspace(0, 1, frames)
    for side, sign in (("left", 1), ("right", -1)):
        shoulder = world[:, SMPL24.index(f"{side}_shoulder")]
        angle = np.pi / 2 * share if side == "left" else -np.pi / 2 * share
        for joint, length in (("elbow", 0.285), ("wrist", 0.54), ("hand", 0.625)):
            reach = np.stack([sign * np.cos(angle), np.sin(angle), 0 * angle], axis=-1)
            world[:, SMPL24.index(f"{side}_{joint}")] = shoulder + length * reach
    return world + 0.1 * np.sin(3 * share)[:, None, None] * np.array([1.0, 0, 0])
