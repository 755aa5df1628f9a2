"""What every model is: built from a dataset, kept as tensors, asked for a dance.

A model touches no files. The train stage makes it with `from_dataset`, hands it to Lightning if it learns by gradient,
and saves `state()`; the generate stage calls `from_state` and `generate`.
"""

import importlib
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workflow_scripts.motion.dataset_file import Dataset
from workflow_scripts.motion.music_file import Music
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.workflow.errors import UserError

if TYPE_CHECKING:  # models that do not learn by gradient start without torch
    import torch

    from workflow_scripts.models.examples import Windows

# Architectures by the name used in the configuration; each is the package of that name in this one, with a `model`.
ARCHITECTURES: tuple[str, ...] = ("motion_graph", "seq2seq", "spectrogram_cnn_lstm", "pose_clusters", "pose_gan")


class ModelConfig(BaseModel):
    """A model's own settings. Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def checked(cls, settings: dict[str, Any], architecture: str) -> Self:
        """Return settings with the defaults of the rest.

        Raises:
            UserError: a line for each mistake.
        """
        try:
            return cls.model_validate(settings)
        except ValidationError as error:
            raise UserError(
                f"the settings of {architecture} have mistakes:\n{cls.mistakes(error, 'settings')}"
            ) from error

    @classmethod
    def mistakes(cls, error: ValidationError, name: str) -> str:
        """Return a line for each mistake in settings that are called `name`, with what is known where one is not."""
        lines = []
        for mistake in error.errors():
            outer = mistake["loc"][:-1]
            model: Any = cls
            for part in outer:
                model = model.model_fields[str(part)].annotation if hasattr(model, "model_fields") else None
            path = ".".join([name, *map(str, mistake["loc"])])
            if mistake["type"] == "extra_forbidden" and hasattr(model, "model_fields"):
                lines.append(f"  {path}: unknown setting; known are {', '.join(model.model_fields)}")
            else:
                lines.append(f"  {path}: {mistake['msg']}, not {mistake['input']!r}")
        return "\n".join(lines)


class DanceModel(ABC):
    """One way from music to dance.

    Attributes:
        Config: the class of the model's settings.
        trained_by_gradient: whether the train stage hands it to Lightning after `from_dataset`.
        part: the file of a first step that a rule of its own makes ("clusters.h5"), None where there is one step.
    """

    Config: ClassVar[type[ModelConfig]]
    trained_by_gradient: ClassVar[bool]
    part: ClassVar[str | None] = None

    @property
    def genres(self) -> tuple[str, ...]:
        """The genres that `generate` can be asked for; none where the model knows no genres."""
        return ()

    @abstractmethod
    def generate(
        self,
        music: Music,
        seconds: float,
        seed_motion: Person | None,
        rng: np.random.Generator,
        genre: str | None = None,
        stepwise: bool = False,
        memory: dict[str, Any] | None = None,
    ) -> Person:
        """Return a dance of exactly round(music.fps * seconds) frames at `music.fps`.

        Args:
            music: the song's features and beats; `music.features` covers at least `seconds`.
            seconds: length of the dance.
            seed_motion: motion the dance continues from, or None to begin freely. The generate stage joins the two
                without a jump whatever the model makes of it.
            rng: the only source of chance.
            genre: one of `genres`, or None to follow the music.
            stepwise: one step after the other (a frame of a network, a unit of motion), each chosen from what was
                danced so far and not with a view to the rest of the song.
            memory: what the model remembers of earlier intervals of the same song: empty for the first one, then
                whatever the model left in it; None where the song is danced at once.

        Returns:
            positions (T, 24, 3) and root (T, 3), metres, constant bone lengths, floor at y = 0.
        """

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """Return all that `from_state` needs: tensors, numbers, strings, and lists and dicts of them (no pickles)."""

    @classmethod
    @abstractmethod
    def from_state(cls, config: ModelConfig, state: dict[str, Any]) -> Self:
        """Rebuild a fitted model from its settings and `state()`."""

    @classmethod
    @abstractmethod
    def from_dataset(cls, config: ModelConfig, dataset: Dataset, part: dict[str, Any] | None = None) -> Self:
        """Return a model shaped for `dataset`: fitted if it needs no gradients, else freshly initialised.

        Args:
            config: the model's settings.
            dataset: what it is fitted to.
            part: the content of the first step's file, for an architecture that names one.
        """

    def held_out(self, dataset: Dataset) -> dict[str, float]:
        """Return, by name, what only the fitted model itself can tell of the validation split; by default nothing."""
        return {}


class LearnerConfig(ModelConfig):
    """Settings of training that all that learns by gradient shares.

    Attributes:
        learning_rate: the highest.
        batch_size: windows per step, over all devices.
        max_epochs: passes over the training windows.
        max_minutes: stop earlier than that (a result that depends on the machine's speed), or None.
        gradient_clip: largest norm of the gradient.
    """

    learning_rate: float = Field(default=3e-3, gt=0)
    batch_size: int = Field(default=8, ge=1)
    max_epochs: int = Field(default=80, ge=1)
    max_minutes: float | None = Field(default=None, gt=0)
    gradient_clip: float = Field(default=1.0, gt=0)


Precision = Literal["32-true", "bf16-mixed", "16-mixed"]


class GradientConfig(LearnerConfig):
    """Settings of training without a critic (docs/training.md).

    Attributes:
        optimizer: its name; `momentum` is that of sgd and rmsprop.
        weight_decay: of the optimiser (adamw decouples it from the gradient).
        schedule: how the rate changes over training, up to `max_epochs` or `max_minutes`; `warmup` is the share of
            training in which it grows before.
        ema: decay of a running mean of the weights, which is then what is validated and kept; 0 for none.
        patience: stop after so many epochs without a lower validation loss, and keep the best weights; None goes on.
        precision: of numbers: "32-true", "bf16-mixed", or, on GPUs, "16-mixed".
        devices: GPUs, or processes where there are none.
    """

    optimizer: Literal["adam", "adamw", "nadam", "radam", "adagrad", "rmsprop", "sgd"] = "adam"
    momentum: float = Field(default=0.9, ge=0, lt=1)
    weight_decay: float = Field(default=0.0, ge=0)
    schedule: Literal["cosine", "constant", "linear", "one_cycle"] = "cosine"
    warmup: float = Field(default=0.0, ge=0, lt=1)
    ema: float = Field(default=0.0, ge=0, lt=1)
    patience: int | None = Field(default=None, ge=1)
    precision: Precision = "32-true"
    devices: int = Field(default=1, ge=1, le=64)


class Learner(ABC):
    """Something with a network that the train stage fits: a whole model, or the first step of one.

    Attributes:
        config: the settings.
        network: what is trained.
        progress: how much of training is over, 0..1: kept up to date by training without a critic.
    """

    config: LearnerConfig
    network: "torch.nn.Module"
    progress: float = 1.0

    @abstractmethod
    def examples(self, dataset: Dataset, split: str) -> "Windows":
        """Return one example per window of a split ("train" or "validation"), in the order of its clips."""

    @abstractmethod
    def loss(self, batch: dict[str, "torch.Tensor"]) -> "torch.Tensor":
        """Return the scalar loss of a batch of examples, shapes (B, W, ...). The network is in train or eval mode."""


class GradientModel(DanceModel, Learner):
    """A model whose network the train stage fits; the network's parameters are part of `state()`."""

    trained_by_gradient: ClassVar[bool] = True


def load_architecture(name: str) -> type[DanceModel]:
    """Import one architecture (only that one: others may need libraries that are not there) and return its class.

    Raises:
        KeyError: no such architecture.
    """
    if name not in ARCHITECTURES:
        raise KeyError(f"unknown architecture {name!r}; known: {', '.join(ARCHITECTURES)}")
    module = importlib.import_module(f"workflow_scripts.models.{name}.model")
    model: type[DanceModel] = module.Model
    return model
