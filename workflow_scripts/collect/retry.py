"""Which download is to be tried again: none that went well, and each failed one once when the user asks."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any


def asked_for(status: Path, retry: int, limits: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a download that say for which attempt, and under which limits, it is made.

    They are a parameter of the rule, so a download is made again exactly when they change. Of one that went well they
    are what they were, whatever the configuration says now (the admission looks at the limits again); of one that
    failed, or was never made, they follow the configuration. An attempt that was made is not made again when `retry`
    is taken back.

    Args:
        status: results/videos/{collection}/{video}.json, if there is one.
        retry: the configuration's number of the present attempt.
        limits: the configuration's `match_filter`, `max_seconds`, `max_megabytes` and `max_pixels`.
    """
    try:
        report = _report(str(status), status.stat().st_mtime_ns)
    except OSError:
        report = {}
    made = int(report.get("attempt", 0))
    if report.get("status") == "ok":
        return {"attempt": made, **report.get("limits", limits)}
    return {"attempt": max(made, retry), **limits}


@cache
def _report(path: str, modified: int) -> dict[str, Any]:
    try:
        return dict(json.loads(Path(path).read_text(encoding="utf-8")))
    except ValueError:
        return {}  # broken: the job that reads it says so
