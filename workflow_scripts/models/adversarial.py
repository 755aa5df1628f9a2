"""Settings and losses of a Wasserstein GAN with gradient penalty (Gulrajani et al., "Improved training of Wasserstein
GANs", NeurIPS 2017): the critic's scores are no probabilities but heights whose difference estimates a distance.
"""

from abc import abstractmethod
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from pydantic import Field
from torch import Tensor, nn

from workflow_scripts.models.base import Learner, LearnerConfig


class AdversarialConfig(LearnerConfig):
    """Settings of adversarial training.

    Attributes:
        max_epochs: an epoch is `steps` of the generator, however many examples there are.
        steps: of the generator per epoch.
        critic_steps: steps of the critic before each of the generator.
        gradient_penalty: weight of the critic's.
        average: the generator that is kept is the mean over its steps, each weighted so much less than the next.
    """

    learning_rate: float = Field(default=1e-3, gt=0)
    steps: int = Field(default=20, ge=1)
    critic_steps: int = Field(default=5, ge=1)
    gradient_penalty: float = Field(default=10.0, ge=0)
    average: float = Field(default=0.99, ge=0, lt=1)


class AdversarialLearner(Learner):
    """A learner whose network is taught by a critic. It is asked for examples of "train" alone.

    Attributes:
        config: the settings.
        critic: tells real from generated; not needed when training is over.
    """

    config: AdversarialConfig
    critic: nn.Module

    @abstractmethod
    def critic_loss(self, batch: dict[str, Tensor]) -> Tensor:
        """Return the scalar loss of the critic on a batch of examples."""

    def show_progress(self) -> list[tuple[str, npt.NDArray[np.floating]]] | None:
        """Return poses that the network makes at this time: names, joints (n, 24, 3) in metres. None where it has none.

        The train stage draws them.
        """
        return None


def critic_loss(critic: Callable[[Tensor], Tensor], real: Tensor, generated: Tensor, penalty: float) -> Tensor:
    """Return the scalar that the critic makes small: score of generated minus score of real, plus the penalty.

    Args:
        critic: gives the scores (B,) of (B, ...).
        real, generated: (B, ...), without gradients.
        penalty: weight of the squared difference from 1 of the norm of the critic's gradient, at one random point
            between each real example and its generated one.
    """
    share = torch.rand(len(real), *[1] * (real.dim() - 1), device=real.device)
    between = torch.lerp(generated, real, share).requires_grad_()
    with torch.enable_grad():
        (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    steepness = ((slope.flatten(1).norm(dim=1) - 1) ** 2).mean()
    scores = critic(generated).mean() - critic(real).mean()
    return scores + penalty * steepness


def generator_loss(critic: Callable[[Tensor], Tensor], generated: Tensor) -> Tensor:
    """Return the scalar that the generator makes small: minus the critic's mean score of what it made (B, ...)."""
    return -critic(generated).mean()
