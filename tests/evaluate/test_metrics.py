"""Every metric on motion whose answer is known without it."""

import numpy as np
import pytest

from workflow_scripts.evaluate.bootstrap import difference_interval, mean_interval
from workflow_scripts.evaluate.metrics.beat_alignment import beat_alignment, beats_inside, hit_share, motion_beats
from workflow_scripts.evaluate.metrics.movement import (
    bone_variation,
    end_speeds,
    foot_skate,
    frozen,
    longest_held,
    lowest_joint,
    mean_speed,
)
from workflow_scripts.evaluate.metrics.resampling import resampled
from workflow_scripts.motion.skeleton import SMPL24

FPS = 30.0


def still(seconds=4.0):
    return np.tile(SMPL24.rest_positions, (round(seconds * FPS), 1, 1))


def swinging(seconds=20.0, rests_per_s=2.0, first=0.3, fps=FPS):
    """The whole body swings sideways; it rests at first + k / rests_per_s."""
    t = np.arange(round(seconds * fps)) / fps
    world = np.tile(SMPL24.rest_positions, (len(t), 1, 1))
    world[:, :, 0] += 0.2 * np.cos(np.pi * rests_per_s * (t - first))[:, None]
    return world


def test_motion_beats_are_where_the_body_rests():
    beats = motion_beats(resampled(swinging(first=0.309), FPS), 60.0)
    inside = beats[(beats > 0.5) & (beats < 19.5)]
    # Up to half a frame early: speed number t lies between the frames t and t + 1.
    assert np.abs(inside - 0.309 - np.round((inside - 0.309) * 2) / 2).max() < 1.01 / 60


@pytest.mark.parametrize("offset", [0.0, 0.05, 0.1])
def test_beat_alignment_is_a_bell_of_50_ms(offset):
    music = np.arange(1.0, 10.0)
    assert beat_alignment(music + offset, music) == pytest.approx(np.exp(-(offset**2) / (2 * 0.05**2)))


def test_beat_alignment_counts_music_beats():
    # Four music beats, one of them danced; a second motion beat far away does not matter.
    assert beat_alignment(np.array([1.0, 9.9]), np.array([1.0, 2.0, 3.0, 4.0])) == pytest.approx(0.25)
    assert hit_share(np.array([1.06, 2.08]), np.array([1.0, 2.0])) == 0.5


def test_nothing_to_align():
    assert beat_alignment(np.array([]), np.array([1.0])) == 0.0
    assert hit_share(np.array([]), np.array([1.0])) == 0.0
    assert np.isnan(beat_alignment(np.array([1.0]), np.array([])))


def test_beats_after_the_dance_do_not_count():
    assert beats_inside(np.array([0.0, 0.9, 1.1]), 60, 60.0).tolist() == [0.0, 0.9]


def test_resampling_keeps_a_curve():
    slow, fast = swinging(seconds=3.0), swinging(seconds=3.0, fps=60.0)
    assert np.abs(resampled(slow, FPS) - fast[:-1]).max() < 1e-3


def test_mean_speed_of_a_straight_walk():
    world = still()
    world[:, :, 2] += (np.arange(len(world)) / FPS * 1.5)[:, None]
    assert mean_speed(world, FPS) == pytest.approx(1.5)


def test_frozen_stretches():
    world = swinging(seconds=12.0, rests_per_s=1.0)
    assert frozen(world, FPS)[0] < 0.4
    world[90:210] = world[90]
    longest, share = frozen(world, FPS)
    assert longest == pytest.approx(4.0, abs=0.4)
    assert share == pytest.approx(4.0 / 12.0, abs=0.12)
    assert frozen(still(), FPS) == (pytest.approx(4.0, abs=0.05), 1.0)


def test_a_dance_that_slows_down():
    t = np.arange(round(40 * FPS)) / FPS
    world = np.tile(SMPL24.rest_positions, (len(t), 1, 1))
    # 1 m/s, then 0.4 m/s from 20 s on.
    world[:, :, 2] += (np.minimum(t, 20) + 0.4 * np.maximum(t - 20, 0))[:, None]
    assert end_speeds(world, FPS) == (pytest.approx(1.0), pytest.approx(0.4))
    assert end_speeds(world[450:750], FPS) == (pytest.approx(1.0), pytest.approx(0.4, rel=0.02))  # 10 s: halves
    assert end_speeds(world[:1], FPS) == (0.0, 0.0)


def test_a_held_pose():
    rng = np.random.default_rng(0)
    world = still(10.0) + 0.1 * rng.standard_normal((300, 24, 3))
    assert longest_held(world, FPS) == 0.0
    world[70:131] = world[70] + 0.002 * rng.uniform(-1, 1, (61, 24, 3))
    assert longest_held(world, FPS) == pytest.approx(2.0)
    # Gliding changes no pose; a wrist that leaves its place by more than a centimetre does.
    world[70:131, :, 0] += np.linspace(0, 2, 61)[:, None]
    assert longest_held(world, FPS) == pytest.approx(2.0)
    world[100, 20, 1] += 0.02
    assert longest_held(world, FPS) == pytest.approx(1.0, abs=0.04)
    assert longest_held(still(7.3), FPS) == pytest.approx(7.3 - 1 / FPS, abs=0.01)
    assert longest_held(still()[:1], FPS) == 0.0


def test_distances_are_to_the_nearest_motion_beat_on_either_side():
    rng = np.random.default_rng(1)
    motion, music = np.sort(rng.uniform(0, 30, 40)), np.sort(rng.uniform(-1, 31, 50))
    nearest = np.abs(music[:, None] - motion).min(axis=1)
    assert beat_alignment(motion, music) == pytest.approx(np.exp(-(nearest**2) / (2 * 0.05**2)).mean())
    assert hit_share(motion[:1], music) == np.mean(np.abs(music - motion[0]) <= 0.07)


def test_foot_skate():
    world = still()
    assert foot_skate(world, FPS) == 0.0
    world[:, :, 0] += (np.arange(len(world)) / FPS * 0.4)[:, None]
    assert foot_skate(world, FPS) == pytest.approx(0.4)
    world[:, :, 1] += 0.2
    assert np.isnan(foot_skate(world, FPS))


def test_a_foot_that_turns_on_its_toe_does_not_skate():
    world = still()
    world[:, [7, 8], 0] += 0.05 * np.sin(np.arange(len(world)))[:, None]
    assert foot_skate(world, FPS) == 0.0


def test_lowest_joint_and_bones():
    world = still()
    assert lowest_joint(world) == pytest.approx(0.02)
    assert bone_variation(world) == pytest.approx(0.0, abs=1e-9)
    length = np.linalg.norm(SMPL24.rest_positions[22] - SMPL24.rest_positions[20])
    world[::2, 22, 0] += 0.1 * length
    assert bone_variation(world) == pytest.approx(0.05 / 1.05, rel=1e-6)


def test_interval_covers_the_mean_as_often_as_it_says():
    covered = 0
    for trial in range(200):
        values = np.random.default_rng(trial).normal(3.0, 1.0, 40)
        _, low, high = mean_interval(values, [str(i) for i in range(40)], seed=trial, resamples=400)
        covered += low <= 3.0 <= high
    assert 0.88 < covered / 200 < 0.99


def test_dances_to_one_song_are_not_independent():
    rng = np.random.default_rng(0)
    songs = np.repeat(rng.normal(size=8), 20)
    names = np.repeat([f"s{i}" for i in range(8)], 20)
    _, low, high = mean_interval(songs, names, seed=0)
    _, alone_low, alone_high = mean_interval(songs, [str(i) for i in range(160)], seed=0)
    assert high - low > 3 * (alone_high - alone_low)


def test_intervals_of_little():
    assert mean_interval([], [], 0) == (None, None, None)
    assert mean_interval([float("nan")], ["a"], 0) == (None, None, None)
    assert mean_interval([1.0, float("nan"), 3.0], ["a", "b", "a"], 0) == (2.0, None, None)


def test_differences_of_songs_danced_by_both_are_paired():
    rng = np.random.default_rng(0)
    songs = [f"s{i}" for i in range(12)]
    level = rng.normal(0, 5, 12)  # what a song does to everybody
    one, two = level + 1.0 + rng.normal(0, 0.2, 12), level + rng.normal(0, 0.2, 12)
    mean, low, high = difference_interval(one, songs, two, songs, seed=0)
    assert mean == pytest.approx(1.0, abs=0.3)
    assert 0.5 < low < high < 1.5
    # The same numbers of other songs tell nothing.
    _, low, high = difference_interval(one, songs, two, [f"t{i}" for i in range(12)], seed=0)
    assert low < 0 < high


def test_differences_of_little():
    assert difference_interval([], [], [1.0], ["a"], 0) == (None, None, None)
    assert difference_interval([2.0], ["a"], [1.0, 1.5], ["a", "b"], 0) == (0.75, None, None)
