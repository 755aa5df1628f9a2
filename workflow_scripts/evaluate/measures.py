"""What is measured of dances, and the summary of several. docs/evaluation.md says more of each measure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from workflow_scripts.evaluate.bootstrap import mean_interval
from workflow_scripts.evaluate.metrics.bar_phase import WALTZ, BarDance, bar_scores
from workflow_scripts.evaluate.metrics.beat_alignment import (
    RATE,
    beat_alignment,
    beats_inside,
    hit_share,
    motion_beats,
    resampled,
)
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

# Every measure, its unit and what it says. The order is that of the columns of comparison.csv.
MEASURES: dict[str, str] = {
    "mean_speed": "m/s, mean over joints and time",
    "speed_ratio": "mean_speed over that of the training motion",
    "late_speed_ratio": "mean speed of the last 10 s over that of the first 10 s",
    "late_training_ratio": "mean speed of the last 10 s over that of the training motion",
    "longest_frozen_s": "s, longest stretch without movement",
    "frozen_share": "share of the time without movement",
    "longest_held_s": "s, longest time one pose is held to the centimetre",
    "beat_alignment": "0..1, with the dance's own song",
    "beat_alignment_shuffled": "0..1, the same motion with other songs: chance level",
    "beat_alignment_difference": "beat_alignment - beat_alignment_shuffled",
    "beat_alignment_second": "beat_alignment with the beats of a second tracker",
    "beat_alignment_second_difference": "the same minus that with other songs",
    "beat_hit_share": "share of the song's beats with a motion beat within 70 ms",
    "beat_hit_share_shuffled": "the same with other songs",
    "bar_phase": "-1..1, whether dances to bars of three rise at the same place of the bar",
    "bar_phase_difference": "bar_phase minus the same motion's with other songs",
    "genre_accuracy": "share of dances in which a classifier tells the genre they were asked for",
    "foot_skate": "m/s, horizontal speed of standing feet",
    "lowest_joint": "m above the floor",
    "bone_variation": "relative standard deviation of the least constant bone",
}
# Random phases of a song's own beats that stand in for other songs where there is only one.
PHASES = 8


@dataclass(frozen=True)
class Song:
    """What is known of a song's beats, all in seconds.

    Attributes:
        beats, downbeats: as dances were made with them.
        beats_per_bar: 3 or 4.
        second: beats of a second tracker, None where the song's sound is not there.
    """

    beats: Floats
    downbeats: Floats = field(default_factory=lambda: np.empty(0))
    beats_per_bar: int = 4
    second: Floats | None = None


@dataclass(frozen=True)
class Motion:
    """A motion to be measured: world joints (T, 24, 3) at `fps`, the song it goes with, the genre it is meant to be."""

    name: str
    song: str
    world: Floats
    fps: float
    genre: str | None = None


def measure(motion: Motion, songs: dict[str, Song], training_speed: float, seed: int) -> dict[str, float]:
    """Return the numbers of `MEASURES` that one motion alone has; NaN where one cannot be measured.

    Args:
        motion: of the song `motion.song`.
        songs: every song; all but the motion's own are the other songs.
        training_speed: m/s, `mean_speed` of the training motion.
        seed: of the random phases where there is no other song.
    """
    world = resampled(motion.world, motion.fps)
    accents = motion_beats(world, RATE)
    own, others = _beats(motion.song, {name: song.beats for name, song in songs.items()}, len(world), seed)
    seconds = {name: song.second for name, song in songs.items() if song.second is not None}
    second, other_seconds = _beats(motion.song, seconds, len(world), seed)
    speed = mean_speed(motion.world, motion.fps)
    early, late = end_speeds(motion.world, motion.fps)
    longest, share = frozen(motion.world, motion.fps)
    score, chance = beat_alignment(accents, own), _mean([beat_alignment(accents, beats) for beats in others])
    again = beat_alignment(accents, second)
    return {
        "mean_speed": speed,
        "speed_ratio": _ratio(speed, training_speed),
        "late_speed_ratio": _ratio(late, early),
        "late_training_ratio": _ratio(late, training_speed),
        "longest_frozen_s": longest,
        "frozen_share": share,
        "longest_held_s": longest_held(motion.world, motion.fps),
        "beat_alignment": score,
        "beat_alignment_shuffled": chance,
        "beat_alignment_difference": score - chance,
        "beat_alignment_second": again,
        "beat_alignment_second_difference": again - _mean([beat_alignment(accents, beats) for beats in other_seconds]),
        "beat_hit_share": hit_share(accents, own),
        "beat_hit_share_shuffled": _mean([hit_share(accents, beats) for beats in others]),
        "foot_skate": foot_skate(motion.world, motion.fps),
        "lowest_joint": lowest_joint(motion.world),
        "bone_variation": bone_variation(motion.world),
    }


def measure_together(motions: Sequence[Motion], songs: dict[str, Song]) -> list[dict[str, float]]:
    """Return for each motion the numbers of `MEASURES` that only several have together: the place in the bar."""
    waltzes = [place for place, motion in enumerate(motions) if songs[motion.song].beats_per_bar == WALTZ]
    dances = [
        BarDance(motion.song, motion.world[:, 0, 1], motion.fps, songs[motion.song].beats, songs[motion.song].downbeats)
        for motion in (motions[place] for place in waltzes)
    ]
    rows = [dict.fromkeys(("bar_phase", "bar_phase_difference"), float("nan")) for _ in motions]
    for place, (own, other) in zip(waltzes, bar_scores(dances), strict=True):
        rows[place] = {"bar_phase": own, "bar_phase_difference": own - other}
    return rows


def summary(rows: Sequence[dict[str, float]], songs: Sequence[str], seed: int) -> dict[str, dict[str, Any]]:
    """Return {measure: {mean, low, high}} over dances, with 95 % intervals over songs; None where unknown."""
    result = {}
    for name in MEASURES:
        mean, low, high = mean_interval([row[name] for row in rows], songs, seed)
        result[name] = {"mean": mean, "low": low, "high": high}
    return result


def _beats(song: str, beats: dict[str, Floats], frames: int, seed: int) -> tuple[Floats, list[Floats]]:
    """Return a song's own beats inside a dance of `frames` at `RATE`, and those of the other songs."""
    own = beats_inside(beats.get(song, np.empty(0)), frames, RATE)
    others = [beats_inside(other, frames, RATE) for name, other in beats.items() if name != song]
    return own, [other for other in others if len(other)] or _shifted(own, seed)


def _shifted(beats: Floats, seed: int) -> list[Floats]:
    if len(beats) < 2:
        return []
    phases = np.random.default_rng(seed).uniform(0, float(np.median(np.diff(beats))), PHASES)
    # What is shifted past the last beat comes back at the front, so that the number of beats stays.
    return [np.concatenate([beats[:1] - np.median(np.diff(beats)), beats[:-1]]) + phase for phase in phases]


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else float("nan")


def _ratio(value: float, base: float) -> float:
    return value / base if base > 0 else float("nan")
