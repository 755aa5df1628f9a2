"""From what was seen in the pictures of a clip to tracks of people with joints in space."""

from collections.abc import Sequence

import numpy as np

from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.motion.smoothing import fill_gaps
from workflow_scripts.motion.tracking import followed
from workflow_scripts.pose.backends.base import Track
from workflow_scripts.pose.backends.mmpose.halpe26 import (
    LIMB_KEYPOINTS,
    confidence_of,
    h36m17_of,
    joints_of,
    smpl24_of,
)
from workflow_scripts.pose.backends.mmpose.lifters import Lifter, in_picture

# A crop in which the limbs have a lower mean score shows nobody.
LEAST_SCORE = 0.2
# More people than that are not followed: in a crowd nobody is the dancer.
MOST_TRACKS = 8


def tracks_of(people: Sequence[Sequence[Floats]], shots: Sequence[int], fps: float, lifter: Lifter) -> list[Track]:
    """Follow people through the T pictures of a clip and lift them, shot by shot.

    Nothing tells who of one shot is who in the next: the most important person of every shot makes the first track, the
    second most important the second, and so on.

    Args:
        people: for each picture, people as (26, 3): x px, y px, score of Halpe's keypoints, in any order.
        shots: pictures at which a new shot begins, the first left out.
        fps: pictures per second.
        lifter: lifts one person's keypoints.
    """
    count = len(people)
    starts = [0, *(shot for shot in sorted(shots) if 0 < shot < count)]
    tracks: list[Track] = []
    for start, end in zip(starts, [*starts[1:], count], strict=True):
        seen = [
            np.stack(good) if (good := [one for one in picture if _is_somebody(one)]) else np.empty((0, 26, 3))
            for picture in people[start:end]
        ]
        for rank, person in enumerate(followed(seen, fps)[:MOST_TRACKS]):
            if rank == len(tracks):
                tracks.append(_nobody(count))
            _put(tracks[rank], slice(start, end), *person.arrays(end - start), lifter)
    return tracks


def _is_somebody(person: Floats) -> bool:
    return bool(person[LIMB_KEYPOINTS, 2].mean() >= LEAST_SCORE)


def _nobody(count: int) -> Track:
    nothing = np.full((count, SMPL24.size, 3), np.nan)
    return Track(nothing[..., :2].copy(), np.zeros((count, SMPL24.size)), nothing)


def _put(track: Track, shot: slice, keypoints: Floats, scores: Floats, lifter: Lifter) -> None:
    """Write one person (n, 26, 2), (n, 26) of a shot into a track."""
    assert track.joints is not None
    found = np.asarray(np.isfinite(keypoints).all(axis=(1, 2)))
    numbers = np.flatnonzero(found)
    seen = slice(numbers[0], numbers[-1] + 1)
    # A gap is bridged for the lifter, which wants every frame, and stays a gap in the track.
    whole = fill_gaps(keypoints[seen], found[seen])
    lifted = smpl24_of(lifter(in_picture(h36m17_of(whole))))
    track.keypoints[shot][found] = joints_of(keypoints[found])
    track.confidence[shot][found] = confidence_of(scores[found])
    track.joints[shot][found] = lifted[found[seen]]
