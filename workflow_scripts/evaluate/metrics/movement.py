"""Is it moving, do the feet stay where they stand, do limbs keep their length: numbers that need no music."""

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d, minimum_filter1d

from workflow_scripts.motion.kinematics import SPEED_SMOOTHING_S, mean_joint_speed
from workflow_scripts.motion.skeleton import SMPL24, Floats, Skeleton

# A breathing, swaying person stays below this mean joint speed; the quietest tenth of real dances is above it.
FROZEN_SPEED = 0.1  # m/s
HELD_M = 0.01  # m: a pose is held while no joint, seen from the pelvis, leaves a cube of this side
END_S = 10.0  # what counts as the beginning and as the end of a dance
LOW_FOOT = 0.05  # m: a toe below this stands (Lodge, Li et al., CVPR 2024)


def mean_speed(world: Floats, fps: float) -> float:
    """Return the mean over frames and joints of the speed, m/s, of world joints (T, J, 3)."""
    return float(mean_joint_speed(world, fps).mean()) if len(world) > 1 else 0.0


def frozen(world: Floats, fps: float) -> tuple[float, float]:
    """Return the longest stretch without movement (s) and the share of the dance without movement.

    No movement: the mean joint speed, smoothed as for motion beats, is below `FROZEN_SPEED`.
    """
    if len(world) < 2:
        return len(world) / fps, 1.0
    still = gaussian_filter1d(mean_joint_speed(world, fps), SPEED_SMOOTHING_S * fps) < FROZEN_SPEED
    edges = np.flatnonzero(np.diff(np.concatenate([[False], still, [False]]).astype(int)))
    lengths = edges[1::2] - edges[::2]
    return float(lengths.max(initial=0) / fps), float(still.mean())


def end_speeds(world: Floats, fps: float) -> tuple[float, float]:
    """Return `mean_speed`, m/s, of the first and of the last `END_S`; of the halves of a shorter dance.

    A network that is fed its own output calms down within seconds: the one over the other tells it.
    """
    frames = min(round(END_S * fps), len(world) // 2)
    return mean_speed(world[:frames], fps), mean_speed(world[len(world) - frames :], fps)


def longest_held(world: Floats, fps: float) -> float:
    """Return the longest time (s) for which one pose is held: see `HELD_M`.

    Unlike `frozen` it is blind to gliding and, by its threshold, to breathing.
    """
    pose = (world - world[:, :1]).reshape(len(world), -1).astype(np.float32)

    def held(frames: int) -> bool:
        # Filters of this size, cut to the places where they lie inside.
        inside = slice(frames // 2, len(pose) - (frames - 1) // 2)
        spread = maximum_filter1d(pose, frames, axis=0)[inside] - minimum_filter1d(pose, frames, axis=0)[inside]
        return bool((spread.max(axis=1) <= HELD_M).any())

    low = high = 1
    while high < len(pose) and held(min(2 * high, len(pose))):
        low = high = min(2 * high, len(pose))
    high = min(2 * high, len(pose) + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if held(middle) else (low, middle)
    return (low - 1) / fps


def foot_skate(world: Floats, fps: float, skeleton: Skeleton = SMPL24) -> float:
    """Return how fast standing feet slide: mean horizontal speed, m/s, of feet whose toe is below `LOW_FOOT`.

    The speed of a foot is the smaller one of ankle and toe, so that a foot that turns on its toe or heel does not
    slide. Both are smoothed no further. NaN when no foot ever stands.
    """
    speeds = []
    for ankle, toe in skeleton.feet:
        pair = world[:, [ankle, toe]][:, :, [0, 2]]
        speed = np.linalg.norm(np.diff(pair, axis=0), axis=-1).min(axis=-1) * fps
        speeds.append(speed[np.maximum(world[1:, toe, 1], world[:-1, toe, 1]) < LOW_FOOT])
    every = np.concatenate(speeds)
    return float(every.mean()) if len(every) else float("nan")


def lowest_joint(world: Floats) -> float:
    """Return the height of the lowest joint in the whole motion, metres above the floor."""
    return float(world[..., 1].min())


def bone_variation(world: Floats, skeleton: Skeleton = SMPL24) -> float:
    """Return the largest over bones of the standard deviation of its length over time, relative to its mean."""
    children = np.flatnonzero(np.asarray(skeleton.parents) >= 0)
    parents = np.asarray(skeleton.parents)[children]
    lengths = np.linalg.norm(world[:, children] - world[:, parents], axis=-1)
    return float((lengths.std(axis=0) / np.maximum(lengths.mean(axis=0), 1e-9)).max())
