"""The tables beside this file: how a script keeps its rows."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workflow_scripts.workflow.files import write_json


def keep(output: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows into a table; those of other names stay as they are (what was not measured this time)."""
    measured = {row["name"] for row in rows}
    old = json.loads(output.read_text()) if output.is_file() else []
    write_json(output, [*rows, *(row for row in old if row["name"] not in measured)])
