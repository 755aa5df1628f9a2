"""The ledger of what was left out, stage by stage, and why."""

import argparse
import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from workflow_scripts.collect.admit import COLUMNS as ADMITTED_COLUMNS
from workflow_scripts.collect.admit import OK
from workflow_scripts.workflow.errors import entry_point
from workflow_scripts.workflow.names import SONGS
from workflow_scripts.workflow.tables import Row, read_table, write_table

COLUMNS = ("stage", "collection", "item", "title", "reason", "retry")

log = logging.getLogger(__name__)


def quarantined(admitted: Iterable[Path], results: Path) -> list[Row]:
    """Return a row (columns: `COLUMNS`) per video that was not admitted or gave no clip, and per clip without motion.

    Args:
        admitted: results/admitted/{collection}.tsv.
        results: the folder with the clips and poses of every admitted video (songs have none). The item of a clip is
            `<video>.<clip>`.
    """
    rows: list[Row] = []
    for path in admitted:
        collection = path.stem
        for row in read_table(path, ADMITTED_COLUMNS):
            if row["verdict"] != OK:
                rows.append(_row("collect", collection, row["id"], row["title"], row["verdict"], row["retry"]))
            elif collection != SONGS:
                if reason := nothing_left(results / "clips" / collection / row["id"]):
                    rows.append(_row("cut", collection, row["id"], row["title"], reason, ""))
                for clip, verdict in rejected_clips(results / "poses" / collection / f"{row['id']}.h5").items():
                    rows.append(_row("pose", collection, f"{row['id']}.{clip}", row["title"], verdict, ""))
    return sorted(rows, key=lambda row: tuple(row[column] for column in COLUMNS))


def nothing_left(clips: Path) -> str:
    """Return why a video has no clip: the seconds left out for each reason; "" when it has one."""
    if read_table(clips / "clips.tsv", ("clip",)):
        return ""
    seconds: dict[str, float] = defaultdict(float)
    for part in read_table(clips / "left_out.tsv", ("start_s", "end_s", "reason")):
        seconds[part["reason"]] += float(part["end_s"]) - float(part["start_s"])
    reasons = sorted(seconds, key=lambda reason: -seconds[reason])
    lengths = ", ".join(f"{reason} {seconds[reason]:.1f} s" for reason in reasons)
    return f"{lengths}: no clip left"


def rejected_clips(path: Path) -> Mapping[str, str]:
    """Return {clip: reason} of a pose file's rejected clips. Attributes alone are read, so long files cost nothing.

    Raises:
        BrokenFileError: the file is incomplete or unreadable; it has been deleted.
    """
    from workflow_scripts.motion.hdf5 import opened
    from workflow_scripts.motion.pose_file import FORMAT, KEPT, VERSION

    with opened(path, FORMAT, VERSION, "pose file") as file:
        verdicts = {name: str(group.attrs["verdict"]) for name, group in sorted(file["clips"].items())}
    return {name: verdict for name, verdict in verdicts.items() if verdict != KEPT}


def _row(*values: str) -> Row:
    return dict(zip(COLUMNS, values, strict=True))


def main() -> None:
    """Write results/quarantine.tsv."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--admitted", type=Path, nargs="*", default=[])
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    rows = quarantined(arguments.admitted, arguments.results)
    write_table(arguments.output, COLUMNS, rows)
    log.info("%d left out", len(rows))


if __name__ == "__main__":
    entry_point(main)
