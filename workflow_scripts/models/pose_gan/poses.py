"""The first step: a GAN over single poses, told the genre (Cai et al., "Deep video generation, prediction and
completion of human action sequences", ECCV 2018, arXiv 1711.08682, whose pose GAN is told the action).

It is a Wasserstein GAN with gradient penalty. What it makes of noise looks like a pose of the training dances; the
second step finds paths through its noise.
"""

from itertools import pairwise
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import torch
from pydantic import Field
from torch import Tensor, nn

from workflow_scripts.models.adversarial import AdversarialConfig, AdversarialLearner, critic_loss, generator_loss
from workflow_scripts.models.examples import Examples
from workflow_scripts.models.pose_gan.space import Space, columns, in_space, to_space, velocities
from workflow_scripts.models.scales import Scales
from workflow_scripts.motion.dataset_file import Dataset

SHOWN = 8  # poses of a genre, of what shows progress


class PoseSettings(AdversarialConfig):
    """Settings of the pose GAN.

    Attributes:
        space: `3d`, or `2d` for poses in the picture.
        latent: numbers of noise a pose is made of.
        hidden, layers: of generator and critic.
        genre: numbers that stand for a genre.
    """

    space: Space = "3d"
    latent: int = Field(default=16, ge=1)
    hidden: int = Field(default=256, ge=1)
    layers: int = Field(default=2, ge=1)
    genre: int = Field(default=8, ge=1)
    batch_size: int = Field(default=128, ge=1)
    max_epochs: int = Field(default=40, ge=1)


class Perceptron(nn.Module):
    """Layers from a vector and a genre to a vector."""

    def __init__(self, inputs: int, outputs: int, genres: int, config: PoseSettings) -> None:
        """Make untrained layers."""
        super().__init__()
        self.genre = nn.Embedding(genres, config.genre)
        sizes = [inputs + config.genre, *[config.hidden] * config.layers]
        hidden = [part for a, b in pairwise(sizes) for part in (nn.Linear(a, b), nn.LeakyReLU(0.2))]
        self.layers = nn.Sequential(*hidden, nn.Linear(sizes[-1], outputs))

    def forward(self, values: Tensor, genre: Tensor) -> Tensor:
        """Return (..., outputs) of values (..., inputs) and numbers of genres (...)."""
        result: Tensor = self.layers(torch.cat([values, self.genre(genre)], dim=-1))
        return result


class PoseGan(AdversarialLearner):
    """A generator of poses (standardised columns of `motion.representation` without the root's velocity), a critic."""

    config: PoseSettings

    def __init__(self, config: PoseSettings, fps: float, scales: Scales, genres: list[str]) -> None:
        """Make an untrained generator and critic; `genres` are those of the training clips, sorted."""
        self.config, self.fps, self.scales, self.genres = config, fps, scales, genres
        self.columns = columns(config.space)
        self.width = len(self.columns) - velocities(config.space)
        self.network = Perceptron(config.latent, self.width, len(genres), config)
        self.critic = Perceptron(self.width, 1, len(genres), config)

    @classmethod
    def from_dataset(cls, config: PoseSettings, dataset: Dataset) -> Self:
        """Return an untrained pose GAN for a dataset."""
        scales = Scales.of(in_space(dataset, config.space))
        return cls(config, dataset.fps, scales, sorted({clip.genre for clip in dataset.split("train")}))

    def state(self) -> dict[str, Any]:
        """Return tensors and plain values; the critic has done its work and is left out."""
        return {
            "settings": self.config.model_dump(mode="json"),
            "fps": self.fps,
            "scales": self.scales.state(),
            "genres": self.genres,
            "network": self.network.state_dict(),
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Rebuild a trained pose GAN."""
        config = PoseSettings.model_validate(state["settings"])
        gan = cls(config, state["fps"], Scales(**state["scales"]), list(state["genres"]))
        gan.network.load_state_dict(state["network"])
        gan.network.eval()
        return gan

    def examples(self, dataset: Dataset, split: str) -> Examples:
        """Return one example per frame of the clips that a split's windows lie in, as windows of one frame."""
        dataset = in_space(dataset, self.config.space)
        clips, rows = {}, []
        for number in sorted(set(dataset.windows[split][:, 0].tolist())):
            clip = dataset.clips[number]
            vectors = self.scales.vectors(clip.motion, self.fps)[:, self.columns][:, : self.width]
            genre = torch.full((len(vectors),), self.genres.index(clip.genre))
            clips[number] = {"pose": vectors, "genre": genre}
            rows += [(number, frame, 1) for frame in range(len(vectors))]
        return Examples(clips, np.array(rows, dtype=np.int64).reshape(-1, 3))

    def made(self, genre: Tensor) -> Tensor:
        """Return poses (N, P) of new noise for numbers of genres (N,)."""
        noise = torch.randn(len(genre), self.config.latent, device=genre.device)
        poses: Tensor = self.network(noise, genre)
        return poses

    def loss(self, batch: dict[str, Tensor]) -> Tensor:
        """Return the generator's loss on as many poses as there are in a batch."""
        genre = batch["genre"][:, 0]
        return generator_loss(lambda poses: self.scores(poses, genre), self.made(genre))

    def critic_loss(self, batch: dict[str, Tensor]) -> Tensor:
        """Return the critic's loss on a batch of real poses and as many made."""
        genre = batch["genre"][:, 0]
        with torch.no_grad():
            made = self.made(genre)
        score = lambda poses: self.scores(poses, genre)  # noqa: E731
        return critic_loss(score, batch["pose"][:, 0], made, self.config.gradient_penalty)

    def scores(self, poses: Tensor, genre: Tensor) -> Tensor:
        """Return the critic's scores (N,)."""
        scores: Tensor = self.critic(poses, genre)[:, 0]
        return scores

    @torch.no_grad()
    def show_progress(self) -> list[tuple[str, npt.NDArray[np.floating]]]:
        """Return `SHOWN` poses per genre, of the same noise at every time."""
        device = next(self.network.parameters()).device
        # Drawn on the CPU: the same numbers on every device.
        noise = torch.randn(SHOWN, self.config.latent, generator=torch.Generator().manual_seed(0)).to(device)
        rows = []
        for number, name in enumerate(self.genres):
            poses = self.network(noise, torch.full((SHOWN,), number, device=device)).cpu()
            rows.append((name, self.joints(poses)))
        return rows

    def joints(self, poses: Tensor) -> npt.NDArray[np.floating]:
        """Return world joints (N, 24, 3), metres, of poses (N, P), each at x = z = 0, bones as long as at rest."""
        still = torch.cat([poses, poses.new_zeros(len(poses), velocities(self.config.space))], dim=-1)
        world = [self.scales.person(to_space(row[None], self.config.space), self.fps).world for row in still]
        result = np.concatenate(world)
        return result - result[:, :1] * (1, 0, 1)
