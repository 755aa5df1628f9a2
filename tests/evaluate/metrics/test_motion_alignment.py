"""Beat alignment per motion beat, and the F-measure, of beats whose answer is known."""

import numpy as np
import pytest

from workflow_scripts.evaluate.metrics.motion_alignment import (
    f_measure,
    lowest_in_reach,
    motion_alignment,
    published_motion_alignment,
    published_motion_beats,
    slowest_moments,
)
from workflow_scripts.evaluate.metrics.resampling import RATE, resampled
from workflow_scripts.motion.skeleton import SMPL24


def swinging(fps, seconds=12.0, first=0.309, rests_per_s=2.0):
    """The whole body swings sideways; it rests at first + k / rests_per_s."""
    t = np.arange(round(seconds * fps)) / fps
    world = np.tile(SMPL24.rest_positions, (len(t), 1, 1))
    world[:, :, 0] += 0.2 * np.cos(np.pi * rests_per_s * (t - first))[:, None]
    return world


def test_lowest_in_reach_is_strict_and_looks_both_ways():
    speed = np.array([5.0, 3, 4, 1, 4, 3, 3, 5, 2, 6])
    assert lowest_in_reach(speed, 1).tolist() == [1, 3, 8]
    assert lowest_in_reach(speed, 2).tolist() == [3, 8]
    assert not len(lowest_in_reach(np.ones(30), 3))


def test_directions_ask_different_questions():
    music = np.arange(1.0, 9.0)
    # One rest on the beat: every motion beat is near the music, one music beat of eight is near a motion beat.
    assert motion_alignment(np.array([3.0]), music) == 1.0
    assert f_measure(np.array([3.0]), music) == pytest.approx(2 * 1 * 0.125 / 1.125)
    # Rests twice as often as the music beats.
    twice = np.arange(1.0, 8.6, 0.5)
    assert motion_alignment(twice, music) == pytest.approx(0.5, abs=1e-9)
    assert f_measure(twice, music) == pytest.approx(2 * 0.5 * 1.0 / 1.5)


def test_f_measure_counts_every_beat_once():
    assert f_measure(np.array([0.95, 1.0, 1.05]), np.array([1.0])) == pytest.approx(0.5)


@pytest.mark.parametrize("offset", [0.0, 0.05, 0.1])
def test_per_motion_beat_is_a_bell_of_50_ms(offset):
    music = np.arange(1.0, 10.0)
    assert motion_alignment(music + offset, music) == pytest.approx(np.exp(-(offset**2) / (2 * 0.05**2)))
    frames = np.round(music * 60).astype(int)
    shifted = frames + round(offset * 60)
    assert published_motion_alignment(shifted, frames) == pytest.approx(np.exp(-(offset**2) / (2 * 0.05**2)))


@pytest.mark.parametrize("score", [motion_alignment, f_measure])
def test_nothing_to_align(score):
    assert np.isnan(score(np.array([1.0]), np.array([])))
    assert score(np.array([]), np.array([1.0])) == 0.0
    assert published_motion_alignment(np.array([], int), np.array([1])) == 0.0


def test_corrected_beats_begin_with_the_dance():
    world = swinging(60.0, first=0.109)
    # The published form finds nothing in the first sixth of a second, and everything a frame later.
    early, published = slowest_moments(world), published_motion_beats(world) / RATE
    assert early[0] == pytest.approx(0.109, abs=0.02)
    assert published[0] == pytest.approx(0.609, abs=0.035)
    assert np.allclose(published - early[1:], 1 / RATE)


@pytest.mark.parametrize("fps", [24.0, 30.0])
def test_corrected_beats_agree_at_every_frame_rate(fps):
    fast, slow = slowest_moments(swinging(60.0)), slowest_moments(resampled(swinging(fps), fps))
    inside = slice(1, -1)
    assert len(fast) == pytest.approx(len(slow), abs=1)
    assert np.abs(fast[inside][: len(slow) - 2] - slow[inside][: len(fast) - 2]).max() <= 1 / RATE + 1e-9
