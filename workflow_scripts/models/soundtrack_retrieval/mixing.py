"""Pieces of songs joined to one soundtrack: stretched, of even level, without clicks."""

from collections.abc import Mapping, Sequence

import numpy as np

from workflow_scripts.models.soundtrack_retrieval.choosing import Piece
from workflow_scripts.models.soundtrack_retrieval.songs import Song
from workflow_scripts.models.soundtrack_retrieval.warping import separate, warped
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.workflow.errors import UserError

# Root mean square of the result, -18 dB below full scale, and the most a sample may be.
LEVEL, LOUDEST = 0.126, 0.95
# A join ends so long before its beat, whose attack is then the new piece's alone.
FADE_S, BEFORE_BEAT_S = 0.04, 0.008
# The soundtrack itself begins and ends like this.
BEGIN_S, END_S = 0.005, 0.05
# Beyond its beats a piece goes on at its own pace, so that attacks on the first and the last are copied as well.
MARGIN_S = 0.25
# An onset that stands out by less than this (of the song's strongest) is no attack worth copying.
LEAST_ATTACK = 0.08
CHANNELS = 2


def mixed(
    songs: Sequence[Song],
    pieces: Sequence[Piece],
    grid: Floats,
    seconds: float,
    rate: int,
    sounds: Mapping[str, Floats],
) -> Floats:
    """Return the soundtrack, (round(rate * seconds), 2) float32.

    Args:
        songs: what pieces number.
        pieces: one after the other, for all beats of the grid.
        grid: (J + 1,) seconds, the dance's beats.
        seconds: how long.
        rate: of the sounds.
        sounds: their samples by name, (N, channels).

    Raises:
        UserError: a song is not among the sounds.
    """
    count = round(rate * seconds)
    result = np.zeros((count, CHANNELS), dtype=np.float32)
    fade = round(FADE_S * rate)
    rising = np.sin(0.5 * np.pi * (np.arange(fade) + 0.5) / fade).astype(np.float32)[:, None]
    for number, piece in enumerate(pieces):
        song = songs[piece.song]
        out = grid[piece.first : piece.first + len(piece.times)]
        first, last = (round((time - BEFORE_BEAT_S) * rate) for time in (out[0], out[-1]))
        # A join lies within the time of the piece before: this one is heard from a fade before its first beat on.
        first, last = max(first - fade, 0) if number else 0, last if number + 1 < len(pieces) else count
        last = min(last, count)
        if last <= first:
            continue
        sound = played(song, piece.times, out, rate, sounds, first, last)
        if number:
            length = min(fade, len(sound))
            sound[:length] *= rising[:length]
        if number + 1 < len(pieces):
            length = min(fade, len(sound))
            sound[len(sound) - length :] *= rising[::-1][fade - length :]
        result[first:last] += sound
    return finished(result, rate)


def played(
    song: Song, times: Floats, out: Floats, rate: int, sounds: Mapping[str, Floats], first: int, last: int
) -> Floats:
    """Return samples [first, last) of the soundtrack with a song whose `times` are heard at `out`, of even level."""
    samples = _stereo(sound_of(song.name, sounds))
    margins = np.array([-MARGIN_S, MARGIN_S])
    beyond = [np.concatenate([[ends[0] + margins[0]], ends, [ends[-1] + margins[1]]]) for ends in (out, times)]
    return warped(samples, rate, beyond[0], beyond[1], attacks_of(song), first, last) * np.float32(LEVEL / song.level)


def attacks_of(song: Song) -> Floats:
    """Return the onsets of a song that stand out, seconds: those whose attacks are copied."""
    strong = song.strengths >= LEAST_ATTACK
    return separate(song.onsets[strong], song.strengths[strong])


def finished(samples: Floats, rate: int) -> Floats:
    """Return sound that begins and ends softly, turned down as a whole where it would be too loud."""
    begin, end = (min(round(length * rate), len(samples) // 2) for length in (BEGIN_S, END_S))
    if begin:
        samples[:begin] *= np.linspace(0, 1, begin, endpoint=False, dtype=np.float32)[:, None]
    if end:
        samples[-end:] *= np.linspace(1, 0, end, dtype=np.float32)[:, None]
    loudest = max(float(samples.max(initial=0.0)), -float(samples.min(initial=0.0)))  # no copy as large as all of it
    samples *= np.float32(min(1.0, LOUDEST / max(loudest, 1e-9)))
    return samples


def sound_of(name: str, sounds: Mapping[str, Floats]) -> Floats:
    """Return the samples of a song.

    Raises:
        UserError: there are none of that name.
    """
    if name not in sounds:
        raise UserError(
            f"soundtrack_retrieval: the sound of {name}, a training clip of the model, is not among the "
            f"{len(sounds)} sounds it was given. Give it those of the dataset it was made from, or train it again."
        )
    return sounds[name]


def _stereo(samples: Floats) -> Floats:
    return np.repeat(samples, CHANNELS, axis=1) if samples.shape[1] == 1 else samples[:, :CHANNELS]
