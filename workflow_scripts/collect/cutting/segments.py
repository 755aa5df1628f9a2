"""Put ranges of time together: which parts of a video become clips, and why the others do not. Times in seconds."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from workflow_scripts.workflow.errors import UserError

Range = tuple[float, float]
LeftOut = tuple[float, float, str]  # start, end, reason
TOUCH_S = 0.05  # a stretch that begins so close to an edge begins at it
_HAIR_S = 1e-6


@dataclass(frozen=True)
class Stretch:
    """A part that is to be left out where it meets an edge of a shot or of another such part, or if long enough.

    `inside_s`: how long it must be to count in the middle of a shot. `before_s`: when the last picture before it began,
    None if it is not about pictures.
    """

    start_s: float
    end_s: float
    reason: str
    inside_s: float
    before_s: float | None = None


@dataclass(frozen=True)
class Limits:
    """Seconds of the shortest and the longest clip, and the number of clips of one video (None: no limit)."""

    min_seconds: float = 2.0
    max_seconds: float | None = None
    max_clips: int | None = None

    def __post_init__(self) -> None:
        # So that equal parts of what is longer than the one are never shorter than the other.
        if self.max_seconds is not None and self.max_seconds < 2 * self.min_seconds:
            raise UserError(
                f"cutting: max_seconds ({self.max_seconds:g}) must be at least twice min_seconds ({self.min_seconds:g})"
            )


def divide(
    window: Range, changes: Iterable[float], stretches: Sequence[Stretch], limits: Limits
) -> tuple[list[Range], list[LeftOut]]:
    """Divide a window into clips and what is left out; together they cover it without gap or overlap.

    Args:
        window: (start, end).
        changes: where another shot begins.
        stretches: what is to be left out; where several meet, the first in the sequence gives the reason.
        limits: shorter pieces are left out, longer ones are divided into equal parts.
    """
    edges = [window[0], *sorted(time for time in changes if window[0] < time < window[1]), window[1]]
    clips: list[Range] = []
    out: list[LeftOut] = []
    for shot in pairwise(edges):
        kept, dropped = _without(shot, stretches)
        out += dropped
        for piece in kept:
            parts, rest = _limited(piece, limits)
            clips += parts
            out += rest
    if limits.max_clips is not None:
        out += [(*clip, f"more than {limits.max_clips} clips") for clip in clips[limits.max_clips :]]
        clips = clips[: limits.max_clips]
    return clips, joined(out)


def complement(window: Range, clips: Iterable[Range], reason: str) -> list[LeftOut]:
    """Return the parts of a window that no clip covers."""
    out, position = [], window[0]
    for start, end in sorted(clips):
        if start - position > _HAIR_S:
            out.append((position, start, reason))
        position = max(position, end)
    return [*out, (position, window[1], reason)] if window[1] - position > _HAIR_S else out


def joined(parts: Iterable[LeftOut]) -> list[LeftOut]:
    """Return the parts in order of time, neighbours of one reason as one."""
    out: list[LeftOut] = []
    for start, end, reason in sorted(parts):
        if out and out[-1][2] == reason and start - out[-1][1] <= _HAIR_S:
            out[-1] = (out[-1][0], end, reason)
        else:
            out.append((start, end, reason))
    return out


def _without(shot: Range, stretches: Sequence[Stretch]) -> tuple[list[Range], list[LeftOut]]:
    """Take the stretches out of one shot, until no piece that is left has one to lose."""
    for stretch in stretches:
        start, end = max(shot[0], stretch.start_s), min(shot[1], stretch.end_s)
        if start - shot[0] <= TOUCH_S:
            start = shot[0]
        if shot[1] - end <= TOUCH_S:
            end = shot[1]
        meets_edge = start == shot[0] or end == shot[1]
        if end - start > _HAIR_S and (meets_edge or stretch.end_s - stretch.start_s >= stretch.inside_s):
            sides = [_without(side, stretches) for side in ((shot[0], start), (end, shot[1])) if side[1] > side[0]]
            kept = [piece for pieces, _ in sides for piece in pieces]
            return kept, [(start, end, stretch.reason), *(part for _, parts in sides for part in parts)]
    return [shot], []


def _limited(piece: Range, limits: Limits) -> tuple[list[Range], list[LeftOut]]:
    start, end = piece
    seconds = end - start
    if seconds < limits.min_seconds - _HAIR_S:
        return [], [(start, end, f"shorter than {limits.min_seconds:g} s")]
    longest = limits.max_seconds
    if longest is None or seconds <= longest + _HAIR_S:
        return [piece], []
    count = math.ceil(seconds / longest - _HAIR_S)
    cuts = [start + seconds * number / count for number in range(count)] + [end]
    return list(pairwise(cuts)), []
