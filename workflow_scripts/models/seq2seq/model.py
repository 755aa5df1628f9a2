"""A sequence-to-sequence LSTM that dances: an encoder hears the music, a decoder gives the pose of every frame.

After Kakashi's encoder-decoder (music in, one pose per frame out), with two changes. The decoder also gets the music
of every frame: from the encoder's final state alone such a network does not even learn one clip. And it is told the
place within beat, bar and phrase, and which phrase to dance (see `models.phrases`).
"""

from typing import Any, ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from workflow_scripts.models.base import ModelConfig
from workflow_scripts.models.phrase_model import PhraseConfig, PhraseModel
from workflow_scripts.motion.metre import PHASES

# The encoder hears means over this many frames: a summary needs no more, and training takes two thirds of the time.
ENCODER_STRIDE = 3


class Settings(PhraseConfig):
    """Settings of the network and its training.

    Attributes:
        layers, hidden, dropout: of each LSTM.
    """

    cell: Literal["lstm"] = "lstm"
    layers: int = Field(default=2, ge=1)
    hidden: int = Field(default=256, ge=1)
    dropout: float = Field(default=0.0, ge=0, lt=1)


class Network(nn.Module):
    """Encoder and decoder; see `models.phrase_model.PhraseNetwork`."""

    def __init__(self, features: int, outputs: int, encoded: int, config: Settings) -> None:
        """Make an untrained network whose encoder hears `encoded` frames from the start."""
        super().__init__()
        heard = features + PHASES
        shape: dict[str, Any] = {"num_layers": config.layers, "dropout": config.dropout, "batch_first": True}
        self.encoded = encoded
        self.encoder = nn.LSTM(heard, config.hidden, **shape)
        self.decoder = nn.LSTM(heard + config.code, config.hidden, **shape)
        self.pose = nn.Linear(config.hidden, outputs)

    def forward(self, music: Tensor, phases: Tensor, code: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """See `models.phrase_model.PhraseNetwork`."""
        heard = torch.cat([music, phases], dim=-1)
        if state is None:
            heard_first = heard[:, : self.encoded]
            stride = min(ENCODER_STRIDE, heard_first.shape[1])
            _, state = self.encoder(heard_first.unfold(1, stride, stride).mean(dim=-1))
        decoded, state = self.decoder(torch.cat([heard, code], dim=-1), state)
        return self.pose(decoded), state


class Model(PhraseModel):
    """See the module's docstring."""

    Config: ClassVar[type[ModelConfig]] = Settings
    config: Settings

    def make_network(self, features: int, outputs: int) -> Network:
        """Return an untrained network."""
        return Network(features, outputs, self.window, self.config)
