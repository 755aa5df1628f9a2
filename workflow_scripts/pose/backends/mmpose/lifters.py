"""From a person's keypoints in a clip to joints in space: VideoPose3D in one pass, MotionBERT by overlapping windows.

Both were trained on Human3.6M: pictures of 1000 x 1000 pixels in which a person stands near the middle and is about 400
pixels high. A person is put there before it is lifted, with one shift and one scale for the whole shot, so that its
motion across the picture and its changes of size stay what they are.
"""

from typing import Protocol

import numpy as np
import torch
from torch import nn

from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.motion.skeletons import H36M17
from workflow_scripts.pose.backends.mmpose.runtime import Runtime

# The picture of Human3.6M; means over its boxes as mmpose's `h36m.py` states them (`stats_info`), a box being 1.2 times
# the larger extent of the joints (its `preprocess_h36m.py`).
PICTURE = 1000.0
_MIDDLE, _SIZE, _BOX = (528.0, 427.0), 400.0, 1.2
RECEPTIVE_FIELD = WINDOW = 243
_REACH = RECEPTIVE_FIELD // 2
# Frames at a time: memory does not grow with the length of a clip. The result is the same for any number.
_PASS, _WINDOWS = 2048, 8
_LEGS = [SMPL24.index("left_knee"), SMPL24.index("left_ankle")]


class Lifter(Protocol):
    """Lifts one person's motion."""

    def __call__(self, keypoints: Floats) -> Floats:
        """Return joints (T, 17, 3), metres in the camera frame about the hips, of keypoints (T, 17, 2) without gaps.

        Human3.6M's joints (`H36M17`); the keypoints are in pixels of `PICTURE`, see `in_picture`.
        """
        ...


def in_picture(keypoints: Floats) -> Floats:
    """Put a person (T, 17, 2), pixels of any picture, where people are in Human3.6M's pictures."""
    low, high = keypoints.min(axis=1), keypoints.max(axis=1)
    size = max(float(np.median((high - low).max(axis=1))) * _BOX, 1e-6)
    return (keypoints - np.median((low + high) / 2, axis=0)) * (_SIZE / size) + np.asarray(_MIDDLE)


def normalised(keypoints: Floats) -> Floats:
    """Return pixels (..., 2) of `PICTURE` as both networks take them: 0 in the middle, 1 at the edges."""
    return keypoints / (PICTURE / 2) - 1.0


class VideoPose3D:
    """The dilated form: every frame of a clip in one pass, with the first and last frame repeated beyond its ends."""

    def __init__(self, network: nn.Module, runtime: Runtime) -> None:
        self._network, self._runtime = runtime.ready(network), runtime

    def __call__(self, keypoints: Floats) -> Floats:
        """See `Lifter`."""
        padded = np.pad(normalised(keypoints), ((_REACH, _REACH), (0, 0), (0, 0)), mode="edge").astype(np.float32)
        series = torch.from_numpy(padded).flatten(1).T[None]
        parts = []
        with torch.inference_mode():
            for start in range(0, len(keypoints), _PASS):
                part = series[..., start : start + _PASS + 2 * _REACH].to(self._runtime.device)
                parts.append(self._network(part)[0].cpu().numpy())
        return np.concatenate(parts).astype(np.float64)


class MotionBERT:
    """Sequences in, sequences out: windows of 243 frames that overlap by half and fade into each other.

    It says nothing of size: its unit is that of the picture. The body is given the legs of smpl24's rest pose.
    """

    def __init__(self, network: nn.Module, runtime: Runtime) -> None:
        self._network, self._runtime = runtime.ready(network), runtime

    def __call__(self, keypoints: Floats) -> Floats:
        """See `Lifter`."""
        joints = self.relative(keypoints)
        legs = np.stack([joints[:, [2, 3, 5, 6]], joints[:, [1, 2, 4, 5]]])
        length = float(np.median(np.linalg.norm(legs[0] - legs[1], axis=-1), axis=0).sum() / 2)
        return joints * (float(SMPL24.rest_lengths[_LEGS].sum()) / max(length, 1e-6))

    def relative(self, keypoints: Floats) -> Floats:
        """Return joints (T, 17, 3) about the hips in the network's own unit (half the width of the picture)."""
        count = len(keypoints)
        sight = np.ones((count, H36M17.size, 1))  # mmpose, too, says that everything is seen
        series = np.concatenate([normalised(keypoints), sight], axis=-1).astype(np.float32)
        length = min(count, WINDOW)
        starts = window_starts(count)
        joints, total = np.zeros((count, H36M17.size, 3)), np.zeros((count, 1, 1))
        # The middle of a window knows most; at its ends it knows one side only.
        fade = np.minimum(np.arange(1, length + 1), np.arange(length, 0, -1))[:, None, None].astype(np.float64)
        with torch.inference_mode():
            for first in range(0, len(starts), _WINDOWS):
                some = starts[first : first + _WINDOWS]
                batch = torch.from_numpy(np.stack([series[start : start + length] for start in some]))
                lifted = self._network(batch.to(self._runtime.device)).cpu().numpy()
                for start, window in zip(some, lifted, strict=True):
                    window[:, 0] = 0  # what it says is about the hips; of the hips themselves it is not asked
                    joints[start : start + length] += window * fade
                    total[start : start + length] += fade
        return joints / total


def window_starts(count: int) -> list[int]:
    """Return where windows begin in `count` frames: every half window, and one that ends with the last frame."""
    last = max(count - WINDOW, 0)
    return [*range(0, last, WINDOW // 2), last]
