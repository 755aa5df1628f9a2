"""The last lines of a run: where the dances are, and how much was left out."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from workflow_scripts.collect.admit import OK
from workflow_scripts.collect.alike.duplicate_table import duplicate_lines
from workflow_scripts.collect.cutting.cuts import read_cuts, unmatched_cuts
from workflow_scripts.workflow.tables import Row, read_table

# What else there may be to open, in the order in which one would.
RESULTS = (
    "report.html",
    "evaluation/comparison.csv",
    "evaluation/aistpp.csv",
    "abx/index.html",
    "abx_scores.csv",
)


def summary_lines(results: Path, collections: Iterable[str]) -> list[str]:
    """Return the lines to print when a run ends, from what lies in the results folder now.

    Args:
        results: the folder.
        collections: names of those that take part.
    """
    lines = []
    gallery = results / "animations" / "index.html"
    if gallery.exists():
        names = [path.name for path in gallery.parent.glob("*.mp4")]
        # Only the names of videos with another sound, and of the originals beside them, have a dot more.
        sounding = sum(name.count(".") > 1 for name in names)
        dances = len(names) - sounding
        more = f" and {sounding} {'video' if sounding == 1 else 'videos'} of soundtracks" if sounding else ""
        lines.append(f"{dances} {'dance' if dances == 1 else 'dances'}{more}: open {gallery} in a browser.")
    if (scores := results / "evaluation" / "soundtracks.csv").exists():
        lists = [read_table(path, ("wav",)) for path in results.glob("soundtracks/*/items.tsv")]
        count = sum((results.parent / row["wav"]).exists() for rows in lists for row in rows)
        lines.append(
            f"{count} {'soundtrack' if count == 1 else 'soundtracks'} in {results / 'soundtracks'}: see {scores}."
        )
    if more_results := [str(path) for name in RESULTS if (path := results / name).exists()]:
        lines.append(f"Besides: {', '.join(more_results)}.")
    rows, where = left_out(results, collections)
    lines += left_out_lines(rows, where) + retry_lines(rows)
    return [*lines, *duplicate_lines(results / "duplicates.tsv"), *misspelt_cut_lines(results)]


def left_out(results: Path, collections: Iterable[str]) -> tuple[list[Row], Path]:
    """Return what was left out and where that stands: the ledger, or the admission tables of a run that stopped before.

    A ledger that is older than a table of admission speaks of an earlier run.
    """
    ledger = results / "quarantine.tsv"
    tables = [path for name in collections if (path := results / "admitted" / f"{name}.tsv").exists()]
    newest = max((path.stat().st_mtime_ns for path in tables), default=0)
    if ledger.exists() and ledger.stat().st_mtime_ns >= newest:
        return read_table(ledger, ("collection", "item", "reason", "retry")), ledger
    rows = [
        {"collection": path.stem, "item": row["id"], "reason": row["verdict"], "retry": row["retry"]}
        for path in tables
        for row in read_table(path, ("id", "verdict", "retry"))
        if row["verdict"] != OK
    ]
    return rows, results / "admitted"


def left_out_lines(rows: list[dict[str, str]], ledger: Path) -> list[str]:
    """Return one line that counts what was left out by reason; none when nothing was."""
    if not rows:
        return []
    common = "; ".join(f"{count} × {reason}" for reason, count in reason_counts(rows).most_common(5))
    return [f"{len(rows)} left out ({common}): see {ledger}."]


def retry_lines(rows: list[dict[str, str]]) -> list[str]:
    """Return one line that says how to try again what may go better another time; none when there is nothing."""
    again = [int(row["retry"]) for row in rows if row["retry"]]
    if not again:
        return []
    return [f"{len(again)} of them may go well another time: run again with --config retry={max(again)}"]


def misspelt_cut_lines(results: Path) -> list[str]:
    """Return one line per name in the cut lists that no video of the collection has: such a line cuts nothing."""
    lines = []
    for path in sorted((results.parent / "cuts").glob("*.tsv")):
        playlist = results / "playlists" / path.name
        if playlist.exists():
            names = unmatched_cuts(read_table(playlist, ("id", "url")), read_cuts(path))
            lines += [f"{path}: no video of {path.stem} is named {name!r}." for name in names]
    return lines


def reason_counts(rows: list[dict[str, str]]) -> Counter[str]:
    """Count the rows of the ledger by reason, without the address that a reason begins with."""
    # Reasons name their file ("x.mp4: no audio stream found"); the part after it is what they have in common.
    return Counter(row["reason"].rsplit(": ", 1)[-1] for row in rows)
