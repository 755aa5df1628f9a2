"""The network: gated causal convolutions of growing dilation, with conditions (van den Oord et al., WaveNet, 2016)."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from workflow_scripts.models.wavenet.mu_law import CLASSES


@dataclass(frozen=True)
class Shape:
    """The size of a network.

    Attributes:
        residual: channels from layer to layer, and of each gate.
        skip: channels from all layers to the output.
        stacks: how often the dilations start again at 1.
        layers: of a stack; dilations 1, 2, 4, ... 2 ** (layers - 1).
        local: numbers per frame of the condition that changes with time, 0 for none.
        global_: numbers of the condition of a whole clip, 0 for none.
    """

    residual: int = 32
    skip: int = 64
    stacks: int = 2
    layers: int = 9
    local: int = 0
    global_: int = 0

    @property
    def dilations(self) -> tuple[int, ...]:
        """The distance of the two taps of each layer, from the first layer on."""
        return tuple(2**layer for layer in range(self.layers)) * self.stacks

    @property
    def receptive_field(self) -> int:
        """How many samples, all before it, the distribution of a sample depends on: 3,070 for 3 stacks of 10.

        1 + the sum of the dilations: the first layer looks samples up in a table, one by one.
        """
        return 1 + sum(self.dilations)


class WaveNet(nn.Module):
    """Logits of the next sample from those before it and from conditions.

    The kernel of a layer has two taps, `gates[i].weight[:, :residual]` for the older sample and the rest for the newer.
    The first half of its outputs passes tanh, the second the sigmoid that gates it.
    """

    def __init__(self, shape: Shape) -> None:
        """Make an untrained network."""
        super().__init__()
        self.shape = shape
        wide, count = shape.residual, len(shape.dilations)
        self.samples = nn.Embedding(CLASSES, wide)
        self.gates = nn.ModuleList(nn.Linear(2 * wide, 2 * wide) for _ in range(count))
        self.local = nn.Linear(shape.local, count * 2 * wide, bias=False) if shape.local else None
        self.global_ = nn.Linear(shape.global_, count * 2 * wide, bias=False) if shape.global_ else None
        # The last layer has nothing after it to go on to.
        self.residuals = nn.ModuleList(nn.Linear(wide, wide) for _ in range(count - 1))
        self.skips = nn.ModuleList(nn.Linear(wide, shape.skip) for _ in range(count))
        self.mixed = nn.Linear(shape.skip, shape.skip)
        self.logits = nn.Linear(shape.skip, CLASSES)

    def forward(
        self, audio: Tensor, local: Tensor | None = None, at: Tensor | None = None, global_: Tensor | None = None
    ) -> Tensor:
        """Return logits (B, W, 256); those at i are of the sample after input i + R - 1, R = `shape.receptive_field`.

        They depend on the R inputs i to i + R - 1 alone: no sample is padded.

        Args:
            audio: (B, R + W - 1) int64, classes of samples.
            local: (B, F, `shape.local`) frames of the condition; None where the network has none.
            at: (B, R + W - 1) int64 in [0, F): for each input the frame of the sample that it predicts, which is the
                sample after it; None where the network has no local condition.
            global_: (B, `shape.global_`), None where the network has none.

        Raises:
            ValueError: the audio is shorter than the receptive field, or conditions and network do not match.
        """
        window = audio.shape[1] - self.shape.receptive_field + 1
        if window < 1:
            raise ValueError(f"{audio.shape[1]} samples, the receptive field has {self.shape.receptive_field}")
        told = self.told(local, global_)
        frames = told.shape[1]
        place = None
        if self.shape.local:
            if at is None or at.shape != audio.shape:
                raise ValueError("a local condition needs the frame of every sample")
            if len(told) != len(audio):
                raise ValueError(f"conditions of {len(told)} clips for {len(audio)}")
            place = at + frames * torch.arange(len(audio), device=at.device)[:, None]
        flat = told.flatten(0, 1)
        x = self.samples(audio)
        wide = self.shape.residual
        skipped = x.new_zeros(())
        for layer, dilation in enumerate(self.shape.dilations):
            older, newer = x[:, :-dilation], x[:, dilation:]
            # Frames are few: the condition is projected for each, and then given to its samples.
            hears = told[:, :, layer] if place is None else F.embedding(place[:, -older.shape[1] :], flat[:, layer])
            # Two products added up take three quarters of the time of a dilated Conv1d on one core.
            weight = self.gates[layer].get_parameter("weight").mT
            heard = torch.baddbmm(hears, newer, weight[wide:].expand(len(x), -1, -1))
            heard = torch.baddbmm(heard, older, weight[:wide].expand(len(x), -1, -1))
            content, gate = heard.chunk(2, dim=-1)
            gated = _tanh(content) * torch.sigmoid(gate)
            skipped = skipped + self.skips[layer](gated[:, -window:])
            if layer < len(self.residuals):
                x = newer + self.residuals[layer](gated)
        logits: Tensor = self.logits(torch.relu(self.mixed(torch.relu(skipped))))
        return logits

    def told(self, local: Tensor | None, global_: Tensor | None) -> Tensor:
        """Return what conditions and bias add to the gates: (B, F, layers, 2 * residual); B = 1 and F = 1 without any.

        Args:
            local: (B, F, `shape.local`) or None.
            global_: (B, `shape.global_`) or None.

        Raises:
            ValueError: conditions and network do not match.
        """
        given = (0 if local is None else local.shape[-1], 0 if global_ is None else global_.shape[-1])
        if given != (self.shape.local, self.shape.global_):
            raise ValueError(f"conditions of {given} numbers, not {(self.shape.local, self.shape.global_)}")
        count = len(self.shape.dilations)
        told = torch.stack([gate.get_parameter("bias") for gate in self.gates])[None, None]
        if self.local is not None:
            told = told + self.local(local).unflatten(-1, (count, -1))
        if self.global_ is not None:
            told = told + self.global_(global_).unflatten(-1, (count, -1))[:, None]
        return told


def _tanh(x: Tensor) -> Tensor:
    """Return the tanh; in float32 on a CPU from the sigmoid, so much faster there that a step takes a fifth less.

    What that adds to the error, 1e-7 whatever the value, would be too much in 16 bits.
    """
    if x.device.type == "cpu" and x.dtype == torch.float32:
        return 2 * torch.sigmoid(2 * x) - 1
    return torch.tanh(x)
