"""Mistakes in the configuration are said in words a user can act on."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from workflow_scripts.export.kinds import SUFFIXES
from workflow_scripts.models.base import ARCHITECTURES
from workflow_scripts.models.soundtrack import SOUNDTRACK_ARCHITECTURES
from workflow_scripts.models.wavenet.model import Settings
from workflow_scripts.workflow.config import as_written, checked_config
from workflow_scripts.workflow.errors import UserError

ROOT = Path(__file__).resolve().parents[2]
DEFAULT: dict[str, Any] = yaml.safe_load((ROOT / "config.yaml").read_text())


def changed(path: str, value: Any) -> dict[str, Any]:
    config = deepcopy(DEFAULT)
    *parents, last = path.split("/")
    place = config
    for key in parents:
        place = place[key]
    place[last] = value
    return config


def test_the_default_configuration_is_valid_and_spelled_out() -> None:
    config = checked_config(DEFAULT)
    assert config["datasets"]["main"]["collections"] == ["demo"]
    assert config["collections"]["demo"]["fps"] == 30
    assert config["collections"]["demo"]["trim"] == {"start": 0, "end": 0}
    assert config["collections"]["demo"]["cutting"]["max_clips"] is None
    assert config["use"]["songs"] == "all"


def test_all_models_are_those_that_dance_and_all_soundtracks_those_that_sound() -> None:
    config = checked_config(
        changed("use", {"collections": "all", "models": "all", "songs": "all", "soundtracks": "all"})
    )
    assert config["use"]["models"] == ["motion_graph", "seq2seq"]
    assert config["use"]["soundtracks"] == ["soundtrack_retrieval", "wavenet"]


def test_the_schema_knows_the_architectures_there_are() -> None:
    schema = yaml.safe_load((ROOT / "config" / "schema.yaml").read_text())
    known = schema["properties"]["models"]["additionalProperties"]["properties"]["architecture"]["enum"]
    assert known == [*ARCHITECTURES, *SOUNDTRACK_ARCHITECTURES]
    assert schema["$defs"]["sound_architecture"]["enum"] == list(SOUNDTRACK_ARCHITECTURES)


def test_the_schema_knows_the_forms_that_dances_are_exported_to() -> None:
    schema = yaml.safe_load((ROOT / "config" / "schema.yaml").read_text())
    known = schema["properties"]["export"]["properties"]["formats"]["items"]["enum"]
    assert sorted(known) == sorted([*SUFFIXES, "html"])
    assert sorted(DEFAULT["export"]["formats"]) == sorted(known)


def test_the_rules_know_the_rate_of_a_wavenet_whose_settings_say_nothing() -> None:
    assert f"WAVENET_RATE = {Settings().rate}\n" in (ROOT / "rules" / "soundtrack_inputs.smk").read_text()


def test_every_key_of_the_schema_is_explained_in_the_default_configuration() -> None:
    schema = yaml.safe_load((ROOT / "config" / "schema.yaml").read_text())
    text = (ROOT / "config.yaml").read_text()

    def keys(rules: dict[str, Any]) -> set[str]:
        if "$ref" in rules:
            rules = schema["$defs"][rules["$ref"].removeprefix("#/$defs/")]
        found = set(rules.get("properties", {}))
        for rule in [*rules.get("properties", {}).values(), rules.get("additionalProperties")]:
            if isinstance(rule, dict):
                found |= keys(rule)
        return found

    assert [key for key in keys(schema) if key not in text] == []


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("collections/demo/fps", "fast", 'collections.demo.fps: must be a number, not "fast"'),
        ("collections/demo/sauce", 1, "collections.demo: unknown key 'sauce' (did you mean 'source'?)"),
        ("collections/demo", {}, "collections.demo: the key 'source' is missing"),
        ("collections/songs", {"source": "x"}, 'the name "songs" is reserved'),
        ("collections/a b", {"source": "x"}, '"a b" is not a name of letters'),
        ("abx/pairs", 0, "abx.pairs: must be at least 1, not 0"),
        ("abx/question", "", "abx.question: must not be empty"),
        ("abx/models", [], "abx: unknown key 'models'"),
        ("render/width", 1281, "render.width: must be a multiple of 2, not 1281"),
        ("render/width", 10, "render.width: must be at least 320, not 10"),
        ("render/fps", 25, "render.fps: must be one of 30, 60, not 25"),
        ("render/room", "moon", "render.room: must be one of clay, night"),
        ("generate/samples", 1.5, "generate.samples: must be a whole number, not 1.5"),
        ("generate/length", "beat", 'generate.length: must be song, frame or a number of seconds, not "beat"'),
        ("generate/length", 0.5, "generate.length: must be at least 1, not 0.5"),
        (
            "generate/seed_pose",
            "x.h5",
            'generate.seed_pose: "x.h5" is not none, t_pose, random, mean or file:clip:frame',
        ),
        ("generate/genre", 3, "generate.genre: must be text or null, not 3"),
        ("models/seq2seq/generate", {"samples": 2}, "models.seq2seq.generate: unknown key 'samples'"),
        ("models/seq2seq/generate", {"length": 0}, "models.seq2seq.generate.length: must be at least 1, not 0"),
        ("use/models", ["wavenet"], "use.models: wavenet makes sound; name it in use.soundtracks"),
        ("use/soundtracks", ["seq2seq"], "use.soundtracks: seq2seq makes dances; name it in use.models"),
        ("use/soundtracks", ["wavnet"], "use.soundtracks: there is no 'wavnet' in models (did you mean 'wavenet'?)"),
        ("models/wavenet/augment", {}, "models.wavenet.augment: is for models that make dances; wavenet makes sound"),
        ("models/seq2seq/soundtrack", {}, "models.seq2seq.soundtrack: is for models that make sound"),
        ("models/together", {"architecture": "seq2seq", "dataset": "main"}, 'the name "together" is reserved'),
        ("models/original", {"architecture": "seq2seq", "dataset": "main"}, 'the name "original" is reserved'),
        (
            "models/comparison",
            {"architecture": "seq2seq", "dataset": "main"},
            "is reserved for the table of all models",
        ),
        ("soundtrack/temperature", 0, "soundtrack.temperature: must be more than 0, not 0"),
        ("soundtrack/top_k", 300, "soundtrack.top_k: must be at most 256, not 300"),
        ("pose/backend", "magic", 'pose.backend: must be one of mediapipe, mmpose, auto, not "magic"'),
        ("use/models", ["seq2sec"], "use.models: there is no 'seq2sec' in models (did you mean 'seq2seq'?)"),
        ("use/collections", "everything", "use.collections: must be `all` or a list of names"),
        ("models/seq2seq/dataset", "mian", "models.seq2seq.dataset: there is no dataset 'mian'"),
        ("collections/demo/cutting", {"shoots": True}, "collections.demo.cutting: unknown key 'shoots'"),
        ("collections/demo/cutting", {"max_seconds": "x"}, 'cutting.max_seconds: must be a number or null, not "x"'),
        ("collections/demo/cutting", {"max_seconds": 3}, "max_seconds: must be at least twice min_seconds (2), not 3"),
        ("collections/demo/music", "wavs", "collections.demo.music: is for collections of motion"),
        ("collections/demo/motion", "fbx", "collections.demo.motion: must be one of aistpp, bvh"),
        ("datasets/main/collections", {"demo": 0}, "datasets.main.collections.demo: must be more than 0, not 0"),
        ("datasets/main/collections", {"mine": 1}, "datasets.main.collections: there is no collection 'mine'"),
        (
            "datasets/main/grouping",
            "bar",
            'datasets.main.grouping: must be frame, beat or a number of seconds, not "bar"',
        ),
        ("datasets/main/grouping", 0, "datasets.main.grouping: must be at least 0.1, not 0"),
        ("datasets/main/stride_s", 7, "datasets.main.stride_s: must be at most window_s (6), not 7"),
        ("datasets/main/mode", "video", "datasets.main.mode: must be one of clip, window, frame"),
        ("music/normalise", "max", "music.normalise: must be one of per_band, global, pcen"),
        ("download/max_pixels", 0, "download.max_pixels: must be at least 1, not 0"),
        ("evaluate/aistpp", {}, "evaluate.aistpp: the key 'collection' is missing"),
        (
            "evaluate/aistpp",
            {"collection": "demo"},
            "evaluate.aistpp.collection: there is no collection 'demo' with motion: aistpp",
        ),
        ("songs", [], "songs: nothing to dance to; name some, or no models that dance"),
        ("songs", "song.mp3", 'songs: must be a list, not "song.mp3"'),
    ],
)
def test_a_mistake_is_named_with_its_place_and_what_it_must_be(path: str, value: Any, message: str) -> None:
    with pytest.raises(UserError) as error:
        checked_config(changed(path, value))
    assert message in str(error.value)


def test_what_a_model_says_of_its_dances_is_all_that_is_its_own() -> None:
    config = checked_config(changed("models/seq2seq/generate", {"length": 5}))
    assert config["models"]["seq2seq"]["generate"] == {"length": 5}
    assert config["generate"] == {"samples": 1, "seed": 1, "length": "song", "seed_pose": "none", "genre": None}


def test_collections_of_a_dataset_may_have_weights() -> None:
    entry = checked_config(changed("datasets/main/collections", {"demo": 2.5}))["datasets"]["main"]
    assert (entry["collections"], entry["weights"]) == (["demo"], {"demo": 2.5})
    entry = checked_config(changed("datasets/main/collections", ["demo"]))["datasets"]["main"]
    assert (entry["collections"], entry["weights"]) == (["demo"], {})


def test_all_mistakes_are_said_at_once() -> None:
    config = changed("render/width", "wide")
    config["render"]["height"] = "high"
    with pytest.raises(UserError) as error:
        checked_config(config)
    assert str(error.value).count("\n") == 2


@pytest.mark.parametrize("name", ["all_models.yaml", "soundtracks.yaml"])
def test_a_checked_configuration_written_again_means_the_same(name: str) -> None:
    config = deepcopy(DEFAULT)
    for key, value in yaml.safe_load((ROOT / "config" / name).read_text()).items():
        config[key] = {**config[key], **value} if isinstance(value, dict) else value
    config["collections"]["mocap"] = {"source": "there", "motion": "bvh"}
    config["datasets"]["main"]["collections"] = {"demo": 2, "mocap": 1}
    checked = checked_config(config)
    assert checked["datasets"]["main"]["weights"] != {}
    assert checked_config(as_written(checked)) == checked
