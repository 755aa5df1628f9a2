"""What the recurrent models share: they are told the music, the place in the metre, and which phrase to dance.

A subclass gives the network. See `phrases` for why there are codes of phrases.
"""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Literal, Protocol, Self

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn

from workflow_scripts.models.base import GradientConfig, GradientModel, ModelConfig
from workflow_scripts.models.examples import Examples
from workflow_scripts.models.losses import LOSSES
from workflow_scripts.models.phrases import Phrases, count_phrases, heard_phrases, phrase_numbers
from workflow_scripts.models.scales import VELOCITY_S, Scales
from workflow_scripts.motion.dataset_file import Dataset
from workflow_scripts.motion.metre import Metre, metre, phase_features
from workflow_scripts.motion.music_file import Music
from workflow_scripts.motion.parts import PART
from workflow_scripts.motion.pose_file import Person

# The last share of a phrase leads over into the next: the code is blended over its last beat of eight.
LEAD_OVER = 1 / 8

LossName = Literal[
    "mse", "l1", "smooth_l1", "euclidean", "mape", "rpd",
    "mape_velocity", "rpd_velocity", "srse_velocity", "ensemble",
]  # fmt: skip


class PhraseConfig(GradientConfig):
    """Settings of codes, loss and generation.

    Attributes:
        code: numbers per phrase code; without them (0) the music alone says what to dance.
        music_dropout: share of training windows in which the decoder must do without the music's features, so that it
            reads the dance from the code and the metre and not from the sound of one recording.
        loss: of poses and of velocities, one of `models.losses`.
        velocity: weight of the loss on velocities against that on poses.
        variation: standard deviation of what is added to codes (they start with 1), in training and in dancing: a
            phrase is never danced quite the same way twice.
        choices: a phrase is drawn among this many with the most similar music.
        smoothing_s: standard deviation of the Gaussian over the generated motion, seconds.
    """

    code: int = Field(default=16, ge=0)
    music_dropout: float = Field(default=0.5, ge=0, le=1)
    loss: LossName = "smooth_l1"
    velocity: float = Field(default=0.5, ge=0)
    variation: float = Field(default=0.1, ge=0)
    choices: int = Field(default=4, ge=1)
    smoothing_s: float = Field(default=0.03, ge=0)


class PhraseNetwork(Protocol):
    """What a subclass's network does. All sequences are (B, T, ...) at the dataset's rate, standardised."""

    def __call__(self, music: Tensor, phases: Tensor, code: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """Return poses (B, T, D), and the state in which the next part of the song goes on.

        Args:
            music: (B, T, F) features.
            phases: (B, T, PHASES) place in the metre.
            code: (B, T, C) what to dance.
            state: as returned for the part before, None at the start of a song.
        """


class PhraseModel(GradientModel):
    """A network with its scales, its table of phrases and a code for each of them."""

    Config: ClassVar[type[ModelConfig]]
    config: PhraseConfig

    def __init__(self, config: PhraseConfig, fps: float, window: int, scales: Scales, phrases: Phrases) -> None:
        """Make an untrained network; `window` is the longest window of training, in frames."""
        self.config, self.fps, self.window, self.scales, self.phrases = config, fps, window, scales, phrases
        self.network = nn.Module()
        self.network.dancer = self.make_network(len(scales.features_mean), len(scales.motion_mean))
        self.network.codes = nn.Parameter(torch.randn(phrases.codes, config.code))

    @abstractmethod
    def make_network(self, features: int, outputs: int) -> nn.Module:
        """Return an untrained `PhraseNetwork` of so many features and numbers per pose."""

    @property
    def dancer(self) -> PhraseNetwork:
        """The network without the codes."""
        dancer: Any = self.network.dancer
        return dancer  # type: ignore[no-any-return]

    @property
    def codes(self) -> Tensor:
        """The codes (P, C) of all training phrases."""
        codes: Any = self.network.codes
        return codes  # type: ignore[no-any-return]

    @property
    def genres(self) -> tuple[str, ...]:
        """See `DanceModel.genres`."""
        return tuple(name for name in self.phrases.genres if name)

    @classmethod
    def from_dataset(cls, config: ModelConfig, dataset: Dataset, part: dict[str, Any] | None = None) -> Self:
        """Return an untrained network with a code for every phrase of the training clips."""
        assert isinstance(config, PhraseConfig)
        scales = Scales.of(dataset)
        window = int(dataset.windows["train"][:, 2].max())
        return cls(config, dataset.fps, window, scales, Phrases.of(dataset.split("train"), scales))

    def state(self) -> dict[str, Any]:
        """Return the weights, the scales and the table of phrases."""
        return {
            "fps": self.fps,
            "window": self.window,
            "scales": self.scales.state(),
            "phrases": self.phrases.state(),
            "network": self.network.state_dict(),
        }

    @classmethod
    def from_state(cls, config: ModelConfig, state: dict[str, Any]) -> Self:
        """Rebuild a trained network, ready to generate."""
        assert isinstance(config, PhraseConfig)
        scales, phrases = Scales(**state["scales"]), Phrases.from_state(state["phrases"])
        model = cls(config, state["fps"], state["window"], scales, phrases)
        model.network.load_state_dict(state["network"])
        model.network.eval()
        return model

    def examples(self, dataset: Dataset, split: str) -> Examples:
        """Return the windows; a validation clip, whose phrases have no codes, dances the nearest phrases."""
        first, clips = 0, {}
        for number, clip in enumerate(dataset.clips):
            if clip.split != split:
                continue
            frames = len(clip.music.features)
            position = metre(clip.music, frames)
            if split == "train":
                numbers = list(range(first, first + count_phrases(position)))
                first += len(numbers)
            else:
                numbers = self.phrases.chosen(heard_phrases(clip.music, position, self.scales)[0], 1, None)
            clips[number] = {
                "music": torch.from_numpy(self.scales.heard(clip.music, 0, frames)),
                "motion": self.scales.vectors(clip.motion, self.fps),
            } | _told(position, numbers)
        return Examples(clips, dataset.windows[split])

    def loss(self, batch: dict[str, Tensor]) -> Tensor:
        """Return the loss on poses plus that on their velocities, in shared standard deviations."""
        music, told = batch["music"], dict(batch)
        # Only the codes of these windows, whose numbers follow each other: a table of hours of dances is long.
        first = batch["phrase"].amin(dim=1, keepdim=True)
        told |= {name: batch[name] - first for name in ("phrase", "following")}
        count = int(torch.maximum(told["phrase"], told["following"]).max()) + 1
        codes = self.codes[(first + torch.arange(count, device=first.device)).clamp(max=len(self.codes) - 1)]
        if self.network.training:
            music = music * (torch.rand(len(music), 1, 1, device=music.device) >= self.config.music_dropout)
            codes = codes + self.config.variation * torch.randn_like(codes)
        poses = self.danced(batch, music, _blended(codes, told))
        present = batch["present"]
        error = LOSSES[self.config.loss]
        result = (error(poses, batch["motion"]) * present).sum() / present.sum()
        if self.config.velocity:
            steps, both = self.fps * VELOCITY_S, present[:, 1:] * present[:, :-1]
            moved = error(steps * poses.diff(dim=1), steps * batch["motion"].diff(dim=1))
            result = result + self.config.velocity * (moved * both).sum() / both.sum().clamp(min=1)
        return result

    def danced(self, batch: dict[str, Tensor], music: Tensor, code: Tensor) -> Tensor:
        """Return the poses (B, T, D) of a batch, for the loss; `music` and `code` as the network is to be told them."""
        poses, _ = self.dancer(music, batch["phases"], code)
        return poses

    @property
    def interval(self) -> int | None:
        """After how many frames a song is begun anew, from the pose it has come to; None: never."""
        return None

    def opening(self, music: Tensor, phases: Tensor, before: Tensor | None) -> Any:
        """Return the state in which the network begins a song, or an interval of it.

        Args:
            music: (1, T, F) from there on, at most as much as the longest window of training.
            phases: (1, T, PHASES) of the same frames.
            before: (1, D) the pose to go on from, if there is one.
        """
        return None

    @torch.no_grad()
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
        """Dance: draw a phrase for each of the song's, run the decoder over the song, integrate the root."""
        frames = round(music.fps * seconds)
        position = metre(music, frames)
        heard = heard_phrases(music, position, self.scales)[0]
        chosen = self.phrases.chosen(heard, self.config.choices, rng, genre)
        # Each phrase of the song gets its own copy of a code, a little different every time it is danced.
        noise = torch.from_numpy(rng.standard_normal((len(chosen), self.config.code)).astype(np.float32))
        codes = (self.codes[chosen] + self.config.variation * noise)[None]
        told = {name: values[None] for name, values in _told(position, range(len(chosen))).items()}
        self.network.eval()
        state, poses = None, []
        before = None if seed_motion is None else self.scales.vectors(seed_motion, self.fps)[-1:]
        part = self.interval or (1 if stepwise else max(PART, self.window))
        for first in range(0, frames, part):
            stop = min(first + part, frames)
            if first == 0 or self.interval:
                seen = min(first + self.window, frames)
                sound = torch.from_numpy(self.scales.heard(music, first, seen))[None]
                state = self.opening(sound, told["phases"][:, first:seen], before)
            now = {name: values[:, first:stop] for name, values in told.items()}
            sound = torch.from_numpy(self.scales.heard(music, first, stop))[None]
            made, state = self.dancer(sound, now["phases"], _blended(codes, now), state)
            poses.append(made[0])
            before = made[:, -1]
        return self.scales.person(torch.cat(poses), self.fps, self.config.smoothing_s)


def _told(position: Metre, numbers: Sequence[int]) -> dict[str, Tensor]:
    """Return what the network is told of every frame besides the music; `numbers` are the codes of the phrases.

    "phrase" and "following" are numbers of the phrase danced and of the one after it, "blend" is how much of the code
    is already that of the one after (0..1), "phases" the place in the metre.
    """
    index = phrase_numbers(position)
    table = np.array([*numbers, numbers[-1]], dtype=np.int64)
    blend = np.clip((position.phrase % 1.0 - (1 - LEAD_OVER)) / LEAD_OVER, 0.0, 1.0)
    return {
        "phases": torch.from_numpy(phase_features(position)),
        "phrase": torch.from_numpy(table[index]),
        "following": torch.from_numpy(table[index + 1]),
        "blend": torch.from_numpy(blend.astype(np.float32)),
    }


def _blended(codes: Tensor, told: dict[str, Tensor]) -> Tensor:
    """Return the code (B, T, C) of every frame from those of a table (B, P, C); see `_told`."""
    rows = torch.arange(len(codes), device=codes.device)[:, None]
    return torch.lerp(codes[rows, told["phrase"]], codes[rows, told["following"]], told["blend"].unsqueeze(-1))
