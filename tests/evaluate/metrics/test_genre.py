"""Genres are told from real dances alone."""

import numpy as np
import pytest

from workflow_scripts.demo.choreography import choreograph
from workflow_scripts.evaluate.metrics.genre import GenreCheck, GenreClassifier, window_features
from workflow_scripts.motion.dataset_file import DatasetClip
from workflow_scripts.motion.kinematics import turned
from workflow_scripts.motion.music_file import Music
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import SMPL24

FPS = 30.0


def dance(genre, seed, seconds=10.0):
    return choreograph(np.arange(0.4, seconds, 0.55), seconds, genre, seed)


def clip(genre, seed, song=""):
    world = dance(genre or "disco", seed)
    music = Music(np.zeros((len(world), 1), np.float32), np.empty(0), np.empty(0), 0.0, FPS)
    person = Person(world - world[:, :1], world[:, 0])
    name = f"{genre}{seed}"
    return DatasetClip("c", name, "0000", song or name, genre, "train", 1.0, person, music)


def test_windows_of_a_swinging_arm():
    t = np.arange(240) / FPS
    world = np.tile(SMPL24.rest_positions, (240, 1, 1))
    world[:, :, 1] += 0.05 * t[:, None]
    features = window_features(world, FPS).reshape(-1, 3, 23, 3)
    assert len(features) == 5  # from 0, 1, 2, 3 and 4 s on
    assert features[0, 0] == pytest.approx(SMPL24.rest_positions[1:] - SMPL24.rest_positions[0], abs=1e-9)
    assert np.abs(features[:, 1:]).max() < 1e-9  # seen from the pelvis nothing moves
    wrist = SMPL24.index("left_wrist")
    elbow = world[:, SMPL24.index("left_elbow")]
    length = SMPL24.rest_lengths[wrist]
    angle = np.pi * t
    world[:, wrist] = elbow + length * np.stack([np.cos(angle), np.sin(angle), 0 * t], axis=1)
    moving = window_features(world, FPS).reshape(-1, 3, 23, 3)[0, :, wrist - 1]
    # A circle in 2 s: deviation r / sqrt 2 along x and y, mean speed along each 2 / pi of that around.
    assert moving[1] == pytest.approx(np.array([length / 2**0.5, length / 2**0.5, 0]), abs=2e-3)
    assert moving[2, :2] == pytest.approx(np.full(2, 2 * length), rel=1e-2)


def test_place_heading_and_size_of_a_dancer_tell_nothing():
    world = dance("disco", 1)
    other = turned(world * 1.2, 0.8) + np.array([3.0, 0.0, -2.0])
    assert window_features(other, FPS) == pytest.approx(window_features(world, FPS), abs=1e-9)


def test_a_short_motion_is_one_window():
    assert window_features(dance("disco", 1)[:20], FPS).shape == (1, 207)
    assert window_features(dance("disco", 1)[:1], FPS).shape == (1, 207)


def test_two_clouds_are_told_by_the_line_between_them():
    rng = np.random.default_rng(0)
    shift = np.zeros(207)
    shift[5] = 4.0
    # One genre has ten times the windows of the other: they weigh no more.
    fitted = GenreClassifier.fit([rng.normal(size=(1000, 207)), rng.normal(size=(100, 207)) + shift], ["a", "b"])
    near = [fitted.tell(rng.normal(size=(4, 207)) + share * shift) for share in (0.0, 1.0) for _ in range(50)]
    assert np.mean([told == "a" for told in near[:50]]) > 0.95
    assert np.mean([told == "b" for told in near[50:]]) > 0.9


def test_genres_of_unseen_dances_are_told():
    genres = ("disco", "hiphop", "house")
    check = GenreCheck.of([clip(genre, seed) for genre in genres for seed in range(4)], FPS)
    assert check.chance == pytest.approx(1 / 3)
    assert check.clips == 12
    assert check.right >= 10
    told = [check.tell(dance(genre, seed), FPS) == genre for genre in genres for seed in range(20, 24)]
    assert np.mean(told) > 0.8


def test_a_genre_that_is_only_in_the_song_left_out_is_never_right():
    clips = [clip("disco", 1, "one"), clip("disco", 2, "two"), clip("house", 3, "three"), clip("house", 4, "three")]
    assert GenreCheck.of(clips, FPS).right <= 2


def test_one_genre_or_none_is_no_check():
    assert GenreCheck.of([clip("disco", 1), clip("disco", 2), clip("", 3)], FPS) is None
