"""Put the evaluations of several soundtrack models into one table, controls beside them.

`python -m workflow_scripts.evaluate.compare_soundtracks --evaluations JSON... --output CSV`

Columns: name, row (model or control), kind (clips or dances), split, sounds, songs, beside (of a control: the models
whose dances it goes with), and for every measure its mean, `<measure>_low` and `<measure>_high` (95 % interval over
songs), and `<measure>_like`: the controls that a model's number cannot be told from, since the two intervals overlap; a
"?" follows where one has no interval. Empty cells are numbers that cannot be measured.
"""

from typing import Any

from workflow_scripts.evaluate.comparison_table import write_comparison
from workflow_scripts.evaluate.likeness import alike
from workflow_scripts.evaluate.soundtracks.controls import CONTROLS
from workflow_scripts.evaluate.soundtracks.measures import MEASURES, TOGETHER
from workflow_scripts.evaluate.soundtracks.scoring import MODEL
from workflow_scripts.evaluate.soundtracks.summary import HALVES
from workflow_scripts.workflow.errors import entry_point

COLUMNS = (
    "name",
    "row",
    "kind",
    "split",
    "sounds",
    "songs",
    "beside",
    *(f"{measure}{suffix}" for measure in (*MEASURES, *TOGETHER) for suffix in ("", "_low", "_high", "_like")),
)


def comparison(evaluations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return for each kind and split a row per model, in the given order, and then the controls of their dances.

    Models that made sound for the same dances share the controls, which are the same.
    """
    places = sorted({(group["kind"], group["split"]) for found in evaluations for group in found["groups"]})
    rows = []
    for place in places:
        groups = [
            (found["model"], group)
            for found in evaluations
            for group in found["groups"]
            if (group["kind"], group["split"]) == place
        ]
        rows += [_row(group, model, MODEL, "") for model, group in groups]
        for dances in dict.fromkeys(group["dances"] for _, group in groups):
            sharing = [(model, group) for model, group in groups if group["dances"] == dances]
            beside = " ".join(model for model, _ in sharing)
            rows += [_row(sharing[0][1], name, name, beside) for name in (*CONTROLS, HALVES)]
    return rows


def _row(group: dict[str, Any], name: str, key: str, beside: str) -> dict[str, Any]:
    counts = group["counts"].get(key, group["counts"]["truth"])  # the halves are of the true soundtracks
    row: dict[str, Any] = {
        "name": name,
        "row": "model" if key == MODEL else "control",
        "kind": group["kind"],
        "split": group["split"],
        "sounds": counts["sounds"],
        "songs": counts["songs"],
        "beside": beside,
    }
    for measure, part in group["rows"][key].items():
        for bound, suffix in (("mean", ""), ("low", "_low"), ("high", "_high")):
            row[measure + suffix] = "" if part[bound] is None else f"{part[bound]:.4f}"
        if key == MODEL:
            row[f"{measure}_like"] = " ".join(alike(part, {name: group["rows"][name][measure] for name in CONTROLS}))
    return row


def main() -> None:
    """Write the table."""
    write_comparison(__doc__, COLUMNS, comparison)


if __name__ == "__main__":
    entry_point(main)
