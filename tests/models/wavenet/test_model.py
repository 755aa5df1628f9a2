from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from models.wavenet.sounding_dances import RATE, TINY, corpus, made, sounding
from tiny_dances import FPS, click, swing

from workflow_scripts.models.soundtrack import Corpus, Sampling, Scene, load_soundtrack_architecture
from workflow_scripts.models.wavenet import cached
from workflow_scripts.models.wavenet.model import Model, Settings, classes_of
from workflow_scripts.models.wavenet.mu_law import SILENCE, encode
from workflow_scripts.motion.accents import accents
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.train.gradient import fit
from workflow_scripts.workflow.checkpoint import read_checkpoint, write_checkpoint
from workflow_scripts.workflow.errors import UserError

DANCE = swing(click(2.0, 110.0))
SCENE = Scene(DANCE, FPS, 0.5)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Threads that spin while they wait hold each other up: on a busy machine two take ten times as long as one."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def rngs(count: int, seed: int = 0) -> list[np.random.Generator]:
    return [np.random.default_rng([seed, number]) for number in range(count)]


def energy(sound: np.ndarray, at: np.ndarray, around_s: float = 0.04) -> float:
    """Mean square around some times."""
    parts = [sound[round((time - around_s) * RATE) : round((time + around_s) * RATE)] for time in at]
    return float(np.mean(np.concatenate(parts) ** 2))


def test_it_is_found_by_its_name() -> None:
    assert load_soundtrack_architecture("wavenet") is Model


def test_the_sound_comes_from_the_dance_and_moves_with_it(tmp_path: Path) -> None:
    found = corpus(2, 2.5)
    model = made(found, max_epochs=14, batch_size=1)
    history = fit(model, found.dataset, 1, tmp_path / "last.ckpt")
    assert history[-1].train_loss is not None
    assert history[-1].train_loss < 0.8 * float(history[0].train_loss or 0)
    dance, seconds = found.dataset.split("train")[0].motion, 2.0
    later = dance.part(slice(5, None))
    scenes = [Scene(dance, FPS, seconds), Scene(later, FPS, seconds)]
    for scene, sound in zip(scenes, model.generate(scenes, rngs(2), Sampling(temperature=0.7)), strict=True):
        own = accents(scene.motion, FPS)
        own = own[own < seconds - 0.25]
        assert len(own) >= 3
        assert energy(sound, own) > 10 * energy(sound, own + 0.2)


def test_state_is_all_there_is(tmp_path: Path) -> None:
    model = made(corpus())
    write_checkpoint(tmp_path / "model.ckpt", {"state": model.state()})
    again = Model.from_state(model.config, read_checkpoint(tmp_path / "model.ckpt", "model")["state"])
    sounds = [one.generate([SCENE], rngs(1), Sampling())[0] for one in (model, again)]
    np.testing.assert_array_equal(*sounds)
    assert sounds[0].shape == (4000, 1)
    assert sounds[0].dtype == np.float32
    assert again.rate == RATE


def test_a_clip_sounds_the_same_in_whatever_company() -> None:
    model = made(corpus())
    other = Scene(swing(click(2.0, 90.0)), FPS, 0.7)
    alone = model.generate([SCENE], rngs(1), Sampling())[0]
    np.testing.assert_array_equal(model.generate([SCENE, other], rngs(2), Sampling())[0], alone)
    assert (model.generate([SCENE], rngs(1, seed=1), Sampling())[0] != alone).any()


@pytest.mark.parametrize("condition", ["pose", "video", "none"])
def test_generation_hears_what_training_heard(condition: str) -> None:
    """The logits of a window of training are those with which generation draws the same samples."""
    found = corpus(2, pictures=True)
    model = made(found, condition=condition)
    clip = found.dataset.clips[0]
    windows = model.examples(found.dataset, "train")
    batch = windows.__getitems__(range(6))
    model.network.eval()
    with torch.no_grad():
        at = model.extent.at().expand(6, -1)
        expected = model.wavenet(batch["audio"], model.encoder(batch), at, model._one_hot(batch["category"]))
    shown = found.pictures and found.pictures[clip.name]
    prompt = model._prompt(Scene(clip.motion, FPS, 3.0, clip.genre, shown), np.random.default_rng(0))
    primer = batch["target"].flatten().numpy()
    at = prompt.at if prompt.at is None else prompt.at[: model.wavenet.shape.receptive_field - 1 + len(primer)]
    given = replace(prompt, steps=0, primer=primer, at=at)
    np.testing.assert_allclose(cached.logits_of(model.wavenet, [given])[0], expected.flatten(0, 1), atol=1e-4)


def test_without_a_condition_the_dance_does_not_matter() -> None:
    model = made(corpus(), condition="none")
    still = Person(np.repeat(DANCE.positions[:1], 60, axis=0), np.repeat(DANCE.root[:1], 60, axis=0))
    sounds = [model.generate([replace(SCENE, motion=motion)], rngs(1), Sampling())[0] for motion in (DANCE, still)]
    np.testing.assert_array_equal(*sounds)


def test_with_a_video_the_pictures_alone_matter() -> None:
    found = corpus(pictures=True)
    model = made(found, condition="video")
    assert model.needs_pictures
    assert not made(found).needs_pictures
    scene = replace(SCENE, pictures=found.pictures["tiny.v0.0000"])
    other = replace(scene, pictures=found.pictures["tiny.v1.0000"])
    moved = replace(scene, motion=DANCE.part(slice(20, None)))
    plain, different, same = (model.generate([each], rngs(1), Sampling())[0] for each in (scene, other, moved))
    assert (plain != different).any()
    np.testing.assert_array_equal(plain, same)
    with pytest.raises(UserError, match="there is none of the dance"):
        model.generate([SCENE], rngs(1), Sampling())
    with pytest.raises(UserError, match="needs the pictures"):
        made(corpus(), condition="video")


def test_what_the_pictures_show_is_learned() -> None:
    found = corpus(pictures=True)
    shown = {name: pictures for name, pictures in (found.pictures or {}).items() if name != "tiny.v1.0000"}
    model = made(replace(found, pictures=shown), condition="video")
    windows = model.examples(found.dataset, "train")
    assert windows.numbers.tolist() == [0] * 6  # of a clip without pictures nothing can be learned
    model.network.train()
    model.loss(windows.__getitems__([0, 1])).backward()
    for name, parameter in model.encoder.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.any(), name


def test_genres_are_told_apart_and_need_not_be_known() -> None:
    found = corpus()
    for number, genre in enumerate(("house", "", "disco")):
        found.dataset.clips[number].genre = genre
    model = made(found)
    assert model.genres == ("house",)  # disco is for validation
    assert model.examples(found.dataset, "train").__getitems__([0, 6])["category"].tolist() == [1, 0]
    assert model.examples(found.dataset, "validation").__getitems__([0])["category"].tolist() == [0]
    scenes = [replace(SCENE, genre=genre) for genre in ("house", "", "polka")]
    house, unknown, polka = (model.generate([scene], rngs(1), Sampling())[0] for scene in scenes)
    assert (house != unknown).any()
    np.testing.assert_array_equal(unknown, polka)


def test_a_genre_is_left_out_in_training_alone() -> None:
    found = corpus()
    for clip in found.dataset.clips:
        clip.genre = "house"
    model = made(found, genre_dropout=1.0)
    batch = model.examples(found.dataset, "train").__getitems__([0, 1])
    unknown = batch | {"category": torch.zeros(2, dtype=torch.int64)}
    model.network.train()
    assert float(model.loss(batch)) == float(model.loss(unknown))
    model.network.eval()
    assert float(model.loss(batch)) != float(model.loss(unknown))


def test_the_loss_is_the_cross_entropy_of_what_is_there() -> None:
    found = corpus(2)
    found.sounds[found.dataset.clips[0].name] = found.sounds[found.dataset.clips[0].name][:5000]  # type: ignore[index]
    model = made(found)
    model.network.eval()
    windows = model.examples(found.dataset, "train")
    batch = windows.__getitems__(range(len(windows)))
    assert batch["present"].sum() == 5000
    with torch.no_grad():
        at = model.extent.at().expand(len(windows), -1)
        logits = model.wavenet(batch["audio"], model.encoder(batch), at, model._one_hot(batch["category"]))
        logs = logits.log_softmax(dim=-1).gather(-1, batch["target"][..., None])[..., 0]
    expected = -(logs * batch["present"]).sum() / 5000
    assert float(model.loss(batch)) == pytest.approx(float(expected), rel=1e-5)
    assert float(expected) == pytest.approx(np.log(256), abs=1.0)


def test_odd_sounds_are_learned_and_missing_ones_left_out(tmp_path: Path) -> None:
    found = corpus(4)
    names = [clip.name for clip in found.dataset.clips]
    sounds = {
        names[0]: np.zeros((16000, 2), np.float32),  # silence, and not for as long as the dance
        names[1]: sounding(found.dataset.clips[1].motion, 3.0)[:20],  # shorter than the receptive field
        names[2]: np.zeros((0, 1), np.float32),
    }
    broken = Corpus(found.dataset, sounds, RATE)
    model = made(broken)
    windows = model.examples(found.dataset, "train")
    assert windows.numbers.tolist() == [0] * 4 + [1]
    assert len(model.examples(found.dataset, "validation")) == 0
    history = fit(model, found.dataset, 1, tmp_path / "last.ckpt")
    assert np.isfinite(history[0].train_loss or np.nan)
    assert history[0].validation_loss is None
    assert np.isfinite(model.generate([SCENE], rngs(1), Sampling())[0]).all()


def test_clips_are_drawn_by_their_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = corpus(4)
    for clip, genre, weight in zip(found.dataset.clips, ("rare", "often", "", ""), (1e-9, 1.0, 0.0, 0.0), strict=True):
        clip.genre, clip.weight = genre, weight
    sounds = dict(found.sounds) | {found.dataset.clips[2].name: np.zeros((0, 1), np.float32)}
    model = made(replace(found, sounds=sounds))
    loss, drawn = model.loss, []

    def listening(batch: dict[str, torch.Tensor]) -> torch.Tensor:
        if model.network.training:
            drawn.extend(batch["category"].tolist())
        return loss(batch)

    monkeypatch.setattr(model, "loss", listening)
    fit(model, found.dataset, 1, tmp_path / "last.ckpt")
    assert drawn == [1 + model.genres.index("often")] * 12


def test_without_any_sound_it_is_said() -> None:
    with pytest.raises(UserError, match="no training clip of the dataset has one"):
        made(replace(corpus(), sounds={}))


def test_odd_dances_get_a_sound() -> None:
    model = made(corpus())
    nobody = Person(DANCE.positions, DANCE.root, stretches=np.zeros((0, 2), np.int32))
    for motion in (nobody, DANCE.part(slice(0, 1)), DANCE.part(slice(0, 0))):
        for seconds, count in ((0.3, 2400), (0.0, 0), (1 / FPS, 267)):
            sound = model.generate([Scene(motion, FPS, seconds)], rngs(1), Sampling())[0]
            assert sound.shape == (count, 1)
            assert np.isfinite(sound).all()
            assert np.abs(sound).max(initial=0) <= 1


def test_sounds_of_any_rate_and_channels_become_classes() -> None:
    time = np.arange(4410) / 44100
    tone = 0.5 * np.sin(2 * np.pi * 200 * time)
    found = classes_of(np.stack([2 * tone, 0 * tone], axis=1).astype(np.float32), 44100, 8000)
    assert found.dtype == np.uint8
    expected = encode(0.5 * np.sin(2 * np.pi * 200 * np.arange(800) / 8000))
    assert np.abs(found[100:700].astype(int) - expected[100:700]).max() <= 1
    assert (classes_of(np.zeros((10, 1), np.float32), 8000, 8000) == SILENCE).all()


def test_settings_are_checked() -> None:
    with pytest.raises(ValueError, match="rate"):
        Settings(rate=44100)  # type: ignore[arg-type]
    assert Settings(**TINY).residual == 16
