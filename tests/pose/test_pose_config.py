from dataclasses import asdict
from pathlib import Path

import pytest
import yaml

from workflow_scripts.pose import config as module
from workflow_scripts.pose.config import MMPoseConfig, PoseConfig
from workflow_scripts.workflow.config import SCHEMA, checked_config
from workflow_scripts.workflow.errors import UserError

ROOT = Path(__file__).resolve().parents[2]


def test_defaults_and_values():
    assert PoseConfig.from_dict({}) == PoseConfig()
    assert PoseConfig.from_dict({"smoothing_s": 0.5, "min_detection": 1}).smoothing_s == 0.5
    assert PoseConfig.from_dict({"mmpose": {"batch": 4}}).mmpose == MMPoseConfig(batch=4)


def test_what_is_recorded_can_be_read_again():
    config = PoseConfig(people="all", mmpose=MMPoseConfig(device="cpu"))
    assert PoseConfig.from_dict(asdict(config)) == config


def test_the_file_states_the_defaults():
    stated = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    assert PoseConfig.from_dict(stated["pose"]) == PoseConfig()
    for key in ("people", "smoothing", "foot_lock", "max_gap", "mmpose"):
        del stated["pose"][key]
    assert PoseConfig.from_dict(checked_config(stated)["pose"]) == PoseConfig()


@pytest.mark.parametrize("section", ["pose", "pose.mmpose"])
def test_the_schema_knows_the_same_words(section):
    rules = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))["properties"]["pose"]["properties"]
    rules = rules if section == "pose" else rules["mmpose"]["properties"]
    words = {key: rule["enum"] for key, rule in rules.items() if "enum" in rule}
    ours = {key.rpartition(".")[2]: value for key, value in module._WORDS.items() if key.rpartition(".")[0] == section}
    assert {key: tuple(value) for key, value in words.items()} == ours


@pytest.mark.parametrize("section", ["pose", "pose.mmpose"])
def test_the_schema_knows_the_same_ranges(section):
    rules = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))["properties"]["pose"]["properties"]
    rules = rules if section == "pose" else rules["mmpose"]["properties"]
    for kind, ours in (("number", module._RANGES), ("integer", module._WHOLE)):
        stated = {
            f"{section}.{key}": (rule["minimum"], rule["maximum"])
            for key, rule in rules.items()
            if rule.get("type") == kind
        }
        assert stated == {key: value for key, value in ours.items() if key.rpartition(".")[0] == section}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"smooth": 0.3}, "unknown key 'smooth'; known are backend, people, smoothing, smoothing_s"),
        ({"backend": "openpose"}, "pose.backend: 'openpose' is none of mediapipe, mmpose, auto"),
        ({"backend": ["mediapipe"]}, "pose.backend"),
        ({"people": "two"}, "pose.people: 'two' is none of main, all"),
        ({"smoothing": "gauss"}, "pose.smoothing: 'gauss' is none of savitzky_golay, one_euro"),
        ({"smoothing_s": -1}, "pose.smoothing_s: -1 is no number from 0 to 2"),
        ({"smoothing_s": "0.3"}, "pose.smoothing_s"),
        ({"depth_smoothing_s": float("nan")}, "pose.depth_smoothing_s"),
        ({"foot_lock": 1}, "pose.foot_lock: 1 is neither true nor false"),
        ({"max_gap": 2.5}, "pose.max_gap: 2.5 is no whole number from 0 to 300"),
        ({"min_detection": 1.5}, "pose.min_detection: 1.5 is no number from 0 to 1"),
        ({"min_quality": True}, "pose.min_quality"),
        ({"mmpose": "fast"}, "pose.mmpose: 'fast' is no mapping"),
        ({"mmpose": {"bath": 3}}, "pose.mmpose: unknown key 'bath'; known are detector"),
        ({"mmpose": {"batch": 0}}, "pose.mmpose.batch: 0 is no whole number from 1 to 4096"),
        ({"mmpose": {"batch": float("nan")}}, "pose.mmpose.batch: nan is no whole number"),
        ({"mmpose": {"device": "tpu"}}, "pose.mmpose.device: 'tpu' is none of auto, cpu, cuda"),
    ],
)
def test_mistakes_are_named(values, message):
    with pytest.raises(UserError, match=message.replace(".", r"\.")):
        PoseConfig.from_dict(values)
