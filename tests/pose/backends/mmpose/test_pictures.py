import threading

import numpy as np
import pytest

from workflow_scripts.pose.backends.mmpose import pictures
from workflow_scripts.pose.backends.mmpose.pictures import decoded, pieces


class Clip:
    fps, shots = 30.0, ()

    def __init__(self, count, error=None):
        self.count, self.error, self.taken = count, error, 0

    def __iter__(self):
        for number in range(self.count):
            self.taken += 1
            yield np.full((4, 5, 3), number, dtype=np.uint8)
        if self.error:
            raise self.error


def numbers(frames):
    return [int(frame[0, 0, 0]) for frame in frames]


@pytest.mark.parametrize(("count", "shots"), [(0, ()), (1, ()), (10, ()), (11, ()), (250, ()), (40, (7, 8, 30))])
def test_pieces_are_the_clip_and_end_where_people_are_detected(count, shots):
    parts = list(pieces(Clip(count), shots, every=10))
    assert numbers(frame for part in parts for frame in part.frames) == list(range(count))
    assert [part.start for part in parts] == np.cumsum([0] + [len(part.frames) for part in parts])[:-1].tolist()
    assert all(part.detect[-1] == len(part.frames) - 1 for part in parts)
    detected = {part.start + at for part in parts for at in part.detect}
    starts = [0, *shots]
    expected = {n for a, b in zip(starts, [*shots, count], strict=True) for n in {*range(a, b, 10), b - 1} if a < b}
    assert detected == expected


def test_large_pictures_make_small_pieces(monkeypatch):
    monkeypatch.setattr(pictures, "_BUDGET", 1)
    assert [len(part.frames) for part in pieces(Clip(31), (), every=10)] == [1, 10, 10, 10]


def threads():
    return sum(thread.name == "decode" for thread in threading.enumerate())


@pytest.mark.parametrize("count", [1, 3])
def test_clips_come_in_order_with_their_pictures(count):
    clips = [Clip(5), Clip(0), Clip(70), Clip(1)]
    taken = [(clip, numbers(frames)) for clip, frames in decoded(clips, count)]
    assert taken == [(clip, list(range(clip.count))) for clip in clips]
    assert threads() == 0


def test_only_so_many_pictures_wait_and_so_many_clips_are_begun():
    clips = [Clip(500) for _ in range(4)]
    running = decoded(clips, 2)
    next(running)
    assert threads() == 2
    threading.Event().wait(0.1)
    assert [clip.taken > 0 for clip in clips] == [True, True, False, False]
    assert max(clip.taken for clip in clips) <= 40
    running.close()
    assert threads() == 0


def test_a_clip_left_early_does_not_hold_up_the_next():
    clips = [Clip(500), Clip(3)]
    assert [numbers([next(frames), next(frames)]) for _, frames in decoded(clips, 1)] == [[0, 1], [0, 1]]


def test_an_error_of_the_decoder_arrives():
    with pytest.raises(MemoryError):
        for _, frames in decoded([Clip(3, error=MemoryError())], 1):
            list(frames)
    assert threads() == 0
