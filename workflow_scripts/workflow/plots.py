"""Pictures of numbers: the look that all plots share, and SVG that is the same bytes for the same numbers."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workflow_scripts.workflow.files import atomic_path

if TYPE_CHECKING:  # matplotlib takes a second to import
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's palette, told apart by colour-blind readers; grey is for controls.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6D31", "#000000")
GREY, PALE = "#8a8f98", "#d5d8de"


@contextmanager
def svg(target: Path, width: float, height: float) -> Iterator["Figure"]:
    """Yield an empty figure of that size, inches, and write it as SVG, atomically, when it has been drawn."""
    # Its list of fonts is cached per user and may name fonts of an environment that is gone; it says so of each one.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    import matplotlib
    from matplotlib.figure import Figure

    look: Any = {
        "svg.hashsalt": "playlist2dance",
        "font.size": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "grid.alpha": 0.3,
        "grid.linewidth": 0.5,
        "legend.frameon": False,
    }
    with matplotlib.rc_context(look):
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure
        with atomic_path(target) as path:
            figure.savefig(path, format="svg", metadata={"Date": None})


def colour(number: int) -> str:
    """Return the colour of the number-th model; they repeat after `COLOURS`."""
    return COLOURS[number % len(COLOURS)]


def without_frame(axes: "Axes") -> None:
    """Leave nothing of a plot's frame but its labels."""
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
