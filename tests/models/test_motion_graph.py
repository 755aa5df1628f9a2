"""The motion graph on the demo's choreography (exact motion on exact beats) and on motion made here."""

import io
import tracemalloc
from itertools import pairwise

import numpy as np
import pytest
import torch

from workflow_scripts.demo.choreography import choreograph
from workflow_scripts.generate.guarantees import danced
from workflow_scripts.models.motion_graph import model as graph
from workflow_scripts.models.motion_graph.model import Model, MotionGraphConfig
from workflow_scripts.models.motion_graph.placement import Weights, place_units
from workflow_scripts.models.motion_graph.units import bar_phase, cut_frames, cut_units
from workflow_scripts.models.pieces.body import normalised
from workflow_scripts.models.pieces.grid import beat_grid
from workflow_scripts.motion.dataset_file import SPLITS, Dataset, DatasetClip, Statistics
from workflow_scripts.motion.feet import lock_feet
from workflow_scripts.motion.kinematics import facing_angle, kinematic_minima, mean_joint_speed
from workflow_scripts.motion.music_file import Music
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.motion.windows import WindowPlan
from workflow_scripts.workflow.errors import UserError

FPS = 30.0


def music(bpm, seconds, first=0.4):
    beats = np.arange(first, seconds, 60 / bpm)
    return Music(np.zeros((round(seconds * FPS), 35), np.float32), beats, beats[::4], float(bpm), FPS)


def clip(genre, seed, bpm, seconds=12.0, world=None):
    song = music(bpm, seconds)
    if world is None:
        world = choreograph(song.beats, seconds, genre, seed)
    person = Person(world - world[:, :1], world[:, 0])
    return DatasetClip("demo", f"{genre}{seed}", "0000", f"s{seed}", genre, "train", 1.0, person, song)


def dataset(clips):
    nothing = np.zeros((0, 3), np.int64)
    plain = Statistics(np.zeros(1), np.ones(1))
    clips = sorted(clips, key=lambda item: item.name)
    return Dataset(FPS, "edge35", WindowPlan("window", 60, 30), clips, dict.fromkeys(SPLITS, nothing), plain, plain)


@pytest.fixture(scope="module")
def training():
    tempi = {"disco": 116, "hiphop": 92, "house": 126}
    return dataset([clip(genre, seed, bpm + seed) for genre, bpm in tempi.items() for seed in range(3)])


@pytest.fixture(scope="module")
def model(training):
    return Model.from_dataset(MotionGraphConfig(), training)


def dance(model, song, seconds, seed=0, start=None):
    return model.generate(song, seconds, start, np.random.default_rng(seed))


def closeness(world, beats):
    """Mean over beats of exp(-d²/2σ²), σ = 50 ms, to the nearest moment of rest (written out once more on purpose)."""
    rests = (kinematic_minima(world, FPS) + 0.5) / FPS
    distance = np.abs(beats[:, None] - rests).min(axis=1)
    return np.exp(-(distance**2) / (2 * 0.05**2)).mean()


@pytest.mark.parametrize("seconds", [0.1, 1.0, 7.77, 20.0])
def test_as_many_frames_as_asked_for(model, seconds):
    person = dance(model, music(110, 21.0), seconds)
    assert person.positions.shape == (round(FPS * seconds), 24, 3)
    assert person.root.shape == (round(FPS * seconds), 3)
    assert np.isfinite(person.world).all()


def test_bones_have_their_rest_lengths(model):
    positions = dance(model, music(110, 20.0), 20.0).positions
    lengths = np.linalg.norm(positions - positions[:, np.maximum(SMPL24.parents, 0)], axis=-1)
    assert np.abs(lengths - SMPL24.rest_lengths).max() < 1e-6
    assert np.abs(positions[:, 0]).max() < 1e-9


@pytest.mark.parametrize("bpm", [84, 105, 128])
def test_rests_fall_on_the_beats_of_its_own_song(model, bpm):
    song = music(bpm, 20.0)
    world = dance(model, song, 20.0).world
    inside = song.beats[song.beats < 19.5]
    others = [music(other, 19.5, 0.2).beats for other in (90, 98, 112, 121, 137)]
    assert closeness(world, inside) > 0.8
    assert closeness(world, inside) - np.mean([closeness(world, beats) for beats in others]) > 0.5


def test_moves_as_much_as_the_training_motion_and_never_freezes(model, training):
    speeds = [mean_joint_speed(item.motion.world, FPS).mean() for item in training.clips]
    for bpm in (80, 100, 130):
        speed = mean_joint_speed(dance(model, music(bpm, 20.0), 20.0).world, FPS)
        assert 0.5 < speed.mean() / np.mean(speeds) < 2
        # Somewhere in every second there is movement.
        assert np.convolve(speed > 0.15, np.ones(30), "valid").min() > 0


def test_joins_do_not_pop(model, training):
    hardest = max(np.linalg.norm(np.diff(item.motion.world, 2, axis=0), axis=-1).max() for item in training.clips)
    for seed in range(3):
        world = dance(model, music(112, 20.0), 20.0, seed).world
        assert np.linalg.norm(np.diff(world, 2, axis=0), axis=-1).max() < 1.5 * hardest


@pytest.mark.parametrize(
    ("beats", "tempo"),
    [
        ([], 0.0),
        ([3.0], 0.0),
        ([3.0], 100.0),
        ([2.0, 2.5], 120.0),
        ([0.0, 12.0], 5.0),
        (list(np.arange(0, 15, 0.15)), 400.0),
    ],
)
def test_songs_with_no_few_or_odd_beats(model, beats, tempo):
    song = Music(np.zeros((450, 35), np.float32), np.array(beats), np.empty(0), tempo, FPS)
    person = dance(model, song, 15.0)
    speed = mean_joint_speed(person.world, FPS)
    assert len(speed) == 449
    assert np.convolve(speed > 0.1, np.ones(60), "valid").min() > 0


def test_a_dancer_who_stands_is_not_asked():
    t = np.arange(360) / FPS
    # Swaying by millimetres in time with the song, which the dances are not: rests where they should be.
    standing = np.tile(SMPL24.rest_positions, (360, 1, 1))
    upper = [3, 6, 9, *range(12, 24)]  # feet that sway are locked
    standing[:, upper, 0] += 0.008 * np.sin(2 * np.pi * 116 / 120 * t + 0.1)[:, None]
    clips = [clip("disco", 1, 90), clip("disco", 2, 150), clip("still", 3, 116, world=standing)]
    song = music(116, 20.0)
    speed = {}
    for floor in (0.0, 0.4):
        fitted = Model.from_dataset(MotionGraphConfig(speed_floor=floor, repeat_window=0), dataset(clips))
        speed[floor] = mean_joint_speed(dance(fitted, song, 20.0).world, FPS).mean()
    assert speed[0.4] > 0.3
    assert speed[0.0] < 0.5 * speed[0.4]


def test_the_state_survives_a_safe_checkpoint(model):
    buffer = io.BytesIO()
    torch.save(model.state(), buffer)
    buffer.seek(0)
    again = Model.from_state(MotionGraphConfig(), torch.load(buffer, weights_only=True))
    song = music(110, 10.0)
    assert np.abs(dance(again, song, 10.0).world - dance(model, song, 10.0).world).max() < 1e-4


def test_chance_comes_from_the_seed_alone(model):
    song = music(110, 12.0)
    first, second, other = (dance(model, song, 12.0, seed).world for seed in (1, 1, 2))
    assert np.array_equal(first, second)
    assert np.abs(first - other).max() > 0.1


def test_a_song_at_the_tempo_of_a_genre_is_danced_in_it(model):
    def genres(bpm):
        song = music(bpm, 15.0)
        weights = Weights(warp=0.25, bar=0.15, speed_floor=0.4, repeat_window=12)
        grid = beat_grid(song.beats, 15.0, song.tempo)
        rng = np.random.default_rng(0)
        path = place_units(model.units, model._joins, grid, bar_phase(grid, song.downbeats), FPS, bpm, weights, rng)
        return [model.genres[model.units.genre[placement.unit]] for placement in path]

    assert np.mean([genre == "hiphop" for genre in genres(92)]) > 0.8
    assert np.mean([genre == "house" for genre in genres(129)]) > 0.8


def test_units_do_not_come_back_within_the_window(model):
    song = music(120, 20.0)
    grid = beat_grid(song.beats, 20.0, song.tempo)
    phases = np.full(len(grid), np.nan)

    def repeats(window):
        weights = Weights(warp=0.25, bar=0.0, speed_floor=0.4, repeat_window=window)
        path = place_units(model.units, model._joins, grid, phases, FPS, 120.0, weights, np.random.default_rng(3))
        used = [placement.unit for placement in path]
        assert [placement.first for placement in path] == [0, *(placement.last for placement in path[:-1])]
        assert path[-1].last == len(grid) - 1
        return sum(unit in used[max(place - 8, 0) : place] for place, unit in enumerate(used))

    assert repeats(8) <= min(repeats(0), 2)


def test_a_dance_continues_its_seed_motion(model, training):
    start = training.clips[4].motion
    cut = Person(start.positions[:100], start.root[:100])
    body = normalised(cut, FPS)
    body.root[:, 0] += 0.7
    person = dance(model, music(110, 8.0), 8.0, start=body)
    step = np.linalg.norm(person.world[0] - body.world[-1], axis=-1).max()
    assert step < 0.12
    turn = facing_angle(person.positions[0]) - facing_angle(body.positions[-1])
    assert abs(np.arctan2(np.sin(turn), np.cos(turn))) < 0.3


def test_stays_near_the_origin_although_the_training_dancer_walks_away():
    walking = clip("disco", 1, 116)
    walking.motion.root[:, 2] += np.arange(len(walking.motion.root)) / FPS * 0.4
    fitted = Model.from_dataset(MotionGraphConfig(), dataset([walking]))
    root = dance(fitted, music(116, 40.0), 40.0).root
    assert np.linalg.norm(root[:, [0, 2]], axis=1).max() < 1.5


def test_clips_without_rests_are_reported():
    still = clip("disco", 1, 116, world=np.tile(SMPL24.rest_positions, (200, 1, 1)))
    with pytest.raises(UserError, match="no motion between"):
        Model.from_dataset(MotionGraphConfig(), dataset([still]))


def test_no_more_units_than_allowed(training):
    small = Model.from_dataset(MotionGraphConfig(max_units=80), training)
    assert 20 < len(small.units) <= 80
    assert len(small.clips) < len(training.clips)
    assert dance(small, music(110, 5.0), 5.0).root.shape == (150, 3)


def test_cuts_are_where_a_swinging_body_turns_round():
    t = np.arange(300) / FPS
    world = np.tile(SMPL24.rest_positions, (300, 1, 1))
    world[:, :, 0] += 0.3 * np.sin(np.pi * (t - 0.107))[:, None]
    # Turns round at 0.607 s, 1.607 s, ... (not midway between frames, where two speeds would be equal).
    cuts = cut_frames(world, FPS, 0.3) / FPS
    assert np.abs(cuts - (0.607 + np.arange(len(cuts)))).max() < 0.5 / FPS + 1e-9
    assert len(cuts) == 10


def test_units_follow_each_other_without_a_gap(training):
    clips = training.clips
    units, genres = cut_units(clips, [normalised(item.motion, FPS) for item in clips], FPS, 0.3, 2.6)
    after = np.flatnonzero(units.follows >= 0)
    before = units.follows[after]
    assert len(after) > 0.9 * len(units) - len(clips)
    assert np.array_equal(units.start[after], units.end[before])
    assert np.array_equal(units.clip[after], units.clip[before])
    assert genres == ["disco", "hiphop", "house"]
    assert ((units.end - units.start) / FPS).max() <= 2.6


def test_bar_phase_is_zero_on_downbeats_and_unknown_without():
    downbeats = np.array([1.0, 3.0, 5.0])
    assert np.cos(bar_phase(np.array([-1.0, 1.0, 3.0, 7.0]), downbeats)) == pytest.approx(np.ones(4))
    assert bar_phase(np.array([2.0, 4.5]), downbeats) == pytest.approx([np.pi, 1.5 * np.pi])
    assert np.isnan(bar_phase(np.array([2.0]), np.array([1.0]))).all()


@pytest.mark.parametrize("frame", range(150, 200))
def test_beats_on_whole_frames_leave_no_frame_uncovered(frame):
    # 16 frames a beat: counted back from a beat, the grid's first place is rounded to a hair before or after 0.
    beats = frame / 30 + np.arange(20) * 16 / 30
    assert beat_grid(beats, 12.0, 112.5)[0] <= 0.0


@pytest.fixture
def paths(monkeypatch):
    """The units and placements behind every dance of a test."""
    seen = []

    def spy(units, *arguments, **named):
        path = place_units(units, *arguments, **named)
        seen.append((units, path))
        return path

    monkeypatch.setattr(graph, "place_units", spy)
    return seen


@pytest.mark.parametrize("genre", ["disco", "hiphop", "house"])
def test_a_genre_is_danced_with_its_own_units(model, paths, genre):
    song = music(112, 20.0)
    person = model.generate(song, 20.0, None, np.random.default_rng(0), genre=genre)
    units, path = paths[0]
    assert {model.names[units.genre[placement.unit]] for placement in path} == {genre}
    assert person.root.shape == (600, 3)
    # Units that follow each other in the training motion still do.
    after = np.flatnonzero(units.follows >= 0)
    assert len(after) > 0.8 * len(units)
    assert np.array_equal(units.start[after], units.end[units.follows[after]])


def test_a_genre_with_too_few_units_borrows_rather_than_repeats(paths):
    short = clip("house", 1, 120, seconds=6.0)
    fitted = Model.from_dataset(MotionGraphConfig(), dataset([short, *(clip("disco", n, 112) for n in range(4))]))
    few = int((fitted.units.genre == fitted.names.index("house")).sum())
    assert 4 < few < 24
    fitted.generate(music(118, 20.0), 20.0, None, np.random.default_rng(0), genre="house")
    units, path = paths[0]
    share = np.mean([fitted.names[units.genre[placement.unit]] == "house" for placement in path])
    assert len(set(placement.unit for placement in path[:12])) == 12
    assert share > 0.9 * min(few / 12, 1)
    assert share < 1 or few >= 12


def test_an_unknown_genre_is_a_clear_error(model):
    with pytest.raises(UserError, match="knows no genre 'tango'; it knows disco, hiphop, house"):
        model.generate(music(110, 5.0), 5.0, None, np.random.default_rng(0), genre="tango")


def test_a_dance_of_a_genre_continues_its_seed_motion(model, training):
    body = normalised(training.clips[4].motion, FPS)
    person = model.generate(music(110, 8.0), 8.0, body, np.random.default_rng(0), genre="house")
    assert np.linalg.norm(person.world[0] - body.world[-1], axis=-1).max() < 0.2


def test_step_by_step_the_future_changes_nothing_before_it(model, paths):
    song = music(110, 20.0)
    other = Music(song.features, song.beats.copy(), song.downbeats, song.tempo, FPS)
    late = other.beats > 12.0
    other.beats[late] = 12.0 + (other.beats[late] - 12.0) * 0.8

    for each in (song, other):
        model.generate(each, 20.0, None, np.random.default_rng(0), stepwise=True)
    early = np.searchsorted(beat_grid(song.beats, 20.0, song.tempo), 11.5)
    before, after = ([placement for placement in path if placement.last <= early] for _, path in paths)
    assert len(before) > 10
    assert before == after
    assert paths[0][1] != paths[1][1]
    world = model.generate(song, 20.0, None, np.random.default_rng(0), stepwise=True).world
    assert closeness(world, song.beats[song.beats < 19.5]) > 0.6


def test_looking_ahead_joins_better_than_going_step_by_step(model, paths):
    def cost(units, path):
        pairs = [(a.unit, b.unit) for a, b in pairwise(path)]
        return np.mean([0.0 if units.follows[b] == a else model._joins[a, b] for a, b in pairs])

    for stepwise in (False, True):
        for seed in range(4):
            model.generate(music(104, 20.0), 20.0, None, np.random.default_rng(seed), stepwise=stepwise)
    costs = [cost(*one) for one in paths]
    assert np.mean(costs[:4]) < np.mean(costs[4:])


def test_no_unit_comes_back_within_the_window_where_there_are_enough(model, paths):
    for seed in range(3):
        model.generate(music(120, 30.0), 30.0, None, np.random.default_rng(seed))
    for _, path in paths:
        used = [placement.unit for placement in path]
        assert not [unit for place, unit in enumerate(used) if unit in used[max(place - 12, 0) : place]]


@pytest.mark.parametrize("genre", [None, "house"])
@pytest.mark.parametrize("seed", range(3))
def test_no_unit_comes_back_within_the_window_across_intervals(model, paths, genre, seed):
    danced(model, music(120, 15.0), np.random.default_rng(seed), genre=genre, length=5.0)
    assert len(paths) == 3
    used = [placement.unit for _, path in paths for placement in path]
    assert len(used) > 15
    assert not [unit for place, unit in enumerate(used) if unit in used[max(place - 12, 0) : place]]


def test_samples_dance_other_units(model, paths):
    for seed in range(4):
        model.generate(music(112, 20.0), 20.0, None, np.random.default_rng(seed))
    used = [{(placement.unit, placement.first) for placement in path} for _, path in paths]
    assert max(len(used[0] & other) / len(used[0]) for other in used[1:]) < 0.7


def slow_waltz(seconds=40.0, bpm=90.0):
    """A body that rests once in a bar of three beats, at its first beat."""
    t = np.arange(round(seconds * FPS)) / FPS
    world = np.tile(SMPL24.rest_positions, (len(t), 1, 1))
    bar = (t - 0.41) * bpm / 180
    world[:, 18:, 1] += 0.25 * np.cos(np.pi * bar)[:, None]
    world[:, 18:, 2] += 0.05 * np.sin(np.pi * bar / 3)[:, None]
    beats = np.arange(0.41, seconds, 60 / bpm)
    song = Music(np.zeros((len(t), 35), np.float32), beats, beats[::3], bpm, FPS, beats_per_bar=3)
    return DatasetClip("c", "w", "0000", "w", "waltz", "train", 1.0, Person(world - world[:, :1], world[:, 0]), song)


def test_a_unit_may_last_a_bar_of_three_beats(paths):
    training = slow_waltz()
    fitted = Model.from_dataset(MotionGraphConfig(), dataset([training]))
    assert np.median(fitted.units.end - fitted.units.start) / FPS == pytest.approx(2.0, abs=0.1)
    beats = np.arange(0.3, 30.0, 60 / 94)
    song = Music(np.zeros((900, 35), np.float32), beats, beats[::3], 94.0, FPS, beats_per_bar=3)
    fitted.generate(song, 30.0, None, np.random.default_rng(0))
    _, path = paths[0]
    threes = [placement for placement in path if placement.last - placement.first == 3]
    assert len(threes) > 0.8 * len(path)
    grid = beat_grid(song.beats, 30.0, 94.0)
    on_downbeats = [np.abs(song.downbeats - grid[placement.first]).min() < 0.01 for placement in threes]
    assert np.mean(on_downbeats) > 0.9


def test_feet_that_slide_in_the_data_are_locked_before_units_are_cut():
    person = clip("house", 2, 124).motion
    sliding = Person(person.positions, person.root + 0.02 * np.sin(np.arange(len(person.root)) / 3)[:, None])
    motion = normalised(sliding, FPS)
    locked = lock_feet(motion.world, FPS)
    assert np.abs(locked - motion.world).mean() < 0.5 * np.abs(lock_feet(sliding.world, FPS) - sliding.world).mean()


@pytest.mark.slow
def test_memory_of_a_long_song_is_that_of_its_dance(model):
    song = music(112, 900.0)
    dance(model, music(112, 5.0), 5.0)
    tracemalloc.start()
    person = dance(model, song, 900.0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    result = person.positions.nbytes + person.root.nbytes
    assert peak < result + 8e6
