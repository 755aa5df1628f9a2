"""A table of several evaluations: what the entry points that compare models have in common."""

import argparse
import csv
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from workflow_scripts.workflow.files import read_json, write_text

Row = dict[str, Any]


def write_comparison(about: str | None, columns: Sequence[str], rows: Callable[[list[Row]], list[Row]]) -> None:
    """Parse the arguments, read the evaluations, write their table as CSV.

    Args:
        about: what the entry point's help says.
        columns: of the table.
        rows: makes them of the evaluations' content, in the order given.
    """
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--evaluations", type=Path, nargs="+", required=True, help="results/evaluation/<model>.json")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    write_text(arguments.output, csv_text(columns, rows([read_json(path) for path in arguments.evaluations])))


def csv_text(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """Return rows as CSV with a header."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
