"""A sequence-to-sequence network that dances: an encoder hears the music, a decoder gives the pose of every frame.

After Kakashi's encoder-decoder (music in, one pose per frame out). With `conditioning: final_state` it is that network:
the decoder gets the encoder's last state and the pose before. By default there are two changes. The decoder also gets
the music of every frame: from the encoder's final state alone such a network does not even learn one clip. And it is
told the place within beat, bar and phrase, and which phrase to dance (see `models.phrases`).
"""

from typing import Any, ClassVar, Literal

import torch
from pydantic import Field, model_validator
from torch import Tensor

from workflow_scripts.models.base import ModelConfig
from workflow_scripts.models.phrase_model import PhraseConfig, PhraseModel
from workflow_scripts.models.seq2seq.network import Network, Song

# Sizes of networks by name: layers, hidden. Kakashi's are those of its experiments 1 to 10, and of 11.
PRESETS: dict[str, tuple[int, int]] = {"small_2x256": (2, 256), "kakashi_2x512": (2, 512), "kakashi_4x1024": (4, 1024)}
# How often a window is danced with a mixture of true and own poses to get own poses that follow own poses.
PASSES = 2


class Settings(PhraseConfig):
    """Settings of the network and its training.

    Attributes:
        preset: a size by name, which `layers` and `hidden` fill in where they are given.
        cell, layers, hidden, dropout: of encoder and decoder.
        conditioning: per_frame tells the decoder the music, place in the metre and phrase of every frame; final_state
            only what the encoder remembers of the window, and the pose before (and the phrase, where `code` is not 0;
            for it 0 is the default, and so is a `music_dropout` of 0).
        attention: the decoder also attends to what the encoder heard in the last four seconds.
        feedback: the decoder is told the pose before; always so with final_state.
        scheduled_sampling: how many of the poses before are the network's own in place of true ones, in training.
        sampling_schedule: linear rises from 0 to that share over the training, constant has it from the start.
    """

    preset: Literal["small_2x256", "kakashi_2x512", "kakashi_4x1024"] = "small_2x256"
    cell: Literal["lstm", "gru"] = "lstm"
    layers: int = Field(default=2, ge=1)
    hidden: int = Field(default=256, ge=1)
    dropout: float = Field(default=0.0, ge=0, lt=1)
    conditioning: Literal["per_frame", "final_state"] = "per_frame"
    attention: bool = False
    feedback: bool = False
    scheduled_sampling: float = Field(default=0.5, ge=0, le=1)
    sampling_schedule: Literal["linear", "constant"] = "linear"

    @model_validator(mode="before")
    @classmethod
    def _filled_in(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        filled: dict[str, Any] = {}
        if given.get("preset") in PRESETS:
            filled["layers"], filled["hidden"] = PRESETS[given["preset"]]
        if given.get("conditioning") == "final_state":
            filled |= {"feedback": True, "code": 0, "music_dropout": 0.0}
        return filled | given

    @model_validator(mode="after")
    def _has_something_to_go_by(self) -> "Settings":
        if self.conditioning == "final_state" and not self.feedback:
            raise ValueError("with conditioning final_state the decoder hears nothing but the pose before: feedback")
        return self


class Model(PhraseModel):
    """See the module's docstring."""

    Config: ClassVar[type[ModelConfig]] = Settings
    config: Settings

    def make_network(self, features: int, outputs: int) -> Network:
        """Return an untrained network."""
        config = self.config
        return Network(
            features,
            outputs,
            config.code,
            cell=config.cell,
            layers=config.layers,
            hidden=config.hidden,
            dropout=config.dropout,
            per_frame=config.conditioning == "per_frame",
            feedback=config.feedback,
            attention=config.attention,
        )

    @property
    def seq2seq(self) -> Network:
        """The network without the codes."""
        network: Any = self.network.dancer
        return network  # type: ignore[no-any-return]

    @property
    def interval(self) -> int | None:
        """See `PhraseModel.interval`: a final state holds no more than a window of training."""
        return self.window if self.config.conditioning == "final_state" else None

    def opening(self, music: Tensor, phases: Tensor, before: Tensor | None) -> Song:
        """See `PhraseModel.opening`."""
        return self.seq2seq.opening(music, phases, before)

    def danced(self, batch: dict[str, Tensor], music: Tensor, code: Tensor) -> Tensor:
        """Return the poses of a batch: in training with true poses before, and more and more of its own.

        Own poses come of whole passes over the window (Duckworth et al., "Parallel scheduled sampling", 2019), not step
        by step (Bengio et al., "Scheduled sampling for sequence prediction", NeurIPS 2015): the same mixture, at the
        speed of whole sequences. Out of training there are no true poses.
        """
        network, phases = self.seq2seq, batch["phases"]
        if not self.config.feedback or not network.training:
            poses, _ = network(music, phases, code)
            return poses
        motion = batch["motion"]
        true = torch.cat([motion[:, :1], motion[:, :-1]], dim=1)
        before, share = true, self._share_of_own()
        if share:
            with torch.no_grad():
                own_here = torch.rand(*motion.shape[:2], 1, device=motion.device) < share
                for _ in range(PASSES):
                    made, _ = network(music, phases, code, before=before)
                    # A dance begins from the mean pose, 0, where nothing went before.
                    own = torch.cat([torch.zeros_like(made[:, :1]), made[:, :-1]], dim=1)
                    before = torch.where(own_here, own, true)
        poses, _ = network(music, phases, code, before=before)
        return poses

    def _share_of_own(self) -> float:
        if self.config.sampling_schedule == "constant":
            return self.config.scheduled_sampling
        return self.config.scheduled_sampling * self.progress
