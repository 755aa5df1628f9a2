"""The one place that needs mmdet and mmpose: it builds their networks and leaves only the forward pass of them.

Everything around the networks is in the other modules and works with any module of the same shapes.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import torch
from torch import Tensor, nn

from workflow_scripts.pose.backends.mmpose.published import DETECTORS, LIFTERS, NETWORKS, Published
from workflow_scripts.pose.backends.mmpose.standins import install
from workflow_scripts.workflow.errors import UserError

State = Mapping[str, Tensor]


class DetectorNetwork(nn.Module):
    """RTMDet: pictures (B, 3, H, W) BGR, normalised -> its levels: logits (B, N), distances (B, N, 4), points (N, 2).

    The distances, pixels of the input, are from a point to the left, upper, right and lower edge of the box it is in.
    """

    LOW_PRECISION = ("backbone", "neck", "head")

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.backbone, self.neck, self.head = model.backbone, model.neck, model.bbox_head

    def forward(self, pictures: Tensor) -> list[tuple[Tensor, Tensor, Tensor]]:
        """See the class."""
        logits, distances = self.head(self.neck(self.backbone(pictures)))
        points = self.head.prior_generator.grid_priors([level.shape[-2:] for level in logits], device=pictures.device)
        return [
            (one.flatten(1).float(), away.flatten(2).transpose(1, 2).float(), where[:, :2])
            for one, away, where in zip(logits, distances, points, strict=True)
        ]


class KeypointNetwork(nn.Module):
    """RTMPose: pictures (B, 3, H, W) RGB, normalised -> SimCC's (B, K, 2 W) for x and (B, K, 2 H) for y.

    The backbone runs in the precision of its weights, the head always in float32: it costs little, and neighbouring
    bins differ by less than half a precision can say.
    """

    LOW_PRECISION = ("backbone",)

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.backbone, self.head = model.backbone, model.head

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """See the class."""
        (features,) = self.backbone(pictures)
        x, y = self.head((features.float(),))
        return x, y


class TemporalNetwork(nn.Module):
    """VideoPose3D, dilated: keypoints (B, 34, T) -> joints (B, T - 242, 17, 3), every frame in one pass."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.backbone, self.head = model.backbone, model.head

    def forward(self, keypoints: Tensor) -> Tensor:
        """See the class."""
        joints: Tensor = self.head.conv(self.backbone(keypoints)[-1])
        return joints.transpose(1, 2).unflatten(2, (-1, 3))


class SequenceNetwork(nn.Module):
    """MotionBERT: keypoints and their visibility (B, F, 17, 3), F <= 243 -> joints (B, F, 17, 3)."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.backbone, self.head = model.backbone, model.head

    def forward(self, keypoints: Tensor) -> Tensor:
        """See the class."""
        joints: Tensor = self.head(self.backbone(keypoints))
        return joints


_WRAPPERS = {
    **dict.fromkeys(DETECTORS, DetectorNetwork),
    **dict.fromkeys(NETWORKS, KeypointNetwork),
    "videopose3d_243": TemporalNetwork,
    "motionbert": SequenceNetwork,
}


def built(name: str, state: State) -> nn.Module:
    """Return the network of that name (`published`) with its weights, ready for inference on the CPU.

    Raises:
        UserError: the weights are not those of this network.
    """
    model = _model(_published(name))
    try:
        missing = model.load_state_dict(dict(state), strict=False).missing_keys
    except RuntimeError as error:
        missing = str(error).splitlines()[1:]
    if missing:
        raise UserError(f"weights of {name}: they are of another network, or not whole ({missing[0].strip()})")
    return _for_inference(name, model)


def random_network(name: str, seed: int) -> nn.Module:
    """Return the network of that name with random weights: for tests and for measuring time only."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return _for_inference(name, _model(_published(name)))


def random_state(name: str, seed: int) -> dict[str, Tensor]:
    """Return the weights of `random_network` under the names that published ones have."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return dict(_model(_published(name)).state_dict())


def _published(name: str) -> Published:
    return {**DETECTORS, **NETWORKS, **LIFTERS}[name]


def _model(published: Published) -> Any:
    install()
    from mmengine.registry import DefaultScope

    # Importing them fills the registries.
    if published.scope == "mmdet":
        import mmdet.models
        from mmdet.registry import MODELS
    else:
        import mmdet.models  # noqa: F401 - RTMPose's backbone
        import mmpose.codecs
        import mmpose.models  # noqa: F401
        from mmpose.registry import MODELS
    with DefaultScope.overwrite_default_scope(published.scope):
        return MODELS.build(deepcopy(published.model)).eval()


def _for_inference(name: str, model: Any) -> nn.Module:
    network: nn.Module = _WRAPPERS[name](model).eval().requires_grad_(False)
    if isinstance(network, KeypointNetwork):
        # Batch normalisation goes into the convolutions before it: a quarter of the time on a CPU. Not in RTMDet-m,
        # whose levels share convolutions and have normalisations of their own.
        from mmcv.cnn.utils.fuse_conv_bn import fuse_conv_bn

        network.backbone = fuse_conv_bn(network.backbone)
    return network
