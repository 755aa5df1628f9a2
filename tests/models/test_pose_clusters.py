from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from tiny_dances import FPS, click, silence, taught, tiny_dataset

from workflow_scripts.dataset.build import DatasetConfig, assembled
from workflow_scripts.generate.guarantees import danced
from workflow_scripts.models.pose_clusters.baselines import bigram, majority
from workflow_scripts.models.pose_clusters.clustering import ClusterSettings, find_clusters, k_means
from workflow_scripts.models.pose_clusters.decoding import RECENT, Members, choose_members
from workflow_scripts.models.pose_clusters.model import Model, Settings
from workflow_scripts.models.pose_clusters.steps import Steps, step_grid
from workflow_scripts.motion.augmentation import turned
from workflow_scripts.motion.dataset_file import Dataset, DatasetClip
from workflow_scripts.motion.kinematics import bone_lengths, with_bone_lengths
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.workflow.errors import UserError


def trained(dataset: Dataset, steps: int, **changes: Any) -> Model:
    config = Settings.model_validate({"hidden": 8, "dropout": 0.0, "clusters": {"count": 4}} | changes)
    torch.manual_seed(0)
    model = Model.from_dataset(config, dataset, find_clusters(dataset, config.clusters, 1).arrays())
    result: Model = taught(model, dataset, steps, 0.03)
    return result


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return tiny_dataset()


@pytest.fixture(scope="module")
def model(dataset: Dataset) -> Model:
    return trained(dataset, 3)


def test_k_means_finds_what_is_apart_and_no_more() -> None:
    rng = np.random.default_rng(0)
    true = np.array([[0, 0], [10, 0], [0, 10]], np.float32)
    points = np.repeat(true, 20, axis=0) + rng.normal(0, 0.1, (60, 2)).astype(np.float32)
    centres, label, _ = k_means(points, 3, np.random.default_rng(1))
    assert sorted(np.round(centres).tolist()) == sorted(true.tolist())
    assert [len(set(label[part])) for part in (slice(20), slice(20, 40), slice(40, 60))] == [1, 1, 1]
    np.testing.assert_array_equal(centres, k_means(points, 3, np.random.default_rng(1))[0])
    assert len(k_means(np.repeat(true, 5, axis=0), 8, rng)[0]) == 3  # of different points


def test_a_step_is_the_same_cluster_wherever_it_is_danced(dataset: Dataset) -> None:
    other = replace(dataset, clips=[turned(clip, 1.0) for clip in dataset.clips])
    first, second = (find_clusters(data, ClusterSettings(count=4), 1) for data in (dataset, other))
    np.testing.assert_allclose(first.centroids, second.centroids, atol=1e-3)
    np.testing.assert_array_equal(first.sizes, second.sizes)


def test_bigram_backs_off_to_frequencies() -> None:
    sequences = [np.array([0, 1, 0, 1, 0, 1]), np.array([0, 2])]
    table = bigram(sequences, 4)
    np.testing.assert_allclose(table.sum(axis=1), 1)
    assert table[0].argmax() == 1  # three times of four
    assert table[2].argmax() == majority(sequences, 4) == 0  # never seen before another
    # Frequencies with one added: 5, 4, 2, 1 of 12. After 0 came two kinds, four times: (3 + 2 * 4/12) / (4 + 2).
    assert table[0, 1] == pytest.approx((3 + 2 * 4 / 12) / 6)


def test_steps_of_several_beats_begin_on_the_downbeat() -> None:
    music = click(10, 120)
    music = replace(music, downbeats=music.beats[1::4])
    grid = step_grid(music, 10, 2)
    assert grid[0] <= 0
    assert grid[-1] >= 10
    assert np.abs(grid - music.downbeats[0]).min() < 1e-9
    np.testing.assert_allclose(np.diff(grid), 1.0, atol=1e-9)


def test_steps_of_a_part_of_a_song_begin_on_its_downbeats() -> None:
    part = click(30, 110).part(slice(315, 615))
    grid = step_grid(part, 10, 4)
    inside = part.downbeats[(part.downbeats >= 0) & (part.downbeats <= 10)]
    assert len(inside) == 5
    np.testing.assert_allclose(np.abs(grid[:, None] - inside).min(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(np.diff(grid), 4 * 60 / 110, atol=1e-9)


@pytest.mark.parametrize("seconds", [0.04, 1.0, 11.37])
@pytest.mark.parametrize("stepwise", [False, True])
def test_length_bones_floor_and_no_jumps(model: Model, seconds: float, stepwise: bool) -> None:
    music = click(max(seconds, 0.4), 118, 9)
    person = model.generate(music, seconds, None, np.random.default_rng(1), stepwise=stepwise)
    assert person.positions.shape == (round(FPS * seconds), 24, 3)
    assert person.root.shape == (round(FPS * seconds), 3)
    for frame in person.positions:
        np.testing.assert_allclose(bone_lengths(frame[None]), SMPL24.rest_lengths, atol=1e-5)
    # Arms of 0.55 m swing with 0.8 rad at a bit over 1 Hz: hands make less than 4 m/s.
    assert np.linalg.norm(np.diff(person.world, axis=0), axis=-1).max(initial=0) * FPS < 6
    # Keeping to the floor is the stage's part.
    length = "frame" if stepwise else "song"
    assert danced(model, music, np.random.default_rng(1), length=length).world[..., 1].min() > -1e-5


@pytest.mark.parametrize("stepwise", [False, True])
def test_silence_and_long_pauses_give_finite_motion(model: Model, stepwise: bool) -> None:
    for music in (silence(8.0), silence(1.0), replace(click(8.0, 100), beats=np.array([3.0]), downbeats=np.empty(0))):
        seconds = len(music.features) / FPS
        person = model.generate(music, seconds, None, np.random.default_rng(1), stepwise=stepwise)
        assert np.isfinite(person.world).all()
        assert len(person.root) == len(music.features)


def test_chance_is_only_the_generator_and_state_is_all(model: Model) -> None:
    music = click(20.0, 112, 5)
    again = Model.from_state(model.config, model.state())
    first, second = (each.generate(music, 20.0, None, np.random.default_rng(1)).world for each in (model, again))
    # The state keeps motion in single precision.
    np.testing.assert_allclose(first, second, atol=1e-4)
    same, other = (again.generate(music, 20.0, None, np.random.default_rng(seed)).world for seed in (1, 2))
    np.testing.assert_array_equal(second, same)
    assert not np.allclose(same, other)


def test_steps_at_the_ends_of_a_song_are_told_to_last_as_long_as_others(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []
    heard = model._heard

    def spy(*arguments: Any) -> torch.Tensor:
        told.append(heard(*arguments))
        return told[-1]

    monkeypatch.setattr(model, "_heard", spy)
    model.generate(click(10.0, 60), 10.0, None, np.random.default_rng(0))  # whose first beat is at 0.2 s
    np.testing.assert_allclose(told[0][:, -1], 1.0, atol=1e-4)  # octaves above half a second


def test_continues_a_given_motion(model: Model, dataset: Dataset) -> None:
    seed = Person(dataset.clips[0].motion.positions[:60], dataset.clips[0].motion.root[:60])
    person = model.generate(click(5.0, 100, 3), 5.0, seed, np.random.default_rng(1))
    assert np.abs(person.world[0] - seed.world[-1]).max() < 0.15


def test_a_genre_is_danced_with_steps_of_that_genre(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    paths: list[list[int]] = []

    def spy(*arguments: Any) -> list[int]:
        paths.append(choose_members(*arguments))
        return paths[-1]

    monkeypatch.setattr("workflow_scripts.models.pose_clusters.model.choose_members", spy)
    clips = [replace(clip, genre=genre) for clip, genre in zip(dataset.clips, ("calm", "wild", "wild"), strict=True)]
    model = trained(replace(dataset, clips=clips), 1)
    assert model.genres == ("calm", "wild")
    for genre in model.genres:
        person = model.generate(click(6.0, 110, 2), 6.0, None, np.random.default_rng(1), genre)
        assert np.isfinite(person.world).all()
        assert len(paths[-1]) > 10
        assert {model.names[k] for k in model.steps.genre[paths[-1]]} == {genre}


def many_members(count: int = 60, clusters: int = 2) -> Members:
    """Steps of one second of which any can be danced after any other, some better than others."""
    rng = np.random.default_rng(0)
    numbers = np.arange(count)
    alone = np.full(count, -1)
    steps = Steps(0 * numbers, 30.0 * numbers, 30.0 * numbers + 30, alone, np.ones(count), 0 * numbers)
    starts, ends = ((rng.normal(size=(count, 24, 3)), np.zeros((count, 24, 3))) for _ in range(2))
    return Members(steps, numbers % clusters, starts, ends, FPS)


@pytest.mark.parametrize("seed", range(3))
def test_no_step_comes_back_soon_where_there_are_enough(seed: int) -> None:
    members, rng = many_members(), np.random.default_rng(seed)
    clusters = rng.integers(0, 2, 100)
    anything = np.ones(60, bool)
    danced = [int(member) for member in rng.choice(60, RECENT, replace=False)]
    path = choose_members(clusters, np.ones(100), members, anything, rng, danced=danced)
    np.testing.assert_array_equal(members.cluster[path], clusters)
    used = danced + path
    assert not [place for place in range(RECENT, len(used)) if used[place] in used[place - RECENT : place]]


def test_intervals_of_a_song_remember_their_steps(model: Model) -> None:
    memory: dict[str, Any] = {}
    for number in (1, 2):
        model.generate(click(5.0, 110), 5.0, None, np.random.default_rng(1), memory=memory)
        assert len(memory["steps"]) == number * (len(step_grid(click(5.0, 110), 5.0, 1)) - 1)


def test_no_more_steps_than_allowed() -> None:
    dataset = tiny_dataset(6)
    everything, small = (trained(dataset, 1, max_steps=most) for most in (10000, 25))
    assert len(everything.motions) == 5
    assert 9 <= len(small.steps) <= 25 < len(everything.steps)
    assert len(small.motions) == len(set(small.steps.clip)) == 2
    assert len(small.cluster) == len(small.steps)
    for model in (everything, small):
        after = np.flatnonzero(model.steps.follows >= 0)
        assert len(after) == len(model.steps) - len(model.motions)
        np.testing.assert_array_equal(model.steps.start[after], model.steps.end[model.steps.follows[after]])
        np.testing.assert_array_equal(model.steps.clip[after], model.steps.clip[model.steps.follows[after]])
    assert small.generate(click(5.0, 110), 5.0, None, np.random.default_rng(1)).root.shape == (150, 3)


def test_learns_what_follows_what_and_measures_it_held_out(dataset: Dataset) -> None:
    """The arms swing up and down in turn: after one half of the swing comes the other one, in every song."""
    model = trained(dataset, 60, clusters={"count": 2}, music_dropout=1.0)
    measured = model.held_out(dataset)
    clip = dataset.split("validation")[0]
    assert measured["predictions"] == len(clip.music.beats) - 1
    assert measured["accuracy"] > 0.85
    assert measured["bigram_accuracy"] > 0.85
    assert measured["majority_accuracy"] < 0.65


def called_out(number: int) -> DatasetClip:
    """A dance that raises the left or the right arm on every beat, as the song says and nothing before it tells."""
    music, rng = click(20.0, 100.0 + 8 * number, number), np.random.default_rng(number)
    beat = (np.arange(len(music.features)) / FPS - music.beats[0]) * music.tempo / 60
    left = rng.random(len(music.beats) + 2) < 0.5
    now = left[np.floor(beat).astype(int) + 1]
    music.features[:, 0] = np.where(now, 1, -1) + rng.normal(0, 0.2, len(beat))
    positions = np.tile(SMPL24.rest_positions - SMPL24.rest_positions[0], (len(beat), 1, 1))
    for arm, raised in (((18, 20, 22), now), ((19, 21, 23), ~now)):
        positions[:, arm, 1] += 0.5 * (raised * np.sin(np.pi * beat) ** 2)[:, None]
    positions = with_bone_lengths(positions, SMPL24.rest_lengths).astype(np.float32)
    person = Person(positions, np.tile(np.float32([0, 0.945, 0]), (len(beat), 1)))
    split = "validation" if number == 3 else "train"
    return DatasetClip("tiny", f"v{number}", "0000", f"tiny/v{number}", "", split, 1.0, person, music)


def test_hears_what_comes_next_where_nothing_else_tells() -> None:
    settings = {"collections": ["tiny"], "window_s": 6.0, "stride_s": 2.0, "validation": 0.3, "seed": 1}
    dataset = assembled([called_out(number) for number in range(4)], DatasetConfig.model_validate(settings))
    measured = trained(dataset, 60, clusters={"count": 2}, music_dropout=0.0).held_out(dataset)
    assert measured["predictions"] > 30
    assert measured["accuracy"] > 0.85
    assert measured["bigram_accuracy"] < 0.65
    assert measured["majority_accuracy"] < 0.65


def test_no_temperature_means_no_chance_and_top_1_neither(model: Model) -> None:
    scores = np.array([0.1, 2.0, -np.inf, 1.9])
    for changes in ({"temperature": 0.0}, {"top_k": 1}):
        sure = Model.from_state(model.config.model_copy(update=changes), model.state())
        assert {sure._drawn(scores, np.random.default_rng(seed)) for seed in range(9)} == {1}
    drawn = {model._drawn(scores, np.random.default_rng(seed)) for seed in range(99)}
    assert {1, 3} <= drawn <= {0, 1, 3}


def test_clusters_are_needed_and_settings_checked(dataset: Dataset) -> None:
    with pytest.raises(UserError, match="find_clusters"):
        Model.from_dataset(Settings(), dataset)
    with pytest.raises(ValidationError, match="cuont"):
        Settings.model_validate({"clusters": {"cuont": 3}})
