"""The beats of songs as places a dance's beat may be: what strikes when within each, and which follow one another."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workflow_scripts.models.soundtrack_retrieval.songs import Song
from workflow_scripts.motion.skeleton import Floats

BINS = 24  # of a beat, in which onsets and accents are compared
# Onsets that stand out by less than the first are not strong, from the second on they are.
FAINT, STRONG = 0.12, 0.28
LEVELS = (1.0, 2.0, 0.5)  # beats of a song in one of the dance
FEWEST = 2  # beats of a song that are worth looking at


@dataclass(frozen=True)
class Weights:
    """What counts how much beside the fit, per beat: factors e of stretching, another genre, and chance (std)."""

    stretch: float
    genre: float
    variety: float


@dataclass(frozen=True)
class Candidate:
    """A song whose beats are counted at one level.

    Attributes:
        song: its number.
        times: (K + 1,) seconds of its beats; the last one only ends the one before.
        bars: (K + 1,) which of them begin a bar.
        onsets: (K, BINS) strong onsets within each beat.
        taps: (K, BINS) what one would tap to: the beats themselves, at whatever level they are counted.
    """

    song: int
    times: Floats
    bars: npt.NDArray[np.bool_]
    onsets: Floats
    taps: Floats


class Candidates:
    """The beats of several candidates numbered one after the other, n in all.

    Attributes:
        each: the candidates.
        firsts: (C,) the number of each one's first beat.
        owner, song: (n,) of each beat.
        onsets, taps: (n, BINS) as of a `Candidate`.
        lengths: (n,) seconds.
        starts_bar, ends_bar: (n,) whether each begins a bar, and is the last of one.
    """

    def __init__(self, each: Sequence[Candidate]) -> None:
        sizes = [len(candidate.onsets) for candidate in each]
        self.each = each
        self.firsts = np.cumsum([0, *sizes])[:-1]
        self.owner = np.repeat(np.arange(len(each)), sizes)
        self.song = np.repeat([candidate.song for candidate in each], sizes)
        self.onsets = np.concatenate([candidate.onsets for candidate in each])
        self.taps = np.concatenate([candidate.taps for candidate in each])
        self.lengths = np.concatenate([np.diff(candidate.times) for candidate in each])
        self.starts_bar = np.concatenate([candidate.bars[:-1] for candidate in each])
        self.ends_bar = np.concatenate([candidate.bars[1:] for candidate in each])

    def __len__(self) -> int:
        """Return the number of beats."""
        return len(self.owner)

    def times(self, first: int, count: int) -> Floats:
        """Return where `count` beats from number `first` on begin, and where the last ends: (count + 1,) seconds."""
        place = self.owner[first]
        beat = first - int(self.firsts[place])
        return self.each[place].times[beat : beat + count + 1]


def counted(song: Song, number: int, level: float) -> Candidate | None:
    """Return a song with its beats counted at one of `LEVELS`; None where they are too few."""
    beats, bars = song.beats, song.bars
    if level == 0.5:
        beats = np.interp(np.arange(2 * len(beats) - 1) / 2, np.arange(len(beats)), beats)
        bars = np.repeat(bars, 2)[: len(beats)] & (np.arange(len(beats)) % 2 == 0)
    elif level == 2.0:
        first = int(np.flatnonzero(bars)[0] % 2) if bars.any() else 0
        beats, bars = beats[first::2], bars[first::2]
    if len(beats) < FEWEST + 1:
        return None
    taps = np.zeros((len(beats) - 1, BINS))
    taps[:: 2 if level == 0.5 else 1, 0] = 1
    if level == 2.0:
        taps[:, BINS // 2] = 1
    weight = np.clip((song.strengths - FAINT) / (STRONG - FAINT), 0, 1)
    return Candidate(number, beats, bars, _binned(song.onsets, weight, beats), taps)


def _binned(times: Floats, weights: Floats, beats: Floats) -> Floats:
    """Return the sum of the weights of times within each beat by their place there, (K, BINS)."""
    place = np.interp(times, beats, np.arange(len(beats)), left=-1, right=-1)
    inside = (place >= 0) & (place < len(beats) - 1)
    cells = np.zeros((len(beats) - 1) * BINS)
    np.add.at(cells, np.floor(place[inside] * BINS).astype(np.intp), weights[inside])
    return cells.reshape(-1, BINS)


def stretch_cost(ratio: Floats, weight: float) -> Floats:
    """Return what it costs to play beats `ratio` times as long: little for a little, much for what is heard."""
    size = np.abs(np.log(ratio))
    return np.asarray(weight * (size + 3 * size**2))


def foreign(songs: Sequence[Song], genre: str) -> Floats:
    """Return 1 for songs of another genre, (S,), 0 for others; 0 where no song is of the genre."""
    known = bool(genre) and any(song.genre == genre for song in songs)
    return np.array([float(known and song.genre != genre) for song in songs])


def liked(songs: Sequence[Song], genre: str, weights: Weights, rng: np.random.Generator) -> Song:
    """Return a song for a dance of a genre of which nothing else is known."""
    chance = weights.variety * rng.standard_normal(len(songs))
    return songs[int(np.argmin(weights.genre * foreign(songs, genre) + chance))]


def nearest(
    songs: Sequence[Song], grid: Floats, genre: str, weights: Weights, most: int, rng: np.random.Generator
) -> Candidates:
    """Return the songs that need be stretched least for a dance, at the levels at which they do.

    Args:
        songs: to choose from.
        grid: (J + 1,) seconds, the dance's beats.
        genre: of the dance, or "".
        weights: of what is not the fit.
        most: so many songs at most.
        rng: chooses among songs that are alike.
    """
    pace = float(np.median(np.diff(grid)))
    own = np.array([song.period for song in songs])
    costs = np.stack([stretch_cost(pace / (own * level), weights.stretch) for level in LEVELS], axis=1)
    costs[:, 1:] += 0.5  # of two levels with as much stretching, that at which beats are beats
    total = costs.min(axis=1) + weights.genre * foreign(songs, genre)
    total = total + weights.variety * rng.standard_normal(len(songs))
    found: list[Candidate] = []
    for number in sorted(np.argsort(total, kind="stable")[:most].tolist()):
        near = np.flatnonzero(costs[number] <= costs[number].min() + 0.7)
        levels = [counted(songs[number], number, LEVELS[level]) for level in {0, *near.tolist()}]
        found += [level for level in levels if level is not None]
    return Candidates(found)
