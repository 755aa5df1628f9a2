"""Crops of many pictures, people and clips through the network in batches, and back to where they belong."""

from collections import deque
from dataclasses import dataclass, field, replace

import numpy as np

from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.motion.skeletons import HALPE26
from workflow_scripts.motion.tracking import FEWEST_JOINTS
from workflow_scripts.pose.backends.base import Frame
from workflow_scripts.pose.backends.mmpose.boxes import around
from workflow_scripts.pose.backends.mmpose.topdown import Answer, KeypointEstimator, Region

# Bytes of pictures that crops may wait in.
_BUDGET = 256 * 2**20
# A keypoint of a lower score was not found (as mmpose draws them). A crop is not where the person is if a keypoint that
# was found is nearer to its edge than this share of its size; if an elbow, wrist, knee or ankle was not found and the
# joint before it is nearer than that; or if the crop is so many times wider and higher than the keypoints ask for.
_FOUND, _EDGE, _LIMB_EDGE, _TOO_WIDE = 0.3, 0.03, 0.2, 2.0
_ENDS = [HALPE26.index(f"{side}_{end}") for side in ("left", "right") for end in ("wrist", "elbow", "ankle", "knee")]
_JOINTS_BEFORE = [HALPE26.parents[end] for end in _ENDS]
# It is then looked at with a crop so many times as large, so often in all at most.
_WIDER, _LOOKS = 1.15, 3


@dataclass
class Sightings:
    """What was seen in one clip.

    Attributes:
        people: for each picture, people as (K, 3): x px, y px, score; empty arrays while they are being looked for.
        pending: crops that have not been through the network.
        complete: whether all its pictures have been handed in.
    """

    people: list[list[Floats]] = field(default_factory=list)
    pending: int = 0
    complete: bool = False

    @property
    def done(self) -> bool:
        """Whether nothing more will come."""
        return self.complete and not self.pending


@dataclass
class _Crop:
    clip: Sightings
    number: int
    place: int  # in the list of the picture's people, so that their order is not that of the batches
    picture: Frame
    region: Region
    looks: int = 1
    best: Floats | None = None  # what was seen in the looks before


class Batches:
    """Collects crops, sends them through the network when there are enough, and looks again where a box was off.

    Between detections boxes are guesses. A crop that cuts off the person, or in which the person is small, is taken
    again with a box around the keypoints that were found, twice at most, and the best of the looks is kept.
    """

    def __init__(self, estimator: KeypointEstimator, size: int) -> None:
        self._estimator, self._size = estimator, size
        self._waiting: deque[_Crop] = deque()
        self._under_way: tuple[list[_Crop], Answer] | None = None

    def add(self, clip: Sightings, number: int, picture: Frame, box: Floats) -> None:
        """Have a look for a person of a clip in a box (4,) of its picture `number`."""
        people = clip.people[number]
        self._waiting.append(_Crop(clip, number, len(people), picture, Region.of_box(box, self._estimator.shape)))
        people.append(np.empty((0, 3)))
        clip.pending += 1
        while len(self._waiting) >= max(1, min(self._size, _BUDGET // picture.nbytes)):
            self._run()

    def finish(self) -> None:
        """Send what is left."""
        while self._waiting or self._under_way:
            self._run()

    def _run(self) -> None:
        """Submit one batch, then take the answer to the one before: a GPU is never waited for while there is work."""
        batch = [self._waiting.popleft() for _ in range(min(self._size, len(self._waiting)))]
        before, self._under_way = self._under_way, None
        if batch:
            answer = self._estimator.submit([crop.picture for crop in batch], [crop.region for crop in batch])
            self._under_way = batch, answer
        if before is not None:
            self._take(*before)

    def _take(self, batch: list[_Crop], answer: Answer) -> None:
        for crop, keypoints, scores in zip(batch, *answer.keypoints(), strict=True):
            seen = np.concatenate([keypoints, scores[:, None]], axis=-1)
            again = _better_region(seen, crop, self._estimator.shape) if crop.looks < _LOOKS else None
            if crop.best is not None and crop.best[:, 2].mean() > seen[:, 2].mean():
                seen = crop.best
            if again is not None:
                self._waiting.append(replace(crop, region=again, looks=crop.looks + 1, best=seen))
                continue
            crop.clip.people[crop.number][crop.place] = seen
            crop.clip.pending -= 1


def _better_region(seen: Floats, crop: _Crop, shape: tuple[int, int]) -> Region | None:
    """Return where to look again, None if the person is well in the crop or was not found."""
    found = seen[:, 2] > _FOUND
    if found.sum() < FEWEST_JOINTS:
        return None
    region = crop.region
    low, high = region.centre - region.size / 2, region.centre + region.size / 2
    # Where the picture ends within the crop nothing can be gained.
    below = np.where(low > 0, seen[:, :2] - low, np.inf)
    above = np.where(high < crop.picture.shape[1::-1], high - seen[:, :2], np.inf)
    margin = (np.minimum(below, above) / region.size).min(axis=1)
    lost_end = ~found[_ENDS] & found[_JOINTS_BEFORE] & (margin[_JOINTS_BEFORE] < _LIMB_EDGE)
    again = Region.of_box(around(seen[found, :2]), shape)
    if margin[found].min() < _EDGE or lost_end.any():
        # What was cut off lies beyond what was found.
        return Region(again.centre, np.maximum(again.size, region.size) * _WIDER)
    return again if (region.size > _TOO_WIDE * again.size).all() else None
