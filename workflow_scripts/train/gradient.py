"""Training by gradient: Lightning does the work; here is what it is told, and what lets a run go on as if unbroken."""

import logging
import time
import warnings
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from sys import stderr
from typing import Any

import lightning
import numpy as np
import torch
from lightning.pytorch.plugins.environments import LightningEnvironment
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import Tensor
from torch.utils.data import DataLoader, Sampler

from workflow_scripts.models.base import GradientModel
from workflow_scripts.models.examples import Batch, Examples, as_they_are
from workflow_scripts.motion.dataset_file import Dataset
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.train.history import Epoch
from workflow_scripts.workflow.files import atomic_path

# The state is saved no more often than this, so that saving costs little of a short training.
SAVE_INTERVAL_S = 10.0


def fit(model: GradientModel, dataset: Dataset, seed: int, last: Path) -> list[Epoch]:
    """Train the model's network in place and return the losses of every epoch.

    Args:
        model: as `from_dataset` made it.
        dataset: its training windows are learned; its validation windows only measured.
        seed: of the order of windows and of dropout. Equal seeds give equal weights (on one machine, same threads).
        last: where the state is saved after an epoch; if it exists, training goes on from it as if never interrupted.
    """
    _quiet()
    # Gradients that fade over hundreds of steps become numbers that processors are many times slower with: a step of
    # an LSTM over 720 frames took 11 s instead of 3 s.
    torch.set_flush_denormal(True)
    config = model.config
    training = model.examples(dataset, "train")
    validation = model.examples(dataset, "validation")
    weights = np.array([dataset.clips[number].weight for number in dataset.windows["train"][:, 0]])
    order = EpochOrder(weights, seed)
    loop = _Loop(model, seed, last)
    trainer = lightning.Trainer(
        accelerator="auto",
        devices=1,
        max_epochs=config.max_epochs,
        max_time=timedelta(minutes=config.max_minutes) if config.max_minutes else None,
        gradient_clip_val=config.gradient_clip,
        num_sanity_val_steps=0,
        limit_val_batches=1.0 if len(validation) else 0,
        enable_checkpointing=False,
        enable_model_summary=False,
        enable_progress_bar=stderr.isatty(),
        logger=False,
        # Under Slurm a training is one plain process; Lightning would look for a multi-node job and trap its signals.
        plugins=[LightningEnvironment()],
    )
    trainer.fit(
        loop,
        loader(training, config.batch_size, order),
        loader(validation, config.batch_size) if len(validation) else None,
        ckpt_path=str(last) if last.is_file() else None,
        weights_only=True,
    )
    if trainer.interrupted:
        raise KeyboardInterrupt
    model.network.cpu().eval()
    return loop.history


class EpochOrder(Sampler[int]):
    """A random order that depends on nothing but seed and epoch, so that a resumed run goes on where it was.

    Windows of equal weights all come once in an epoch. Otherwise an epoch has as many draws as there are windows, each
    in proportion to the weights (N,): some come twice, some not at all.
    """

    def __init__(self, weights: Floats, seed: int) -> None:
        self.weights, self.seed, self.epoch = weights, seed, 0

    def __len__(self) -> int:
        return len(self.weights)

    def __iter__(self) -> Iterator[int]:
        rng = np.random.default_rng([self.seed, self.epoch])
        if (self.weights == self.weights[:1]).all():
            yield from rng.permutation(len(self)).tolist()
        else:
            yield from rng.choice(len(self), len(self), p=self.weights / self.weights.sum()).tolist()

    def set_epoch(self, epoch: int) -> None:
        """Lightning calls this before every epoch."""
        self.epoch = epoch


class _Loop(lightning.LightningModule):
    """A model as Lightning wants it: steps, optimiser, and the history of losses, which is part of the saved state."""

    def __init__(self, model: GradientModel, seed: int, last: Path) -> None:
        super().__init__()
        self.model, self.network, self.seed, self.last = model, model.network, seed, last
        self.history: list[Epoch] = []
        self._losses: dict[str, list[tuple[float, int]]] = {}
        self._started = self._saved = time.perf_counter()

    def on_train_epoch_start(self) -> None:
        torch.manual_seed(1_000_003 * self.seed + self.current_epoch)
        self._losses = {"train": [], "validation": []}
        self._started = time.perf_counter()

    def training_step(self, batch: dict[str, Tensor]) -> Tensor:
        return self._measured(batch, "train")

    def validation_step(self, batch: dict[str, Tensor]) -> Tensor:
        return self._measured(batch, "validation")

    def on_train_epoch_end(self) -> None:
        self.history.append(
            Epoch(
                epoch=self.current_epoch + 1,
                train_loss=_mean(self._losses["train"]),
                validation_loss=_mean(self._losses["validation"]),
                seconds=time.perf_counter() - self._started,
            )
        )
        # Saved atomically, so that a killed run leaves its last complete state. Not by a callback: those come before
        # this method, and would save a history without this epoch.
        if time.perf_counter() - self._saved >= SAVE_INTERVAL_S:
            with atomic_path(self.last) as path:
                self.trainer.save_checkpoint(path)
            self._saved = time.perf_counter()

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        config = self.model.config
        optimizer = torch.optim.Adam(self.network.parameters(), lr=config.learning_rate)
        return {
            "optimizer": optimizer,
            "lr_scheduler": torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=config.max_epochs),
        }

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        checkpoint["history"] = [vars(epoch) for epoch in self.history]

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        self.history = [Epoch(**epoch) for epoch in checkpoint["history"]]

    def _measured(self, batch: dict[str, Tensor], split: str) -> Tensor:
        loss = self.model.loss(batch)
        self._losses[split].append((float(loss.detach()), len(next(iter(batch.values())))))
        return loss


def loader(examples: Examples, batch_size: int, order: EpochOrder | None = None) -> DataLoader[Batch]:
    """Return batches. The loader gets a generator of its own: it would draw from that of dropout, more on a resume."""
    return DataLoader(
        examples,
        batch_size,
        sampler=order,
        collate_fn=as_they_are,  # type: ignore[arg-type]  # `Examples` hands out batches
        generator=torch.Generator(),
    )


def _mean(losses: Sequence[tuple[float, int]]) -> float | None:
    """Mean over windows of batch means; None without any."""
    return sum(loss * count for loss, count in losses) / sum(count for _, count in losses) if losses else None


def _quiet() -> None:
    """Silence Lightning's advice (workers for data that lies in memory, a GPU that is not there, tips)."""
    for name in ("lightning.pytorch", "lightning.fabric"):
        logging.getLogger(name).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module=r"lightning\..*")
