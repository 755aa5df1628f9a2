"""Which song is heard when: the best way through the beats of songs along the beats of a dance."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from workflow_scripts.models.soundtrack_retrieval.candidates import (
    BINS,
    Candidates,
    Weights,
    foreign,
    nearest,
    stretch_cost,
)
from workflow_scripts.models.soundtrack_retrieval.dance_grid import SILENT_S, near_accent
from workflow_scripts.models.soundtrack_retrieval.songs import Song
from workflow_scripts.motion.skeleton import Floats

WINDOW_S = 0.07  # how far apart an onset and an accent count as one: mir_eval's for beats
# What an onset costs against the two that a hit gains: the best F-measure F makes 2 hits - F (onsets + accents) largest
# (Dinkelbach). Beats lie on those of the dance in any case, strong onsets do not: they count more (with shares of .5
# and .7 F by onsets is .03 and .04 lower on the demo, that by beats the same).
COST, BEATS_SHARE = 0.8, 0.3
# Costs, in beats of a perfect fit: to go on elsewhere in a song, in another song, and to leave before the bar is over.
JOIN, CHANGE, BROKEN_BAR = 3.0, 3.0, 2.0
# Dances are provided with music so many beats at a time, each with the songs that are liked then. A song that was heard
# wears: every time its whole length was, each of its beats is worth so much less.
SECTION, WEAR = 64, 0.1


@dataclass(frozen=True)
class Piece:
    """A stretch of a song: its `times` (n + 1,) seconds are heard at the dance's beats first to first + n."""

    song: int
    first: int
    times: Floats


def choose(
    songs: Sequence[Song],
    accents: Floats,
    grid: Floats,
    genre: str,
    weights: Weights,
    most: int,
    rng: np.random.Generator,
) -> list[Piece]:
    """Return pieces of songs, one after the other, for all beats of a dance.

    Args:
        songs: to choose from, at least one.
        accents: of the dance, seconds; there may be none.
        grid: (J + 1,) seconds, the dance's beats.
        genre: of the dance, "" where it does not matter.
        weights: of what is not the fit.
        most: songs that are looked at closely, which bounds time and memory.
        rng: draws what is liked.
    """
    candidates = nearest(songs, grid, genre, weights, most, rng)
    length = len(grid) - 1
    against = weights.genre * foreign(songs, genre)
    heard, path = np.zeros(len(songs)), np.empty(length, dtype=np.intp)
    for first in range(0, length, SECTION):
        last = min(first + SECTION, length)
        liking = weights.variety * rng.standard_normal(len(songs)) - against - WEAR * heard
        worth = worths(candidates, accents, grid, first, last, weights.stretch) + liking[candidates.song]
        path[first:last] = best_path(candidates, worth, int(path[first - 1]) if first else None)
        seconds = np.bincount(candidates.song[path[first:last]], candidates.lengths[path[first:last]], len(songs))
        heard += seconds / [song.seconds for song in songs]
    onward = (np.diff(path) == 1) & (np.diff(candidates.owner[path]) == 0)
    cuts = [0, *(np.flatnonzero(~onward) + 1).tolist(), length]
    return [
        Piece(int(candidates.song[path[start]]), start, candidates.times(int(path[start]), stop - start))
        for start, stop in pairwise(cuts)
    ]


def worths(
    candidates: Candidates, accents: Floats, grid: Floats, first: int, last: int, stretch_weight: float
) -> Floats:
    """Return what it is worth to hear each of n beats of songs on the dance's beats [first, last): (last - first, n).

    At most about 1.2 where one beat, one strong onset and one accent meet; 0 where the dancer does not accent.
    """
    times = np.interp(np.arange(first * BINS, last * BINS) / BINS, np.arange(len(grid)), grid)
    distance = near_accent(times, accents).reshape(-1, BINS)
    # Certain within the window, less so near its edge: the warp is not exact.
    near = np.clip((WINDOW_S - distance) / 0.02 + 0.5, 0, 1)
    hits = 2 * near - COST * (distance < SILENT_S)
    fit = BEATS_SHARE * hits @ candidates.taps.T + (1 - BEATS_SHARE) * hits @ candidates.onsets.T
    ratio = np.diff(grid[first : last + 1])[:, None] / candidates.lengths
    return np.asarray(fit - stretch_cost(ratio, stretch_weight))


def best_path(candidates: Candidates, worth: Floats, before: int | None) -> npt.NDArray[np.intp]:
    """Return the number of the song's beat that is heard on each beat of a part of a dance, (J,).

    Music goes on for nothing; a join costs, and more so in the midst of a bar.

    Args:
        candidates: n beats of songs. A song at another level is another candidate, and as good as another song.
        worth: (J, n) of each on each of the dance's.
        before: the one that is heard before the first, None at the beginning.
    """
    length, count = worth.shape
    leaving = np.where(candidates.ends_bar, 0.0, BROKEN_BAR)
    entering = np.where(candidates.starts_bar, 0.0, BROKEN_BAR)
    firsts, ends = candidates.firsts, [*candidates.firsts[1:].tolist(), count]
    jumped = np.zeros((length, count), dtype=bool)
    exits = np.zeros((length, len(firsts)), dtype=np.intp)  # where a jump into each candidate comes from
    score = np.full(count, -np.inf)
    if before is not None:
        score[before] = 0.0
    for beat in range(length):
        if beat == 0 and before is None:
            score = worth[0] - entering
            continue
        left = score - leaving
        own = np.array([start + int(np.argmax(left[start:end])) for start, end in zip(firsts, ends, strict=True)])
        best = int(np.argmax(left))
        stays = left[own] >= left[best] - CHANGE
        exits[beat] = np.where(stays, own, best)
        jump = np.where(stays, left[own], left[best] - CHANGE)[candidates.owner] - JOIN - entering
        onward = np.concatenate([[-np.inf], score[:-1]])
        onward[firsts] = -np.inf
        jumped[beat] = jump > onward
        score = np.where(jumped[beat], jump, onward) + worth[beat]
    path = np.empty(length, dtype=np.intp)
    path[-1] = int(np.argmax(score))
    for beat in range(length - 1, 0, -1):
        now = path[beat]
        path[beat - 1] = exits[beat, candidates.owner[now]] if jumped[beat, now] else now - 1
    return path
