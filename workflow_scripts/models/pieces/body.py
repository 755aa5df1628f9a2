"""Training motion on one body, and what that body does at a moment."""

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d, percentile_filter

from workflow_scripts.motion.feet import lock_feet
from workflow_scripts.motion.kinematics import bone_lengths, facing_angle, turned, with_bone_lengths
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import SMPL24, Floats

FLOOR_WINDOW_S = 3.0  # nobody stays in the air for so long
_LEGS = tuple(SMPL24.index(f"{side}_{joint}") for side in ("left", "right") for joint in ("knee", "ankle"))


def normalised(motion: Person, fps: float) -> Person:
    """Return the motion on the body of the rest pose, centred on the origin and facing +z on average, floor at y = 0.

    Bones get their rest lengths and the root's path is scaled by the length of the legs, so that units of a tall and a
    short dancer fit together. Captured and estimated roots drift in height by tens of centimetres a minute: the floor
    is where the lowest joint is at rest within `FLOOR_WINDOW_S`. Feet are locked here already, not only in the finished
    dance: locking moves the moments of rest, and units must be cut where those of the finished dance will be.
    """
    legs = list(_LEGS)
    scale = SMPL24.rest_lengths[legs].sum() / max(bone_lengths(motion.positions)[legs].sum(), 1e-3)
    positions = with_bone_lengths(motion.positions - motion.positions[:, :1], SMPL24.rest_lengths)
    root: Floats = motion.root.astype(np.float64) * scale
    window = max(round(FLOOR_WINDOW_S * fps), 1)
    lowest = positions[:, :, 1].min(axis=1) + root[:, 1]
    floor = gaussian_filter1d(percentile_filter(lowest, 10, window, mode="nearest"), window / 4, mode="nearest")
    root[:, 1] += SMPL24.rest_positions[:, 1].min() - floor
    world = lock_feet(positions + root[:, None], fps)
    world -= world[:, 0].mean(axis=0) * np.array([1.0, 0.0, 1.0])
    facing = facing_angle(world)
    world = turned(world, -float(np.arctan2(np.sin(facing).mean(), np.cos(facing).mean())))
    return Person(world - world[:, :1], world[:, 0])


def body_state(motion: Person, frames: Floats, fps: float) -> tuple[Floats, Floats]:
    """Return the pose (N, 24, 3) m and its velocity (N, 24, 3) m/s at fractional frames, as the body sees them.

    Joints are relative to the point on the floor under the root, turned so that the body faces +z.
    """
    world = motion.world
    low = np.clip(np.floor(frames).astype(int), 0, len(world) - 2)
    share = (frames - low)[:, None, None]
    pose = world[low] * (1 - share) + world[low + 1] * share
    velocity = (world[low + 1] - world[low]) * fps
    facing = facing_angle(pose)[:, None]
    pose = pose - pose[:, :1] * np.array([1.0, 0.0, 1.0])
    return turned(pose, -facing), turned(velocity, -facing)


def states(motions: list[Person], clip: npt.NDArray[np.int64], frames: Floats, fps: float) -> tuple[Floats, Floats]:
    """Return pose and velocity (N, 24, 3) float32 of motions at frames, as the body sees them (`body_state`)."""
    poses = np.empty((len(frames), SMPL24.size, 3), dtype=np.float32)
    velocities = np.empty_like(poses)
    for number, motion in enumerate(motions):
        rows = clip == number
        poses[rows], velocities[rows] = body_state(motion, frames[rows], fps)
    return poses, velocities
