"""The measures of several motions: a model's dances, or a control's."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflow_scripts.evaluate.alone import Alone, Motion
from workflow_scripts.evaluate.distribution import distribution
from workflow_scripts.evaluate.measures import MEASURES
from workflow_scripts.evaluate.metrics.bar_phase import WALTZ, BarDance, bar_scores
from workflow_scripts.evaluate.reference import Reference
from workflow_scripts.evaluate.songs import Song, identity, song_scores
from workflow_scripts.evaluate.summary import Part, summary
from workflow_scripts.motion.skeleton import Floats

Row = dict[str, float]


@dataclass(frozen=True)
class Scored:
    """One motion, measured, without itself: motions are large.

    Attributes:
        dance, song, genre: of the `Motion`: its name, its song, the genre it is meant to be.
        alone: what it has by itself.
        values: by name of `measures.MEASURES`.
        told: the genre that it looks like.
    """

    dance: str
    song: str
    genre: str | None
    alone: Alone
    values: Row
    told: str | None = None

    def row(self) -> dict[str, Any]:
        """Return what the evaluation's file says of it; None where a measure cannot be taken."""
        values = {key: value if math.isfinite(value) else None for key, value in self.values.items()}
        return {
            "dance": self.dance,
            "song": self.song,
            "asked_genre": self.genre,
            "told_genre": self.told,
            **values,
        }


def scored(
    motions: Sequence[Motion],
    alones: Sequence[Alone],
    songs: Mapping[str, Song],
    reference: Reference,
    seed: int,
    tell_all: bool = False,
) -> list[Scored]:
    """Measure motions.

    Args:
        motions: all of one kind.
        alones: of each, what it has by itself.
        songs: those of all motions.
        reference: the training motion to compare speeds and genres with.
        seed: see `songs.song_scores`.
        tell_all: tell the genre also of what none was asked of.
    """
    result = []
    for motion, alone, bar in zip(motions, alones, in_the_bar(motions, songs), strict=True):
        told = (
            reference.genre.tell(motion.world, motion.fps) if reference.genre and (motion.genre or tell_all) else None
        )
        # A genre that no training clip has cannot be told.
        askable = reference.genre is not None and motion.genre in reference.genre.classifier.genres
        right = float(told == motion.genre) if askable else math.nan
        values = {
            **alone.values,
            "speed_ratio": _ratio(alone.values["mean_speed"], reference.mean_speed),
            "late_training_ratio": _ratio(alone.values["late_speed"], reference.mean_speed),
            **song_scores(alone, motion.song, songs, seed),
            **bar,
            "genre_accuracy": right,
        }
        known = {key: values[key] for key in MEASURES if key in values}
        result.append(Scored(motion.name, motion.song, motion.genre, alone, known, told))
    return result


def summarised(group: Sequence[Scored], songs: Sequence[str], reference: Reference, seed: int) -> dict[str, Part]:
    """Return {measure: {mean, low, high}} of a group; `songs` are those over which intervals are taken."""
    parts = summary([each.values for each in group], songs, seed)
    parts |= distribution([each.alone.features for each in group], songs, reference.features, seed)
    assert parts.keys() == MEASURES.keys(), parts.keys() ^ MEASURES.keys()
    return {name: parts[name] for name in MEASURES}


def in_the_bar(motions: Sequence[Motion], songs: Mapping[str, Song]) -> list[Row]:
    """Return of each motion its place in the bar, which only several have together; NaN outside of bars of three."""
    waltzes = [place for place, motion in enumerate(motions) if songs[motion.song].beats_per_bar == WALTZ]
    dances = []
    for motion in (motions[place] for place in waltzes):
        song, name = songs[motion.song], identity(motion.song, songs)
        dances.append(BarDance(name, _height(motion), motion.fps, song.beats, song.downbeats))
    rows = [dict.fromkeys(("bar_phase", "bar_phase_difference"), math.nan) for _ in motions]
    for place, (own, other) in zip(waltzes, bar_scores(dances), strict=True):
        rows[place] = {"bar_phase": own, "bar_phase_difference": own - other}
    return rows


def _height(motion: Motion) -> Floats:
    return motion.world[:, 0, 1]


def _ratio(value: float, base: float) -> float:
    return value / base if base > 0 else math.nan
