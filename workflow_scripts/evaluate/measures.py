"""What is measured of one dance, and the summary of several."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workflow_scripts.evaluate.beat_alignment import (
    RATE,
    beat_alignment,
    beats_inside,
    hit_share,
    motion_beats,
    resampled,
)
from workflow_scripts.evaluate.bootstrap import mean_interval
from workflow_scripts.evaluate.movement import bone_variation, foot_skate, frozen, lowest_joint, mean_speed
from workflow_scripts.motion.skeleton import Floats

# Every measure, its unit and what it says. The order is that of the columns of comparison.csv.
MEASURES: dict[str, str] = {
    "mean_speed": "m/s, mean over joints and time",
    "speed_ratio": "mean_speed over that of the training motion",
    "longest_frozen_s": "s, longest stretch without movement",
    "frozen_share": "share of the time without movement",
    "beat_alignment": "0..1, with the dance's own song",
    "beat_alignment_shuffled": "0..1, the same motion with other songs: chance level",
    "beat_alignment_difference": "beat_alignment - beat_alignment_shuffled",
    "beat_hit_share": "share of the song's beats with a motion beat within 70 ms",
    "beat_hit_share_shuffled": "the same with other songs",
    "foot_skate": "m/s, horizontal speed of standing feet",
    "lowest_joint": "m above the floor",
    "bone_variation": "relative standard deviation of the least constant bone",
}
# Random phases of a song's own beats that stand in for other songs where there is only one.
PHASES = 8


@dataclass(frozen=True)
class Motion:
    """A motion to be measured: world joints (T, 24, 3) at `fps`, and the song it goes with."""

    name: str
    song: str
    world: Floats
    fps: float


def measure(motion: Motion, songs: dict[str, Floats], training_speed: float, seed: int) -> dict[str, float]:
    """Return the numbers named in `MEASURES`; NaN where one cannot be measured.

    Args:
        motion: of the song `motion.song`.
        songs: beats (seconds) of every song; all but the motion's own are the other songs.
        training_speed: m/s, `mean_speed` of the training motion.
        seed: of the random phases where there is no other song.
    """
    world = resampled(motion.world, motion.fps)
    accents = motion_beats(world, RATE)
    own = beats_inside(songs[motion.song], len(world), RATE)
    others = [beats_inside(beats, len(world), RATE) for song, beats in songs.items() if song != motion.song]
    others = [beats for beats in others if len(beats)] or _shifted(own, seed)
    speed = mean_speed(motion.world, motion.fps)
    longest, share = frozen(motion.world, motion.fps)
    score, chance = beat_alignment(accents, own), _mean([beat_alignment(accents, beats) for beats in others])
    return {
        "mean_speed": speed,
        "speed_ratio": speed / training_speed if training_speed > 0 else float("nan"),
        "longest_frozen_s": longest,
        "frozen_share": share,
        "beat_alignment": score,
        "beat_alignment_shuffled": chance,
        "beat_alignment_difference": score - chance,
        "beat_hit_share": hit_share(accents, own),
        "beat_hit_share_shuffled": _mean([hit_share(accents, beats) for beats in others]),
        "foot_skate": foot_skate(motion.world, motion.fps),
        "lowest_joint": lowest_joint(motion.world),
        "bone_variation": bone_variation(motion.world),
    }


def summary(rows: Sequence[dict[str, float]], songs: Sequence[str], seed: int) -> dict[str, dict[str, Any]]:
    """Return {measure: {mean, low, high}} over dances, with 95 % intervals over songs; None where unknown."""
    result = {}
    for name in MEASURES:
        mean, low, high = mean_interval([row[name] for row in rows], songs, seed)
        result[name] = {"mean": mean, "low": low, "high": high}
    return result


def _shifted(beats: Floats, seed: int) -> list[Floats]:
    if len(beats) < 2:
        return []
    phases = np.random.default_rng(seed).uniform(0, float(np.median(np.diff(beats))), PHASES)
    # What is shifted past the last beat comes back at the front, so that the number of beats stays.
    return [np.concatenate([beats[:1] - np.median(np.diff(beats)), beats[:-1]]) + phase for phase in phases]


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else float("nan")
