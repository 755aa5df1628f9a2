import threading

import numpy as np
import pytest

from workflow_scripts.pose.backends.mmpose import pictures
from workflow_scripts.pose.backends.mmpose.pictures import ahead, pieces


class Clip:
    fps = 30.0

    def __init__(self, count, shots=(), error=None):
        self.count, self.shots, self.error, self.taken = count, shots, error, 0

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
    parts = list(pieces(Clip(count, shots), every=10))
    assert numbers(frame for part in parts for frame in part.frames) == list(range(count))
    assert [part.start for part in parts] == np.cumsum([0] + [len(part.frames) for part in parts])[:-1].tolist()
    assert all(part.detect[-1] == len(part.frames) - 1 for part in parts)
    detected = {part.start + at for part in parts for at in part.detect}
    starts = [0, *shots]
    expected = {n for a, b in zip(starts, [*shots, count], strict=True) for n in {*range(a, b, 10), b - 1} if a < b}
    assert detected == expected


def test_large_pictures_make_small_pieces(monkeypatch):
    monkeypatch.setattr(pictures, "_BUDGET", 1)
    assert [len(part.frames) for part in pieces(Clip(31), every=10)] == [1, 10, 10, 10]


def test_only_so_many_pictures_wait():
    clip = Clip(500)
    frames = ahead(clip)
    next(frames)
    threading.Event().wait(0.1)
    assert clip.taken <= 40
    frames.close()


def test_an_error_of_the_decoder_arrives():
    with pytest.raises(MemoryError):
        list(ahead(Clip(3, error=MemoryError())))


def test_leaving_early_ends_the_thread():
    before = threading.active_count()
    frames = ahead(Clip(500))
    next(frames)
    assert threading.active_count() == before + 1
    frames.close()
    assert threading.active_count() == before
