"""The losses of an adversarial training, as a table and as a picture."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from workflow_scripts.train.history import draw_curves
from workflow_scripts.workflow.files import atomic_path

COLUMNS = ("epoch", "critic_loss", "generator_loss", "seconds")


@dataclass
class Round:
    """One epoch: its number from 1, mean losses over its steps, its duration.

    Minus the critic's loss, its penalty aside, estimates how far apart real and generated are; the generator's loss
    has no meaning of its own.
    """

    epoch: int
    critic_loss: float
    generator_loss: float
    seconds: float


def write_rounds(target: Path, rounds: Sequence[Round]) -> None:
    """Write the epochs as CSV."""
    with atomic_path(target) as path, path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for each in rounds:
            writer.writerow(
                [each.epoch, f"{each.critic_loss:.6g}", f"{each.generator_loss:.6g}", f"{each.seconds:.3f}"]
            )


def draw_rounds(target: Path, rounds: Sequence[Round], title: str) -> None:
    """Draw both losses over epochs as SVG."""
    names = ("critic_loss", "generator_loss")
    curves = {name.removesuffix("_loss"): [(each.epoch, getattr(each, name)) for each in rounds] for name in names}
    draw_curves(target, curves, title, "epoch")
