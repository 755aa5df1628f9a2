"""Convolutions over a stereo spectrogram that keep every frame, and the LSTM that dances to what they hear."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from workflow_scripts.motion.metre import PHASES

SIDES = 2  # left and right, as `music.spectrogram` and `music.mel` lay them out
# Each convolution sees twice as many bands as it moves on, so that none falls between two.
BAND_STRIDE = 4
BAND_KERNEL = 2 * BAND_STRIDE + 1


class CausalConvolution(nn.Module):
    """A convolution over time and bands that hears the past only, and thins out the bands but not the frames."""

    def __init__(self, inputs: int, outputs: int, frames: int) -> None:
        """Make an untrained layer that hears `frames` frames at a time, the present one and those before it."""
        super().__init__()
        self.before = frames - 1
        self.convolution = nn.Conv2d(
            inputs, outputs, (frames, BAND_KERNEL), stride=(1, BAND_STRIDE), padding=(0, BAND_KERNEL // 2)
        )
        _as_loud_as_heard(self.convolution)

    def forward(self, sound: Tensor, past: Tensor | None) -> tuple[Tensor, Tensor]:
        """Return what is heard in each frame, and the past for the frames that come next.

        Args:
            sound: (B, C, T, bands).
            past: the frames before these, (B, C, frames - 1, bands), None at the start of a song: all is 0 there, the
                mean of standardised features.

        Returns:
            (B, C', T, ceil(bands / BAND_STRIDE)), (B, C, frames - 1, bands).
        """
        if past is None:
            past = sound.new_zeros(*sound.shape[:2], self.before, sound.shape[3])
        sound = torch.cat([past, sound], dim=2)
        return nn.functional.relu(self.convolution(sound)), sound[:, :, sound.shape[2] - self.before :]


class Ear(nn.Module):
    """From a stereo spectrogram to a few numbers per frame."""

    def __init__(self, features: int, filters: Sequence[int], frames: int, heard: int) -> None:
        """Make an untrained ear.

        Args:
            features: bands of the left and of the right channel together.
            filters: of each layer of convolutions.
            frames: how many frames each layer hears at a time.
            heard: numbers per frame that come out.
        """
        super().__init__()
        self.layers = nn.ModuleList(
            CausalConvolution(inputs, outputs, frames)
            for inputs, outputs in zip([SIDES, *filters], filters, strict=False)
        )
        bands = features // SIDES
        for _ in filters:
            bands = math.ceil(bands / BAND_STRIDE)
        # The bands that are left are not averaged: how high a sound is matters.
        self.summary = nn.Linear(filters[-1] * bands, heard)
        _as_loud_as_heard(self.summary)

    def forward(self, music: Tensor, pasts: Sequence[Tensor | None] | None) -> tuple[Tensor, list[Tensor]]:
        """Return (B, T, heard) for a spectrogram (B, T, features), and the past of every layer; see the layers."""
        # (B, T, left and right bands) -> (B, side, T, bands): time stays an axis of its own up to the LSTM.
        sound = music.unflatten(2, (SIDES, -1)).transpose(1, 2)
        after = []
        for layer, past in zip(self.layers, pasts or [None] * len(self.layers), strict=True):
            sound, last = layer(sound, past)
            after.append(last)
        return nn.functional.relu(self.summary(sound.transpose(1, 2).flatten(2))), after


class Network(nn.Module):
    """The ear and the LSTM; see `models.phrase_model.PhraseNetwork`."""

    def __init__(self, ear: Ear, heard: int, code: int, outputs: int, **shape: Any) -> None:
        """Make an untrained network.

        Args:
            ear: what hears the music, `heard` numbers per frame.
            heard: see `ear`.
            code: numbers per phrase code.
            outputs: numbers per pose.
            shape: hidden_size, num_layers and dropout of the LSTM.
        """
        super().__init__()
        self.ear = ear
        self.decoder = nn.LSTM(heard + PHASES + code, batch_first=True, **shape)
        self.pose = nn.Linear(self.decoder.hidden_size, outputs)

    def forward(self, music: Tensor, phases: Tensor, code: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """See `models.phrase_model.PhraseNetwork`."""
        pasts, memory = state or (None, None)
        heard, pasts = self.ear(music, pasts)
        decoded, memory = self.decoder(torch.cat([heard, phases, code], dim=-1), memory)
        return self.pose(decoded), (pasts, memory)


def _as_loud_as_heard(layer: nn.Conv2d | nn.Linear) -> None:
    """Start a layer before a ReLU so that sound goes through it at its own loudness (He et al., ICCV 2015).

    As torch starts them, three layers make sound so faint beside the metre and the code that the LSTM learns to do
    without it.
    """
    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    assert layer.bias is not None
    nn.init.zeros_(layer.bias)
