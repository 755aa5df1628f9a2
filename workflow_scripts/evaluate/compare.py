"""Put the evaluations of several models into one table, controls beside them.

`python -m workflow_scripts.evaluate.compare --evaluations JSON... --output CSV`

Columns: name, kind (model or control), dataset, dances, and for every measure its mean, `<measure>_low` and
`<measure>_high` (95 % interval over songs). Empty cells are numbers that cannot be measured.
"""

import argparse
import csv
import io
from pathlib import Path
from typing import Any

from workflow_scripts.evaluate.measures import MEASURES
from workflow_scripts.workflow.errors import entry_point
from workflow_scripts.workflow.files import read_json, write_text

CONTROLS = ("truth", "truth_shuffled", "frozen", "noise", "smooth_random", "replay")
COLUMNS = (
    "name",
    "kind",
    "dataset",
    "dances",
    *(f"{measure}{suffix}" for measure in MEASURES for suffix in ("", "_low", "_high")),
)


def comparison(evaluations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a row per model, in the given order, then a row per control and dataset (of the dataset's first model)."""
    rows = [_row(evaluation, evaluation["model"], "model") for evaluation in evaluations]
    firsts = {evaluation["dataset"]: evaluation for evaluation in reversed(evaluations)}
    for dataset in sorted(firsts):
        rows += [_row(firsts[dataset], name, "control") for name in CONTROLS]
    return rows


def _row(evaluation: dict[str, Any], name: str, kind: str) -> dict[str, Any]:
    key = "model" if kind == "model" else name
    row: dict[str, Any] = {
        "name": name,
        "kind": kind,
        "dataset": evaluation["dataset"],
        "dances": evaluation["counts"][key],
    }
    summary = evaluation["rows"][key]
    for measure in MEASURES:
        for part, suffix in (("mean", ""), ("low", "_low"), ("high", "_high")):
            value = summary[measure][part]
            row[measure + suffix] = "" if value is None else f"{value:.4f}"
    return row


def main() -> None:
    """Parse the arguments, read the evaluations, write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--evaluations", type=Path, nargs="+", required=True, help="results/evaluation/<model>.json")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(comparison([read_json(path) for path in arguments.evaluations]))
    write_text(arguments.output, text.getvalue())


if __name__ == "__main__":
    entry_point(main)
