from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from tiny_dances import FPS, click, silence, taught, tiny_dataset

from workflow_scripts.models.seq2seq.model import Model, Settings
from workflow_scripts.motion.augmentation import Augmentation, augmented, mirrored
from workflow_scripts.motion.dataset_file import SPLITS, Dataset
from workflow_scripts.motion.kinematics import bone_lengths, mean_joint_speed
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.motion.windows import MODES, Mode, WindowPlan


def settings(**changes: Any) -> Settings:
    return Settings(**({"hidden": 16, "layers": 1, "code": 4} | changes))


def stacked(examples: Any) -> dict[str, torch.Tensor]:
    return {name: torch.stack([example[name] for example in examples]) for name in examples[0]}


def trained(dataset: Dataset, steps: int, **changes: Any) -> Model:
    torch.manual_seed(0)
    model = Model.from_dataset(settings(**changes), dataset)
    result: Model = taught(model, dataset, steps)
    return result


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return tiny_dataset()


@pytest.fixture(scope="module")
def model(dataset: Dataset) -> Model:
    return trained(dataset, 3)


@pytest.mark.parametrize("seconds", [0.04, 1.0, 3.0, 11.37])
def test_length_bones_and_numbers(model: Model, seconds: float) -> None:
    person = model.generate(click(max(seconds, 0.4), 118, 9), seconds, None, np.random.default_rng(1))
    assert person.positions.shape == (round(FPS * seconds), 24, 3)
    assert person.root.shape == (round(FPS * seconds), 3)
    for frame in person.positions:
        np.testing.assert_allclose(bone_lengths(frame[None]), SMPL24.rest_lengths, atol=1e-5)


@pytest.mark.parametrize("mode", MODES)
def test_learns_from_any_kind_of_example_and_dances_to_a_song(dataset: Dataset, mode: Mode) -> None:
    plan = WindowPlan(mode, 30, 15)
    windows = {
        split: plan.windows([(k, len(c.motion.root)) for k, c in enumerate(dataset.clips) if c.split == split])
        for split in SPLITS
    }
    windows["train"] = windows["train"][:12]
    model = trained(replace(dataset, plan=plan, windows=windows), 1)
    person = model.generate(click(4.0, 118, 9), 4.0, None, np.random.default_rng(1))
    assert person.root.shape == (120, 3)
    assert np.isfinite(person.world).all()


def test_copies_take_no_choices_and_follow_no_copy_of_themselves(dataset: Dataset) -> None:
    plain = Model.from_dataset(settings(), dataset)
    more = Model.from_dataset(settings(), augmented(dataset, Augmentation(mirror=True, turn=20, copies=2), 1))
    origin = dict(zip(more.phrases.number.tolist(), more.phrases.origin.tolist(), strict=True))
    heard = plain.phrases.music[0]
    for choices in (1, 2):  # there are no more whole phrases
        one, other = plain.phrases.nearest(heard, choices, None), more.phrases.nearest(heard, choices, None)
        assert len(one) == choices
        assert len(other) == 6 * choices  # itself, its mirror image, two copies of each
        assert len({origin[number] for number in other}) == choices
    before = more.phrases.nearest(heard, 1, None)[0]
    following = more.phrases.nearest(heard, 2, before)
    assert origin[before] not in {origin[number] for number in following}
    again = Model.from_state(more.config, more.state())
    assert again.phrases.nearest(heard, 2, before) == following


def test_silence_gives_finite_motion(model: Model) -> None:
    person = model.generate(silence(8.0), 8.0, None, np.random.default_rng(1))
    assert np.isfinite(person.world).all()
    assert len(person.root) == 240


def test_chance_is_only_the_generator(model: Model) -> None:
    music = click(20.0, 112, 5)
    first, again, other = (model.generate(music, 20.0, None, np.random.default_rng(seed)).world for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_stays_where_it_began(model: Model) -> None:
    """A network that always wants to walk: integrated, 0.3 m/s would carry it 36 m in two minutes."""
    walking = Model.from_state(model.config, model.state())
    walking.scales = replace(
        model.scales, motion_mean=torch.cat([model.scales.motion_mean[:-2], torch.full((2,), 0.3)])
    )
    person = walking.generate(click(120.0, 112, 5), 120.0, None, np.random.default_rng(1))
    assert 1 < np.abs(person.root[:, [0, 2]]).max() < 4


def test_state_rebuilds_the_model(model: Model) -> None:
    music = click(5.0, 112, 5)
    back = Model.from_state(model.config, model.state())
    dances = [each.generate(music, 5.0, None, np.random.default_rng(3)).world for each in (model, back)]
    np.testing.assert_array_equal(*dances)


def test_examples_mark_what_is_padding() -> None:
    """Clips of 2 s among windows of 3 s: a longer and a shorter clip give equal shapes, padding does not count."""
    dataset = tiny_dataset()
    short = tiny_dataset(clips=1, seconds=2.0).clips[0]
    dataset.clips[0].motion, dataset.clips[0].music = short.motion, short.music
    windows = dataset.windows["train"]
    dataset.windows["train"] = np.concatenate([[[0, 0, 60]], windows[windows[:, 0] == 1]])
    model = Model.from_dataset(settings(), dataset)
    model.network.eval()
    batch = stacked(model.examples(dataset, "train"))
    assert batch["motion"].shape == (len(dataset.windows["train"]), 90, 72)
    assert batch["present"].sum(dim=1).tolist() == [60.0] + [90.0] * (len(batch["present"]) - 1)
    before = model.loss(batch)
    batch["motion"][0, 60:] += 100
    assert float(model.loss(batch)) == float(before)


def test_learns_a_dance_and_its_mirror_image() -> None:
    """To one music two dances, told apart by their phrases' codes: each is learned, not the mean of both."""
    dataset = augmented(tiny_dataset(clips=1, seconds=4.0, window_s=4.0), Augmentation(mirror=True), 1)
    dataset.clips[0].motion.positions[:, [18, 20, 22]] += 0.1 * np.sin(np.arange(120) / 5)[:, None, None]
    dataset.clips[1].motion = mirrored(dataset.clips[0]).motion
    model = trained(dataset, 150, hidden=64, music_dropout=0.0, variation=0.0)
    batch = stacked(model.examples(dataset, "train"))
    first, image = batch["motion"]
    apart = float((first - image).abs().mean())
    assert not torch.equal(batch["phrase"][0], batch["phrase"][1])
    danced, _ = model.dancer(batch["music"], batch["phases"], model.codes[batch["phrase"]])
    assert float((danced - batch["motion"]).abs().mean()) < apart / 4


def test_learns_one_clip() -> None:
    """The reference is the clip itself; its mean pose is 103 mm away."""
    dataset = tiny_dataset(clips=1, seconds=4.0, window_s=4.0)
    model = trained(dataset, 150, hidden=64, music_dropout=0.0)
    truth = dataset.clips[0].motion
    person = model.generate(dataset.clips[0].music, 4.0, None, np.random.default_rng(0))
    assert np.linalg.norm(truth.positions - truth.positions.mean(axis=0), axis=-1)[:, 18:].mean() > 0.1
    assert np.linalg.norm(person.positions - truth.positions, axis=-1).mean() < 0.03


def test_dances_an_unseen_song_to_its_end() -> None:
    """Five times as long as the windows: neither frozen nor wild, at the end as at the start, in the song's tempo."""
    dataset = tiny_dataset()
    model = trained(dataset, 120, hidden=48)
    music = click(20.0, 115, 77)
    world = model.generate(music, 20.0, None, np.random.default_rng(0)).world
    speed = mean_joint_speed(world, FPS)
    reference = np.mean([mean_joint_speed(clip.motion.world, FPS).mean() for clip in dataset.split("train")])
    for part in (speed, speed[:150], speed[-150:]):
        assert 0.5 < part.mean() / reference < 2
    # The arms swing once in two beats: the strongest frequency of a wrist's height is half the beat's.
    height = world[:, SMPL24.index("left_wrist"), 1]
    spectrum = np.abs(np.fft.rfft(height - height.mean()))
    assert np.argmax(spectrum) / 20.0 == pytest.approx(115 / 60 / 2, abs=0.08)


def test_unknown_settings_are_errors() -> None:
    with pytest.raises(ValidationError, match="hiden"):
        Settings.model_validate({"hiden": 3})
