from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from tiny_dances import FPS, click, taught, tiny_dataset

from workflow_scripts.models.spectrogram_cnn_lstm.model import Model, Settings
from workflow_scripts.models.spectrogram_cnn_lstm.network import Network
from workflow_scripts.motion.dataset_file import Dataset, Statistics
from workflow_scripts.motion.kinematics import bone_lengths, mean_joint_speed
from workflow_scripts.motion.metre import PHASES
from workflow_scripts.motion.music_file import Music
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.workflow.errors import UserError

BANDS = 64


def settings(**changes: Any) -> Settings:
    return Settings(**({"filters": [3, 4], "heard": 8, "hidden": 16, "layers": 1, "code": 4} | changes))


def recorded(music: Music, seed: int = 0) -> Music:
    """The same song as a stereo spectrogram: noise, and clicks that are loud in all bands of one side in turn."""
    sound = 0.3 * np.random.default_rng(seed).normal(size=(len(music.features), 2 * BANDS))
    beats = np.round(music.beats * FPS).astype(int).clip(max=len(sound) - 1)
    sound[beats[::2], :BANDS] += 3
    sound[beats[1::2], BANDS:] += 3
    return replace(music, features=sound.astype(np.float32))


def spectrogram_dataset(**shape: Any) -> Dataset:
    dataset = tiny_dataset(**shape)
    clips = [replace(clip, music=recorded(clip.music, number)) for number, clip in enumerate(dataset.clips)]
    heard = np.concatenate([clip.music.features for clip in clips if clip.split == "train"])
    statistics = Statistics(heard.mean(axis=0), heard.std(axis=0))
    return replace(dataset, clips=clips, feature_set="spectrogram", features=statistics)


def trained(dataset: Dataset, steps: int, **changes: Any) -> Model:
    torch.manual_seed(0)
    model = Model.from_dataset(settings(**changes), dataset)
    result: Model = taught(model, dataset, steps)
    return result


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return spectrogram_dataset()


@pytest.fixture(scope="module")
def model(dataset: Dataset) -> Model:
    return trained(dataset, 3)


def danced(network: Network, sound: torch.Tensor, parts: list[int]) -> torch.Tensor:
    """Poses (T, D) to a sound (T, F), danced in parts that end at these frames; phases and codes are of one kind."""
    generator = torch.Generator().manual_seed(5)
    told = torch.randn(1, len(sound), PHASES + 4, generator=generator)
    state, poses = None, []
    for first, stop in zip([0, *parts], [*parts, len(sound)], strict=True):
        now = told[:, first:stop]
        with torch.no_grad():
            made, state = network(sound[None, first:stop], now[..., :PHASES], now[..., PHASES:], state)
        poses.append(made[0])
    return torch.cat(poses)


def ears(model: Model) -> Network:
    network = model.dancer
    assert isinstance(network, Network)
    return network


@pytest.mark.parametrize("frames", [1, 2, 3, 6])
def test_parts_and_single_frames_are_danced_as_the_whole(frames: int, dataset: Dataset) -> None:
    """Parts shorter than what a convolution hears among them; the layers hear as far back as 2 * (frames - 1)."""
    torch.manual_seed(1)
    network = ears(Model.from_dataset(settings(frames=frames), dataset)).eval()
    sound = torch.randn(50, 2 * BANDS)
    whole = danced(network, sound, [])
    for parts in ([20], [1, 3, 4, 40], list(range(1, 50))):
        torch.testing.assert_close(danced(network, sound, parts), whole, atol=1e-5, rtol=0)
    # What was heard before a part matters: without it the part is danced differently.
    if frames > 1:
        heard, _ = network.ear(sound[None], None)
        torn, _ = network.ear(sound[None, 20:], None)
        assert not torch.allclose(heard[0, 20], torn[0, 0], atol=1e-3)


def test_stepwise_is_the_same_dance(model: Model) -> None:
    music = recorded(click(5.0, 118, 9))
    whole, steps = (model.generate(music, 5.0, None, np.random.default_rng(1), stepwise=each) for each in (False, True))
    np.testing.assert_allclose(steps.world, whole.world, atol=1e-4)


def test_frames_keep_their_own_sound(model: Model) -> None:
    """A sound that changes at frame t changes the dance from t on, at once, and nothing before; on either side."""
    network = ears(model)
    sound = torch.randn(40, 2 * BANDS, generator=torch.Generator().manual_seed(2))
    before = danced(network, sound, [])
    for frame in (0, 1, 17, 39):
        for columns in (slice(0, BANDS), slice(BANDS, 2 * BANDS)):
            changed = sound.clone()
            changed[frame, columns] += 3
            difference = (danced(network, changed, []) - before).abs().amax(dim=1)
            assert (difference[:frame] == 0).all()
            assert difference[frame] > 1e-4


def test_an_ear_hears_as_far_back_as_its_layers_say(model: Model) -> None:
    """Two layers of three frames each hear five: a click is in the summary of its frame and of four after it."""
    ear = ears(model).ear
    silence = torch.zeros(1, 20, 2 * BANDS)
    click_at_8 = silence.clone()
    click_at_8[0, 8] = 4
    with torch.no_grad():
        changed = (ear(click_at_8, None)[0] != ear(silence, None)[0]).any(dim=-1)[0]
    assert changed.nonzero().flatten().tolist() == [8, 9, 10, 11, 12]


def test_an_untrained_ear_passes_sound_on_at_its_loudness(dataset: Dataset) -> None:
    """Standardised noise is 1 on average; started as torch starts layers, 0.05 of it would come through.

    So faint an ear is not listened to: the LSTM learns its dances from the code and the metre alone.
    """
    torch.manual_seed(0)
    ear = ears(Model.from_dataset(Settings(), dataset)).ear
    with torch.no_grad():
        heard, _ = ear(torch.randn(4, 60, 2 * BANDS), None)
    assert 0.4 < float(heard.square().mean().sqrt()) < 1.6


def test_left_and_right_are_not_one(model: Model) -> None:
    sound = torch.randn(20, 2 * BANDS, generator=torch.Generator().manual_seed(3))
    swapped = torch.cat([sound[:, BANDS:], sound[:, :BANDS]], dim=1)
    assert not torch.allclose(danced(ears(model), sound, []), danced(ears(model), swapped, []), atol=1e-3)


@pytest.mark.parametrize("bands", [1, 5, 128, 513])
def test_any_number_of_bands(bands: int, dataset: Dataset) -> None:
    network = Model.from_dataset(settings(), dataset).make_network(2 * bands, 7)
    sound = torch.randn(12, 2 * bands)
    poses = danced(network, sound, [])
    assert poses.shape == (12, 7)
    # The highest band is heard as well, on both sides.
    for column in (bands - 1, 2 * bands - 1):
        changed = sound.clone()
        changed[:, column] += 5
        assert not torch.equal(danced(network, changed, []), poses)


@pytest.mark.parametrize("feature_set", ["edge35", "bailando438", "mel+beat_phase"])
def test_other_features_are_refused(dataset: Dataset, feature_set: str) -> None:
    with pytest.raises(UserError, match=rf'"{feature_set.replace("+", "[+]")}".*feature_set: spectrogram'):
        Model.from_dataset(settings(), replace(dataset, feature_set=feature_set))


def test_mel_is_heard_too(dataset: Dataset) -> None:
    Model.from_dataset(settings(), replace(dataset, feature_set="mel"))


@pytest.mark.parametrize("seconds", [0.04, 1.0, 3.0, 11.37])
def test_length_bones_and_numbers(model: Model, seconds: float) -> None:
    person = model.generate(recorded(click(max(seconds, 0.4), 118, 9)), seconds, None, np.random.default_rng(1))
    assert person.positions.shape == (round(FPS * seconds), 24, 3)
    assert person.root.shape == (round(FPS * seconds), 3)
    for frame in person.positions:
        np.testing.assert_allclose(bone_lengths(frame[None]), SMPL24.rest_lengths, atol=1e-5)


@pytest.mark.parametrize("level", [0.0, 1.0, 1e6])
def test_silence_and_noise_give_finite_motion(model: Model, level: float) -> None:
    """No beats; of silence, a spectrogram is 0 in every band, and noise may be anything."""
    noise = level * np.random.default_rng(4).normal(size=(240, 2 * BANDS))
    music = Music(noise.astype(np.float32), np.empty(0), np.empty(0), 0.0, FPS)
    person = model.generate(music, 8.0, None, np.random.default_rng(1))
    assert np.isfinite(person.world).all()
    assert len(person.root) == 240
    assert np.abs(person.world).max() < 10


def test_state_rebuilds_the_model_and_chance_is_only_the_generator(model: Model) -> None:
    music = recorded(click(5.0, 112, 5))
    back = Model.from_state(model.config, model.state())
    first, same, other = (
        each.generate(music, 5.0, None, np.random.default_rng(seed)).world
        for each, seed in ((model, 3), (back, 3), (model, 4))
    )
    np.testing.assert_array_equal(first, same)
    assert not np.array_equal(first, other)


def test_learns_one_clip() -> None:
    """The reference is the clip itself; the hands' mean pose is more than 100 mm away."""
    dataset = spectrogram_dataset(clips=1, seconds=4.0, window_s=4.0)
    model = trained(dataset, 150, hidden=64, music_dropout=0.0, choices=1)
    truth = dataset.clips[0].motion
    person = model.generate(dataset.clips[0].music, 4.0, None, np.random.default_rng(0))
    assert np.linalg.norm(truth.positions - truth.positions.mean(axis=0), axis=-1)[:, 18:].mean() > 0.1
    assert np.linalg.norm(person.positions - truth.positions, axis=-1).mean() < 0.03


def test_tells_apart_what_only_the_spectrogram_tells() -> None:
    """Metre and code are the same in both windows and only the sound differs: the dance differs as it should.

    Fails where sound is averaged over time or lost on the way.
    """
    torch.manual_seed(0)
    model = Model.from_dataset(settings(hidden=32), spectrogram_dataset(clips=1, seconds=4.0, window_s=4.0))
    network = ears(model)
    high, low = torch.zeros(60, 2 * BANDS), torch.zeros(60, 2 * BANDS)
    low[20:40, :10] = low[20:40, BANDS : BANDS + 10] = 3  # a low sound in the middle second
    high[20:40, 50:BANDS] = high[20:40, -14:] = 3
    sounds = torch.stack([low, high])
    # The first number follows the low sound, the second the high one.
    wanted = torch.stack([(sounds[..., 5] > 0).float(), (sounds[..., 60] > 0).float()], dim=-1)
    phases, codes = torch.zeros(2, 60, PHASES), torch.zeros(2, 60, 4)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    for _ in range(60):
        optimizer.zero_grad()
        poses, _ = network(sounds, phases, codes)
        loss = ((poses[..., :2] - wanted) ** 2).mean()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        followed = network(sounds, phases, codes)[0][..., :2]
    # Who hears which sound it is but not when can do no better than 1/3 for it at all times: an error of 1/9.
    assert float(((followed - wanted) ** 2).mean()) < 0.02


def test_does_not_collapse_to_one_pose() -> None:
    """The ancestor's fault. A song five times as long as the windows: at its end the dance moves as at its start."""
    dataset = spectrogram_dataset()
    model = trained(dataset, 120, hidden=48)
    world = model.generate(recorded(click(20.0, 115, 77)), 20.0, None, np.random.default_rng(0)).world
    speed = mean_joint_speed(world, FPS)
    reference = np.mean([mean_joint_speed(clip.motion.world, FPS).mean() for clip in dataset.split("train")])
    for part in (speed[:150], speed[-150:]):
        assert 0.5 < part.mean() / reference < 2
    assert speed[-150:].mean() > 0.7 * speed[:150].mean()


def test_mistakes_in_settings_are_errors() -> None:
    for mistake in ({"hiden": 3}, {"filters": []}, {"filters": [0]}, {"frames": 0}):
        with pytest.raises(ValidationError, match=next(iter(mistake))):
            Settings.model_validate(mistake)
