"""Put the evaluations of several models into one table, controls beside them.

`python -m workflow_scripts.evaluate.compare --evaluations JSON... --output CSV`

Columns: name, kind (model or control), dataset, dances, and for every measure its mean, `<measure>_low` and
`<measure>_high` (95 % interval over songs). Empty cells are numbers that cannot be measured.
"""

from typing import Any

from workflow_scripts.evaluate.comparison_table import write_comparison
from workflow_scripts.evaluate.measures import MEASURES
from workflow_scripts.workflow.errors import entry_point

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
    """Write the table."""
    write_comparison(__doc__, COLUMNS, comparison)


if __name__ == "__main__":
    entry_point(main)
