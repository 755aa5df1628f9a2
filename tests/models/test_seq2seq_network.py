"""What the network of seq2seq does besides dancing: parts, its own poses, sizes, experiments."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from pydantic import ValidationError
from tiny_dances import FPS, click, swing, tiny_dataset

from workflow_scripts.models import phrase_model
from workflow_scripts.models.seq2seq.model import Model, Settings
from workflow_scripts.models.seq2seq.network import MEMORY, Network
from workflow_scripts.motion.dataset_file import Dataset
from workflow_scripts.motion.music_file import Music
from workflow_scripts.train.fit import TrainConfig, fit_model
from workflow_scripts.workflow.config import checked_config

ROOT = Path(__file__).resolve().parents[2]
EXPERIMENTS = sorted((ROOT / "config" / "experiments").glob("kakashi_exp*.yaml"))
KINDS: list[dict[str, Any]] = [
    {},
    {"cell": "gru"},
    {"attention": True},
    {"feedback": True},
    {"feedback": True, "attention": True, "cell": "gru"},
]
IDS = ["plain", "gru", "attention", "feedback", "all"]


def untrained(dataset: Dataset, **changes: Any) -> Model:
    torch.manual_seed(0)
    model = Model.from_dataset(
        Settings(**({"hidden": 12, "layers": 2, "code": 4, "smoothing_s": 0} | changes)), dataset
    )
    # Larger weights than at the start of training: what is forgotten between parts must show.
    for parameter in model.network.parameters():
        parameter.data *= 2
    return Model.from_state(model.config, model.state())


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return tiny_dataset()


def with_width(dataset: Dataset, width: int) -> Dataset:
    """The same dances, with the first features only, or with them again and again."""

    def columns(values: Any) -> Any:
        return np.tile(values, (1,) * (values.ndim - 1) + (-(-width // 35),))[..., :width]

    clips = [replace(clip, music=replace(clip.music, features=columns(clip.music.features))) for clip in dataset.clips]
    statistics = replace(dataset.features, mean=columns(dataset.features.mean), std=columns(dataset.features.std))
    return replace(dataset, clips=clips, features=statistics)


@pytest.mark.parametrize("kind", KINDS, ids=IDS)
def test_at_once_in_parts_and_frame_by_frame_it_is_one_dance(
    dataset: Dataset, kind: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    model, music = untrained(dataset, **kind), click(12.0, 112, 5)
    whole = model.generate(music, 12.0, None, np.random.default_rng(1)).world
    frames = model.generate(music, 12.0, None, np.random.default_rng(1), stepwise=True).world
    monkeypatch.setattr(phrase_model, "PART", 97)  # of 360; longer than a window of 90
    parts = model.generate(music, 12.0, None, np.random.default_rng(1)).world
    assert np.abs(np.diff(whole, axis=0)).mean() > 1e-3
    np.testing.assert_allclose(parts, whole, atol=1e-4)
    np.testing.assert_allclose(frames, whole, atol=1e-4)


def test_a_song_of_ten_minutes_is_danced_in_parts_as_at_once(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    model, music = untrained(dataset), click(600.0, 120, 5)
    longest = 0
    plain = model.dancer

    class Watched(torch.nn.Module):
        def forward(self, sound: torch.Tensor, *others: Any) -> Any:
            nonlocal longest
            longest = max(longest, sound.shape[1])
            return plain(sound, *others)

    parts = model.generate(music, 600.0, None, np.random.default_rng(1)).world
    monkeypatch.setattr(phrase_model, "PART", 10**6)
    whole = model.generate(music, 600.0, None, np.random.default_rng(1)).world
    assert len(whole) == 18000
    np.testing.assert_allclose(parts, whole, atol=1e-4)
    monkeypatch.undo()
    monkeypatch.setattr(Model, "dancer", Watched())
    model.generate(music, 600.0, None, np.random.default_rng(1))
    assert longest == phrase_model.PART


def test_attention_reaches_back_so_far_and_never_ahead() -> None:
    torch.manual_seed(0)
    network = Network(5, 6, 0, hidden=8, layers=1, attention=True)
    # An encoder without memory of its own: what a frame's output tells is only that frame.
    network.encoder.weight_hh_l0.data.zero_()
    network.encoder.bias_ih_l0.data[8:16] = -50.0  # the forget gate
    music, phases, code = torch.randn(1, 300, 5), torch.zeros(1, 300, 10), torch.zeros(1, 300, 0)
    song = network.opening(music, phases)
    heard = torch.cat([music, phases], dim=-1)
    memory, _ = network._remembered(heard, song)
    changed = music.clone()
    changed[:, 150] += 3
    other, _ = network._remembered(torch.cat([changed, phases], dim=-1), song)
    decoded = torch.randn(1, 300, 8)
    apart = (network._posed(decoded, memory) - network._posed(decoded, other)).abs().sum(dim=-1)[0] > 1e-7
    assert np.flatnonzero(apart.detach()).tolist() == list(range(150, 150 + MEMORY))
    poses, _ = network(music, phases, code, song)
    assert poses.shape == (1, 300, 6)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_true_poses_before_are_used_at_once_as_one_by_one(cell: str) -> None:
    """Kakashi's loop, written out: the decoder is called for each frame with the true pose before."""
    torch.manual_seed(0)
    network = Network(5, 6, 0, cell=cell, hidden=8, per_frame=False, feedback=True)
    music, phases, motion = torch.randn(3, 40, 5), torch.randn(3, 40, 10), torch.randn(3, 40, 6)
    _, state = network.encoder(torch.cat([music, phases], dim=-1))
    expected = []
    for frame in range(40):
        decoded, state = network.decoder(motion[:, frame : frame + 1], state)
        expected.append(network.pose(decoded))
    poses, _ = network(music, phases, music[..., :0], before=motion)
    torch.testing.assert_close(poses, torch.cat(expected, dim=1))


def test_final_state_hears_only_through_the_encoder(dataset: Dataset) -> None:
    """With equal opening states, other music makes no other dance; per_frame hears the difference."""
    for conditioning, same in (("final_state", True), ("per_frame", False)):
        torch.manual_seed(0)
        model = untrained(dataset, conditioning=conditioning, code=0, feedback=True)
        batch = model.examples(dataset, "train").__getitems__([0, 3])
        song = model.opening(batch["music"], batch["phases"], None)
        code = batch["music"][..., :0]
        one, _ = model.dancer(batch["music"], batch["phases"], code, song)
        other, _ = model.dancer(batch["music"].flip(1), batch["phases"], code, song)
        assert torch.equal(one, other) == same


def test_final_state_dances_a_long_song_in_intervals_of_a_window(dataset: Dataset) -> None:
    """Each begins with what the encoder makes of its own music, from the pose danced before."""
    model, music = untrained(dataset, conditioning="final_state"), click(10.0, 112, 5)
    calm = model.generate(music, 10.0, None, np.random.default_rng(1)).world
    louder = replace(music, features=music.features.copy())
    louder.features[180:270] += 5
    other = model.generate(louder, 10.0, None, np.random.default_rng(1)).world
    differs = np.abs(calm - other).max(axis=(1, 2)) > 1e-6
    assert differs[:180].sum() == 0
    assert differs[180:].all()


def test_goes_on_from_the_last_pose_of_a_seed(dataset: Dataset) -> None:
    music = click(6.0, 112, 5)
    model = untrained(dataset, feedback=True)
    seed = swing(click(2.0, 112, 5))
    poses = []
    plain = Network._step_by_step

    def spied(self: Network, told: Any, memory: Any, song: Any) -> Any:
        poses.append(song.pose)
        return plain(self, told, memory, song)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Network, "_step_by_step", spied)
        model.generate(music, 6.0, seed, np.random.default_rng(1))
        model.generate(music, 6.0, None, np.random.default_rng(1))
    torch.testing.assert_close(poses[0], model.scales.vectors(seed, FPS)[-1:])
    assert not poses[1].any()


def test_own_poses_take_the_place_of_true_ones_more_and_more(dataset: Dataset) -> None:
    model = untrained(dataset, conditioning="final_state", scheduled_sampling=0.6)
    told: list[torch.Tensor] = []
    network = model.seq2seq
    plain = network.forward
    network.forward = lambda *a, before=None, **k: (told.append(before), plain(*a, before=before, **k))[1]  # type: ignore
    batch = model.examples(dataset, "train").__getitems__(range(len(dataset.windows["train"])))
    true = torch.cat([batch["motion"][:, :1], batch["motion"][:, :-1]], dim=1)
    model.network.train()
    shares = []
    for model.progress in (0.0, 0.5, 1.0):
        told.clear()
        model.loss(batch)
        own = (told[-1] != true).all(dim=-1)
        shares.append(float(own.float().mean()))
    assert shares[0] == 0
    np.testing.assert_allclose(shares[1:], [0.3, 0.6], atol=0.06)
    constant = untrained(dataset, conditioning="final_state", sampling_schedule="constant", scheduled_sampling=0.25)
    constant.progress = 0.0
    assert constant._share_of_own() == 0.25


def test_out_of_training_no_true_pose_is_used(dataset: Dataset) -> None:
    model = untrained(dataset, feedback=True)
    batch = model.examples(dataset, "validation").__getitems__([0])
    code = torch.zeros(1, batch["music"].shape[1], 4)
    first = model.danced(batch, batch["music"], code)
    batch["motion"] = batch["motion"] + 9
    torch.testing.assert_close(model.danced(batch, batch["music"], code), first)


@pytest.mark.parametrize("kind", KINDS, ids=IDS)
@pytest.mark.parametrize("width", [1, 20, 70])
def test_any_width_of_features(dataset: Dataset, kind: dict[str, Any], width: int) -> None:
    data = with_width(dataset, width)
    model = untrained(data, **kind)
    model.network.train()
    model.loss(model.examples(data, "train").__getitems__([0, 1])).backward()
    for name, parameter in model.network.named_parameters():
        assert parameter.grad is not None, name
        assert torch.isfinite(parameter.grad).all(), name
    plain = click(4.0, 110)
    music = Music(np.zeros((120, width), np.float32), plain.beats, plain.downbeats, plain.tempo, FPS)
    assert np.isfinite(model.generate(music, 4.0, None, np.random.default_rng(0)).world).all()


def test_presets_fill_in_what_is_not_given() -> None:
    size = Settings.model_validate({"preset": "kakashi_4x1024"})
    assert (size.layers, size.hidden) == (4, 1024)
    size = Settings.model_validate({"preset": "kakashi_2x512", "hidden": 64})
    assert (size.layers, size.hidden) == (2, 64)
    assert Settings.model_validate(size.model_dump()) == size
    with pytest.raises(ValidationError, match="preset"):
        Settings.model_validate({"preset": "kakashi_9x9"})


def test_final_state_needs_the_pose_before() -> None:
    with pytest.raises(ValidationError, match="feedback"):
        Settings.model_validate({"conditioning": "final_state", "feedback": False})
    settings = Settings.model_validate({"conditioning": "final_state"})
    assert (settings.feedback, settings.code, settings.music_dropout) == (True, 0, 0.0)
    assert Settings.model_validate({"conditioning": "final_state", "code": 8}).code == 8


def test_training_takes_denormal_numbers_as_zero(dataset: Dataset, tmp_path: Path) -> None:
    """Gradients that fade over hundreds of frames are such numbers, and made a step four times as slow."""
    torch.set_flush_denormal(False)
    small = torch.full((4,), 1e-30)
    assert (small * 1e-10 > 0).all()
    settings = {"hidden": 4, "layers": 1, "max_epochs": 1}
    fit_model(TrainConfig(architecture="seq2seq", settings=settings), dataset, tmp_path / "last.ckpt")
    assert (small * 1e-10 == 0).all()


def merged(base: dict[str, Any], overlay: dict[str, Any]) -> dict[str, Any]:
    """As `--configfile` merges."""
    result = dict(base)
    for key, value in overlay.items():
        old = result.get(key)
        result[key] = merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return result


def test_there_are_eleven_experiments() -> None:
    assert len(EXPERIMENTS) == 11


@pytest.mark.parametrize("path", EXPERIMENTS, ids=[path.stem for path in EXPERIMENTS])
def test_experiments_run(path: Path, tmp_path: Path) -> None:
    overlay = yaml.safe_load(path.read_text())
    config = checked_config(merged(yaml.safe_load((ROOT / "config.yaml").read_text()), overlay))
    assert config["use"]["models"] == [path.stem]
    entry = config["models"][path.stem]
    data = config["datasets"][entry["dataset"]]
    assert (data["feature_set"], data["window_s"], data["collections"]) == ("mfcc", 24, ["demo"])
    full = Settings.model_validate(entry["settings"])
    assert (full.layers, full.hidden) == ((4, 1024) if path.stem == "kakashi_exp11" else (2, 512))
    tiny = entry["settings"] | {"hidden": 8, "max_epochs": 1}
    experiment = TrainConfig(architecture=entry["architecture"], settings=tiny, seed=entry["seed"])
    fitted = fit_model(experiment, with_width(tiny_dataset(), 20), tmp_path / "last.ckpt")
    assert np.isfinite([fitted.history[0].train_loss, fitted.history[0].validation_loss]).all()
    model = Model.from_state(fitted.settings, fitted.state)
    plain = click(5.0, 110)
    music = replace(plain, features=plain.features[:, :20])
    assert np.isfinite(model.generate(music, 5.0, None, np.random.default_rng(0)).world).all()
