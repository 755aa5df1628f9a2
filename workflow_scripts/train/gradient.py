"""Training by gradient: Lightning does the work; here is what it is told."""

import logging
import signal
import warnings
from pathlib import Path
from sys import stderr
from typing import Any

import lightning
import numpy as np
import torch
from lightning.pytorch.plugins.environments import LightningEnvironment
from lightning.pytorch.utilities.exceptions import SIGTERMException
from torch.utils.data import DataLoader

from workflow_scripts.models.base import GradientConfig, Learner, Precision
from workflow_scripts.models.examples import Batch, Windows
from workflow_scripts.motion.dataset_file import Dataset
from workflow_scripts.train.history import Epoch
from workflow_scripts.train.loop import Loop
from workflow_scripts.train.order import EpochOrder, loader, plain_loader
from workflow_scripts.workflow.checkpoint import read_checkpoint
from workflow_scripts.workflow.errors import UserError


def fit(learner: Learner, dataset: Dataset, seed: int, last: Path, tensorboard: Path | None = None) -> list[Epoch]:
    """Train a learner's network in place and return the losses of every epoch.

    Args:
        learner: as made from the dataset.
        dataset: its training windows are learned; its validation windows only measured.
        seed: of the order of windows and of dropout. Equal seeds give equal weights (on one machine, same threads).
        last: where the state is saved; if it exists, training goes on from it as if never interrupted.
        tensorboard: a folder for TensorBoard's logs.

    Raises:
        UserError: the settings ask for what this machine or this dataset has not.
    """
    config = learner.config
    assert isinstance(config, GradientConfig)
    validation = learner.examples(dataset, "validation")
    if config.patience and not len(validation):
        raise UserError(
            "patience: the dataset has no validation windows to watch; leave it out, or keep some videos aside"
        )
    training = learner.examples(dataset, "train")
    weights = np.array([dataset.clips[number].weight for number in training.numbers])
    order = EpochOrder(weights, config.batch_size, seed)
    loop = Loop(learner, order, seed, last, tell=not stderr.isatty())
    trainer = make_trainer(
        config.max_epochs,
        config.devices,
        config.precision,
        gradient_clip_val=config.gradient_clip,
        limit_val_batches=1.0 if len(validation) else 0,
        logger=_tensorboard(tensorboard),
    )
    run_trainer(trainer, loop, last, loader(training, order), _measured(validation, config.batch_size))
    if trainer.global_rank:
        raise SystemExit(0)  # a helper of the first process, which goes on alone
    loop.finish()
    return loop.history


def run_trainer(
    trainer: lightning.Trainer,
    loop: lightning.LightningModule,
    last: Path,
    training: DataLoader[Batch],
    validation: DataLoader[Batch] | None = None,
) -> None:
    """Run a training, from its saved state if there is one.

    Raises:
        SystemExit: the job was told to end (SIGTERM), with the status of one that a signal ended.
        KeyboardInterrupt: it was interrupted.
        BrokenFileError: the saved state is unreadable; it has been deleted.
    """
    if last.is_file():
        read_checkpoint(last, "saved state of a training")
    try:
        trainer.fit(loop, training, validation, ckpt_path=str(last) if last.is_file() else None, weights_only=True)
    except SIGTERMException:
        raise SystemExit(128 + signal.SIGTERM) from None
    if trainer.interrupted:
        raise KeyboardInterrupt


def _measured(examples: Windows, batch_size: int) -> DataLoader[Batch] | None:
    return plain_loader(examples, batch_size) if len(examples) else None


def make_trainer(max_epochs: int, devices: int = 1, precision: Precision = "32-true", **more: Any) -> lightning.Trainer:
    """Return a trainer on GPUs where torch sees any, else on the CPU. (Apple's MPS cannot compute with float64.)

    Args:
        max_epochs: passes over the training data.
        devices: GPUs, or processes where there are none.
        precision: of numbers, see `GradientConfig`.
        more: arguments of `lightning.Trainer`.

    Raises:
        UserError: this machine has not so many GPUs, or cannot compute with such numbers.
    """
    quiet()
    # Gradients that fade over hundreds of steps become numbers that processors are many times slower with: a step of
    # an LSTM over 720 frames took 11 s instead of 3 s.
    torch.set_flush_denormal(True)
    gpus = torch.cuda.device_count()
    if gpus and devices > gpus:
        raise UserError(f"devices: {devices} GPUs are asked for, this machine has {gpus}")
    if precision == "16-mixed" and not gpus:
        raise UserError("precision: 16-mixed needs a GPU; bf16-mixed works without one")
    if precision == "bf16-mixed" and not gpus and not has_bfloat16():
        raise UserError("precision: this processor has no bf16-mixed for recurrent networks; use 32-true")
    return lightning.Trainer(
        accelerator="gpu" if gpus else "cpu",
        devices=devices,
        # Without a GPU, processes on the CPU ("gloo"): slower than threads, but the same steps.
        strategy="auto" if devices == 1 else "ddp",
        use_distributed_sampler=False,  # the order shares out batches itself
        precision=precision,
        max_epochs=max_epochs,
        num_sanity_val_steps=0,
        enable_checkpointing=False,
        enable_model_summary=False,
        enable_progress_bar=stderr.isatty(),
        # Under Slurm a training is one plain job; Lightning would look for one of many nodes and trap its signals.
        plugins=[LightningEnvironment()],
        **more,
    )


def _tensorboard(folder: Path | None) -> Any:
    if folder is None:
        return False
    from lightning.pytorch.loggers import TensorBoardLogger

    return TensorBoardLogger(folder, name="", version="")


def quiet() -> None:
    """Silence Lightning's advice (workers for data that lies in memory, a GPU that is not there, tips)."""
    for name in ("lightning.pytorch", "lightning.fabric"):
        logging.getLogger(name).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module=r"lightning\..*")


def has_bfloat16() -> bool:
    """Return whether this machine's processor computes an LSTM in bfloat16: oneDNN has it for some processors only."""
    try:
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            torch.nn.LSTM(8, 8)(torch.zeros(2, 1, 8))
    except RuntimeError:
        return False
    return True
