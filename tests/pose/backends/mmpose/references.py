"""mmpose's and mmdet's own one-by-one forms, with random weights that we have too."""

from pathlib import Path

import cv2
import numpy as np
import torch

from workflow_scripts.pose.backends.mmpose.networks import _model, random_state
from workflow_scripts.pose.backends.mmpose.published import DETECTORS, LIFTERS, NETWORKS
from workflow_scripts.pose.backends.mmpose.standins import install

ALL = {**DETECTORS, **NETWORKS, **LIFTERS}


def published_config(name):
    """Return the configuration file that the installed packages bring along."""
    install()
    import mmpose
    from mmengine.config import Config

    return Config.fromfile(str(Path(mmpose.__file__).parent / ".mim" / ALL[name].file))


def state_of(name, seed=0):
    """Random weights that tell one input from another: batch normalisation has seen some pictures.

    The detector's scores begin at a half instead of a hundredth, so that it finds something.
    """
    published = ALL[name]
    if published.size == (0, 0):
        return random_state(name, seed)
    install()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = _model(published)
    for part in model.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.momentum = 1.0
    pictures = [cv2.resize(photo(seed), published.size) for seed in range(4)]
    inputs = (torch.tensor(np.stack(pictures)).permute(0, 3, 1, 2) - 114.0) / 58
    with torch.no_grad():
        model.train()
        features = model.backbone(inputs)
        if published.scope == "mmdet":
            model.bbox_head(model.neck(features))
            for head in model.bbox_head.rtm_cls:
                head.bias.fill_(0.5)
            for head in model.bbox_head.rtm_reg:
                head.bias.fill_(2.0)
    return dict(model.eval().state_dict())


def reference(name, state, flip=False):
    """Return the package's own model, built from its own configuration."""
    config = published_config(name)
    config.model.backbone.pop("init_cfg", None)
    config.model.pop("init_cfg", None)
    if "test_cfg" in config.model:
        config.model.test_cfg["flip_test"] = flip
    if ALL[name].scope == "mmdet":
        from mmdet.apis import init_detector
        from mmpose.utils import adapt_mmdet_pipeline

        model = init_detector(adapt_mmdet_pipeline(config), None, device="cpu", palette="random")
    else:
        from mmpose.apis import init_model

        model = init_model(config, None, device="cpu")
    keys = model.load_state_dict(state, strict=False)
    assert not keys.missing_keys
    assert not keys.unexpected_keys
    # Our memory layout: the last digits differ by it, and deep random networks make a hundredth of a pixel of them.
    return model.eval().to(memory_format=torch.channels_last)


def photo(seed, width=180, height=320):
    """A picture with structure at several scales."""
    rng = np.random.default_rng(seed)
    levels = [rng.normal(0, 40, (height // n + 1, width // n + 1, 3)) for n in (4, 16, 64)]
    image = 128 + sum(cv2.resize(level, (width, height), interpolation=cv2.INTER_CUBIC) for level in levels)
    return image.clip(0, 255).astype(np.uint8)
