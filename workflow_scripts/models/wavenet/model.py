"""WaveNet that hears a dance: raw sound, sample by sample, from the samples before and from what is danced.

After van den Oord et al., "WaveNet: a generative model for raw audio" (2016), which movenet wanted to condition on
videos of dances. The condition that changes with time is the dance (see `conditioning`), that of a whole clip its
genre. The loss is the cross-entropy of the next sample's class, on logits.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, Literal, Self

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor, nn

from workflow_scripts.models.base import GradientConfig, Learner, ModelConfig
from workflow_scripts.models.soundtrack import Corpus, Sampling, Scene, SoundtrackModel
from workflow_scripts.models.wavenet import cached
from workflow_scripts.models.wavenet.conditioning import Conditioning
from workflow_scripts.models.wavenet.encoders import Condition, Encoder, make_encoder, picture_frames
from workflow_scripts.models.wavenet.examples import Extent, SoundClip, SoundWindows
from workflow_scripts.models.wavenet.mu_law import decode, encode
from workflow_scripts.models.wavenet.network import Shape, WaveNet
from workflow_scripts.motion.dataset_file import Dataset
from workflow_scripts.motion.pictures_file import Pictures
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.workflow.errors import UserError

# The category of a clip whose genre is not known, or was in no training clip.
UNKNOWN = 0


class Settings(GradientConfig):
    """Settings of the network and its training.

    The defaults learn the demo's ten training clips on one core in less than a quarter of an hour. With a GPU and hours
    of dances: rate 16000, residual 64, skip 128, stacks 3, layers 10, hop 128, window_s 1.0, batch_size 16, ema 0.9995.

    Attributes:
        rate: samples per second.
        residual, skip, stacks, layers: see `network.Shape`.
        condition: what the network is told of the dance: its poses and accents, nothing, or the video's pictures.
        channels: numbers per frame of the condition, as the network gets it.
        hop: samples per frame of the condition.
        reach_s: how much of the dance before and after each frame of the condition knows, about, in seconds.
        window_s: seconds that are predicted per window of training.
        genre_dropout: share of training windows whose genre is not told, so that it need not be.
    """

    rate: Literal[8000, 16000] = 8000
    residual: int = Field(default=32, ge=1)
    skip: int = Field(default=64, ge=1)
    stacks: int = Field(default=1, ge=1)
    layers: int = Field(default=10, ge=1, le=14)
    condition: Condition = "pose"
    channels: int = Field(default=32, ge=1)
    hop: int = Field(default=64, ge=1)
    reach_s: float = Field(default=0.5, gt=0, le=4)
    window_s: float = Field(default=0.5, gt=0)
    genre_dropout: float = Field(default=0.2, ge=0, le=1)
    learning_rate: float = Field(default=2e-3, gt=0)
    batch_size: int = Field(default=2, ge=1)
    max_epochs: int = Field(default=16, ge=1)
    ema: float = Field(default=0.995, ge=0, lt=1)


class Model(SoundtrackModel, Learner):
    """See the module's docstring."""

    Config: ClassVar[type[ModelConfig]] = Settings
    trained_by_gradient: ClassVar[bool] = True
    config: Settings

    def __init__(self, config: Settings, conditioning: Conditioning, genres: Sequence[str]) -> None:
        """Make an untrained network; `genres` are those it is told apart."""
        self.config, self.conditioning, self._genres = config, conditioning, tuple(genres)
        told = config.channels if config.condition != "none" else 1
        shape = Shape(
            config.residual, config.skip, config.stacks, config.layers, local=told, global_=1 + len(self._genres)
        )
        margin = round(config.reach_s * config.rate / config.hop)
        self.network = nn.Module()
        self.network.encoder = make_encoder(config.condition, told, margin)
        self.network.wavenet = WaveNet(shape)
        self._sounds: dict[str, npt.NDArray[np.uint8]] = {}
        self._pictures: Mapping[str, Pictures] = {}

    @property
    def rate(self) -> int:
        """See `SoundtrackModel.rate`."""
        return self.config.rate

    @property
    def genres(self) -> tuple[str, ...]:
        """See `SoundtrackModel.genres`."""
        return self._genres

    @property
    def needs_pictures(self) -> bool:
        """See `SoundtrackModel.needs_pictures`."""
        return self.config.condition == "video"

    @property
    def wavenet(self) -> WaveNet:
        """The network of the samples."""
        wavenet: Any = self.network.wavenet
        return wavenet  # type: ignore[no-any-return]

    @property
    def encoder(self) -> Encoder:
        """The network of the condition that changes with time."""
        encoder: Any = self.network.encoder
        return encoder  # type: ignore[no-any-return]

    @cached_property
    def extent(self) -> Extent:
        """How far windows of training reach."""
        hop = self.config.hop
        window = max(1, round(self.config.window_s * self.rate / hop)) * hop
        return Extent(self.wavenet.shape.receptive_field, window, hop, self.encoder.margin, self.rate)

    @classmethod
    def from_corpus(cls, config: ModelConfig, corpus: Corpus) -> Self:
        """Return an untrained network that keeps the sounds as classes.

        Raises:
            UserError: no training clip has a sound, or pictures are needed and there are none.
        """
        assert isinstance(config, Settings)
        if config.condition == "video" and corpus.pictures is None:
            raise UserError("condition: video needs the pictures of the dataset's clips; there are none")
        training = [clip for clip in corpus.dataset.split("train") if len(corpus.sounds.get(clip.name, ()))]
        if not training:
            raise UserError(
                "wavenet learns sounds, and no training clip of the dataset has one: "
                "choose collections of videos with sound"
            )
        people = [clip.motion for clip in training]
        conditioning = Conditioning.of(people, corpus.dataset.fps, config.rate, config.hop)
        model = cls(config, conditioning, sorted({clip.genre for clip in training if clip.genre}))
        for clip in corpus.dataset.clips:
            if len(sound := corpus.sounds.get(clip.name, np.zeros((0, 1), np.float32))):
                model._sounds[clip.name] = classes_of(sound, corpus.rate, config.rate)
        model._pictures = corpus.pictures or {}
        return model

    def state(self) -> dict[str, Any]:
        """Return the weights, how dances become conditions, and the genres."""
        return {
            "conditioning": self.conditioning.state(),
            "genres": list(self._genres),
            "network": self.network.state_dict(),
        }

    @classmethod
    def from_state(cls, config: ModelConfig, state: dict[str, Any]) -> Self:
        """Rebuild a trained network, ready to generate."""
        assert isinstance(config, Settings)
        model = cls(config, Conditioning(**state["conditioning"]), state["genres"])
        model.network.load_state_dict(state["network"])
        model.network.eval()
        return model

    def examples(self, dataset: Dataset, split: str) -> SoundWindows:
        """Return the windows of the sounds of a split; clips without sound, or needed pictures, have none."""
        clips = {}
        for number, clip in enumerate(dataset.clips):
            classes = self._sounds.get(clip.name)
            pictures = self._pictures.get(clip.name) if self.needs_pictures else None
            if clip.split != split or classes is None or (self.needs_pictures and pictures is None):
                continue
            frames = self._frames(clip.motion, dataset.fps, pictures, len(classes))
            clips[number] = SoundClip(classes, frames, self._category(clip.genre), pictures)
        return SoundWindows(clips, self.extent)

    def loss(self, batch: dict[str, Tensor]) -> Tensor:
        """Return the cross-entropy of the next sample, nats, over samples that are there."""
        audio, category = batch["audio"], batch["category"]
        if self.network.training:
            told = torch.rand(len(category), device=category.device) >= self.config.genre_dropout
            category = torch.where(told, category, UNKNOWN)
        at = self.extent.at().to(audio.device).expand(len(audio), -1)
        logits = self.wavenet(audio, self.encoder(batch), at, self._one_hot(category))
        error = F.cross_entropy(logits.flatten(0, 1), batch["target"].flatten(), reduction="none")
        present = batch["present"].flatten()
        return (error * present).sum() / present.sum()

    @torch.no_grad()
    def generate(
        self,
        scenes: Sequence[Scene],
        rngs: Sequence[np.random.Generator],
        sampling: Sampling,
        sounds: Mapping[str, Floats] | None = None,
    ) -> list[Floats]:
        """Draw the sound of several clips, sample by sample, after silence; mono."""
        self.network.eval()
        prompts = [self._prompt(scene, rng) for scene, rng in zip(scenes, rngs, strict=True)]
        found = cached.generate(self.wavenet, prompts, sampling, torch.get_num_threads())
        return [decode(classes)[:, None] for classes in found]

    @torch.no_grad()
    def _prompt(self, scene: Scene, rng: np.random.Generator) -> cached.Prompt:
        """Return a dance as the network gets it, with silence and nobody before."""
        extent, count, device = self.extent, round(self.rate * scene.seconds), self.wavenet.samples.weight.device
        frames = self._frames(scene.motion, scene.fps, scene.pictures, count)
        told = {"frames": F.pad(frames, (0, 0, extent.margin + extent.lead, extent.margin))[None].to(device)}
        if self.needs_pictures:
            told["pictures"] = torch.from_numpy(scene.pictures)[None].to(device)
            told["first"] = torch.zeros(1, dtype=torch.int64, device=device)
        heard = self.encoder(told)
        return cached.Prompt(
            steps=count,
            rng=rng,
            local=heard[0].cpu().numpy(),
            at=extent.at(count).numpy(),
            global_=self._one_hot(torch.tensor(self._category(scene.genre))).numpy(),
        )

    def _frames(self, motion: Person, fps: float, pictures: Pictures | None, samples: int) -> Tensor:
        """Return the condition frames of so many samples, as the encoder takes them.

        Raises:
            UserError: pictures are needed and there are none.
        """
        count = -(-samples // self.config.hop)
        match self.config.condition:
            case "pose":
                return self.conditioning.frames(motion, fps, count)
            case "video":
                if pictures is None or not len(pictures):
                    raise UserError(
                        "this wavenet looks at the video (condition: video), and there is none of the dance"
                    )
                return picture_frames(len(pictures), count, self.rate, self.config.hop)
            case "none":
                return torch.zeros(count, 1)

    def _category(self, genre: str) -> int:
        return 1 + self._genres.index(genre) if genre in self._genres else UNKNOWN

    def _one_hot(self, category: Tensor) -> Tensor:
        return F.one_hot(category, 1 + len(self._genres)).float()


def classes_of(sound: Floats, source_rate: int, rate: int) -> npt.NDArray[np.uint8]:
    """Return a sound (N, channels) as classes (N',): mono, at `rate`."""
    import soxr

    mono = np.asarray(sound, np.float32).mean(axis=1)
    if source_rate != rate:
        mono = soxr.resample(mono, source_rate, rate, quality="HQ")
    return encode(mono).astype(np.uint8)
