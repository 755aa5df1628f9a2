"""The verdict on a run: was more left out than the user allows?"""

import argparse
import json
import logging
import math
from pathlib import Path

from workflow_scripts.collect.admit import OK
from workflow_scripts.collect.summary import reason_counts
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.files import write_text
from workflow_scripts.workflow.tables import Row, read_table

COLUMNS = ("collection", "item", "reason")

log = logging.getLogger(__name__)


def allowed(limit: float, total: int) -> int:
    """Return how many of `total` items may be left out.

    Args:
        limit: a count if it is an int; a share of all items (0 to 1) if it is a float.
        total: number of items.
    """
    is_number = isinstance(limit, int | float) and not isinstance(limit, bool)
    if not is_number or limit < 0 or (limit > 1 and limit != int(limit)):
        raise UserError(f"max_quarantined: {limit!r} is neither a count nor a share between 0 and 1")
    is_share = isinstance(limit, float) and limit <= 1
    # Binary fractions: 0.29 of 100 is 28.999999999999996, and means 29.
    return math.floor(round(limit * total, 6)) if is_share else int(limit)


def items_lost(rows: list[Row]) -> int:
    """Count the videos and songs of the ledger; one of which several clips were rejected counts once."""
    return len({(row["collection"], row["item"].split(".")[0]) for row in rows})


def summary(rows: list[Row], total: int, limit: int, ledger: Path) -> str:
    """Say in a few lines how many items were left out, and for which reasons."""
    if not rows:
        return f"0 of {total} items were left out (allowed: {limit})"
    lines = [f"  {count} × {reason}" for reason, count in reason_counts(rows).most_common()]
    return "\n".join([f"{items_lost(rows)} of {total} items were left out (allowed: {limit}): see {ledger}", *lines])


def too_much(quarantine: Path, admitted: list[Path], limit: float) -> bool:
    """Return whether the ledger as it stands now holds more than allowed; False where there is none yet."""
    if not all(path.exists() for path in (quarantine, *admitted)):
        return False
    return items_lost(read_table(quarantine, COLUMNS)) > allowed(limit, _total(admitted))


def _total(admitted: list[Path]) -> int:
    return sum(len(read_table(path, ("id", "verdict"))) for path in admitted)


def main() -> None:
    """Write the summary of the ledger, or fail with it when more was left out than allowed."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--quarantine", type=Path, required=True)
    parser.add_argument("--admitted", type=Path, nargs="*", default=[], help="their rows are the items")
    parser.add_argument("--limit", type=json.loads, required=True, help="max_quarantined: a count, or a share <= 1.0")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    rows = read_table(arguments.quarantine, COLUMNS)
    total = _total(arguments.admitted)
    limit = allowed(arguments.limit, total)
    text = summary(rows, total, limit, arguments.quarantine)
    if items_lost(rows) > limit:
        raise UserError(text)
    for path in arguments.admitted:
        items = read_table(path, ("id", "verdict"))
        # Of a collection that names nothing (no songs are wanted), nothing is missing.
        if items and not any(row["verdict"] == OK for row in items):
            raise UserError(f"none of the {len(items)} items of {path.stem} could be used: see {arguments.quarantine}")
    write_text(arguments.output, text + "\n")
    log.info("%s", text)


if __name__ == "__main__":
    entry_point(main)
