"""Find where a video changes to another shot, and only there.

PySceneDetect proposes pictures that differ from the one before. On dances that alone is not enough: a flash on the
beat, a switch of the stage light or of the screen behind the dancer differ as much as a cut. So a proposal stands only
if everything seen shortly before it differs from everything seen shortly after it (a flash has the same scene on both
sides), and if the detail of the last picture is not found again, in its place, in the next one (a dancer under another
light is).
"""

import itertools
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workflow_scripts.collect.cutting.watching import Picture

FLASH_S = 0.2  # the longest flash that is seen through: three pictures at 15 frames/s
# Set on 24 one-shot videos, nine of them with a background that switches on the beat (largest differences without a
# cut: 67 of difference, 0.43 unlike), and on 450 joints of two videos (5 % quantiles: 14, 0.42).
PROPOSED = 8.0  # PySceneDetect's content value (its own default of 27 is a decision, this is a proposal)
DIFFERENT = 11.0  # mean difference of the nearest pair of pictures across the cut, 0 to 255
UNLIKE = 0.45  # 1 - correlation of the brightness of the most alike pair
FOUND_AGAIN = 0.2  # share of the detail found again across the cut
SUDDEN = 8.0  # times the largest step around it: then a cut, between shots of one place, may be less ...
UNLIKE_IF_SUDDEN = 0.3  # ... unlike
STRONG = 45.0  # of this difference ...
SUDDEN_IF_STRONG = 3.0  # ... and as sudden as this, it is a cut whatever is found again, unless it is ...
RELIT = 0.2  # ... less unlike: the same scene under another light
_CLOSEST = 6  # pictures compared on each side
_FLAT = 2.0  # standard deviation of brightness below which a picture has nothing to recognise ...
_DETAIL = 4.0  # ... and a block no detail
_BLOCK, _SHIFT, _ALIKE = 6, 1, 0.8  # px, px, correlation


@dataclass
class _Seen:
    picture: Picture
    proposed: bool
    gray: npt.NDArray[np.float32]


class ShotFinder:
    """Sees the pictures of a video in order, and remembers those of the last 0.6 s only.

    Attributes:
        found: (time of the last picture of a shot, time of the first of the next) of each change, seconds.
    """

    def __init__(self) -> None:
        from scenedetect import ContentDetector

        self.found: list[tuple[float, float]] = []
        self._detector = ContentDetector(threshold=PROPOSED, min_scene_len=0)
        self._seen: deque[_Seen] = deque()
        self._due = 0  # the first in `_seen` that is not judged yet
        self._count = 0

    def see(self, picture: Picture) -> None:
        """Take the next picture."""
        from scenedetect import FrameTimecode

        # The detector compares neighbours; their times, which may be uneven, are ours to keep.
        proposed = bool(self._detector.process_frame(FrameTimecode(self._count, 30.0), picture.pixels))
        self._count += 1
        self._seen.append(_Seen(picture, proposed, _gray(picture)))
        self._judge(picture.time_s - FLASH_S)
        while self._due > 1 and self._time(self._due - 1) - self._time(0) > FLASH_S:
            self._seen.popleft()
            self._due -= 1

    def end(self) -> None:
        """Judge what is left, after the last picture."""
        self._judge(float("inf"))

    def _judge(self, until_s: float) -> None:
        while self._due < len(self._seen) and self._time(self._due) <= until_s:
            if self._due and self._seen[self._due].proposed and is_cut(*_around(self._seen, self._due)):
                self.found.append((self._time(self._due - 1), self._time(self._due)))
            self._due += 1

    def _time(self, index: int) -> float:
        return self._seen[index].picture.time_s


def is_cut(before: Sequence[_Seen], after: Sequence[_Seen]) -> bool:
    """Tell whether two runs of pictures (the nearest to the cut first) show different shots."""
    pairs = list(itertools.product(_telling(before), _telling(after)))
    difference = min(_difference(one, other) for one, other in pairs)
    if difference < DIFFERENT:
        return False
    unlikeness = min(_unlikeness(one, other) for one, other in pairs)
    if unlikeness < RELIT:
        return False
    steps = [_difference(one, other) for side in (before, after) for one, other in itertools.pairwise(side)]
    sudden = difference / max([1.0, *steps])
    if difference >= STRONG and sudden >= SUDDEN_IF_STRONG:
        return True
    enough = UNLIKE_IF_SUDDEN if sudden >= SUDDEN else UNLIKE
    return unlikeness >= enough and _found_again(before[0], after[0]) < FOUND_AGAIN


def _around(seen: Sequence[_Seen], index: int) -> tuple[list[_Seen], list[_Seen]]:
    """Return what is seen up to FLASH_S before and after the beginning of a picture, the nearest first."""
    time_s = seen[index].picture.time_s
    before = [one for one in itertools.islice(seen, 0, index) if time_s - one.picture.time_s <= FLASH_S]
    after = [one for one in itertools.islice(seen, index, None) if one.picture.time_s - time_s < FLASH_S]
    return before[::-1] or [seen[index - 1]], after


def _telling(side: Sequence[_Seen]) -> list[_Seen]:
    """Return a few pictures of one side. Blank ones (two flashes are alike) only if there are no others."""
    side = [one for one in side if one.gray.std() >= _FLAT] or side
    return [side[round(i)] for i in np.linspace(0, len(side) - 1, min(len(side), _CLOSEST))]


def _gray(picture: Picture) -> npt.NDArray[np.float32]:
    import cv2

    return cv2.cvtColor(picture.pixels, cv2.COLOR_BGR2GRAY).astype(np.float32)


def _difference(one: _Seen, other: _Seen) -> float:
    import cv2

    return float(np.mean(cv2.absdiff(one.picture.pixels, other.picture.pixels)))


def _unlikeness(one: _Seen, other: _Seen) -> float:
    """Return 1 - correlation of two pictures' brightness: light and contrast do not count. 1 if one is flat."""
    a, b = one.gray - one.gray.mean(), other.gray - other.gray.mean()
    norms = float(np.linalg.norm(a)), float(np.linalg.norm(b))
    if min(norms) < _FLAT * np.sqrt(a.size):
        return 1.0
    return 1.0 - float((a * b).sum()) / (norms[0] * norms[1])


def _found_again(one: _Seen, other: _Seen) -> float:
    """Return the share of a picture's blocks with detail that the other has at the same place, give or take 1 px."""
    import cv2

    framed = cv2.copyMakeBorder(other.gray, _SHIFT, _SHIFT, _SHIFT, _SHIFT, cv2.BORDER_REPLICATE)
    height, width = one.gray.shape
    found = []
    for y, x in itertools.product(range(0, height - _BLOCK + 1, _BLOCK), range(0, width - _BLOCK + 1, _BLOCK)):
        block = one.gray[y : y + _BLOCK, x : x + _BLOCK]
        if block.std() >= _DETAIL:
            there = framed[y : y + _BLOCK + 2 * _SHIFT, x : x + _BLOCK + 2 * _SHIFT]
            found.append(cv2.matchTemplate(there, block, cv2.TM_CCOEFF_NORMED).max() >= _ALIKE)
    return float(np.mean(found)) if found else 0.0
