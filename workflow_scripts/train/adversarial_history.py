"""The losses of an adversarial training, as a table and as a picture."""

import csv
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

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
    """Draw both losses over epochs as SVG, the same bytes for the same losses."""
    # Its list of fonts is cached per user and may name fonts of an environment that is gone; it says so of each one.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"svg.hashsalt": "playlist2dance", "font.size": 9}):
        figure = Figure(figsize=(6, 3.5), layout="constrained")
        axes = figure.subplots()
        for name in ("critic_loss", "generator_loss"):
            axes.plot([r.epoch for r in rounds], [getattr(r, name) for r in rounds], label=name.removesuffix("_loss"))
        axes.set(xlabel="epoch", ylabel="loss", title=title)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.3, linewidth=0.5)
        axes.legend(frameon=False)
        with atomic_path(target) as path:
            figure.savefig(path, format="svg", metadata={"Date": None})
