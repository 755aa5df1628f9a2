"""Dancers of other programs: the demo's choreography on bodies with other bones, under other names."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from workflow_scripts.demo.choreography import choreograph
from workflow_scripts.motion.foreign import JointMotion
from workflow_scripts.motion.kinematics import with_bone_lengths
from workflow_scripts.motion.placement import joints_of
from workflow_scripts.motion.skeleton import SMPL24, Floats, Skeleton

FPS = 30.0
FEET = [joint for foot in SMPL24.feet for joint in foot]
SOLES = SMPL24.rest_positions[FEET, 1]
SIZE = 1.2  # of the stranger, ours is 1


@dataclass(frozen=True)
class Stranger:
    """A dancer whose every bone is up to 15 % longer or shorter than ours, left as right, on a body of SIZE.

    Attributes:
        world: (T, 24, 3) metres, the stranger's joints under our names; the feet slide a little.
        pose: (T, 24, 3) metres about the root: what the dancer does, on our body.
    """

    world: Floats
    pose: Floats

    def as_joints(self, skeleton: Skeleton) -> JointMotion:
        return JointMotion(skeleton, joints_of(self.world, skeleton), FPS)


@cache
def stranger(genre: str = "disco", seed: int = 1, seconds: float = 6.0) -> Stranger:
    world = dance(genre, seed, seconds)
    factors = np.random.default_rng(seed).uniform(0.85, 1.15, SMPL24.size) * SIZE
    for left, right in SMPL24.pairs:
        factors[left] = factors[right]
    pose = world - world[:, :1]
    body = with_bone_lengths(pose, SMPL24.rest_lengths * factors)
    return Stranger(body + world[:, :1] * SIZE, with_bone_lengths(pose, SMPL24.rest_lengths))


@cache
def dance(genre: str = "disco", seed: int = 1, seconds: float = 6.0) -> Floats:
    """World joints (T, 24, 3) of a dancer of the demo: feet that stand neither slide nor sink."""
    return choreograph(np.arange(0.3, seconds, 0.5), seconds, genre, seed, FPS)


def soles(world: Floats) -> Floats:
    """Height (T,) of the lowest sole over the floor, metres."""
    return (world[:, FEET, 1] - SOLES).min(axis=1)


def slide(world: Floats, standing: Floats) -> float:
    """Mean horizontal speed, m/s, of ankles and toes (T-1, 4) where they stand."""
    speed = np.linalg.norm(np.diff(world[:, FEET][:, :, [0, 2]], axis=0), axis=-1) * FPS
    return float(speed[standing].mean())


def standing(world: Floats, scale: float = 1.0) -> Floats:
    """Where ankles and toes (T-1, 4) of a dancer stand: low and slow. `scale` makes the body as large as ours."""
    heights = (world[:, FEET, 1] - np.percentile(world[:, FEET, 1], 5, axis=0)) * scale
    speed = np.linalg.norm(np.diff(world[:, FEET][:, :, [0, 2]], axis=0), axis=-1) * FPS * scale
    return (heights[1:] < 0.03) & (heights[:-1] < 0.03) & (speed < 0.3)
