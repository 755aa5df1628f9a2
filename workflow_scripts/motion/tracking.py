"""Who is who: people found frame by frame, in no order and with false ones among them, become tracks over time.

Detections are matched to tracks by the assignment of least total distance (Kuhn, Naval Research Logistics 1955;
Bewley et al., "Simple online and realtime tracking", ICIP 2016, does so with boxes), the distance being that of the
keypoints from where the track's motion leads, in units of the person's size.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.skeleton import Floats

# A person is a detection with at least so many joints; fewer cannot be told from clutter.
FEWEST_JOINTS = 5
# Sizes of a person (diagonal of the box around it) that its joints may lie from where they are expected: at once, and
# for every second since it was seen. A dancer travels at 2 m/s, somewhat more than one size a second.
_REACH, _REACH_PER_S = 0.22, 1.2
# As a share of that: what lies nearer to somebody found already is the same body found again, or another piece of it.
_SAME = 0.4
# A track that was not seen for so long (seconds) ends; what follows within the longer time may be the same person.
_LONGEST_LOSS_S, _LONGEST_ABSENCE_S = 0.3, 4.0
# Two pieces of one person's track agree in size, and the second begins where the first could have got to.
_SIZE_RATIO, _FARTHEST_REENTRY = 1.5, 1.0
# Velocities are taken over this time (seconds) and fade: nobody keeps moving in a straight line.
_VELOCITY_S = 0.2
_HOPELESS = 1e6


@dataclass
class PersonTrack:
    """One person: the frames it was seen in, in order, and what was seen there.

    Attributes:
        frames: numbers of the frames.
        people: for each of them (J, 3): x px, y px (NaN where the joint was not found), confidence.
    """

    frames: list[int] = field(default_factory=list)
    people: list[Floats] = field(default_factory=list)

    @property
    def size(self) -> float:
        """The median diagonal of the box around the person, pixels."""
        return float(np.median([_size(person) for person in self.people]))

    def arrays(self, frames: int) -> tuple[Floats, Floats]:
        """Return keypoints (T, J, 2) px, NaN where not found, and confidence (T, J), 0 there, for T = `frames`."""
        joints = len(self.people[0])
        keypoints, confidence = np.full((frames, joints, 2), np.nan), np.zeros((frames, joints))
        keypoints[self.frames] = np.stack(self.people)[..., :2]
        confidence[self.frames] = np.where(np.isfinite(keypoints[self.frames, :, 0]), np.stack(self.people)[..., 2], 0)
        return keypoints, confidence


def followed(detections: Sequence[Floats], fps: float) -> list[PersonTrack]:
    """Return the people seen in the frames of one shot, the most important first.

    The most important is the longest seen x the largest x the most central one; the middle is that of the picture's
    part in which anybody was ever seen. A person found in two pieces is put together. Pieces of track between which
    a person was lost are joined if one person can have made both.

    Args:
        detections: for each frame (P, J, 3): x px, y px, confidence of P people in any order (P may be 0); x and y are
            NaN where a joint was not found. People of fewer than `FEWEST_JOINTS` joints are left out.
        fps: frames per second.
    """
    tracks: list[PersonTrack] = []
    alive: list[PersonTrack] = []
    for number, found in enumerate(detections):
        people = [person for person in found if np.isfinite(person[:, 0]).sum() >= FEWEST_JOINTS]
        alive = [track for track in alive if number - track.frames[-1] <= 1 + _LONGEST_LOSS_S * fps]
        begun = _continued(alive, people, number, fps)
        tracks += begun
        alive += begun
    tracks = _joined(tracks, fps)
    if not tracks:
        return []
    seen = np.concatenate([np.concatenate(track.people)[:, 0] for track in tracks])
    left, right = float(np.nanmin(seen)), float(np.nanmax(seen))
    return sorted(tracks, key=lambda track: -_importance(track, (left + right) / 2, max(right - left, 1.0) / 2))


def _continued(tracks: list[PersonTrack], people: list[Floats], number: int, fps: float) -> list[PersonTrack]:
    """Add the people of frame `number` to the tracks they continue; return the tracks that begin with the others."""
    from scipy.optimize import linear_sum_assignment

    if not tracks or not people:
        return _begun(people, number)
    expected = [_expected(track, number, fps) for track in tracks]
    gaps = [(number - track.frames[-1]) / fps for track in tracks]
    costs = np.array(
        [[_distance(where, person, gap) for person in people] for where, gap in zip(expected, gaps, strict=True)]
    )
    # What is too far is too far: one hopeless pair must not push others apart.
    rows, columns = linear_sum_assignment(np.minimum(costs, 1.0))
    matched = {column: row for row, column in zip(rows, columns, strict=True) if costs[row, column] < 1.0}
    for column, row in matched.items():
        tracks[row].frames.append(number)
        tracks[row].people.append(people[column])
    others = []
    for column in [column for column in range(len(people)) if column not in matched]:
        row = min(matched.values(), key=lambda row: costs[row, column], default=-1)
        if row < 0 or not _belongs(people[column], tracks[row].people[-1], costs[row, column]):
            others.append(people[column])
        elif costs[row, column] < _SAME or _common(people[column], tracks[row].people[-1]) < FEWEST_JOINTS:
            whole = tracks[row].people[-1]
            tracks[row].people[-1] = np.where(np.isfinite(whole[:, :1]), whole, people[column])
    return _begun(others, number)


def _belongs(person: Floats, found: Floats, cost: float) -> bool:
    """Whether a person where somebody `found` already was expected is no other: the same joints, a piece, a shred."""
    shred = np.isfinite(person[:, 0]).mean() < 0.5
    return cost < _SAME or (cost < 1.0 and (shred or _common(person, found) < FEWEST_JOINTS))


def _common(first: Floats, second: Floats) -> int:
    return int((np.isfinite(first[:, 0]) & np.isfinite(second[:, 0])).sum())


def _begun(people: list[Floats], number: int) -> list[PersonTrack]:
    """Tracks that begin in frame `number`, one for those who are found twice."""
    tracks: list[PersonTrack] = []
    for person in sorted(people, key=lambda one: -int(np.isfinite(one[:, 0]).sum())):
        if all(_distance(track.people[0][:, :2], person, 0.0) >= _SAME for track in tracks):
            tracks.append(PersonTrack([number], [person]))
    return tracks


def _expected(track: PersonTrack, number: int, fps: float) -> Floats:
    """Where the track leads: the joints (J, 2) where they were last seen, moved on with the person."""
    reach = _LONGEST_LOSS_S * fps
    where = np.full_like(track.people[-1][:, :2], np.nan)
    for frame, person in zip(track.frames[::-1], track.people[::-1], strict=True):
        if number - frame > 1 + reach:
            break
        where = np.where(np.isfinite(where), where, person[:, :2])
    return where + _velocity(track, fps) * min((number - track.frames[-1]) / fps, _VELOCITY_S)


def _distance(expected: Floats, person: Floats, gap: float) -> float:
    """How far a person is from where it is expected, as a share of what is possible; the median over joints.

    The median bears joints that were mistaken, such as those of exchanged legs.
    """
    common = np.isfinite(expected[:, 0]) & np.isfinite(person[:, 0])
    if common.sum() < FEWEST_JOINTS:
        return _HOPELESS
    size = max(_size(expected), _size(person), 1e-6)
    away = float(np.median(np.linalg.norm(person[common, :2] - expected[common], axis=-1)))
    return min(away / size / (_REACH + _REACH_PER_S * gap), _HOPELESS)


def _velocity(track: PersonTrack, fps: float) -> Floats:
    """Velocity (2,) px/s of the track's person at its end."""
    for number, person in zip(track.frames[::-1], track.people[::-1], strict=True):
        time = (track.frames[-1] - number) / fps
        if time >= _VELOCITY_S or number == track.frames[0]:
            moved = track.people[-1][:, :2] - person[:, :2]
            moved = moved[np.isfinite(moved[:, 0])]
            return np.median(moved, axis=0) / time if time > 0 and len(moved) else np.zeros(2)
    return np.zeros(2)


def _joined(tracks: list[PersonTrack], fps: float) -> list[PersonTrack]:
    """Join tracks that follow one another, the nearest pairs first."""
    begins, sizes = [track.frames[0] for track in tracks], [track.size for track in tracks]  # in order of begins
    links = []
    for first, before in enumerate(tracks):
        end = before.frames[-1]
        for second in range(bisect_right(begins, end), bisect_right(begins, end + _LONGEST_ABSENCE_S * fps)):
            absence = (begins[second] - end) / fps
            large, small = max(sizes[first], sizes[second], 1e-6), min(sizes[first], sizes[second])
            away = np.linalg.norm(_middle(tracks[second].people[0]) - _middle(before.people[-1])) / large
            reachable = min(_REACH + _REACH_PER_S * absence, _FARTHEST_REENTRY)
            if large <= _SIZE_RATIO * small and away <= reachable:
                links.append((float(away) + absence / _LONGEST_ABSENCE_S, first, second))
    following: dict[int, int] = {}
    taken: set[int] = set()
    for _, first, second in sorted(links):
        if first not in following and second not in taken:
            following[first] = second
            taken.add(second)
    joined = []
    for start in [number for number in range(len(tracks)) if number not in taken]:
        whole, piece = PersonTrack(), start
        while True:
            whole.frames += tracks[piece].frames
            whole.people += tracks[piece].people
            if piece not in following:
                break
            piece = following[piece]
        joined.append(whole)
    return joined


def _importance(track: PersonTrack, middle: float, reach: float) -> float:
    away = abs(float(np.median([_middle(person)[0] for person in track.people])) - middle) / reach
    return len(track.frames) * track.size * (1 - 0.5 * min(away, 1.0))


def _size(person: Floats) -> float:
    seen = person[np.isfinite(person[:, 0]), :2]
    return float(np.linalg.norm(np.ptp(seen, axis=0)))


def _middle(person: Floats) -> npt.NDArray[np.floating]:
    return np.asarray(np.nanmedian(person[:, :2], axis=0))
