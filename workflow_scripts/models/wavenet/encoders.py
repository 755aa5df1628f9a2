"""What makes the network's local condition of condition frames, by what the network is told of a dance.

Each encoder takes a part of a batch (see `examples.SoundWindows`): "frames" (B, F + 2 margin, D), and gives what the
network gets, (B, F, C), from frames and `margin` more on either side.
"""

import math
from collections.abc import Mapping
from typing import Literal

import torch
from torch import Tensor, nn

from workflow_scripts.models.wavenet.conditioning import COLUMNS, frame_times
from workflow_scripts.models.wavenet.pictures import PictureEncoder, features_at
from workflow_scripts.motion.pictures_file import FPS

Condition = Literal["pose", "video", "none"]
# Columns of the frames of a video: whether there is a picture; the time in seconds, at most that of the last.
PICTURE_COLUMNS = 2
# Pictures that are encoded at once.
PART = 256


class PoseEncoder(nn.Module):
    """Each frame knows the frames around it, before and after: convolutions in time, which are not causal.

    Attributes:
        margin: frames before the first and after the last that it takes to give one.
    """

    def __init__(self, channels: int, margin: int, columns: int = COLUMNS) -> None:
        """Take the number of channels C, and about how many frames it sees to either side."""
        super().__init__()
        self.into = nn.Conv1d(columns, channels, 1)
        # Twice as far with every layer: 1 + 2 + ... + 2^(n - 1) frames to either side.
        layers = max(1, round(math.log2(margin + 1)))
        self.layers = nn.ModuleList(nn.Conv1d(channels, channels, 3, dilation=2**layer) for layer in range(layers))
        self.margin = 2**layers - 1

    def forward(self, told: Mapping[str, Tensor]) -> Tensor:
        """Return the condition; see the module. Frames are those of `Conditioning`."""
        return self.around(told["frames"])

    def around(self, frames: Tensor) -> Tensor:
        """Return (B, F, C) of (B, F + 2 margin, D)."""
        hidden = self.into(frames.transpose(1, 2))
        for nth, layer in enumerate(self.layers):
            reach = 2**nth
            hidden = hidden[:, :, reach:-reach] + torch.relu(layer(hidden))
        return hidden.transpose(1, 2)


class VideoEncoder(nn.Module):
    """Each frame knows what the video shows around it: pictures are encoded once, and then followed over time."""

    def __init__(self, channels: int, margin: int) -> None:
        """Take the number of channels C, and about how many frames it sees to either side."""
        super().__init__()
        self.pictures = PictureEncoder(channels)
        self.encoder = PoseEncoder(channels, margin, channels + 1)
        self.margin = self.encoder.margin

    def forward(self, told: Mapping[str, Tensor]) -> Tensor:
        """Return the condition; see the module.

        Besides "frames", those of `picture_frames`, it takes "pictures" (B, P, H, W, 3) uint8 and "first" (B,), the
        number of the first of them.
        """
        known, times = told["frames"][..., :1], told["frames"][..., 1]
        seen = features_at(self._features(told["pictures"]), times - told["first"][:, None] / FPS, FPS)
        return self.encoder.around(torch.cat([known, known * seen], dim=-1))

    def _features(self, pictures: Tensor) -> Tensor:
        """Return features (B, P, C), of no more than `PART` pictures at once: memory is that of a part."""
        parts = [self.pictures(pictures[:, :PART])]
        for start in range(PART, pictures.shape[1], PART):
            # One more before, for what has changed since.
            parts.append(self.pictures(pictures[:, start - 1 : start + PART])[:, 1:])
        return torch.cat(parts, dim=1)


class NoEncoder(nn.Module):
    """Tells nothing of a dance: one channel of zeros."""

    margin = 0

    def forward(self, told: Mapping[str, Tensor]) -> Tensor:
        """Return zeros (B, F, 1)."""
        return told["frames"].new_zeros(*told["frames"].shape[:2], 1)


Encoder = PoseEncoder | VideoEncoder | NoEncoder


def make_encoder(condition: Condition, channels: int, margin: int) -> Encoder:
    """Return an untrained encoder of C `channels` that sees about `margin` frames to either side."""
    match condition:
        case "pose":
            return PoseEncoder(channels, margin)
        case "video":
            return VideoEncoder(channels, margin)
        case "none":
            return NoEncoder()


def picture_frames(pictures: int, count: int, rate: int, hop: int) -> Tensor:
    """Return the first `count` condition frames (count, PICTURE_COLUMNS) of a clip of so many pictures.

    Args:
        pictures: at `FPS`; where they are over nothing is known.
        count: how many frames.
        rate, hop: samples per second, and per frame.
    """
    times = torch.from_numpy(frame_times(count, rate, hop)).float()
    return torch.stack([(times < pictures / FPS).float(), times.clamp(max=max(pictures - 1, 0) / FPS)], dim=1)
