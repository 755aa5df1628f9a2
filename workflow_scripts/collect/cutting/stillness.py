"""Find black pictures and pictures that stand still: intros, title cards, outros."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workflow_scripts.collect.cutting.segments import Stretch
from workflow_scripts.collect.cutting.watching import Picture

BLACK, STILL = "black picture", "still picture"
# As ffmpeg's blackdetect: a picture is black if so large a share of it is darker than a tenth of white.
BLACK_SHARE, DARK = 0.98, 25
BLACK_S, BLACK_INSIDE_S = 0.2, 1.0  # a shorter blackout is an effect on the beat
# A picture stands if hardly a value differs by more than the ripple of a coarse encoder. A person who dances moves
# more within half a second (smallest change of the 12th-greatest value in 23 real and rendered dances: 40; of one
# filmed from afar in weak contrast: 4 in half a second, 7 in one, 21 in two).
RIPPLE, STRAY_SHARE = 6, 0.005
STILL_S, STILL_INSIDE_S = 1.0, 3.0  # a dancer may freeze for a bar


@dataclass
class _Run:
    first: Picture
    before_s: float  # the last picture that does not belong to it; its own beginning if there is none


class StillnessFinder:
    """Sees the pictures of a video in order, and remembers two of them.

    Attributes:
        found: the stretches, of reason BLACK or STILL, that are long enough to count at the edge of a shot. They begin
            with the first picture seen of them; if pictures were skipped before it, see `first_of`.
    """

    def __init__(self) -> None:
        self.found: list[Stretch] = []
        self._black: _Run | None = None
        self._still: _Run | None = None
        self._last_s: float | None = None

    def see(self, picture: Picture) -> None:
        """Take the next picture."""
        before_s = picture.time_s if self._last_s is None else self._last_s
        if self._still is None or not _same(self._still.first, picture):
            self._close(self._still, picture.time_s, STILL_S, STILL, STILL_INSIDE_S)
            self._still = _Run(picture, before_s)
        if not _is_black(picture):
            self._close(self._black, picture.time_s, BLACK_S, BLACK, BLACK_INSIDE_S)
            self._black = None
        elif self._black is None:
            self._black = _Run(picture, before_s)
        self._last_s = picture.time_s

    def end(self, end_s: float) -> None:
        """Close what is open, after the last picture, which is shown until `end_s`."""
        self._close(self._still, end_s, STILL_S, STILL, STILL_INSIDE_S)
        self._close(self._black, end_s, BLACK_S, BLACK, BLACK_INSIDE_S)

    def _close(self, run: _Run | None, end_s: float, least_s: float, reason: str, inside_s: float) -> None:
        if run is not None and end_s - run.first.time_s >= least_s:
            self.found.append(Stretch(run.first.time_s, end_s, reason, inside_s, run.before_s))


def first_of(reason: str, pictures: Sequence[Picture]) -> float:
    """Return when the first of a few pictures that belongs to the stretch of the last one begins."""
    belong = (_is_black(one) if reason == BLACK else _same(one, pictures[-1]) for one in pictures)
    return next(one.time_s for one, belongs in zip(pictures, belong, strict=True) if belongs)


def _is_black(picture: Picture) -> bool:
    return bool(np.count_nonzero(picture.pixels < DARK) >= BLACK_SHARE * picture.pixels.size)


def _same(one: Picture, other: Picture) -> bool:
    import cv2

    changed = np.count_nonzero(cv2.absdiff(one.pixels, other.pixels) > RIPPLE)
    return bool(changed <= STRAY_SHARE * one.pixels.size)
