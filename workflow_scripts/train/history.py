"""The losses of a training, as a table and as a picture."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workflow_scripts.workflow.files import atomic_path
from workflow_scripts.workflow.plots import svg

COLUMNS = ("epoch", "train_loss", "validation_loss", "seconds", "learning_rate")


@dataclass
class Epoch:
    """One epoch: its number from 1, mean losses over windows (validation None where there is none), its duration.

    `learning_rate` is that at its end.
    """

    epoch: int
    train_loss: float | None
    validation_loss: float | None
    seconds: float
    learning_rate: float


def write_history(target: Path, history: Sequence[Epoch]) -> None:
    """Write the epochs as CSV; a loss that was not measured is an empty cell."""
    with atomic_path(target) as path, path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for epoch in history:
            losses = ["" if loss is None else f"{loss:.6g}" for loss in (epoch.train_loss, epoch.validation_loss)]
            writer.writerow([epoch.epoch, *losses, f"{epoch.seconds:.3f}", f"{epoch.learning_rate:.6g}"])


def draw_history(target: Path, history: Sequence[Epoch], title: str) -> None:
    """Draw the losses over epochs as SVG."""
    curves = {}
    for name, label in (("train_loss", "training"), ("validation_loss", "validation")):
        points = [(each.epoch, loss) for each in history if (loss := getattr(each, name)) is not None]
        if points:
            curves[label] = points
    draw_curves(target, curves, title, "epoch", yscale="log")


def draw_curves(
    target: Path,
    curves: Mapping[str, Sequence[tuple[float, float]]],
    title: str,
    xlabel: str,
    mark: tuple[float, str] | None = None,
    **scales: str,
) -> None:
    """Draw losses as SVG, the same bytes for the same losses.

    Args:
        target: the picture.
        curves: points (x, loss) by name.
        title, xlabel: what stands above and below.
        mark: a place along x, and what it is.
        scales: `xscale`, `yscale` of matplotlib.
    """
    with svg(target, 6, 3.5) as figure:
        axes = figure.subplots()
        for label, points in curves.items():
            axes.plot(*zip(*points, strict=True), label=label, marker="." if len(points) == 1 else "")
        if mark:
            axes.axvline(mark[0], linestyle="--", color="tab:red", label=mark[1])
        axes.set(xlabel=xlabel, ylabel="loss", title=title, **scales)
        axes.grid(which="both")
        axes.legend()
