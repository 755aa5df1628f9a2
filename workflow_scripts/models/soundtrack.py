"""What every model from dance to sound is: built from dances and their sound, kept as tensors, asked for a soundtrack.

A model touches no files. The train stage makes it with `from_corpus`, hands it to Lightning if it learns by gradient,
and saves `state()`; the soundtrack stage calls `from_state` and `generate`.
"""

import importlib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from workflow_scripts.models.base import ModelConfig
from workflow_scripts.motion.dataset_file import Dataset
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import Floats

# Architectures by the name used in the configuration; each is the package of that name in this one, with a `model`.
SOUNDTRACK_ARCHITECTURES: tuple[str, ...] = ("wavenet", "soundtrack_retrieval")

Pictures = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Scene:
    """One clip of a dance, as a model gets it that makes its sound.

    Attributes:
        motion: T frames at `fps`; `motion.runs()` are those in which the dancer is known.
        fps: frames per second of the motion.
        seconds: how long the sound is to be.
        genre: the dance's, "" where it is not known.
        pictures: (P, H, W, 3) uint8 RGB at `motion.pictures_file.FPS`, None where there is no video.
    """

    motion: Person
    fps: float
    seconds: float
    genre: str = ""
    pictures: Pictures | None = None


@dataclass(frozen=True)
class Corpus:
    """What a model is made from: dances, and the sound of each.

    Attributes:
        dataset: motion, music features and beats, by split.
        sounds: {name of a clip of the dataset: (N, channels) float32 in [-1, 1]} from the clip's first frame on.
        rate: samples per second of the sounds.
        pictures: {name of a clip: (P, H, W, 3) uint8 RGB at `motion.pictures_file.FPS`}, None where no model asks.
    """

    dataset: Dataset
    sounds: Mapping[str, Floats]
    rate: int
    pictures: Mapping[str, Pictures] | None = None


class Sampling(BaseModel):
    """How samples are drawn from what a network says of them.

    Attributes:
        temperature: of the distribution: 1 as learned, lower is surer of itself.
        top_k: only the so many likeliest values can be drawn; None: all of them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    temperature: float = Field(default=1.0, gt=0, le=10)
    top_k: int | None = Field(default=None, ge=1, le=256)


class SoundtrackModel(ABC):
    """One way from dance to sound.

    Attributes:
        Config: the class of the model's settings.
        trained_by_gradient: whether the train stage hands it to Lightning after `from_corpus`.
    """

    Config: ClassVar[type[ModelConfig]]
    trained_by_gradient: ClassVar[bool]

    @property
    @abstractmethod
    def rate(self) -> int:
        """Samples per second of what it makes."""

    @property
    def needs_pictures(self) -> bool:
        """Whether it looks at the video and not at the motion."""
        return False

    @property
    def genres(self) -> tuple[str, ...]:
        """The genres it can be asked for; none where it knows none."""
        return ()

    @abstractmethod
    def generate(
        self,
        scenes: Sequence[Scene],
        rngs: Sequence[np.random.Generator],
        sampling: Sampling,
        sounds: Mapping[str, Floats] | None = None,
    ) -> list[Floats]:
        """Return the sound of several clips, which are made at once.

        Args:
            scenes: the clips.
            rngs: the only source of chance, one of each clip: a clip sounds the same in whatever company.
            sampling: how samples are drawn, where they are.
            sounds: those the model was made from (as in `Corpus`), for a model that plays them again; else None.

        Returns:
            per clip (round(rate * seconds), channels) float32 in [-1, 1].
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
    def from_corpus(cls, config: ModelConfig, corpus: Corpus) -> Self:
        """Return a model shaped for a corpus: fitted if it needs no gradients, else freshly initialised.

        A model that learns by gradient is a `models.base.Learner` besides, and keeps of the sounds what its `examples`
        are made of.
        """


def load_soundtrack_architecture(name: str) -> type[SoundtrackModel]:
    """Import one architecture and return its class.

    Raises:
        KeyError: no such architecture.
    """
    if name not in SOUNDTRACK_ARCHITECTURES:
        raise KeyError(f"unknown architecture {name!r}; known: {', '.join(SOUNDTRACK_ARCHITECTURES)}")
    module = importlib.import_module(f"workflow_scripts.models.{name}.model")
    model: type[SoundtrackModel] = module.Model
    return model
