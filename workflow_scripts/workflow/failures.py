"""What failed in a run, said again at its end: the reasons stand in the logs of single jobs."""

from pathlib import Path

# How the entry points begin the line that says why they failed, see `workflow.errors.entry_point`.
_BEGINNINGS = ("error: ", "internal error ")


def failure_lines(logs: Path, since: float) -> list[str]:
    """Return the reasons in logs written after `since` (seconds since the epoch), each with its log's path.

    A reason is everything from the line that begins with "error: " to the end of the log (at most ten lines).
    """
    lines = []
    for path in sorted(logs.rglob("*.log")):
        if path.stat().st_mtime < since:
            continue
        text = path.read_text(encoding="utf-8", errors="replace").splitlines()
        starts = [number for number, line in enumerate(text) if line.startswith(_BEGINNINGS)]
        if starts:
            reason = text[starts[-1] : starts[-1] + 10]
            lines += [f"{path}: {reason[0]}", *(f"    {line}" for line in reason[1:])]
    return lines
