"""Put what models lose on held-out songs into one table: `python -m workflow_scripts.evaluate.compare_held_out --help`.

A row per model, and under it one per control of its own (`evaluate.held_out`). Columns: row (model or the control),
model, dataset, split, clips, samples, and for every loss its mean, `<loss>_low` and `<loss>_high` (95 % interval over
songs); in the model's row also `<loss>_gain`, `<loss>_gain_low`, `<loss>_gain_high`: the same dances beside other
held-out songs, less beside their own, clip by clip. Where that interval reaches 0 the model does not show that it hears
which song it dances to. Empty cells are numbers that cannot be measured.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workflow_scripts.evaluate.comparison_table import csv_text
from workflow_scripts.workflow.errors import entry_point
from workflow_scripts.workflow.files import read_json, write_text

SHARED = ("model", "dataset", "split", "clips", "samples")
SUFFIXES = ("", "_low", "_high", "_gain", "_gain_low", "_gain_high")


def columns(evaluations: Sequence[dict[str, Any]]) -> list[str]:
    """Return the columns of the table: `SHARED`, and those of every loss that some model has."""
    losses = dict.fromkeys(loss for found in evaluations for parts in found["rows"].values() for loss in sorted(parts))
    return ["row", *SHARED, *(f"{loss}{suffix}" for loss in losses for suffix in SUFFIXES)]


def comparison(evaluations: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of every model, in the given order; of one without held-out songs there are none."""
    rows = []
    for found in evaluations:
        # The model stands before its controls.
        for name in sorted(found["rows"], key=lambda name: name != "model"):
            cells = {key: found[key] for key in SHARED} | {"row": name}
            for loss, part in found["rows"][name].items():
                cells |= _cells(loss, part)
                if name == "model":
                    # The difference is the model's less that beside other songs; a gain is what it loses less.
                    less = {key: _negative(value) for key, value in found["differences"][loss].items()}
                    cells |= _cells(f"{loss}_gain", {"mean": less["mean"], "low": less["high"], "high": less["low"]})
            rows.append(cells)
    return rows


def _negative(value: float | None) -> float | None:
    return None if value is None else -value


def _cells(name: str, part: dict[str, float | None]) -> dict[str, str]:
    suffixes = {"mean": "", "low": "_low", "high": "_high"}
    return {name + suffixes[key]: "" if value is None else f"{value:.6g}" for key, value in part.items()}


def main() -> None:
    """Parse the arguments, read the evaluations, write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--held-out", type=Path, nargs="+", required=True, help="<model>.json of evaluate.held_out")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    evaluations = [read_json(path) for path in arguments.held_out]
    write_text(arguments.output, csv_text(columns(evaluations), comparison(evaluations)))


if __name__ == "__main__":
    entry_point(main)
