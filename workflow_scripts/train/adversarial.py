"""Training of a generator against a critic: Lightning does the work, steps of the two alternate."""

import copy
import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import lightning
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Sampler

from workflow_scripts.models.adversarial import AdversarialLearner
from workflow_scripts.models.examples import as_they_are
from workflow_scripts.motion.dataset_file import Dataset
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.train.adversarial_history import Round
from workflow_scripts.train.gradient import make_trainer, run_trainer
from workflow_scripts.train.loop import SAVE_INTERVAL_S
from workflow_scripts.workflow.files import atomic_path

Show = Callable[[int, list[tuple[str, npt.NDArray[np.floating]]]], None]
# Gulrajani et al. 2017: no momentum, for the two chase each other.
BETAS = (0.0, 0.9)


def fit_adversarially(
    learner: AdversarialLearner, dataset: Dataset, seed: int, last: Path, show: Show | None = None
) -> list[Round]:
    """Train a learner's network against its critic, both in place, and return the losses of every epoch.

    The network ends up as the running mean of its weights (see `AdversarialConfig.average`).

    Args:
        learner: as made from the dataset.
        dataset: its training windows are learned.
        seed: of the draws and of noise. Equal seeds give equal weights (on one machine, with as many threads).
        last: where the state is saved after an epoch; if it exists, training goes on from it as if never interrupted.
        show: is given the number of an epoch and what the learner shows after some of them, the last one included.
    """
    config = learner.config
    examples = learner.examples(dataset, "train")
    weights = np.array([dataset.clips[number].weight for number in examples.numbers])
    draws = Draws(weights, config.steps * config.critic_steps * config.batch_size, seed)
    loop = _Loop(learner, seed, last, show)
    trainer = make_trainer(config.max_epochs, logger=False)
    batches = DataLoader(
        examples,
        config.batch_size,
        sampler=draws,
        collate_fn=as_they_are,  # type: ignore[arg-type]  # `Examples` hands out batches
        generator=torch.Generator(),
    )
    run_trainer(trainer, loop, last, batches)
    learner.network.load_state_dict(loop.average.state_dict())
    learner.network.cpu().eval()
    learner.critic.cpu()
    return loop.history


class Draws(Sampler[int]):
    """Random draws with replacement, in proportion to weights (N,), that depend on nothing but seed and epoch."""

    def __init__(self, weights: Floats, count: int, seed: int) -> None:
        self.shares, self.count, self.seed, self.epoch = weights / weights.sum(), count, seed, 0

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[int]:
        rng = np.random.default_rng([self.seed, self.epoch])
        yield from rng.choice(len(self.shares), self.count, p=self.shares).tolist()

    def set_epoch(self, epoch: int) -> None:
        """Lightning calls this before every epoch."""
        self.epoch = epoch


class _Loop(lightning.LightningModule):
    """Alternate steps: every batch teaches the critic, every `critic_steps`-th of them then the generator.

    Part of the saved state are both networks and optimisers, the running mean, the history of losses and the time
    that all took.
    """

    def __init__(self, learner: AdversarialLearner, seed: int, last: Path, show: Show | None) -> None:
        super().__init__()
        self.automatic_optimization = False
        self.learner, self.network, self.critic = learner, learner.network, learner.critic
        self.average = copy.deepcopy(learner.network)
        self.config, self.seed, self.last, self.show = learner.config, seed, last, show
        self.history: list[Round] = []
        self._losses: dict[str, list[float]] = {}
        self._before = 0.0  # seconds of earlier runs
        self._started = self._epoch_started = self._saved = time.perf_counter()

    def elapsed(self) -> float:
        """Return the seconds of training, those of earlier, broken runs included, up to their last saved states."""
        return self._before + time.perf_counter() - self._started

    def on_fit_start(self) -> None:
        self._started = self._saved = time.perf_counter()

    def on_train_epoch_start(self) -> None:
        torch.manual_seed(1_000_003 * self.seed + self.current_epoch)
        self._losses = {"critic": [], "generator": []}
        self._epoch_started = time.perf_counter()
        # Falls along a cosine, as in training without a critic.
        rate = self.config.learning_rate * (1 + math.cos(math.pi * self.current_epoch / self.config.max_epochs)) / 2
        for optimizer in self._both():
            for group in optimizer.param_groups:
                group["lr"] = rate

    def training_step(self, batch: dict[str, Tensor], index: int) -> None:
        generator, critic = self._both()
        self._step("critic", self.critic, critic, self.learner.critic_loss(batch))
        if (index + 1) % self.config.critic_steps == 0:
            self._step("generator", self.network, generator, self.learner.loss(batch))
            with torch.no_grad():
                for mean, now in zip(self.average.parameters(), self.network.parameters(), strict=True):
                    mean.lerp_(now, 1 - self.config.average)
            if self.config.max_minutes is not None and self.elapsed() >= 60 * self.config.max_minutes:
                self.trainer.should_stop = True

    def on_train_epoch_end(self) -> None:
        epoch = self.current_epoch + 1
        losses = {f"{name}_loss": sum(values) / len(values) for name, values in self._losses.items()}
        self.history.append(Round(epoch=epoch, seconds=time.perf_counter() - self._epoch_started, **losses))
        due = time.perf_counter() - self._saved >= SAVE_INTERVAL_S
        if self.show and (due or epoch == self.config.max_epochs or self.trainer.should_stop):
            self._show(epoch, self.show)
        # Saved atomically, so that a killed run leaves its last complete state. Not by a callback: those come before
        # this method, and would save a history without this epoch.
        if due:
            with atomic_path(self.last) as path:
                self.trainer.save_checkpoint(path)
            self._saved = time.perf_counter()

    def configure_optimizers(self) -> tuple[torch.optim.Adam, torch.optim.Adam]:
        rate = self.config.learning_rate
        return (
            torch.optim.Adam([p for p in self.network.parameters() if p.requires_grad], lr=rate, betas=BETAS),
            torch.optim.Adam(self.critic.parameters(), lr=rate, betas=BETAS),
        )

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        checkpoint["history"] = [vars(each) for each in self.history]
        checkpoint["elapsed"] = self.elapsed()

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        self.history = [Round(**each) for each in checkpoint["history"]]
        self._before = checkpoint["elapsed"]

    def _both(self) -> tuple[Any, Any]:
        both: Any = self.optimizers()  # a list of two, as configured
        generator, critic = both
        return generator, critic

    def _step(self, name: str, network: nn.Module, optimizer: Any, loss: Tensor) -> None:
        optimizer.zero_grad()
        self.manual_backward(loss)
        nn.utils.clip_grad_norm_(network.parameters(), self.config.gradient_clip)
        optimizer.step()
        self._losses[name].append(float(loss.detach()))

    def _show(self, epoch: int, show: Show) -> None:
        """Show what the running mean makes, in the place of the network."""
        now = copy.deepcopy(self.network.state_dict())
        self.network.load_state_dict(self.average.state_dict())
        poses = self.learner.show_progress()
        self.network.load_state_dict(now)
        if poses is not None:
            show(epoch, poses)
