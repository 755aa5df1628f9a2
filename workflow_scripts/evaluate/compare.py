"""Put models into one table, controls beside them: `python -m workflow_scripts.evaluate.compare --help`.

The CSV has the columns name, kind (model or control), dataset, dances, songs, and for every measure its mean,
`<measure>_low` and `<measure>_high` (95 % interval over songs) and `<measure>_like`: the controls of the same dataset
from which the number of a model cannot be told (with a "?" where there is no interval to tell it by). Empty cells are
numbers that cannot be measured.

The JSON has the same as `rows`, and beside it what each dance has (`dances`), how genres are told (`genre`), and what
every measure is (`measures`), and of which split of each dataset the truth is (`truth`).
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workflow_scripts.evaluate.bootstrap import difference_interval
from workflow_scripts.evaluate.comparison_table import csv_text
from workflow_scripts.evaluate.distribution import TOGETHER
from workflow_scripts.evaluate.likeness import alike
from workflow_scripts.evaluate.measures import MEASURES
from workflow_scripts.evaluate.summary import Part
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.files import read_json, write_json, write_text
from workflow_scripts.workflow.provenance import code_version

FORMAT = "playlist2dance/comparison"
CONTROLS = ("truth", "truth_shuffled", "frozen", "noise", "smooth_random", "replay")
# Measures that are a chance level or a floor themselves, and so like nothing.
LEVELS = tuple(name for name in MEASURES if name.endswith(("_shuffled", "_floor")))


def _suffixes(measure: str) -> tuple[str, ...]:
    bounds = () if measure.endswith("_floor") else ("_low", "_high")
    return ("", *bounds, *(() if measure in LEVELS else ("_like",)))


COLUMNS = (
    *("name", "kind", "dataset", "dances", "songs"),
    *(f"{measure}{suffix}" for measure in MEASURES for suffix in _suffixes(measure)),
)
HEARING = ("beats", "bars")
_NUMBERS = (("mean", ""), ("low", "_low"), ("high", "_high"))
Evaluation = dict[str, Any]


def comparison(evaluations: Sequence[Evaluation], controls: Sequence[Evaluation], seed: int = 0) -> list[Evaluation]:
    """Return a row per model, in the given order, then a row per control and dataset.

    Args:
        evaluations: content of the files of `evaluate.model`.
        controls: content of the files of `evaluate.measure_controls`, one for each of the models' datasets.
        seed: of the draws behind the comparison with controls.

    Returns:
        {name, kind, dataset, dances, songs, measures: {measure: {mean, low, high, like}}}; controls are like nothing.

    Raises:
        UserError: the controls of a dataset are missing.
    """
    beside = {each["dataset"]: each for each in controls}
    rows = []
    for evaluation in evaluations:
        if evaluation["dataset"] not in beside:
            raise UserError(f"{evaluation['model']}: the controls of its dataset {evaluation['dataset']} are missing")
        row, dances = evaluation["rows"]["model"], evaluation["dances"]
        like = {name: _like(name, row, dances, beside[evaluation["dataset"]], seed) for name in MEASURES}
        rows.append(_row(evaluation["model"], "model", evaluation["dataset"], row, dances, like))
    for dataset in sorted({evaluation["dataset"] for evaluation in evaluations}):
        found = beside[dataset]
        rows += [_row(name, "control", dataset, found["rows"][name], found["dances"][name], {}) for name in CONTROLS]
    return rows


def _like(
    measure: str, row: dict[str, Part], dances: list[dict[str, Any]], controls: Evaluation, seed: int
) -> list[str]:
    """Return the controls from which a model's number cannot be told with 95 % confidence.

    Of what is measured dance by dance, those from which the difference may be 0; of what dances have only together,
    those whose interval overlaps. With a "?" those where there is no interval.
    """
    if measure in LEVELS:
        return []
    # With other songs only what hears is another number.
    names = [name for name in CONTROLS if name != "truth_shuffled" or MEASURES[measure].group in HEARING]
    if measure in TOGETHER:
        return alike(row[measure], {name: controls["rows"][name][measure] for name in names})
    found = []
    for name in names:
        mean, low, high = difference_interval(
            *_values(measure, dances), *_values(measure, controls["dances"][name]), seed
        )
        if mean is None:
            continue
        if low is None or high is None:
            found.append(f"{name}?")
        elif low <= 0 <= high:
            found.append(name)
    return found


def _values(measure: str, rows: list[dict[str, Any]]) -> tuple[list[float], list[str]]:
    known = [row for row in rows if row[measure] is not None]
    return [row[measure] for row in known], [row["song"] for row in known]


def _row(
    name: str,
    kind: str,
    dataset: str,
    parts: dict[str, Part],
    dances: list[dict[str, Any]],
    like: dict[str, list[str]],
) -> Evaluation:
    return {
        "name": name,
        "kind": kind,
        "dataset": dataset,
        "dances": len(dances),
        "songs": len({row["song"] for row in dances}),
        "measures": {measure: {**parts[measure], "like": like.get(measure, [])} for measure in MEASURES},
    }


def table_row(row: Evaluation) -> dict[str, Any]:
    """Return a row of `comparison` as cells of the CSV."""
    cells = {key: row[key] for key in ("name", "kind", "dataset", "dances", "songs")}
    for measure, part in row["measures"].items():
        texts = {suffix: "" if part[key] is None else f"{part[key]:.6g}" for key, suffix in _NUMBERS}
        texts["_like"] = " ".join(part["like"])
        cells |= {measure + suffix: texts[suffix] for suffix in _suffixes(measure)}
    return cells


def main() -> None:
    """Parse the arguments, read the evaluations, write both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--evaluations", type=Path, nargs="+", required=True, help="results/evaluation/<model>.json")
    parser.add_argument("--controls", type=Path, nargs="+", required=True, help="<dataset>.json of measure_controls")
    parser.add_argument("--csv", type=Path, required=True)
    parser.add_argument("--json", type=Path, required=True)
    arguments = parser.parse_args()
    evaluations = [read_json(path) for path in arguments.evaluations]
    controls = [read_json(path) for path in arguments.controls]
    rows = comparison(evaluations, controls)
    write_text(arguments.csv, csv_text(COLUMNS, [table_row(row) for row in rows]))
    content = {
        "format": FORMAT,
        "measures": {
            name: {"says": measure.says, "group": measure.group, "form": measure.form}
            for name, measure in MEASURES.items()
        },
        "rows": rows,
        "truth": {found["dataset"]: found["truth"] for found in controls},
        "dances": {evaluation["model"]: evaluation["dances"] for evaluation in evaluations},
        "genre": {evaluation["model"]: evaluation["genre"] for evaluation in evaluations},
        "provenance": {"code": code_version("workflow_scripts.evaluate.compare")},
    }
    write_json(arguments.json, content)


if __name__ == "__main__":
    entry_point(main)
