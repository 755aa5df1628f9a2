"""Draw the learning curves of all networks side by side: `python -m workflow_scripts.evaluate.figures.learning --help`.

A panel per model: every loss in its `history.csv` over epochs, training solid, validation dashed. A model's own loss
is on its own scale: panels say how each learned, not which is better.
"""

import argparse
import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.plots import colour, svg

Curves = dict[str, list[tuple[int, float]]]


def read_curves(history: Path) -> Curves:
    """Return {loss: [(epoch, value)]} of the columns `<loss>_loss` of a history.

    Raises:
        UserError: it is no such table.
    """
    curves: Curves = {}
    with history.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for name, value in row.items():
                if name and name.endswith("_loss") and value:
                    try:
                        curves.setdefault(name.removesuffix("_loss"), []).append((int(row["epoch"]), float(value)))
                    except (KeyError, ValueError) as error:
                        raise UserError(
                            f"{history}: not a history of losses ({error}); train the model again"
                        ) from error
    return curves


def draw_learning(target: Path, models: Mapping[str, Curves], order: Sequence[str]) -> None:
    """Draw a panel per model, in the colour of its place in `order`; a note where none has a history."""
    columns = min(max(len(models), 1), 3)
    lines = max(-(-len(models) // columns), 1)
    with svg(target, 3.6 * columns, 2.4 * lines) as figure:
        axes = figure.subplots(lines, columns, squeeze=False)
        for axis in axes.flat[len(models) :]:
            axis.set_axis_off()
        if not models:
            axes.flat[0].text(0.5, 0.5, "No model of this comparison\nlearns by gradient.", ha="center", va="center")
        for axis, (name, curves) in zip(axes.flat, models.items(), strict=False):
            for loss, points in curves.items():
                style = {"train": "-", "validation": "--"}.get(loss, "-" if loss == "critic" else ":")
                axis.plot(*zip(*points, strict=True), style, label=loss, color=colour(order.index(name)), linewidth=1.2)
            if all(value > 0 for points in curves.values() for _, value in points):
                axis.set_yscale("log")
            axis.grid(which="both")
            axis.set_title(name, fontsize=9, loc="left")
            axis.set(xlabel="epoch", ylabel="loss")
            axis.legend(fontsize=7)


def main() -> None:
    """Parse the arguments, read the histories, draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--histories", type=Path, nargs="*", default=[], help="results/models/<model>/history.csv")
    parser.add_argument("--models", nargs="+", required=True, help="names of all models that are compared, in order")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    found = {path.parent.name: read_curves(path) for path in arguments.histories}
    draw_learning(arguments.output, found, arguments.models)


if __name__ == "__main__":
    entry_point(main)
