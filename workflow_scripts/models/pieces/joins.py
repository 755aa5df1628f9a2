"""How well one piece of motion continues another."""

import numpy as np

from workflow_scripts.motion.skeleton import Floats

VELOCITY_WEIGHT_S = 0.15  # a velocity difference counts as the way it makes in this time


def join_costs(from_poses: Floats, from_velocities: Floats, to_poses: Floats, to_velocities: Floats) -> Floats:
    """Return how badly each motion continues another, (A, B) metres, float32.

    Root mean square over joints of the distance, plus `VELOCITY_WEIGHT_S` times that of the velocities.

    Args:
        from_poses, from_velocities: (A, J, 3) from `body_state`.
        to_poses, to_velocities: (B, J, 3).
    """
    joints = from_poses.shape[1]
    total = np.zeros((len(from_poses), len(to_poses)), dtype=np.float32)
    for weight, a, b in ((1.0, from_poses, to_poses), (VELOCITY_WEIGHT_S, from_velocities, to_velocities)):
        x = a.reshape(len(a), -1).astype(np.float32)
        y = b.reshape(len(b), -1).astype(np.float32)
        squares = (x**2).sum(axis=1)[:, None] + (y**2).sum(axis=1) - 2 * x @ y.T
        total += weight * np.sqrt(np.maximum(squares, 0) / joints)
    return total
