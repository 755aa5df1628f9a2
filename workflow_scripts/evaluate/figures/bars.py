"""Draw models beside controls, with intervals: `python -m workflow_scripts.evaluate.figures.bars --help`."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workflow_scripts.workflow.errors import entry_point
from workflow_scripts.workflow.files import read_json
from workflow_scripts.workflow.plots import GREY, PALE, colour, svg

# What is drawn, with its title: one of each kind that tells something by itself.
SHOWN: dict[str, str] = {
    "beat_alignment_difference": "beat alignment: own song − others",
    "beat_f_measure": "beats danced (F-measure, 70 ms)",
    "bar_phase": "place in the bar (3/4)",
    "genre_accuracy": "asked genre is told",
    "fid_k_corrected": "FID, kinetic (corrected)",
    "fid_g_corrected": "FID, geometric (corrected)",
    "div_k_corrected": "diversity, kinetic (corrected)",
    "speed_ratio": "speed / training motion",
    "frozen_share": "share of time frozen",
    "foot_skate": "feet slide, m/s",
    "pfc_corrected": "physical foot contact (corrected)",
    "jitter_corrected": "jitter, m/s²",
}
COLUMNS = 3
# Controls whose numbers would leave no room for the others' are named at the edge.
_ROOM = 2.5
_CLEAR = {"facecolor": PALE, "edgecolor": "none", "pad": 1.0}


def panels(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Return the measures of SHOWN that some model has."""
    models = [row for row in rows if row["kind"] == "model"]
    return [name for name in SHOWN if any(row["measures"][name]["mean"] is not None for row in models)]


def without_repetition(rows: Sequence[dict[str, Any]], shown: Sequence[str]) -> list[dict[str, Any]]:
    """Return the rows without controls that show what one before shows: datasets often differ in their music alone."""
    kept: list[dict[str, Any]] = []
    for row in rows:
        numbers = [row["measures"][name] for name in shown]
        same = (each for each in kept if each["kind"] == "control" and each["name"] == row["name"])
        if row["kind"] == "model" or all([each["measures"][name] for name in shown] != numbers for each in same):
            kept.append(row)
    return kept


def limits(parts: Sequence[tuple[str, dict[str, Any]]]) -> tuple[float, float]:
    """Return the range of an axis on which models and truth have room, whatever other controls reach.

    Args:
        parts: (kind or "truth", {mean, low, high}) of every row that has a mean.
    """
    near = [value for kind, part in parts if kind in ("model", "truth") for value in _values(part)]
    low, high = min([0.0, *near]), max([0.0, *near])
    wide = [value for _, part in parts for value in _values(part)]
    reach = _ROOM * max(high - low, 1e-9)
    return max(min([low, *wide]), low - reach), min(max([high, *wide]), high + reach)


def draw_bars(target: Path, comparison: dict[str, Any]) -> None:
    """Draw a panel per measure with a bar and its 95 % interval for every model and every control."""
    shown = panels(comparison["rows"])
    rows = without_repetition(comparison["rows"], shown)
    several = len({row["dataset"] for row in rows if row["kind"] == "control"}) > 1
    lines = -(-len(shown) // COLUMNS) or 1
    with svg(target, 4.2 * COLUMNS, lines * (0.7 + 0.2 * len(rows))) as figure:
        axes = figure.subplots(lines, COLUMNS, squeeze=False, sharey=True)
        for axis in axes.flat[len(shown) :]:
            axis.set_visible(False)
        models = [row["name"] for row in rows if row["kind"] == "model"]
        for place, name in enumerate(shown):
            axis = axes.flat[place]
            axis.set_title(SHOWN[name], fontsize=9, loc="left")
            axis.grid(axis="x")
            known = [(_kind(row), row["measures"][name]) for row in rows if row["measures"][name]["mean"] is not None]
            low, high = limits(known)
            margin = 0.05 * max(high - low, 1e-9)
            axis.set_xlim(low - (margin if low < 0 else 0), high + margin)
            axis.axvline(0, color="black", linewidth=0.6)
            for number, row in enumerate(rows):
                part = row["measures"][name]
                if part["mean"] is None:
                    axis.text(low + margin, number, "–", va="center", fontsize=8, color=GREY)
                    continue
                paint = colour(models.index(row["name"])) if row["kind"] == "model" else PALE
                axis.barh(number, part["mean"], height=0.62, color=paint)
                if part["low"] is not None and part["high"] is not None:
                    axis.plot([part["low"], part["high"]], [number, number], color="black", linewidth=1.1)
                if part["mean"] > high:
                    text = f"{part['mean']:.3g} →"
                    axis.text(high, number, text, ha="right", va="center", fontsize=7, bbox=_CLEAR)
        names = [row["name"] + (f" ({row['dataset']})" if several and row["kind"] == "control" else "") for row in rows]
        axes[0][0].set_yticks(range(len(rows)), names)
        axes[0][0].set_ylim(len(rows) - 0.4, -0.6)


def _kind(row: dict[str, Any]) -> str:
    return "truth" if row["name"] == "truth" else str(row["kind"])


def _values(part: dict[str, Any]) -> list[float]:
    return [value for value in (part["mean"], part["low"], part["high"]) if value is not None]


def main() -> None:
    """Parse the arguments, read the comparison, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--comparison", type=Path, required=True, help="results/evaluation/comparison.json")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    draw_bars(arguments.output, read_json(arguments.comparison))


if __name__ == "__main__":
    entry_point(main)
