"""Ranges put together: what is kept and what is left out cover the window, without gap or overlap."""

from itertools import pairwise

import numpy as np
import pytest

from workflow_scripts.collect.cutting.segments import Limits, Stretch, complement, divide
from workflow_scripts.workflow.errors import UserError


def silence(start: float, end: float, inside: float = 2.0) -> Stretch:
    return Stretch(start, end, "silence", inside)


def test_nothing_found_leaves_the_window() -> None:
    assert divide((1.0, 9.0), [], [], Limits()) == ([(1.0, 9.0)], [])


def test_shots_become_clips_and_short_ones_are_left_out() -> None:
    clips, out = divide((0.0, 10.0), [4.0, 5.0, 0.0, 12.0], [], Limits(min_seconds=2.0))
    assert clips == [(0.0, 4.0), (5.0, 10.0)]
    assert out == [(4.0, 5.0, "shorter than 2 s")]


def test_a_stretch_counts_at_an_edge_or_when_long() -> None:
    short, long = silence(4.0, 5.0), silence(4.0, 6.5)
    assert divide((0.0, 10.0), [], [short], Limits())[0] == [(0.0, 10.0)]
    assert divide((0.0, 10.0), [], [long], Limits())[0] == [(0.0, 4.0), (6.5, 10.0)]
    assert divide((4.02, 10.0), [], [short], Limits())[0] == [(5.0, 10.0)]
    assert divide((0.0, 10.0), [4.98], [short], Limits())[0] == [(0.0, 4.0), (5.0, 10.0)]


def test_one_stretch_brings_the_next_to_an_edge() -> None:
    black = Stretch(0.0, 1.0, "black picture", 1.0)
    clips, out = divide((0.0, 10.0), [], [black, silence(1.0, 2.2)], Limits())
    assert clips == [(2.2, 10.0)]
    assert out == [(0.0, 1.0, "black picture"), (1.0, 2.2, "silence")]


def test_the_first_of_several_reasons_is_given() -> None:
    black = Stretch(0.0, 3.0, "black picture", 1.0)
    assert divide((0.0, 10.0), [], [black, silence(0.0, 4.0)], Limits())[1] == [
        (0.0, 3.0, "black picture"),
        (3.0, 4.0, "silence"),
    ]


def test_long_pieces_are_divided_evenly() -> None:
    thirds, _ = divide((0.0, 10.0), [], [], Limits(2.0, 4.0))
    np.testing.assert_allclose(thirds, [(0, 10 / 3), (10 / 3, 20 / 3), (20 / 3, 10)])
    assert divide((0.0, 8.0), [], [], Limits(2.0, 4.0))[0] == [(0.0, 4.0), (4.0, 8.0)]


def test_no_part_is_shorter_than_the_least() -> None:
    clips, out = divide((0.0, 4.5), [], [], Limits(2.0, 4.0))
    assert clips == [(0.0, 2.25), (2.25, 4.5)]
    assert out == []


def test_so_many_clips_and_no_more() -> None:
    clips, out = divide((0.0, 10.0), [], [], Limits(1.0, 2.5, 2))
    assert clips == [(0.0, 2.5), (2.5, 5.0)]
    assert out == [(5.0, 10.0, "more than 2 clips")]


def test_limits_that_contradict_each_other() -> None:
    with pytest.raises(UserError, match=r"max_seconds \(3\) must be at least twice min_seconds \(2\)"):
        Limits(2.0, 3.0)


def test_what_a_cut_list_leaves() -> None:
    assert complement((0.0, 9.0), [(5.0, 7.0), (1.0, 3.0)], "r") == [(0.0, 1.0, "r"), (3.0, 5.0, "r"), (7.0, 9.0, "r")]
    assert complement((0.0, 9.0), [(0.0, 9.0)], "r") == []


def test_whatever_is_found_the_window_is_covered_once() -> None:
    rng = np.random.default_rng(1)
    for _ in range(200):
        start, length = rng.uniform(0, 20, 2)
        window = (start, start + length + 0.1)
        changes = rng.uniform(0, 40, rng.integers(0, 6)).tolist()
        stretches = [
            Stretch(at, at + rng.uniform(0.2, 8), reason, 2.0)
            for reason in ("black picture", "still picture", "silence", "speech")
            for at in rng.uniform(0, 40, rng.integers(0, 4))
        ]
        limits = Limits(rng.uniform(0.5, 1.5), rng.choice([None, 3.0]), rng.choice([None, 3]))
        clips, out = divide(window, changes, stretches, limits)
        parts = sorted([*clips, *((a, b) for a, b, _ in out)])
        assert parts[0][0] == window[0]
        assert parts[-1][1] == window[1]
        assert all(a[1] == pytest.approx(b[0], abs=1e-9) for a, b in pairwise(parts))
        assert all(limits.min_seconds - 1e-6 <= b - a <= (limits.max_seconds or 99) + 1e-6 for a, b in clips)
