import gc
import weakref

import numpy as np
import pytest
from pose.backends.mmpose.fakes import SIDE, Clip, Fakes, body

from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.pose.backends.mmpose import sightings
from workflow_scripts.pose.backends.mmpose.halpe26 import joints_of
from workflow_scripts.pose.backends.mmpose.tracks import MOST_TRACKS

# A bin of SimCC is a quarter of a pixel here; hands are extrapolated and a third worse.
EXACT = 0.5


def walker(number):
    return [body(60 + 2.5 * number, 120 + 10 * np.sin(number / 5))]


def truth(people, count, who=0):
    return np.stack([joints_of(people(number)[who]) for number in range(count)])


def test_geometry_is_exact_between_detections():
    fakes = Fakes(walker)
    ((track,),) = fakes.tracks(Clip(45, walker))
    assert fakes.detector.asked == [0, 10, 20, 30, 40, 44]
    assert track.found.all()
    np.testing.assert_allclose(track.keypoints, truth(walker, 45), atol=EXACT)
    np.testing.assert_allclose(track.confidence, 0.8, atol=1e-6)
    assert fakes.lifter.lengths == [45]  # one pass for the clip
    # The flat lifter's metres are the picture's pixels, upright: the head is above (y down) the hips.
    metres = np.diff(track.joints[:, [SMPL24.index("left_knee"), SMPL24.index("left_ankle")], 1])
    np.testing.assert_allclose(metres, 0.415, atol=0.03)


def test_a_box_that_was_off_is_looked_at_again():
    # Where people are detected the dancer is always in the same place; in between it is elsewhere.
    def dancer(number):
        return [body(128 + 40 * np.sin(np.pi * number / 10) ** 2, 130)]

    fakes = Fakes(dancer)
    ((track,),) = fakes.tracks(Clip(41, dancer))
    assert fakes.network.crops > 41
    np.testing.assert_allclose(track.keypoints, truth(dancer, 41), atol=EXACT)


def test_nothing_is_looked_at_again_without_need():
    fakes = Fakes(walker)
    fakes.tracks(Clip(45, walker))
    assert fakes.network.crops == 45


def test_what_the_picture_cuts_off_is_not_looked_for():
    def close_up(number):
        narrow = body(0, 248, height=180) * [0.4, 1]
        return [narrow + np.array([128 + number / 4, 0])]

    fakes = Fakes(close_up)
    ((track,),) = fakes.tracks(Clip(25, close_up))
    assert fakes.network.crops == 25
    seen = [SMPL24.index(name) for name in ("head", "left_wrist", "right_elbow", "left_hip")]
    np.testing.assert_allclose(track.keypoints[:, seen], truth(close_up, 25)[:, seen], atol=2.0)
    assert (track.confidence[:, SMPL24.index("left_ankle")] < 0.1).all()


def test_weak_boxes_and_the_same_person_twice_are_not_looked_at():
    fakes = Fakes(walker)
    sure = fakes.detector

    def unsure(frames):
        double = np.array([2.0, -2.0, 2.0, -2.0, -0.1])
        weak = np.array([[150.0, 20, 230, 200, 0.29]])
        return [np.concatenate([weak, boxes, boxes + double]) for boxes in sure(frames)]

    fakes.backend._detector = unsure
    ((track,),) = fakes.tracks(Clip(45, walker))
    assert fakes.network.crops == 45
    np.testing.assert_allclose(track.keypoints, truth(walker, 45), atol=EXACT)


def test_a_crowd_is_not_followed_without_end():
    def crowd(number):
        return [body(x, y, height=50) for x in (30, 80, 130, 180, 230) for y in (40, 120, 200)]

    (tracks,) = Fakes(crowd).tracks(Clip(12, crowd))
    assert len(tracks) == MOST_TRACKS
    assert all(track.found.all() for track in tracks)


def test_several_people_keep_who_they_are_and_the_largest_comes_first():
    def crowd(number):
        small, large = body(60 + number / 3, 120, height=80), body(185 - number / 3, 130, height=110)
        return [small, large] if number % 20 < 10 else [large, small]

    def by_size(number):
        return sorted(crowd(number), key=lambda one: -np.ptp(one[:, 1]))

    ((first, second),) = Fakes(crowd).tracks(Clip(40, crowd))
    np.testing.assert_allclose(first.keypoints, truth(by_size, 40, 0), atol=EXACT)
    np.testing.assert_allclose(second.keypoints, truth(by_size, 40, 1), atol=EXACT)


def test_who_comes_and_goes_is_found_while_there():
    def guest(number):
        return walker(number) if 13 <= number < 37 else []

    ((track,),) = Fakes(guest).tracks(Clip(60, guest))
    np.testing.assert_array_equal(np.flatnonzero(track.found), np.arange(13, 37))
    assert np.isnan(track.keypoints[~track.found]).all()
    assert np.isnan(track.joints[~track.found]).all()
    assert (track.confidence[~track.found] == 0).all()
    assert np.isfinite(track.joints[track.found]).all()


def test_nobody_and_nothing():
    def nobody(number):
        return []

    assert Fakes(nobody).tracks(Clip(25, nobody), Clip(0, nobody)) == [[], []]


def test_one_picture():
    fakes = Fakes(walker)
    ((track,),) = fakes.tracks(Clip(1, walker))
    assert fakes.detector.asked == [0]
    np.testing.assert_allclose(track.keypoints, truth(walker, 1), atol=EXACT)


def test_shots_are_detected_followed_and_lifted_apart():
    def cut(number):
        return [body(70, 120) if number < 17 else body(190, 130)]

    fakes = Fakes(cut)
    ((track,),) = fakes.tracks(Clip(40, cut, shots=(17,)))
    assert fakes.detector.asked == [0, 10, 16, 17, 27, 37, 39]
    np.testing.assert_allclose(track.keypoints, truth(cut, 40), atol=EXACT)
    assert fakes.lifter.lengths == [17, 23]


@pytest.mark.parametrize("shots", [(0,), (40,), (99,), (39,), (1, 2)])
def test_shots_at_the_ends(shots):
    ((track,),) = Fakes(walker).tracks(Clip(40, walker, shots=shots))
    assert track.found.all()


@pytest.mark.parametrize("every", [1, 3, 10, 100])
def test_how_often_people_are_detected(every):
    fakes = Fakes(walker, detect_every=every)
    ((track,),) = fakes.tracks(Clip(30, walker))
    assert sorted(fakes.detector.asked) == sorted({*range(0, 30, every), 29})
    np.testing.assert_allclose(track.keypoints, truth(walker, 30), atol=EXACT)


@pytest.mark.parametrize(("batch", "decoders"), [(1, 1), (7, 3), (64, 2)])
def test_batches_cross_clips_and_change_nothing(batch, decoders):
    def pair(number):
        return [*walker(number % 45), body(200, 90 + number % 45, height=60)]

    clips = [Clip(13, pair), Clip(1, pair, number_from=20), Clip(0, pair), Clip(30, pair, number_from=60)]
    together = Fakes(pair, batch=batch, decoders=decoders).tracks(*clips)
    assert [len(tracks) for tracks in together] == [2, 2, 0, 2]
    for clip, tracks in zip(clips, together, strict=True):
        (alone,) = Fakes(pair, batch=16).tracks(clip)
        for one, other in zip(tracks, alone, strict=True):
            for name in ("keypoints", "confidence", "joints"):
                np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_clips_come_out_as_soon_as_they_are_done():
    fakes = Fakes(walker, batch=8)
    given = []

    def clips():
        for number in range(6):
            given.append(number)
            yield Clip(20, walker)

    stream = fakes.backend.tracks(clips())
    next(stream)
    assert len(given) <= 3


class Watched:
    """A clip that counts how many of its pictures are alive."""

    fps, shots = 30.0, ()

    def __init__(self, count):
        self.count, self.alive, self.most = count, weakref.WeakSet(), 0

    def __iter__(self):
        for number in range(self.count):
            one = Held((SIDE, SIDE, 3), dtype=np.uint8)
            one[:] = 0
            one[0, 0, 2] = number % 200 + 1
            self.alive.add(one)
            self.most = max(self.most, len(self.alive))
            yield one


class Held(np.ndarray):
    __hash__ = object.__hash__

    def __eq__(self, other):
        return self is other


def test_pictures_are_not_kept(monkeypatch):
    def still(number):
        return [body(128, 128)]

    monkeypatch.setattr(sightings, "_BUDGET", 20 * SIDE * SIDE * 3)
    most = []
    for count in (300, 900):
        clip = Watched(count)
        Fakes(still, batch=64).tracks(clip)
        gc.collect()
        most.append(clip.most)
        assert not clip.alive
    # The queue (32), a piece (8 spans of 10), the batch that waits and the one under way (20 each by the budget).
    assert max(most) <= 32 + 81 + 20 + 20 + 3
