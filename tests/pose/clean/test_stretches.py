import numpy as np
import pytest

from workflow_scripts.pose.clean.stretches import SHORTEST_S, nearest_inside, shots_of, stretches

FPS = 30.0


def runs(found, shots=(), longest=8):
    return stretches(np.asarray(found, dtype=bool), shots, longest, FPS).tolist()


def seen(frames, *gaps):
    found = np.ones(frames, dtype=bool)
    for start, stop in gaps:
        found[start:stop] = False
    return found


def test_gaps_up_to_the_longest_are_bridged():
    assert runs(seen(200, (50, 58), (100, 109))) == [[0, 100], [109, 200]]
    assert runs(seen(200, (50, 58)), longest=7) == [[0, 50], [58, 200]]
    assert runs(seen(200)) == [[0, 200]]


def test_a_stretch_begins_and_ends_with_a_frame_that_was_found():
    assert runs(seen(100, (0, 5), (97, 100))) == [[5, 97]]


def test_shots_part_stretches_and_gaps_at_them_belong_to_none():
    assert runs(seen(200, (98, 103)), shots=(100,)) == [[0, 98], [103, 200]]
    assert runs(seen(200), shots=(100, 120, 0, 200, 300)) == [[0, 100], [120, 200]]


def test_what_is_shorter_than_a_second_is_left_out():
    shortest = round(SHORTEST_S * FPS)
    assert runs(seen(shortest)) == [[0, shortest]]
    assert runs(seen(shortest - 1)) == []
    assert runs(seen(100, (0, 100))) == []
    assert stretches(np.zeros(0, dtype=bool), (), 8, FPS).shape == (0, 2)


def test_shots_cover_the_clip():
    assert shots_of(10, (4, 7)) == [slice(0, 4), slice(4, 7), slice(7, 10)]
    assert shots_of(10, ()) == [slice(0, 10)]
    assert shots_of(1, (0, 1)) == [slice(0, 1)]


@pytest.mark.parametrize("inside", [[[2, 4], [7, 9]], [[0, 10]], [[9, 10]]])
def test_outside_the_nearest_frame_inside_stands_in(inside):
    frames = np.concatenate([np.arange(*run) for run in inside])
    where = nearest_inside(10, np.array(inside, dtype=np.int32))
    assert (np.isin(where, frames)).all()
    for frame, source in enumerate(where):
        assert abs(source - frame) == np.abs(frames - frame).min()
