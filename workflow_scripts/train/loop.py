"""A learner as Lightning wants it, with all that a run needs to go on where it was broken off in its saved state."""

import copy
import math
import time
from pathlib import Path
from typing import Any

import lightning
import torch
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import Tensor

from workflow_scripts.models.base import GradientConfig, Learner
from workflow_scripts.train.history import Epoch
from workflow_scripts.train.optimisers import make_optimizer, rate_factor
from workflow_scripts.train.order import EpochOrder
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.files import atomic_path

# The state is saved no more often than this, so that saving costs little of a short training; a kill loses no more.
SAVE_INTERVAL_S = 10.0
# In a log, which no progress bar suits, a line tells how far it is no more often than this.
TELL_INTERVAL_S = 30.0


class Loop(lightning.LightningModule):
    """Steps, optimiser, running mean of the weights, best weights, and the history of losses.

    All chance in a step comes from the seed and the number of the step. So what has to be saved of it is that number.

    Attributes:
        average: the running mean of the network's weights, where `ema` asks for one.
        best: the weights of the epoch with the lowest validation loss, where `patience` asks for them.
        history: the epochs so far.
    """

    def __init__(self, learner: Learner, order: EpochOrder, seed: int, last: Path, tell: bool) -> None:
        """Take a learner and the order of its windows.

        Args:
            learner: whose network is trained.
            order: of the training windows.
            seed: of all chance in steps.
            last: where the state is saved.
            tell: whether to print a line now and then.
        """
        super().__init__()
        self.learner, self.network, self.order, self.seed, self.last, self.tell = (
            learner, learner.network, order, seed, last, tell,
        )  # fmt: skip
        assert isinstance(learner.config, GradientConfig)
        self.config = config = learner.config
        self.average = copy.deepcopy(self.network).requires_grad_(False) if config.ema else None
        self.best = copy.deepcopy(self.network).requires_grad_(False) if config.patience else None
        self.history: list[Epoch] = []
        self.learning_rate = config.learning_rate  # where Lightning's test of learning rates looks for it
        self._losses: dict[str, list[list[float]]] = {"train": [], "validation": []}
        self._factor = rate_factor(config.schedule, config.warmup)
        self._before = self._epoch_before = 0.0  # seconds of earlier runs: in all, and in this epoch
        self._clock = 0.0  # seconds of training at the end of the last step, the same in all processes
        self._started = self._epoch_started = self._saved = self._told = time.perf_counter()

    def elapsed(self) -> float:
        """Return the seconds of training, those of earlier, broken runs included."""
        return self._before + time.perf_counter() - self._started

    def progress(self, step: int) -> float:
        """Return how much of training is over before a step, 0..1, by steps or by time, whichever is farther."""
        config = self.config
        by_steps = step / (config.max_epochs * len(self.order))
        by_time = self._clock / (60 * config.max_minutes) if config.max_minutes else 0.0
        return min(max(by_steps, by_time), 1.0)

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        """Return optimiser and schedule."""
        optimizer = make_optimizer(self.config, self.network.parameters())
        for group in optimizer.param_groups:
            group["lr"] = self.learning_rate
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: self._factor(self.progress(step)))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def on_fit_start(self) -> None:
        """Learn which process this is."""
        self.order.share = (self.global_rank, self.trainer.world_size)
        self._started = self._epoch_started = self._saved = self._told = time.perf_counter()

    def on_train_start(self) -> None:
        """Stop at once where the saved state is that of a training that was over."""
        self._stop_when_over()

    def on_train_epoch_start(self) -> None:
        """Begin an epoch; one that was broken off does not begin again."""
        self.order.epoch, self.order.done = self.current_epoch, 0
        self._losses = {"train": [], "validation": []}
        self._epoch_started, self._epoch_before = time.perf_counter(), 0.0

    def training_step(self, batch: dict[str, Tensor], index: int) -> Tensor:
        """Return the loss of this process's share of a batch."""
        # Other processes of a step draw other numbers; the first one draws those of a process that is alone.
        torch.manual_seed((1_000_003 * self.seed + self.global_step) * 1009 + self.global_rank)
        self.learner.progress = self.progress(self.global_step)
        loss = self.learner.loss(batch)
        own, total = self.order.part_of_batch(index)
        # A loss is a mean over frames, and gradients are averaged over processes, which have not equally many.
        frames = batch["present"].sum() * min(own, 1)
        # A copy: it is summed in place, and the gradient needs this process's own number.
        total_frames = self.trainer.strategy.reduce(frames.clone(), reduce_op="sum")
        weighted = loss * frames * self.trainer.world_size / total_frames
        mean = self.trainer.strategy.reduce(weighted.detach().clone(), reduce_op="mean")
        self._losses["train"].append([float(mean), total])
        return weighted

    def on_train_batch_end(self, outputs: Any, batch: dict[str, Tensor], index: int) -> None:
        """Average weights, look at the clock, save."""
        if self.average is not None:
            with torch.no_grad():
                # Early on the mean is over the few steps there are, not mostly the weights of the start.
                keep = min(self.config.ema, (1 + self.global_step) / (10 + self.global_step))
                for mean, now in zip(
                    self.average.state_dict().values(), self.network.state_dict().values(), strict=True
                ):
                    if mean.is_floating_point():
                        mean.lerp_(now, 1 - keep)
                    else:
                        mean.copy_(now)
        if self.config.max_minutes is not None:
            self._clock = self.trainer.strategy.broadcast(self.elapsed())
        self._stop_when_over()
        # The end of an epoch has to be saved with its validation.
        if index + 1 < len(self.order):
            self._save_when_due()

    def validation_step(self, batch: dict[str, Tensor]) -> None:
        """Measure a batch."""
        loss = self.learner.loss(batch)
        self._losses["validation"].append([float(loss), len(next(iter(batch.values())))])

    def on_validation_epoch_start(self) -> None:
        """Put the running mean in the place of the weights."""
        if self.average is not None:
            self._own = copy.deepcopy(self.network.state_dict())
            self.network.load_state_dict(self.average.state_dict())

    def on_validation_epoch_end(self) -> None:
        """Put the weights back."""
        if self.average is not None:
            self.network.load_state_dict(self._own)

    def on_train_epoch_end(self) -> None:
        """Note the epoch, save."""
        epoch = Epoch(
            epoch=self.current_epoch + 1,
            train_loss=_mean(self._losses["train"]),
            validation_loss=_mean(self._losses["validation"]),
            seconds=self._epoch_before + time.perf_counter() - self._epoch_started,
            learning_rate=float(self.optimizers().param_groups[0]["lr"]),  # type: ignore[union-attr]
        )
        if epoch.train_loss is not None and not math.isfinite(epoch.train_loss):
            raise UserError(
                f"the loss of epoch {epoch.epoch} is {epoch.train_loss}: lower learning_rate ({self.learning_rate:g}) "
                "or gradient_clip, or give warmup"
            )
        self.history.append(epoch)
        self._keep_best(epoch)
        self._stop_when_over()
        if self.logger:
            names = ("train_loss", "validation_loss", "learning_rate")
            known = {name: value for name in names if (value := getattr(epoch, name)) is not None}
            self.logger.log_metrics(known, step=epoch.epoch)
        now = time.perf_counter()
        if self.tell and self.global_rank == 0 and now - self._told >= TELL_INTERVAL_S:
            validation = "" if epoch.validation_loss is None else f", validation {epoch.validation_loss:.5g}"
            of = self.config.max_epochs
            print(  # noqa: T201
                f"epoch {epoch.epoch} of {of}: loss {epoch.train_loss:.5g}{validation}, {self.elapsed():.0f} s",
                flush=True,
            )
            self._told = now
        # Not by a callback: those come before this method, and would save a history without this epoch.
        self._save_when_due()

    def finish(self) -> None:
        """Give the learner's network the weights it is kept with: the best, else the running mean, else the last."""
        chosen = self.best if self.best is not None else self.average
        if chosen is not None:
            self.network.load_state_dict(chosen.state_dict())
        self.network.cpu().eval()

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Add what Lightning does not save."""
        checkpoint["loop"] = {
            "history": [vars(epoch) for epoch in self.history],
            "losses": self._losses,
            # Of the epoch that is under way: 0 when it is over.
            "done": (self.trainer.fit_loop.epoch_loop.batch_idx + 1) % len(self.order),
            "elapsed": self.elapsed(),
            "epoch_seconds": self._epoch_before + time.perf_counter() - self._epoch_started,
        }

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Go on from there."""
        saved = checkpoint["loop"]
        self.history = [Epoch(**epoch) for epoch in saved["history"]]
        self._losses = saved["losses"]
        self.order.epoch, self.order.done = len(self.history), saved["done"]
        self._before, self._epoch_before = saved["elapsed"], saved["epoch_seconds"]
        self._clock = self._before

    def _keep_best(self, epoch: Epoch) -> None:
        if self.best is None or epoch.validation_loss is None:
            return
        if epoch.validation_loss <= min(self._validation_losses()):
            source = self.network if self.average is None else self.average
            self.best.load_state_dict(source.state_dict())

    def _stop_when_over(self) -> None:
        """Stop when the time is over, or when `patience` epochs have brought no lower validation loss."""
        config, losses = self.config, self._validation_losses()
        over = config.max_minutes is not None and self._clock >= 60 * config.max_minutes
        if config.patience is not None and losses:
            over |= len(losses) - 1 - losses.index(min(losses)) >= config.patience
        # One process decides: another's losses may differ in the last digit.
        if self.trainer.strategy.broadcast(over):
            self.trainer.should_stop = True

    def _validation_losses(self) -> list[float]:
        return [each.validation_loss for each in self.history if each.validation_loss is not None]

    def _save_when_due(self) -> None:
        """Save when the last time is long enough ago, or when the job has been told to end (a cluster's time limit)."""
        now = time.perf_counter()
        due = now - self._saved >= SAVE_INTERVAL_S or self.trainer.received_sigterm
        if not self.trainer.strategy.broadcast(due):
            return
        if self.global_rank == 0:
            with atomic_path(self.last) as path:
                self.trainer.save_checkpoint(path)
        else:  # takes part, writes nothing
            self.trainer.save_checkpoint(self.last)
        self._saved = now


def _mean(losses: list[list[float]]) -> float | None:
    """Mean over windows of batch means (rows: mean, windows); None without any."""
    return sum(loss * count for loss, count in losses) / sum(count for _, count in losses) if losses else None
