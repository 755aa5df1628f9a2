"""The ledger of what was left out, stage by stage, and why."""

import argparse
import logging
from collections.abc import Iterable, Mapping
from pathlib import Path

from workflow_scripts.collect.admit import COLUMNS as ADMITTED_COLUMNS
from workflow_scripts.collect.admit import OK
from workflow_scripts.workflow.errors import broken_file, entry_point
from workflow_scripts.workflow.tables import Row, read_table, write_table

SONGS = "songs"
COLUMNS = ("stage", "collection", "item", "title", "reason")

log = logging.getLogger(__name__)


def quarantined(admitted: Iterable[Path], poses: Path) -> list[Row]:
    """Return a row (columns: `COLUMNS`) per video that was not admitted and per clip that has no usable motion.

    Args:
        admitted: results/admitted/{collection}.tsv.
        poses: results/poses, with {collection}/{video}.h5 of every admitted video (songs have none). The item of a
            clip is `<video>.<clip>`.
    """
    rows: list[Row] = []
    for path in admitted:
        collection = path.stem
        for row in read_table(path, ADMITTED_COLUMNS):
            if row["verdict"] != OK:
                rows.append(_row("collect", collection, row["id"], row["title"], row["verdict"]))
            elif collection != SONGS:
                for clip, verdict in rejected_clips(poses / collection / f"{row['id']}.h5").items():
                    rows.append(_row("pose", collection, f"{row['id']}.{clip}", row["title"], verdict))
    return sorted(rows, key=lambda row: tuple(row[column] for column in COLUMNS))


def rejected_clips(path: Path) -> Mapping[str, str]:
    """Return {clip: reason} of a pose file's rejected clips. Attributes alone are read, so long files cost nothing.

    Raises:
        BrokenFileError: the file is incomplete or unreadable; it has been deleted.
    """
    import h5py

    from workflow_scripts.motion.pose_file import KEPT

    try:
        with h5py.File(path, "r") as file:
            if not file.attrs.get("complete", False):
                raise broken_file(path, "incomplete pose file")
            verdicts = {name: str(group.attrs["verdict"]) for name, group in sorted(file["clips"].items())}
    except (OSError, KeyError) as error:
        if not path.exists():
            raise
        raise broken_file(path, f"not a readable pose file ({error})") from error
    return {name: verdict for name, verdict in verdicts.items() if verdict != KEPT}


def _row(*values: str) -> Row:
    return dict(zip(COLUMNS, values, strict=True))


def main() -> None:
    """Write results/quarantine.tsv."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--admitted", type=Path, nargs="*", default=[])
    parser.add_argument("--poses", type=Path, required=True, help="results/poses")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    rows = quarantined(arguments.admitted, arguments.poses)
    write_table(arguments.output, COLUMNS, rows)
    log.info("%d left out", len(rows))


if __name__ == "__main__":
    entry_point(main)
