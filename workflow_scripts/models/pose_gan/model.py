"""A GAN that dances, in two steps: a generator of poses, then one of paths through its noise.

After learn2dance's GAN, which follows Cai et al., "Deep video generation, prediction and completion of human action
sequences" (ECCV 2018, arXiv 1711.08682): poses are learned first (see `poses`), then a recurrent generator steers the
frozen generator of poses from frame to frame, and a critic of whole dances tells it how. Both steps are Wasserstein
GANs with gradient penalty, nothing else is in their losses. The ancestor heard no music and knew no genre; here both
generator and critic get the music's features, the place in the metre and the genre.

Noise comes in vectors per beat and per bar, blended from one to the next, so that a dance varies as fast as dances do.
The root's velocity, which is no part of a pose, is made by the second step.
"""

from collections.abc import Callable
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
import torch
from pydantic import Field
from torch import Tensor, nn

from workflow_scripts.models.adversarial import AdversarialConfig, AdversarialLearner, critic_loss, generator_loss
from workflow_scripts.models.base import GradientModel, ModelConfig
from workflow_scripts.models.examples import Examples
from workflow_scripts.models.pose_gan.networks import DanceCritic, Steering
from workflow_scripts.models.pose_gan.poses import PoseGan, PoseSettings
from workflow_scripts.models.pose_gan.space import in_space, to_space, velocities
from workflow_scripts.models.pose_gan.spread import enough_frames, pose_points, spread
from workflow_scripts.models.scales import VELOCITY_S, Scales
from workflow_scripts.motion.dataset_file import Dataset
from workflow_scripts.motion.metre import Metre, metre, phase_features
from workflow_scripts.motion.music_file import Music
from workflow_scripts.motion.parts import PART
from workflow_scripts.motion.pose_file import Person

# `held_out` lets the critic judge at most so many windows of a split, spread evenly, each so often.
JUDGED = 512
DRAWS = 4


class Settings(AdversarialConfig):
    """Settings of the second step, and those of the first under `pose`.

    Attributes:
        pose: of the generator of poses; others need a new first step.
        noise: numbers per beat, and as many per bar.
        hidden: of the generator's LSTM.
        critic_hidden, critic_layers: of the critic's convolutions.
        genre: numbers that stand for a genre.
        crop_s: the steps look at a random part of this length of every window, seconds.
        music_dropout: share of training windows in which both must do without the music's features, so that they do
            not know a dance by the sound of its recording.
        smoothing_s: standard deviation of the Gaussian over the generated motion, seconds.
    """

    pose: PoseSettings = PoseSettings()
    noise: int = Field(default=8, ge=1)
    hidden: int = Field(default=96, ge=1)
    critic_hidden: int = Field(default=96, ge=1)
    critic_layers: int = Field(default=4, ge=1)
    genre: int = Field(default=8, ge=1)
    crop_s: float = Field(default=2.5, gt=0)
    music_dropout: float = Field(default=0.5, ge=0, le=1)
    smoothing_s: float = Field(default=0.05, ge=0)
    batch_size: int = Field(default=12, ge=1)
    critic_steps: int = Field(default=3, ge=1)
    max_epochs: int = Field(default=60, ge=1)
    steps: int = Field(default=10, ge=1)


class Model(GradientModel, AdversarialLearner):
    """See the module's docstring."""

    Config: ClassVar[type[ModelConfig]] = Settings
    part: ClassVar[str | None] = "pose_gan.ckpt"
    config: Settings

    def __init__(self, config: Settings, poses: PoseGan, scales: Scales, table: tuple[Tensor, Tensor]) -> None:
        """Make an untrained second step.

        Args:
            config: its settings.
            poses: the first step, trained.
            scales: of features and motion.
            table: per training clip, the mean (K, F) of its standardised features and the number (K,) of its genre.
        """
        self.config, self.poses, self.scales, self.table = config, poses, scales, table
        self.fps, self.columns = poses.fps, poses.columns
        features, genres = len(scales.features_mean), len(poses.genres)
        space = poses.config.space
        self.network = nn.Module()
        outputs = poses.config.latent + velocities(space)
        self.network.steering = Steering(features, genres, config.genre, 2 * config.noise, config.hidden, outputs)
        self.network.poses = poses.network.requires_grad_(False)
        self.critic = DanceCritic(
            len(self.columns), features, genres, config.genre, config.critic_hidden, config.critic_layers
        )

    @property
    def steering(self) -> nn.Module:
        """What is trained of the network."""
        steering: Any = self.network.steering
        return steering  # type: ignore[no-any-return]

    @property
    def genres(self) -> tuple[str, ...]:
        """See `DanceModel.genres`."""
        return tuple(name for name in self.poses.genres if name)

    @classmethod
    def from_dataset(cls, config: ModelConfig, dataset: Dataset, part: dict[str, Any] | None = None) -> Self:
        """Return an untrained second step above the trained first one, `part`."""
        assert isinstance(config, Settings)
        if part is None:
            raise ValueError("the first step, a generator of poses, is missing")
        poses = PoseGan.from_state(part)
        scales = Scales.of(in_space(dataset, poses.config.space))
        clips = dataset.split("train")
        means = np.stack([scales.heard(clip.music, 0, len(clip.music.features)).mean(axis=0) for clip in clips])
        genres = torch.tensor([poses.genres.index(clip.genre) for clip in clips])
        return cls(config, poses, scales, (torch.from_numpy(means), genres))

    def state(self) -> dict[str, Any]:
        """Return the weights, the scales and the whole first step."""
        return {
            "poses": self.poses.state(),
            "scales": self.scales.state(),
            "table": list(self.table),
            "steering": self.steering.state_dict(),
        }

    @classmethod
    def from_state(cls, config: ModelConfig, state: dict[str, Any]) -> Self:
        """Rebuild a trained model, ready to generate."""
        assert isinstance(config, Settings)
        means, genres = state["table"]
        model = cls(config, PoseGan.from_state(state["poses"]), Scales(**state["scales"]), (means, genres))
        model.steering.load_state_dict(state["steering"])
        model.network.eval()
        return model

    def examples(self, dataset: Dataset, split: str) -> Examples:
        """Return the windows: music, motion, place in the metre, genre."""
        dataset = in_space(dataset, self.poses.config.space)
        clips = {}
        for number, clip in enumerate(dataset.clips):
            if clip.split == split:
                frames = len(clip.music.features)
                genre = self.poses.genres.index(clip.genre)
                clips[number] = {
                    "music": torch.from_numpy(self.scales.heard(clip.music, 0, frames)),
                    "motion": self.scales.vectors(clip.motion, self.fps)[:, self.columns],
                    "genre": torch.full((frames,), genre),
                } | _told(metre(clip.music, frames))
        return Examples(clips, dataset.windows[split])

    def loss(self, batch: dict[str, Tensor]) -> Tensor:
        """Return the generator's loss on the music of a batch."""
        told = self._heard(batch)
        return generator_loss(lambda motion: self._scores(motion, told), self._danced(told))

    def critic_loss(self, batch: dict[str, Tensor]) -> Tensor:
        """Return the critic's loss on the dances of a batch and others to the same music."""
        told = self._heard(batch)
        with torch.no_grad():
            danced = self._danced(told)
        score = lambda motion: self._scores(motion, told)  # noqa: E731
        return critic_loss(score, told["motion"], danced, self.config.gradient_penalty)

    def _heard(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return the same random part of all windows of a batch, with the music of some of them muted."""
        window = batch["music"].shape[1]
        frames = min(max(round(self.config.crop_s * self.fps), 1), window)
        first = int(torch.randint(window - frames + 1, ()))
        batch = {name: values[:, first : first + frames] for name, values in batch.items()}
        music = batch["music"]
        kept = torch.rand(len(music), 1, 1, device=music.device) >= self.config.music_dropout
        return batch | {"music": music * kept}

    def _scores(self, motion: Tensor, told: dict[str, Tensor]) -> Tensor:
        scores: Tensor = self.critic(motion, self.fps * VELOCITY_S, told)
        return scores

    def _danced(self, told: dict[str, Tensor]) -> Tensor:
        """Return dances (B, T, D) of new noise to the music of a batch."""
        device = told["beat"].device
        tables, first = _noise(told, lambda *shape: torch.randn(*shape, self.config.noise, device=device))
        return self._made(told, _blended(tables, told, first), None)[0]

    def _made(self, told: dict[str, Tensor], noise: Tensor, state: Any) -> tuple[Tensor, Any]:
        """Return dances (B, T, D) to given noise (B, T, C), and the state to go on from."""
        network: Any = self.network
        steered, state = network.steering(told["music"], told["phases"], told["genre"], noise, state)
        latent = steered[..., : self.poses.config.latent]
        poses = network.poses(latent, told["genre"])
        return torch.cat([poses, steered[..., self.poses.config.latent :]], dim=-1), state

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
        """Dance; without a genre, that of the training clip whose music is on the whole most like the song's."""
        frames = round(music.fps * seconds)
        number = self._nearest_genre(music, frames) if genre is None else self.poses.genres.index(genre)
        told: dict[str, Tensor] = {name: values[None] for name, values in _told(metre(music, frames)).items()}
        tables, first = _noise(
            told, lambda *shape: torch.from_numpy(rng.standard_normal((*shape, self.config.noise)).astype(np.float32))
        )
        self.network.eval()
        state, made = None, []
        part = 1 if stepwise else PART
        for start in range(0, frames, part):
            stop = min(start + part, frames)
            now = {name: values[:, start:stop] for name, values in told.items()}
            now["music"] = torch.from_numpy(self.scales.heard(music, start, stop))[None]
            now["genre"] = torch.full((1, stop - start), number)
            motion, state = self._made(now, _blended(tables, now, first), state)
            made.append(motion[0])
        whole = to_space(torch.cat(made), self.poses.config.space)
        return self.scales.person(whole, self.fps, self.config.smoothing_s)

    def held_out(self, dataset: Dataset) -> dict[str, float]:
        """Return how dances to the validation clips' music are spread among the validation clips' poses.

        See `spread`. Names with `real_` in front are the same of the training dances' poses: what there is to reach.
        Besides, how far apart the critic finds captured dances and those made to the same music: `critic_distance`,
        and `critic_distance_train` of training windows. The critic is not kept: ask right after training.
        """
        if not dataset.split("validation"):
            return {}
        # A genre that is in no training clip has no number to tell the critic.
        known = dataset.only(self.poses.genres)
        distances = {
            name: self._critic_distance(self.examples(known, split))
            for name, split in (("critic_distance", "validation"), ("critic_distance_train", "train"))
            if len(known.windows[split])
        }
        dataset = in_space(dataset, self.poses.config.space)
        clips = dataset.split("validation")
        real = [pose_points(clip.motion) for clip in clips]
        train = [pose_points(clip.motion) for clip in dataset.split("train")]
        rng = np.random.default_rng(0)
        danced: list[npt.NDArray[np.floating]] = []
        order: list[int] = []
        while sum(map(len, danced)) < enough_frames(train, self.fps):
            # All songs come equally often, but for the last time.
            order = order or rng.permutation(len(clips)).tolist()
            clip = clips[order.pop()]
            genre = clip.genre if clip.genre in self.genres else None
            seconds = len(clip.motion.root) / self.fps
            danced.append(pose_points(self.generate(clip.music, seconds, None, rng, genre)))
        return spread(real, train, danced, self.fps) | distances

    @torch.no_grad()
    def _critic_distance(self, examples: Examples) -> float:
        """Return the critic's mean score of captured dances less that of dances made to their music.

        This is the critic's estimate of the Wasserstein distance in its own, unscaled units. The random parts, muted
        windows and noise are drawn as in training, with a fixed seed.
        """
        rows = np.linspace(0, len(examples) - 1, min(len(examples), JUDGED)).round().astype(int).tolist()
        found: list[Tensor] = []
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            for first in range(0, len(rows) * DRAWS, self.config.batch_size):
                drawn = range(first, min(first + self.config.batch_size, len(rows) * DRAWS))
                told = self._heard(examples.__getitems__([rows[place % len(rows)] for place in drawn]))
                found.append(self._scores(told["motion"], told) - self._scores(self._danced(told), told))
        return float(torch.cat(found).mean())

    def _nearest_genre(self, music: Music, frames: int) -> int:
        means, genres = self.table
        heard = self.scales.heard(music, 0, min(frames, len(music.features))).mean(axis=0)
        nearest = int(((means - torch.from_numpy(heard)) ** 2).sum(dim=1).argmin())
        return int(genres[nearest])


def _told(position: Metre) -> dict[str, Tensor]:
    """Return the place in the metre of every frame: "phases", and the position counted in "beat" and "bar"."""
    columns: dict[str, npt.NDArray[np.floating]] = {
        "phases": phase_features(position),
        "beat": position.beat,
        "bar": position.bar,
    }
    return {name: torch.from_numpy(values) for name, values in columns.items()}


def _noise(told: dict[str, Tensor], draw: Callable[[int, int], Tensor]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Return noise for all beats and bars of dances, and the first beat and bar (B, 1), as `_blended` takes them.

    Args:
        told: the position (B, T) counted in "beat" and "bar".
        draw: makes noise (B, K, C) of a given B and K.
    """
    first = {name: told[name][:, :1].floor() for name in ("beat", "bar")}
    counts = {name: int((told[name] - begin).max()) + 2 for name, begin in first.items()}
    return {name: draw(len(begin), counts[name]) for name, begin in first.items()}, first


def _blended(tables: dict[str, Tensor], told: dict[str, Tensor], first: dict[str, Tensor]) -> Tensor:
    """Return noise (B, T, 2C) of every frame, from vectors (B, K, C) per beat and per bar.

    Each is blended into the next along a smooth step; `first` (B, 1) is the beat or bar that the first one stands for.
    """
    noise = []
    for name, table in tables.items():
        place = told[name] - first[name]
        index = place.floor().long().clamp(0, table.shape[1] - 2)
        share = (place - index).clamp(0, 1).unsqueeze(-1).float()
        rows = torch.arange(len(table), device=table.device)[:, None]
        noise.append(torch.lerp(table[rows, index], table[rows, index + 1], share * share * (3 - 2 * share)))
    return torch.cat(noise, dim=-1)
