"""What one motion has by itself, whatever it is danced to: measures, moments of rest, and the features behind FID."""

from dataclasses import dataclass

import numpy as np

from workflow_scripts.evaluate.metrics.beat_alignment import motion_beats
from workflow_scripts.evaluate.metrics.feet import float_share, foot_skate_ratio, penetration, sliding
from workflow_scripts.evaluate.metrics.geometric import geometric_features
from workflow_scripts.evaluate.metrics.kinetic import anchored, kinetic_features
from workflow_scripts.evaluate.metrics.motion_alignment import published_motion_beats, slowest_moments
from workflow_scripts.evaluate.metrics.movement import (
    bone_variation,
    end_speeds,
    foot_skate,
    frozen,
    longest_held,
    lowest_joint,
    mean_speed,
)
from workflow_scripts.evaluate.metrics.plausibility import jitter, pbc, pfc
from workflow_scripts.evaluate.metrics.resampling import RATE, resampled
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
        accents: seconds of its motion beats, by what finds them: `smoothed` (Bailando), `published` (FACT, EDGE),
            `slowest` (their corrected form).
        features: see `motion_features`.
    """

    seconds: float
    values: dict[str, float]
    accents: dict[str, Floats]
    features: dict[str, Floats]


def alone_of(world: Floats, fps: float) -> Alone:
    """Measure a motion, world joints (T, 24, 3) in metres, y up, the floor at 0."""
    world = np.asarray(world, dtype=np.float64)
    fast, slow = resampled(world, fps), resampled(world, fps, SLOW_RATE)
    early, late = end_speeds(world, fps)
    longest, share = frozen(world, fps)
    values = {
        "mean_speed": mean_speed(world, fps),
        "late_speed": late,
        "late_speed_ratio": late / early if early > 0 else float("nan"),
        "longest_frozen_s": longest,
        "frozen_share": share,
        "longest_held_s": longest_held(world, fps),
        "pfc": pfc(slow, SLOW_RATE),
        "pfc_corrected": pfc(slow, SLOW_RATE, "corrected"),
        "pbc": pbc(slow, SLOW_RATE),
        "pbc_corrected": pbc(slow, SLOW_RATE, "corrected"),
        "foot_skate_ratio": foot_skate_ratio(slow, SLOW_RATE),
        "foot_skate_ratio_corrected": foot_skate_ratio(slow, SLOW_RATE, "corrected"),
        "slide": sliding(fast),
        "foot_skate": foot_skate(world, fps),
        "float_share": float_share(world),
        "lowest_joint": lowest_joint(world),
        "penetration": penetration(world),
        "jitter": jitter(fast, RATE),
        "jitter_corrected": jitter(slow, SLOW_RATE, "corrected"),
        "bone_variation": bone_variation(world),
    }
    accents = {
        "smoothed": motion_beats(fast, RATE),
        "published": published_motion_beats(fast) / RATE,
        "slowest": slowest_moments(fast),
    }
    return Alone(len(world) / fps, values, accents, motion_features(world, fps))


def motion_features(world: Floats, fps: float) -> dict[str, Floats]:
    """Return the FEATURES of a motion (T, 24, 3) at 60 frames per second, its first root at the origin (Bailando)."""
    fast = anchored(np.asarray(resampled(world, fps), dtype=np.float64))
    return {
        "kinetic": kinetic_features(fast, RATE),
        "geometric": geometric_features(fast, RATE),
        "kinetic_corrected": kinetic_features(fast, RATE, "corrected"),
        "geometric_corrected": geometric_features(fast, RATE, "corrected"),
    }
