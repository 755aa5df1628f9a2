"""What every model is: built from a dataset, kept as tensors, asked for a dance.

A model touches no files. The train stage makes it with `from_dataset`, hands it to Lightning if it learns by gradient,
and saves `state()`; the generate stage calls `from_state` and `generate`.
"""

import importlib
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self

import numpy as np
from pydantic import BaseModel, ConfigDict

from workflow_scripts.motion.dataset_file import Dataset
from workflow_scripts.motion.music_file import Music
from workflow_scripts.motion.pose_file import Person

# Architectures by the name used in the configuration; each is the module of that name in this package.
ARCHITECTURES: tuple[str, ...] = ("motion_graph", "seq2seq")


class ModelConfig(BaseModel):
    """A model's own settings. Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DanceModel(ABC):
    """One way from music to dance.

    Attributes:
        Config: the class of the model's settings.
        trained_by_gradient: whether the train stage hands it to Lightning after `from_dataset`.
    """

    Config: ClassVar[type[ModelConfig]]
    trained_by_gradient: ClassVar[bool]

    @abstractmethod
    def generate(self, music: Music, seconds: float, seed_motion: Person | None, rng: np.random.Generator) -> Person:
        """Return a dance of exactly round(music.fps * seconds) frames at `music.fps`.

        Args:
            music: the song's features and beats; `music.features` covers at least `seconds`.
            seconds: length of the dance.
            seed_motion: motion the dance continues from, or None to begin freely.
            rng: the only source of chance.

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
    def from_dataset(cls, config: ModelConfig, dataset: Dataset) -> Self:
        """Return a model shaped for `dataset`: fitted if it needs no gradients, else freshly initialised."""


def load_architecture(name: str) -> type[DanceModel]:
    """Import one architecture (only that one: others may need libraries that are not there) and return its class.

    Raises:
        KeyError: no such architecture.
    """
    if name not in ARCHITECTURES:
        raise KeyError(f"unknown architecture {name!r}; known: {', '.join(ARCHITECTURES)}")
    module = importlib.import_module(f"workflow_scripts.models.{name}")
    model: type[DanceModel] = module.Model
    return model
