"""From boxes to keypoints: RTMPose on crops of any pictures, many at a time.

Crop, coordinates and scores are those of `mmpose.apis.inference_topdown` without its flip test.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.pose.backends.base import Frame
from workflow_scripts.pose.backends.mmpose.runtime import Runtime

MEAN, STD = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)  # of ImageNet, RGB
_PADDING = 1.25  # a crop is so much larger than the box
_BINS = 2.0  # SimCC's bins per pixel of the crop


@dataclass(frozen=True)
class Region:
    """The part of a picture that a crop shows: its middle (2,) and its size (2,), pixels of the picture."""

    centre: Floats
    size: Floats

    @classmethod
    def of_box(cls, box: Floats, shape: tuple[int, int]) -> "Region":
        """Return the region for a box (4,), with room around it and the proportions of crops (width, height)."""
        left_top, right_bottom = box[:2].astype(np.float32), box[2:4].astype(np.float32)
        width, height = (right_bottom - left_top) * np.float32(_PADDING)
        proportion = shape[0] / shape[1]
        if width > height * proportion:
            height = width / proportion
        else:
            width = height * proportion
        size = np.maximum(np.array([width, height], dtype=np.float32), 1.0)
        return cls((left_top + right_bottom) * np.float32(0.5), size)


class KeypointEstimator:
    """A keypoint network with what goes before and after it.

    Attributes:
        shape: (width, height) of the crops.
    """

    def __init__(self, network: nn.Module, shape: tuple[int, int], runtime: Runtime) -> None:
        self._network, self.shape, self._runtime = runtime.ready(network), shape, runtime

    def submit(self, pictures: Sequence[Frame], regions: Sequence[Region]) -> "Answer":
        """Begin with a batch, one region of each RGB picture; a GPU works on while more are being prepared."""
        staged = self._runtime.staging(len(pictures), self.shape)
        for picture, region, room in zip(pictures, regions, staged.numpy(), strict=True):
            cv2.warpAffine(picture, _warp(region, self.shape), self.shape, dst=room, flags=cv2.INTER_LINEAR)
        with torch.inference_mode():
            simcc = self._network(self._runtime.normalised(staged, MEAN, STD))
            places, scores = _decoded(*simcc)
        return Answer(places, scores, regions, self.shape)


@dataclass(frozen=True)
class Answer:
    """What the network says of a batch, perhaps still on its way."""

    places: Tensor
    scores: Tensor
    regions: Sequence[Region]
    shape: tuple[int, int]

    def keypoints(self) -> tuple[Floats, Floats]:
        """Return keypoints (B, K, 2), pixels of the pictures, and their scores (B, K), as the network gives them."""
        places = self.places.cpu().numpy().astype(np.float64)
        centre = np.stack([region.centre for region in self.regions])[:, None].astype(np.float64)
        size = np.stack([region.size for region in self.regions])[:, None].astype(np.float64)
        return places / self.shape * size + centre - size / 2, self.scores.cpu().numpy().astype(np.float64)


def _warp(region: Region, shape: tuple[int, int]) -> Floats:
    """Return the affine map (2, 3) from the picture to the crop."""
    source = np.zeros((3, 2), dtype=np.float32)
    target = np.zeros((3, 2), dtype=np.float32)
    source[0] = region.centre
    target[0] = shape[0] * 0.5, shape[1] * 0.5
    # The middle of the left edge, and as far from the middle at right angles.
    source[1] = region.centre - [region.size[0] * 0.5, 0]
    target[1] = target[0] - [shape[0] * 0.5, 0]
    for corners in (source, target):
        along = corners[0] - corners[1]
        corners[2] = corners[1] + [-along[1], along[0]]
    return np.asarray(cv2.getAffineTransform(source, target))


def _decoded(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Return the places (B, K, 2) of the highest bins, pixels of the crop, and the lower of the two heights (B, K).

    SimCC: Li et al., ECCV 2022. Where the height is not positive the place is (-1, -1) bins, as in mmpose.
    """
    (high_x, at_x), (high_y, at_y) = x.max(dim=-1), y.max(dim=-1)
    scores = torch.minimum(high_x, high_y)
    places = torch.stack([at_x, at_y], dim=-1).float()
    return torch.where(scores[..., None] > 0, places, -1.0) / _BINS, scores
