"""Where people are: RTMDet's boxes, many pictures at a time."""

from collections.abc import Sequence

import cv2
import numpy as np
import torch
from torch import nn

from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.pose.backends.base import Frame
from workflow_scripts.pose.backends.mmpose.boxes import apart
from workflow_scripts.pose.backends.mmpose.runtime import Runtime

# Of ImageNet, RGB; RTMDet wants BGR.
MEAN, STD = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)
_GREY = 114  # what fills the square beside a picture that is none
# As in RTMDet's configuration for people.
_LEAST_SCORE, _CANDIDATES, _OVERLAP, _MOST = 0.05, 1000, 0.6, 100


class PersonDetector:
    """A detection network with what goes before and after it."""

    def __init__(self, network: nn.Module, size: tuple[int, int], runtime: Runtime) -> None:
        self._network, self._size, self._runtime = runtime.ready(network), size, runtime

    def __call__(self, pictures: Sequence[Frame]) -> list[Floats]:
        """Return for each RGB picture the boxes (P, 5): left, top, right, bottom px and score, best first.

        Same as `mmdet.apis.inference_detector` one by one.
        """
        if not pictures:
            return []
        staged = self._runtime.staging(len(pictures), self._size)
        scales = [_fitted(picture, room) for picture, room in zip(pictures, staged.numpy(), strict=True)]
        with torch.inference_mode():
            inputs = self._runtime.normalised(staged, MEAN, STD).flip(1)
            levels = self._network(inputs.contiguous(memory_format=torch.channels_last))
            # Few numbers: brought over at once, what follows is work for a CPU.
            arrays = [tuple(tensor.cpu().numpy() for tensor in level) for level in levels]
        return [
            _boxes([(logits[i], distances[i], points) for logits, distances, points in arrays], scale, self._size)
            for i, scale in enumerate(scales)
        ]


def _fitted(picture: Frame, room: Frame) -> Floats:
    """Scale a picture into the upper left of `room`, in place; return its (width, height) over those it has there."""
    height, width = picture.shape[:2]
    most_height, most_width = room.shape[:2]
    scale = min(max(room.shape[:2]) / max(height, width), min(room.shape[:2]) / min(height, width))
    new_width, new_height = int(width * scale + 0.5), int(height * scale + 0.5)
    new_width, new_height = min(max(new_width, 1), most_width), min(max(new_height, 1), most_height)
    room[new_height:], room[:, new_width:] = _GREY, _GREY
    room[:new_height, :new_width] = cv2.resize(picture, (new_width, new_height), interpolation=cv2.INTER_LINEAR)
    return np.array([width / new_width, height / new_height])


def _boxes(levels: Sequence[tuple[Floats, Floats, Floats]], scale: Floats, most: tuple[int, int]) -> Floats:
    """Return the boxes (P, 5) in one picture, `scale` (2,) times its input, of what the network says at its levels.

    They end where the input of size `most` ends. As in mmdet they may reach beyond the picture into the grey beside it.
    """
    boxes = np.concatenate([_candidates(*level) for level in levels]).astype(np.float64)
    for axis in (0, 1):
        boxes[:, axis:4:2] = boxes[:, axis:4:2].clip(0, most[axis]) * scale[axis]
    boxes = boxes[(boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])]
    return boxes[apart(boxes, _OVERLAP, _MOST)]


def _candidates(logits: Floats, distances: Floats, points: Floats) -> Floats:
    """Return the best boxes (N, 5) of one level in the pixels of the input, best first."""
    scores = 1 / (1 + np.exp(-logits))
    order = np.argsort(-scores, kind="stable")
    best = order[scores[order] > _LEAST_SCORE][:_CANDIDATES]
    corners = np.concatenate([points[best] - distances[best, :2], points[best] + distances[best, 2:]], axis=1)
    return np.concatenate([corners, scores[best, None]], axis=1)
