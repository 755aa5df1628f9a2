from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from scipy.spatial.distance import cdist
from tiny_dances import FPS, click, silence, tiny_dataset

from workflow_scripts.models.pose_gan.model import Model, Settings
from workflow_scripts.models.pose_gan.poses import PoseGan
from workflow_scripts.models.pose_gan.space import columns, flattened, in_space, to_space
from workflow_scripts.models.pose_gan.spread import spread
from workflow_scripts.motion.dataset_file import Dataset
from workflow_scripts.motion.kinematics import bone_lengths
from workflow_scripts.motion.music_file import Music
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.motion.windows import MODES, Mode, WindowPlan
from workflow_scripts.workflow.provenance import code_digests


def settings(space: str = "3d", **changes: Any) -> Settings:
    pose = {"hidden": 16, "latent": 4, "space": space, "batch_size": 16}
    return Settings.model_validate({"pose": pose, "hidden": 16, "critic_hidden": 16, "noise": 3} | changes)


def two_genres() -> Dataset:
    dataset = tiny_dataset(clips=5)
    for number, clip in enumerate(dataset.clips):
        clip.genre = "calm" if number % 2 else "arms"
    return dataset


def untrained(dataset: Dataset, space: str = "3d", **changes: Any) -> Model:
    torch.manual_seed(0)
    config = settings(space, **changes)
    part = PoseGan.from_dataset(config.pose, dataset).state()
    model = Model.from_dataset(config, dataset, part)
    model.network.eval()
    return model


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return two_genres()


@pytest.fixture(scope="module", params=["3d", "2d"])
def model(dataset: Dataset, request: pytest.FixtureRequest) -> Model:
    return untrained(dataset, request.param)


@pytest.mark.parametrize("seconds", [0.04, 1.0, 11.37])
def test_length_bones_and_numbers(model: Model, seconds: float) -> None:
    person = model.generate(click(max(seconds, 0.4), 118, 9), seconds, None, np.random.default_rng(1))
    assert person.positions.shape == (round(FPS * seconds), 24, 3)
    assert person.root.shape == (round(FPS * seconds), 3)
    for frame in person.positions:
        np.testing.assert_allclose(bone_lengths(frame[None]), SMPL24.rest_lengths, atol=1e-5)
    if model.config.pose.space == "2d":
        assert not person.world[..., 2].any()


def test_silence_gives_finite_motion(model: Model) -> None:
    person = model.generate(silence(8.0), 8.0, None, np.random.default_rng(1))
    assert np.isfinite(person.world).all()
    assert len(person.root) == 240


def test_chance_is_only_the_generator(model: Model) -> None:
    music = click(20.0, 112, 5)
    first, again, other = (model.generate(music, 20.0, None, np.random.default_rng(seed)).world for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-3


def test_in_one_go_or_step_by_step_or_in_parts(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    music = click(4.0, 112, 5)
    whole = model.generate(music, 4.0, None, np.random.default_rng(1)).world
    stepwise = model.generate(music, 4.0, None, np.random.default_rng(1), stepwise=True).world
    np.testing.assert_allclose(stepwise, whole, atol=1e-4)
    monkeypatch.setattr("workflow_scripts.models.pose_gan.model.PART", 50)
    np.testing.assert_allclose(model.generate(music, 4.0, None, np.random.default_rng(1)).world, whole, atol=1e-4)


def test_state_rebuilds_the_model(model: Model) -> None:
    music = click(5.0, 112, 5)
    back = Model.from_state(model.config, model.state())
    dances = [each.generate(music, 5.0, None, np.random.default_rng(3)).world for each in (model, back)]
    np.testing.assert_array_equal(*dances)


def test_genre_is_asked_for_or_follows_the_music(dataset: Dataset, model: Model) -> None:
    assert model.genres == ("arms", "calm")
    for clip in dataset.split("train"):
        seconds = len(clip.motion.root) / FPS
        free = model.generate(clip.music, seconds, None, np.random.default_rng(1)).world
        asked = {
            name: model.generate(clip.music, seconds, None, np.random.default_rng(1), name).world
            for name in model.genres
        }
        np.testing.assert_array_equal(free, asked[clip.genre])
        assert np.abs(asked["arms"] - asked["calm"]).max() > 1e-3


def test_data_without_genres() -> None:
    model = untrained(tiny_dataset())
    assert model.genres == ()
    assert len(model.generate(click(2.0, 112, 5), 2.0, None, np.random.default_rng(1)).root) == 60


@pytest.mark.parametrize("mode", MODES)
def test_losses_of_any_kind_of_example(dataset: Dataset, mode: Mode) -> None:
    plan = WindowPlan(mode, 30, 15)
    lengths = [(k, len(c.motion.root)) for k, c in enumerate(dataset.clips) if c.split == "train"]
    changed = replace(dataset, plan=plan, windows=dataset.windows | {"train": plan.windows(lengths)[:8]})
    model = untrained(changed)
    batch = model.examples(changed, "train").__getitems__(range(3))
    for loss, learned in ((model.critic_loss(batch), model.critic), (model.loss(batch), model.network.steering)):
        loss.backward()
        slopes = [float(p.grad.norm()) for p in learned.parameters() if p.grad is not None]
        assert np.isfinite(slopes).all()
        assert sum(slopes) > 0
    assert all(p.grad is None for p in model.network.poses.parameters())


def test_what_is_padding_does_not_count(dataset: Dataset) -> None:
    model = untrained(dataset, music_dropout=0.0)
    batch = model.examples(dataset, "train").__getitems__([0, 1])
    batch["present"][:, 20:] = 0.0
    score = model._scores(batch["motion"], batch)
    other = batch["motion"].clone()
    other[:, 20:] += 100
    torch.testing.assert_close(model._scores(other, batch), score)


def test_flat_dancers_keep_bones_floor_and_what_is_seen() -> None:
    """An arm in the picture's plane stays as it is, one that points at the camera gets its whole length."""
    positions = np.tile(SMPL24.rest_positions - SMPL24.rest_positions[0], (2, 1, 1))
    left, right = [18, 20, 22], [19, 21, 23]
    shoulder = positions[1, 17].copy()
    positions[1, right] = shoulder + np.abs(positions[1, right, :1] - shoulder[0]) * (-0.1, 0.3, np.sqrt(0.9))
    root = np.array([[0.0, 0.945, 0.0], [0.1, 0.945, 2.0]])
    flat = flattened(Person(positions.astype(np.float32), root.astype(np.float32)))
    assert not flat.world[..., 2].any()
    np.testing.assert_allclose(flat.positions[1, left], positions[1, left], atol=1e-6)
    for frame in flat.positions:
        np.testing.assert_allclose(bone_lengths(frame[None]), SMPL24.rest_lengths, atol=1e-6)
    hand = flat.positions[1, 23] - flat.positions[1, 17]
    np.testing.assert_allclose(hand[:2] / np.linalg.norm(hand), np.array([-0.1, 0.3]) / np.hypot(0.1, 0.3), atol=1e-6)
    np.testing.assert_allclose(flat.world[..., 1].min(axis=1), 0.02, atol=1e-6)  # as high as the toes were


def test_columns_of_the_picture(dataset: Dataset) -> None:
    assert len(columns("3d")) == 72
    assert len(columns("2d")) == 48  # x and y of 23 joints, height, velocity along x
    flat = in_space(dataset, "2d")
    model = untrained(dataset, "2d")
    clip = flat.clips[0]
    vectors = model.scales.vectors(clip.motion, FPS)
    whole = to_space(vectors[:, columns("2d")], "2d")
    torch.testing.assert_close(whole, vectors, atol=1e-5, rtol=0)


def test_spread_of_the_training_poses_themselves() -> None:
    """Generated poses that are the training's are just as good as those: a ratio of 1, equal measures."""
    rng = np.random.default_rng(0)
    real, train = [rng.normal(size=(300, 3))], [rng.normal(size=(600, 3))]
    found = spread(real, train, train, 30.0)
    assert found["pose_distance_ratio"] == pytest.approx(1)
    assert found["pose_coverage"] == found["real_coverage"] > 0.9
    assert (found["real_poses"], found["made_poses"]) == (20, 40)
    away = spread(real, train, [train[0] + 100], 30.0)
    assert away["pose_distance_ratio"] > 10
    assert away["pose_coverage"] == away["pose_precision"] == 0
    assert spread([real[0][:20]], train, train, 30.0) == {}


def test_spread_draws_so_many_poses_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory grows with the square of the poses compared, which do not grow with the data."""
    compared = []

    def distances(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        compared.append((len(one), len(other)))
        return cdist(one, other)

    monkeypatch.setattr("workflow_scripts.motion.manifold.cdist", distances)
    monkeypatch.setattr("workflow_scripts.models.pose_gan.spread.MOST", 30)
    rng = np.random.default_rng(0)
    real, train, made = ([rng.normal(size=(length, 3))] for length in (900, 1200, 1500))
    found = spread(real, train, made, 30.0)
    assert (found["real_poses"], found["made_poses"]) == (30, 30)
    assert set(compared) == {(30, 30)}
    assert spread(real, train, made, 30.0) == found
    assert found["real_coverage"] > 0.8  # drawn from all of them
    # As many as there are, where there are fewer.
    assert spread(real, train, [made[0][:300]], 30.0)["made_poses"] == 20


def test_held_out_dances_no_more_than_can_be_compared(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as the training dances, 4 x 180 frames; or as so many poses half a second apart, all songs in turn."""
    model = untrained(dataset)
    clips = [dataset.clips[-1], dataset.clips[0]]  # two songs of 180 frames to dance to
    both = replace(dataset, clips=[*dataset.clips, replace(clips[1], split="validation")])
    songs, true = [], model.generate

    def generate(music: Music, *rest: Any) -> Person:
        songs.append([clip.music is music for clip in clips].index(True))
        return true(music, *rest)

    monkeypatch.setattr(model, "generate", generate)
    model.held_out(both)
    assert sorted(songs) == [0, 0, 1, 1]
    songs.clear()
    monkeypatch.setattr("workflow_scripts.models.pose_gan.spread.MOST", 20)
    assert model.held_out(both)["made_poses"] == 20
    assert sorted(songs) == [0, 1]  # 20 poses are 300 frames


def test_held_out_measures(dataset: Dataset) -> None:
    windows = np.concatenate(list(dataset.windows.values()))
    many = replace(
        dataset,
        clips=[replace(clip, split="validation" if k > 1 else "train") for k, clip in enumerate(dataset.clips)],
        windows=dataset.windows | {"train": windows[windows[:, 0] <= 1], "validation": windows[windows[:, 0] > 1]},
    )
    found = untrained(many).held_out(many)
    assert {"pose_distance_ratio", "pose_coverage", "pose_precision", "pose_recall", "real_coverage"} <= found.keys()
    assert np.isfinite(list(found.values())).all()
    assert untrained(tiny_dataset(clips=1)).held_out(tiny_dataset(clips=1)) == {}


def test_how_far_apart_the_critic_finds_captured_and_made_dances(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A critic that likes height, and dances that are 2 too low; chance is its own and leaves that of others alone."""
    model = untrained(dataset)
    monkeypatch.setattr(model, "_danced", lambda told: told["motion"] - 2 + torch.rand(()))
    monkeypatch.setattr(model, "_scores", lambda motion, told: motion.mean(dim=(1, 2)))
    torch.manual_seed(5)
    found, after = model.held_out(dataset), torch.rand(())
    torch.manual_seed(5)
    assert torch.equal(torch.rand(()), after)
    assert 1 < found["critic_distance"] < 2
    assert model.held_out(dataset) == found
    monkeypatch.setattr(model, "_danced", lambda told: told["motion"] - 2)
    found = model.held_out(dataset)
    assert found["critic_distance"] == pytest.approx(2, abs=1e-5)
    assert found["critic_distance_train"] == pytest.approx(2, abs=1e-5)
    # Of a genre that it never met there is nothing to ask the critic.
    last = replace(dataset.clips[-1], genre="new")
    assert (last.split, dataset.clips[-2].split) == ("validation", "train")
    found = model.held_out(replace(dataset, clips=[*dataset.clips[:-1], last]))
    assert "critic_distance" not in found
    assert found["critic_distance_train"] == pytest.approx(2, abs=1e-5)


def test_progress_is_shown_of_the_same_noise(dataset: Dataset) -> None:
    """Of chance there is nothing in it, and the same noise is another pose in another genre."""
    gan = PoseGan.from_dataset(settings().pose, dataset)
    first, again = gan.show_progress(), gan.show_progress()
    assert [name for name, _ in first] == ["arms", "calm"]
    for (_, joints), (_, same) in zip(first, again, strict=True):
        assert joints.shape == (8, 24, 3)
        np.testing.assert_array_equal(joints, same)
    assert np.abs(first[0][1] - first[1][1]).max() > 1e-3


def test_how_progress_is_drawn_is_no_part_of_a_model() -> None:
    """Else a colour would train again whatever the module takes part in."""
    assert not [name for name in code_digests("workflow_scripts.models.pose_gan.model") if ".train" in name]


def test_progress_is_shown_from_where_the_network_lies(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    """The device "meta" stands for a GPU: all tensors that the network is given must be there."""
    gan = PoseGan.from_dataset(settings().pose, dataset)
    gan.network.to("meta")
    seen = []

    def joints(poses: torch.Tensor) -> np.ndarray:
        seen.append(poses.device.type)
        return np.tile(SMPL24.rest_positions, (len(poses), 1, 1))

    monkeypatch.setattr(gan, "joints", joints)
    # Nothing can be copied from "meta", so the way back is made of zeros.
    monkeypatch.setattr(torch.Tensor, "cpu", lambda self: torch.zeros(self.shape, device="cpu"))
    gan.show_progress()
    assert seen == ["cpu"] * 2


def test_a_step_makes_its_tensors_where_the_batch_lies(dataset: Dataset, model: Model) -> None:
    """The first step on the device "meta": it would refuse to mix with tensors made on the CPU."""
    gan = PoseGan.from_dataset(settings(model.config.pose.space).pose, dataset)
    batch = {name: values.to("meta") for name, values in gan.examples(dataset, "train").__getitems__([0, 1]).items()}
    gan.network.to("meta")
    gan.critic.to("meta")
    assert gan.loss(batch).device.type == gan.critic_loss(batch).device.type == "meta"


def test_unknown_settings_are_errors() -> None:
    with pytest.raises(ValidationError, match="hiden"):
        Settings.model_validate({"hiden": 3})
    with pytest.raises(ValidationError, match="4d"):
        Settings.model_validate({"pose": {"space": "4d"}})
    with pytest.raises(ValueError, match="first step"):
        Model.from_dataset(settings(), tiny_dataset())
