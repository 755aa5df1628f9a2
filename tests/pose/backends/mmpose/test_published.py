import pytest
from pose.backends.mmpose.fakes import needs_mmpose
from pose.backends.mmpose.references import ALL, published_config

from workflow_scripts.pose.backends.mmpose.published import DETECTORS, NETWORKS

# What we say otherwise on purpose (see `published`).
OURS = {("backbone", "use_stride_conv"), ("test_cfg", "flip_test")}
TRAINING = ("train_cfg", "init_cfg", "_scope_")


def plain(value):
    if isinstance(value, dict):
        return {key: "BN" if inner == "SyncBN" else plain(inner) for key, inner in value.items() if key not in TRAINING}
    return [plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def without_ours(model):
    for part, key in OURS:
        model.get(part, {}).pop(key, None)
    return {key: part for key, part in model.items() if part != {}}


@needs_mmpose
@pytest.mark.parametrize("name", ALL)
def test_our_configuration_is_the_published_one(name):
    theirs = without_ours(plain(published_config(name).model.to_dict()))
    assert without_ours(plain(ALL[name].model)) == theirs


@needs_mmpose
@pytest.mark.parametrize("name", [*DETECTORS, *NETWORKS])
def test_our_input_size_is_the_published_one(name):
    config = published_config(name)
    if name in NETWORKS:
        assert tuple(config.codec.input_size) == NETWORKS[name].size
    else:
        (resize,) = [step for step in config.test_dataloader.dataset.pipeline if step["type"] == "Resize"]
        assert tuple(resize["scale"]) == DETECTORS[name].size
