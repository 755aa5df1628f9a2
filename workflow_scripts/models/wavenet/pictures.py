"""What a network is told of a dance by its video: features of small pictures, and above all of what moves in them.

Pictures come `motion.pictures_file.FPS` times a second, the condition of a sound more often: `features_at` gives the
features at any time between. That way pictures are encoded once, and not for every sample.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# A picture's brightness is 0 to 1; of a film of a dancer it has about this deviation, and its change from picture to
# picture that one (demo corpus: 0.318, 0.031).
GREY_STD, CHANGE_STD = 0.3, 0.03
LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601
# Channels after each halving of the picture's size, and the grid of places in which movement is measured.
WIDTHS = (8, 16, 32, 32)
GRID = 4
# Channels of what the network sees: brightness, and how it changed.
SEEN = 2


class PictureEncoder(nn.Module):
    """A small convolutional network over each picture and its difference from the one before.

    The picture tells how somebody stands, the difference who moves where; the mean size of the difference in each of
    GRID * GRID places reaches the output directly: when it is small, somebody rests. There is no normalisation over
    pictures: each has the same features in whatever company.
    """

    def __init__(self, channels: int) -> None:
        """Take the number of features C per picture."""
        super().__init__()
        widths = (SEEN, *WIDTHS)
        sizes = (5, *[3] * (len(WIDTHS) - 1))
        layers = [
            nn.Conv2d(before, after, size, stride=2, padding=size // 2)
            for before, after, size in zip(widths, widths[1:], sizes, strict=False)
        ]
        for layer in layers:
            # He et al. (2015): what moves is as large after the last layer as before the first.
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        self.layers = nn.ModuleList(layers)
        self.pool = nn.AdaptiveAvgPool2d(GRID)
        self.output = nn.Linear((WIDTHS[-1] + 1) * GRID * GRID, channels)

    def forward(self, pictures: Tensor) -> Tensor:
        """Return features (B, F, C) float32 of pictures (B, F, H, W, 3) uint8 RGB, or (F, C) of (F, H, W, 3).

        The first picture has nothing to differ from, so that nothing seems to move in it: of a part of a film, give one
        picture more before it and leave its features out. H and W are at least 16.
        """
        if pictures.dim() == 4:
            return self.forward(pictures[None])[0]
        seen = _seen(pictures)
        batch, count = pictures.shape[:2]
        movement = self.pool(seen[:, 1:].abs())
        hidden = seen
        for layer in self.layers:
            hidden = torch.relu(layer(hidden))
        features = torch.cat([self.pool(hidden), movement], dim=1).flatten(1)
        result: Tensor = self.output(features)
        return result.view(batch, count, -1)


def features_at(features: Tensor, times: Tensor, fps: float) -> Tensor:
    """Return features (B, N, C) at some times, linearly between those of the pictures before and after.

    Args:
        features: (B, F, C) of pictures; picture p lies at p / fps seconds.
        times: (N,) or (B, N) seconds; what lies before the first picture or after the last gets theirs.
        fps: pictures per second.
    """
    last = features.shape[1] - 1
    places = (times.to(features.device) * fps).clamp(0, last).expand(len(features), -1)
    before = places.floor().long().clamp(max=max(last - 1, 0))
    share = (places - before)[..., None].to(features.dtype)
    rows = torch.arange(len(features), device=features.device)[:, None]
    after = (before + 1).clamp(max=last)
    return features[rows, before] * (1 - share) + features[rows, after] * share


def _seen(pictures: Tensor) -> Tensor:
    """Return brightness and its change (B * F, SEEN, H, W), each about as large as 1."""
    weights = torch.tensor(LUMA, device=pictures.device) / 255
    grey = pictures.float() @ weights
    change = F.pad(grey[:, 1:] - grey[:, :-1], (0, 0, 0, 0, 1, 0))
    return torch.stack([(grey - 0.5) / GREY_STD, change / CHANGE_STD], dim=2).flatten(0, 1)
