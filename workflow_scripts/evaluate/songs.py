"""Scores of a dance with its own song, and with the other songs: its chance level."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from workflow_scripts.evaluate.alone import Alone
from workflow_scripts.evaluate.beats_again import read_beats
from workflow_scripts.evaluate.metrics.beat_alignment import beat_alignment, beats_inside, hit_share
from workflow_scripts.evaluate.metrics.motion_alignment import (
    f_measure,
    motion_alignment,
    published_motion_alignment,
)
from workflow_scripts.evaluate.metrics.resampling import RATE
from workflow_scripts.motion.music_file import read_features
from workflow_scripts.motion.skeleton import Floats

CLIP = "0000"
# Random phases of a song's own beats that stand in for other songs where there is only one.
PHASES = 8
# Chance level is taken from so many other songs at most, spread evenly over all.
MOST_OTHERS = 50


def to_the_frame(motion_beats_s: Floats, music_beats_s: Floats) -> float:
    """Return `published_motion_alignment` of beats in seconds, on the frames they fall on; NaN without music beats."""
    if not len(music_beats_s):
        return float("nan")
    rests, beats = (np.floor(seconds * RATE + 0.5).astype(np.intp) for seconds in (motion_beats_s, music_beats_s))
    return published_motion_alignment(rests, beats)


# What is scored with a song's beats: by name, the motion beats it looks at, and how.
SCORES: dict[str, tuple[str, Callable[[Floats, Floats], float]]] = {
    "beat_alignment": ("smoothed", beat_alignment),
    "beat_alignment_motion": ("published", to_the_frame),
    "beat_alignment_motion_corrected": ("slowest", motion_alignment),
    "beat_hit_share": ("smoothed", hit_share),
    "beat_f_measure": ("smoothed", f_measure),
}


@dataclass(frozen=True)
class Song:
    """What is known of a song, all in seconds.

    Attributes:
        beats, downbeats: as dances were made with them.
        beats_per_bar: 3 or 4.
        second: beats of a second tracker, None where the song's sound is not there.
        frames, fps: how long it is.
        of: the song that this is (a part of), where several go by names of their own; "" where its name says it.
    """

    beats: Floats
    downbeats: Floats = field(default_factory=lambda: np.empty(0))
    beats_per_bar: int = 4
    second: Floats | None = None
    frames: int = 0
    fps: float = 30.0
    of: str = ""


def read_songs(rhythms: Sequence[Path], beats: Sequence[Path]) -> dict[str, Song]:
    """Read songs by their ids.

    Args:
        rhythms: music files `<song>.h5`, group rhythm.
        beats: `<song>.json` of `evaluate.beats_again`, for any of them.
    """
    second = {path.stem: read_beats(path) for path in beats}
    songs = {}
    for path in rhythms:
        file = read_features(path)
        rhythm = file.clips[CLIP]
        songs[path.stem] = Song(
            rhythm["beats"],
            rhythm["downbeats"],
            int(rhythm["beats_per_bar"]),
            second.get(path.stem),
            len(rhythm["beat_phase"]),
            file.fps,
        )
    return songs


def identity(name: str, songs: Mapping[str, Song]) -> str:
    """Return which song goes by a name: parts of one song are no other songs to each other."""
    return songs[name].of or name


def song_scores(alone: Alone, song: str, songs: Mapping[str, Song], seed: int) -> dict[str, float]:
    """Return the scores of one motion with its own song and with others; NaN where one cannot be measured.

    Args:
        alone: the motion.
        song: its own.
        songs: every song; all but its own are the others, or `MOST_OTHERS` of them.
        seed: of the random phases where there is no other song.
    """
    different = [each for name, each in songs.items() if identity(name, songs) != identity(song, songs)]
    places = np.linspace(0, len(different) - 1, min(len(different), MOST_OTHERS)).round().astype(int)
    chosen = [different[place] for place in places]
    own, others = _beats(songs[song].beats, [each.beats for each in chosen], alone.seconds, seed)
    scores = {}
    for name, (kind, score) in SCORES.items():
        accents = alone.accents[kind]
        scores[name] = score(accents, own)
        scores[f"{name}_shuffled"] = _mean([score(accents, beats) for beats in others])
    tracked = songs[song].second
    second, other_seconds = _beats(
        np.empty(0) if tracked is None else tracked,
        [each.second for each in chosen if each.second is not None],
        alone.seconds,
        seed,
    )
    accents = alone.accents["smoothed"]
    again = beat_alignment(accents, second)
    return scores | {
        "beat_alignment_difference": scores["beat_alignment"] - scores["beat_alignment_shuffled"],
        "beat_alignment_second": again,
        "beat_alignment_second_difference": again - _mean([beat_alignment(accents, beats) for beats in other_seconds]),
    }


def as_shuffled(row: Mapping[str, float]) -> dict[str, float]:
    """Return a dance's row as it is with other songs in the place of its own."""
    changed = dict(row)
    for name in SCORES:
        changed[name] = row[f"{name}_shuffled"]
    changed["bar_phase"] = row["bar_phase"] - row["bar_phase_difference"]
    for name in ("beat_alignment_difference", "bar_phase_difference"):
        changed[name] = 0.0 if np.isfinite(row[name]) else row[name]
    return changed


def _beats(own: Floats, others: Sequence[Floats], seconds: float, seed: int) -> tuple[Floats, list[Floats]]:
    """Return those of a song's own beats, and of the others', that are inside a dance; without others, shifted ones."""
    frames = round(seconds * RATE)
    own, *inside = (beats_inside(beats, frames, RATE) for beats in (own, *others))
    return own, [other for other in inside if len(other)] or _shifted(own, seed)


def _shifted(beats: Floats, seed: int) -> list[Floats]:
    if len(beats) < 2:
        return []
    phases = np.random.default_rng(seed).uniform(0, float(np.median(np.diff(beats))), PHASES)
    # What is shifted past the last beat comes back at the front, so that the number of beats stays.
    return [np.concatenate([beats[:1] - np.median(np.diff(beats)), beats[:-1]]) + phase for phase in phases]


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else float("nan")
