"""Which song is heard when: the best way through the beats of all songs along the beats of a dance."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from workflow_scripts.models.soundtrack_retrieval.dance_grid import near_accent
from workflow_scripts.models.soundtrack_retrieval.songs import Song
from workflow_scripts.motion.skeleton import Floats

# Bins of a beat in which onsets and accents are compared, and how far apart they count as one (mir_eval's for beats).
BINS, WINDOW_S = 24, 0.07
# Onsets that stand out by less than the first are not strong, from the second on they are.
FAINT, STRONG = 0.12, 0.28
# What an onset costs against the two that a hit gains: the best F-measure F makes 2 hits - F (onsets + accents) largest
# (Dinkelbach). Half of a score is that of the beats, half that of the strong onsets.
COST, BEATS_SHARE = 0.8, 0.5
SILENT_S = 1.5
# Costs, in beats of a perfect fit: to go on elsewhere in a song, in another song, and to leave before the bar is over.
JOIN, CHANGE, BROKEN_BAR = 3.0, 3.0, 2.0
# Beats with the same liking for each song; then it is drawn anew.
SECTION = 64
LEVELS = (1.0, 2.0, 0.5)  # beats of a song in one of the dance
BLOCK = 64


@dataclass(frozen=True)
class Weights:
    """What counts how much beside the fit, per beat: factors e of stretching, another genre, and chance (std)."""

    stretch: float
    genre: float
    variety: float


@dataclass(frozen=True)
class Piece:
    """A stretch of a song: its `times` (n + 1,) seconds are heard at the dance's beats first to first + n."""

    song: int
    first: int
    times: Floats


@dataclass(frozen=True)
class _Counted:
    """A song, its beats counted at one level: the times of K + 1 beats, which begin a bar, and K beats' (K, BINS)."""

    song: int
    times: Floats
    bars: npt.NDArray[np.bool_]
    onsets: Floats
    taps: Floats

    @property
    def period(self) -> float:
        return float(np.median(np.diff(self.times)))


def choose(
    songs: Sequence[Song], accents: Floats, grid: Floats, genre: str, weights: Weights, most: int, rng: np.random.Generator
) -> list[Piece]:
    """Return pieces of songs, one after the other, for all beats (J + 1,) of a dance.

    Args:
        songs: to choose from, at least one.
        accents: of the dance, seconds; there may be none.
        grid: the dance's beats, seconds.
        genre: of the dance, "" where it does not matter.
        weights: of what is not the fit.
        most: songs that are looked at more closely, which bounds time and memory.
        rng: draws what is liked.
    """
    candidates = _candidates(songs, grid, genre, weights, most, rng)
    gain = _Gains(songs, candidates, accents, grid, genre, weights, rng)
    path = _best_path(candidates, gain, len(grid) - 1)
    pieces: list[Piece] = []
    cuts = [0, *(np.flatnonzero(np.diff(path) != 1) + 1).tolist(), len(path)]
    firsts = gain.firsts
    # The last beat of one candidate is followed by the first of the next: that is no continuation.
    cuts = sorted({*cuts, *(place for place in range(1, len(path)) if path[place] in set(firsts.tolist()))})
    for start, stop in pairwise(cuts):
        number = int(np.searchsorted(firsts, path[start], side="right")) - 1
        beat = int(path[start] - firsts[number])
        candidate = candidates[number]
        pieces.append(Piece(candidate.song, start, candidate.times[beat : beat + stop - start + 1]))
    return pieces


def _counted(song: Song, number: int, level: float) -> _Counted | None:
    """Return a song with its beats counted at a level; None where it is too short for it."""
    beats, bars = song.beats, song.bars
    if level == 0.5:
        beats = np.interp(np.arange(2 * len(beats) - 1) / 2, np.arange(len(beats)), beats)
        bars = np.repeat(bars, 2)[: len(beats)] & (np.arange(len(beats)) % 2 == 0)
    elif level == 2.0:
        first = int(np.flatnonzero(bars)[0] % 2) if bars.any() else 0
        beats, bars = beats[first::2], bars[first::2]
    if len(beats) < 3:
        return None
    weight = np.clip((song.strengths - FAINT) / (STRONG - FAINT), 0, 1)
    taps = np.zeros((len(beats) - 1, BINS))
    taps[:: 2 if level == 0.5 else 1, 0] = 1
    if level == 2.0:
        taps[:, BINS // 2] = 1
    return _Counted(number, beats, bars, _binned(song.onsets, weight, beats), taps)


def _binned(times: Floats, weights: Floats, beats: Floats) -> Floats:
    """Return what is within each beat by its place there, (K, BINS)."""
    place = np.interp(times, beats, np.arange(len(beats)), left=-1, right=-1)
    inside = (place >= 0) & (place < len(beats) - 1)
    cells = np.zeros((len(beats) - 1) * BINS)
    np.add.at(cells, np.floor(place[inside] * BINS).astype(np.intp), weights[inside])
    return cells.reshape(-1, BINS)


def _stretch_cost(ratio: Floats, weight: float) -> Floats:
    """Return what it costs to play beats `ratio` times as long: little for a little, much for what is heard."""
    size = np.abs(np.log(ratio))
    return np.asarray(weight * (size + 3 * size**2))


def _candidates(
    songs: Sequence[Song], grid: Floats, genre: str, weights: Weights, most: int, rng: np.random.Generator
) -> list[_Counted]:
    """Return songs at a level, of at most `most` songs: those that need be stretched least, by chance if alike."""
    pace = float(np.median(np.diff(grid)))
    own = np.array([float(np.median(np.diff(song.beats))) for song in songs])
    costs = np.stack([_stretch_cost(pace / (own * level), weights.stretch) for level in LEVELS], axis=1)
    costs[:, 1:] += 0.5  # of two levels with as much stretching, that at which beats are beats
    total = costs.min(axis=1) + weights.genre * _foreign(songs, genre)
    total = total + weights.variety * rng.standard_normal(len(songs))
    found: list[_Counted] = []
    for number in np.argsort(total, kind="stable").tolist():
        near = np.flatnonzero(costs[number] <= costs[number].min() + 0.7)
        levels = [_counted(songs[number], number, LEVELS[level]) for level in near]
        found += [level for level in levels if level is not None]
        if len({level.song for level in found}) >= most:
            break
    return sorted(found, key=lambda candidate: candidate.song)


def _foreign(songs: Sequence[Song], genre: str) -> Floats:
    known = bool(genre) and any(song.genre == genre for song in songs)
    return np.array([float(known and song.genre != genre) for song in songs])


class _Gains:
    """What it is worth to hear each beat of each candidate on each beat of the dance.

    Attributes:
        firsts: (C,) the number of each candidate's first beat among all of them.
        count: of beats of all candidates.
    """

    def __init__(
        self,
        songs: Sequence[Song],
        candidates: list[_Counted],
        accents: Floats,
        grid: Floats,
        genre: str,
        weights: Weights,
        rng: np.random.Generator,
    ) -> None:
        sizes = [len(candidate.onsets) for candidate in candidates]
        self.firsts, self.count = np.cumsum([0, *sizes])[:-1], int(sum(sizes))
        self._onsets = np.concatenate([candidate.onsets for candidate in candidates])
        self._taps = np.concatenate([candidate.taps for candidate in candidates])
        self._lengths = np.concatenate([np.diff(candidate.times) for candidate in candidates])
        self._song = np.repeat([candidate.song for candidate in candidates], sizes)
        self._foreign = (weights.genre * _foreign(songs, genre))[self._song]
        sections = -(-(len(grid) - 1) // SECTION)
        self._liking = weights.variety * rng.standard_normal((sections, len(songs)))
        self._accents, self._grid, self._weights = accents, grid, weights

    def block(self, first: int, last: int) -> Floats:
        """Return the worth (last - first, count) for the dance's beats [first, last)."""
        times = np.interp(np.arange(first * BINS, last * BINS) / BINS, np.arange(len(self._grid)), self._grid)
        distance = near_accent(times, self._accents).reshape(-1, BINS)
        # Certain within the window, less so near its edge: the warp is not exact.
        near = np.clip((WINDOW_S - distance) / 0.02 + 0.5, 0, 1)
        heard = (distance < SILENT_S).astype(np.float64)
        hits = 2 * near - COST * heard
        fit = BEATS_SHARE * hits @ self._taps.T + (1 - BEATS_SHARE) * hits @ self._onsets.T
        ratio = np.diff(self._grid[first : last + 1])[:, None] / self._lengths
        likes = self._liking[np.arange(first, last) // SECTION][:, self._song]
        return np.asarray(fit - _stretch_cost(ratio, self._weights.stretch) - self._foreign + likes)


def _best_path(candidates: list[_Counted], gain: _Gains, length: int) -> npt.NDArray[np.intp]:
    """Return the beat (of all candidates' numbered on) that is heard on each beat of the dance, (length,)."""
    starts_bar = np.concatenate([candidate.bars[:-1] for candidate in candidates])
    leaves_bar = np.concatenate([candidate.bars[1:] for candidate in candidates])
    firsts = gain.firsts
    owner = np.repeat(np.arange(len(candidates)), np.diff([*firsts, gain.count]))
    # Songs counted at several levels are other candidates: to change the level is to change the song.
    leaving = np.where(leaves_bar, 0.0, BROKEN_BAR)
    entering = np.where(starts_bar, 0.0, BROKEN_BAR)
    jumped = np.zeros((length, gain.count), dtype=bool)
    own_exits, any_exits = np.zeros((length, len(candidates)), dtype=np.intp), np.zeros(length, dtype=np.intp)
    score = np.zeros(gain.count)
    for start in range(0, length, BLOCK):
        worth = gain.block(start, min(start + BLOCK, length))
        for beat, here in enumerate(worth, start):
            if beat == 0:
                score = here - entering
                continue
            exits = score - leaving
            best = np.maximum.reduceat(exits, firsts)
            any_exits[beat] = int(np.argmax(exits))
            candidate_best = [int(np.argmax(exits[a:b])) + a for a, b in pairwise([*firsts.tolist(), gain.count])]
            own_exits[beat] = candidate_best
            other = float(exits[any_exits[beat]]) - JOIN - CHANGE
            jump = np.maximum(best - JOIN, other)[owner] - entering
            onward = np.concatenate([[-np.inf], score[:-1]])
            onward[firsts] = -np.inf
            jumped[beat] = jump > onward
            score = np.where(jumped[beat], jump, onward) + here
            own_exits[beat] = np.where(best - JOIN >= other, own_exits[beat], any_exits[beat])
    path = np.empty(length, dtype=np.intp)
    path[-1] = int(np.argmax(score))
    for beat in range(length - 1, 0, -1):
        now = path[beat]
        path[beat - 1] = own_exits[beat, owner[now]] if jumped[beat, now] else now - 1
    return path
