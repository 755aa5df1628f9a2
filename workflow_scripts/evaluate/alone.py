"""What one motion has by itself, whatever it is danced to: measures, moments of rest, and the features behind FID."""

from dataclasses import dataclass

import numpy as np

from workflow_scripts.evaluate.metrics.beat_alignment import RATE, motion_beats, resampled
from workflow_scripts.evaluate.metrics.geometric import geometric_features
from workflow_scripts.evaluate.metrics.kinetic import anchored, kinetic_features
from workflow_scripts.evaluate.metrics.movement import (
    bone_variation,
    end_speeds,
    foot_skate,
    frozen,
    longest_held,
    lowest_joint,
    mean_speed,
)
from workflow_scripts.motion.skeleton import Floats

# Frames per second at which the published forms of PFC, PBC and foot skating are computed.
SLOW_RATE = 30.0
FEATURES = ("kinetic", "geometric", "kinetic_corrected", "geometric_corrected")


@dataclass(frozen=True)
class Motion:
    """A motion to be measured: world joints (T, 24, 3) at `fps`, the song it goes with, the genre it is meant to be."""

    name: str
    song: str
    world: Floats
    fps: float
    genre: str | None = None


@dataclass(frozen=True)
class Alone:
    """One motion in numbers.

    Attributes:
        seconds: its length.
        values: by name of `measures.MEASURES`; NaN where one cannot be measured.
        accents: seconds of its motion beats, by what finds them: `smoothed` (Bailando).
        features: see `motion_features`.
    """

    seconds: float
    values: dict[str, float]
    accents: dict[str, Floats]
    features: dict[str, Floats]


def alone_of(world: Floats, fps: float) -> Alone:
    """Measure a motion, world joints (T, 24, 3) in metres, y up, the floor at 0."""
    fast = resampled(world, fps)
    early, late = end_speeds(world, fps)
    longest, share = frozen(world, fps)
    values = {
        "mean_speed": mean_speed(world, fps),
        "late_speed": late,
        "late_speed_ratio": late / early if early > 0 else float("nan"),
        "longest_frozen_s": longest,
        "frozen_share": share,
        "longest_held_s": longest_held(world, fps),
        "foot_skate": foot_skate(world, fps),
        "lowest_joint": lowest_joint(world),
        "bone_variation": bone_variation(world),
    }
    return Alone(len(world) / fps, values, {"smoothed": motion_beats(fast, RATE)}, motion_features(world, fps))


def motion_features(world: Floats, fps: float) -> dict[str, Floats]:
    """Return the FEATURES of a motion (T, 24, 3) at 60 frames per second, its first root at the origin (Bailando)."""
    fast = anchored(np.asarray(resampled(world, fps), dtype=np.float64))
    return {
        "kinetic": kinetic_features(fast, RATE),
        "geometric": geometric_features(fast, RATE),
        "kinetic_corrected": kinetic_features(fast, RATE, "corrected"),
        "geometric_corrected": geometric_features(fast, RATE, "corrected"),
    }
