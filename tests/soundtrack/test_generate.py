"""From a dataset and its sound to a model, and from a pose file to WAV files, through the two entry points."""

import json
import sys

import numpy as np
import pytest
import soundfile
import torch
from models.wavenet.sounding_dances import RATE, TINY, corpus
from tiny_dances import click, swing

from workflow_scripts.motion.dataset_file import write_dataset
from workflow_scripts.motion.pose_file import Person, PoseClip, PoseFile, write_poses
from workflow_scripts.motion.sound_file import SoundFile, write_sounds
from workflow_scripts.soundtrack import generate
from workflow_scripts.soundtrack.loudness import PEAK, TARGET_LUFS, heard
from workflow_scripts.soundtrack.settings import SoundtrackConfig, soundtrack_settings
from workflow_scripts.train import fit_soundtrack
from workflow_scripts.workflow.errors import BrokenFileError, UserError
from workflow_scripts.workflow.files import read_json

SETTINGS = {"wavenet": TINY, "soundtrack_retrieval": {}}


def fit(folder, architecture, changes=None):
    config = {"architecture": architecture, "settings": SETTINGS[architecture]} | (changes or {})
    paths = {"dataset": "main.h5", "sounds": "sounds.h5", "output": f"models/{architecture}", "state": "state"}
    arguments = [word for name, path in paths.items() for word in (f"--{name}", str(folder / path))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["fit_soundtrack", *arguments, "--config", json.dumps(config)])
        fit_soundtrack.main()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Both models made from three dances with tones; a pose file of a dance and of odd clips."""
    folder = tmp_path_factory.mktemp("sounding")
    known = corpus(seconds=4.0)
    for clip, genre in zip(known.dataset.clips, ("disco", "house", "disco"), strict=True):
        clip.genre = genre
    write_dataset(folder / "main.h5", known.dataset)
    write_sounds(folder / "sounds.h5", SoundFile(RATE, known.sounds))
    for architecture in SETTINGS:
        fit(folder, architecture)
    dance = swing(click(3.0, 112.0))
    still = Person(np.repeat(dance.positions[:1], 45, axis=0), np.repeat(dance.root[:1], 45, axis=0))
    hidden = swing(click(3.0, 112.0))
    hidden.stretches = np.array([[30, 60]], dtype=np.int32)
    people = {"0000": dance, "0001": still, "0002": dance.part(slice(0, 1)), "0003": hidden}
    clips = {name: PoseClip(0, len(person.root) / 30, people=[person]) for name, person in people.items()}
    clips["0004"] = PoseClip(9, 10, verdict="nobody is in the picture")
    write_poses(folder / "v1.h5", PoseFile(30.0, "v1", "test", clips))
    return folder


@pytest.fixture(autouse=True)
def as_many_threads_as_before():
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture(params=list(SETTINGS))
def architecture(request):
    return request.param


def sounds(
    folder, output, architecture, *clips, seed=1, sample=0, genre=None, model=None, told="", temperature=1.0, threads=1
):
    """Run the entry point for some clips; return what it wrote."""
    paths = [output / f"{clip}.wav" for clip in clips]
    arguments = ["--model", model or folder / "models" / architecture, "--poses", folder / "v1.h5", "--clip", *clips]
    arguments += ["--sounds", folder / "sounds.h5"] if architecture == "soundtrack_retrieval" else []
    arguments += ["--genre", told, "--threads", threads]
    config = {"seed": seed, "sample": sample, "genre": genre, "sampling": {"temperature": temperature}}
    arguments += ["--config", json.dumps(config), "--output", *paths]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["generate", *map(str, arguments)])
        generate.main()
    return [soundfile.read(path, always_2d=True)[0] for path in paths]


def test_sounds_are_as_long_as_dances_equally_loud_and_do_not_clip(folder, tmp_path, architecture):
    made = sounds(folder, tmp_path, architecture, "0000", "0001", "0002", "0003")
    assert [len(samples) for samples in made] == [round(seconds * RATE) for seconds in (3, 1.5, 1 / 30, 3)]
    for samples in made:
        assert np.abs(samples).max() <= PEAK + 1e-4
        assert not samples[0].any()
        assert not samples[-1].any()
    loudness = heard(made[0], RATE).loudness()
    assert loudness == pytest.approx(TARGET_LUFS, abs=0.2) or np.abs(made[0]).max() == pytest.approx(PEAK, abs=1e-3)


def test_a_file_says_what_made_it(folder, tmp_path, architecture):
    sounds(folder, tmp_path, architecture, "0001")
    said = json.loads(soundfile.SoundFile(tmp_path / "0001.wav").comment)
    assert (said["architecture"], said["model"], said["clip"]) == (architecture, architecture, "0001")
    assert said["config"]["seed"] == 1
    assert said["code"]
    assert said["poses"]


def test_the_same_seed_is_the_same_file_in_any_company(folder, tmp_path, architecture):
    for name, clips in (("alone", ["0003"]), ("again", ["0003"]), ("together", ["0000", "0003"])):
        sounds(folder, tmp_path / name, architecture, *clips, threads=len(clips))
    alone = (tmp_path / "alone" / "0003.wav").read_bytes()
    assert alone == (tmp_path / "again" / "0003.wav").read_bytes()
    assert alone == (tmp_path / "together" / "0003.wav").read_bytes()


@pytest.mark.parametrize("other", [{"seed": 2}, {"sample": 1}])
def test_other_seeds_and_samples_sound_differently(folder, tmp_path, other):
    (first,), (second,) = (
        sounds(folder, tmp_path, "wavenet", "0001"),
        sounds(folder, tmp_path, "wavenet", "0001", **other),
    )
    assert not np.array_equal(first, second)


def test_the_dances_genre_is_told_unless_another_is_asked_for(folder, tmp_path):
    def made(**words):
        return sounds(folder, tmp_path, "wavenet", "0001", **words)[0]

    disco = made(told="disco")
    assert not np.array_equal(disco, made())
    assert not np.array_equal(disco, made(told="house"))
    np.testing.assert_array_equal(disco, made(told="house", genre="disco"))
    np.testing.assert_array_equal(made(), made(told="polka"))  # never heard of: as good as not known
    assert json.loads(soundfile.SoundFile(tmp_path / "0001.wav").comment)["genre"] == ""


def test_the_temperature_reaches_the_network(folder, tmp_path):
    (usual,), (sure,) = (
        sounds(folder, tmp_path, "wavenet", "0001"),
        sounds(folder, tmp_path, "wavenet", "0001", temperature=0.05),
    )
    assert not np.array_equal(usual, sure)
    assert len(np.unique(sure)) < len(np.unique(usual))


def test_each_clip_of_each_file_has_chance_of_its_own():
    config = SoundtrackConfig(seed=1, sample=0)
    places = [("m", "a", "0000"), ("n", "a", "0000"), ("m", "b", "0000"), ("m", "a", "0001")]
    draws = [generate.random_source(config, *place).random() for place in places]
    assert len(set(draws)) == len(places)


def test_what_cannot_have_a_sound_is_said(folder, tmp_path, architecture):
    for clip, message in (("0004", "nobody is in the picture"), ("0009", "no clip '0009'; it has 0000")):
        with pytest.raises(UserError, match=message):
            sounds(folder, tmp_path, architecture, clip)
    assert not list(tmp_path.iterdir())


def test_a_genre_that_a_model_does_not_know_is_said(folder, tmp_path, architecture):
    with pytest.raises(UserError, match=r"soundtrack\.genre: .*'polka'"):
        sounds(folder, tmp_path, architecture, "0000", genre="polka")


def test_what_is_not_there_is_named(folder, tmp_path):
    with pytest.raises(UserError, match=r"nowhere/model\.json: there is no such file"):
        sounds(folder, tmp_path, "wavenet", "0000", model=tmp_path / "nowhere")


def test_a_mistake_in_the_settings_of_a_sound_is_said(folder, tmp_path):
    with pytest.raises(UserError, match=r"--config: sampling\.temperature: Input should be greater than 0"):
        sounds(folder, tmp_path, "wavenet", "0000", temperature=0)


def test_a_model_that_dances_makes_no_sound(folder, tmp_path):
    (tmp_path / "model.json").write_text('{"architecture": "seq2seq"}')
    with pytest.raises(UserError, match="a model of architecture seq2seq makes no sound"):
        sounds(folder, tmp_path, "wavenet", "0000", model=tmp_path)


def test_a_broken_checkpoint_is_deleted(folder, tmp_path):
    (tmp_path / "model.json").write_text('{"architecture": "wavenet"}')
    (tmp_path / "checkpoint.ckpt").write_bytes(b"broken")
    with pytest.raises(BrokenFileError):
        sounds(folder, tmp_path, "wavenet", "0000", model=tmp_path)
    assert not (tmp_path / "checkpoint.ckpt").exists()


def test_training_leaves_its_curve_and_no_state(folder):
    model = folder / "models" / "wavenet"
    assert {path.name for path in model.iterdir()} == {"checkpoint.ckpt", "model.json", "history.csv", "loss.svg"}
    assert read_json(model / "model.json")["losses"]["train_loss"] > 0
    assert not [path for path in (folder / "state").rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"settings": {"layer": 3}}, r"settings\.layer: unknown setting"),
        ({"architecture": "seq2seq", "settings": {}}, "unknown architecture 'seq2seq' of sound"),
        ({"genres": ["polka"]}, "no dance of the genre 'polka'"),
    ],
)
def test_mistakes_in_the_settings_are_said(folder, config, message):
    with pytest.raises(UserError, match=message):
        fit(folder, "wavenet", config)


def test_a_models_own_settings_go_before_those_for_all():
    everything = {"seed": 3, "genre": None, "temperature": 1.0, "top_k": None, "samples": 2}
    own = {"temperature": 0.5, "genre": "house"}
    models = {
        "a": {"architecture": "wavenet"},
        "b": {"architecture": "wavenet", "soundtrack": own},
        "c": {"architecture": "soundtrack_retrieval"},
    }
    config = {"soundtrack": everything, "models": models}
    assert soundtrack_settings(config, "a", 0)["sampling"] == {"temperature": 1.0, "top_k": None}
    found = SoundtrackConfig.model_validate(soundtrack_settings(config, "b", 1))
    assert (found.seed, found.sample, found.genre, found.sampling.temperature) == (3, 1, "house", 0.5)
    # A temperature for all is none of what plays music that is there.
    assert "sampling" not in soundtrack_settings(config, "c", 0)
