"""Admission: split what was downloaded into good and bad."""

import argparse
import logging
from pathlib import Path

from workflow_scripts.collect.playlist import COLUMNS as PLAYLIST_COLUMNS
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.files import read_json
from workflow_scripts.workflow.tables import Row, read_table, write_table

COLUMNS = ("id", "verdict", "title", "genre", "split")
OK = "ok"

log = logging.getLogger(__name__)


def admit(playlist: Path, downloads: Path) -> list[Row]:
    """Return a row (columns: `COLUMNS`) per video of a playlist; `verdict` is "ok" or "<address>: <reason>".

    Args:
        playlist: results/playlists/{collection}.tsv.
        downloads: results/videos/{collection}, where each video has its JSON.
    """
    rows = []
    for row in read_table(playlist, PLAYLIST_COLUMNS):
        path = downloads / f"{row['id']}.json"
        if not path.is_file():
            raise UserError(f"{path} is missing: {row['id']} has not been downloaded yet")
        report = read_json(path)
        # By its address, since files of equal names in two folders have nothing else to tell them apart.
        verdict = OK if report["status"] == OK else ": ".join(filter(None, (report["url"], report["reason"])))
        title = row["title"] or report["title"]
        rows.append({"id": row["id"], "verdict": verdict, "title": title, "genre": row["genre"], "split": row["split"]})
    return rows


def main() -> None:
    """Write results/admitted/{collection}.tsv."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--collection", required=True)
    parser.add_argument("--playlist", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    rows = admit(arguments.playlist, arguments.playlist.parent.parent / "videos" / arguments.collection)
    write_table(arguments.output, COLUMNS, rows)
    for row in rows:
        if row["verdict"] != OK:
            log.info("left out: %s/%s: %s", arguments.collection, row["id"], row["verdict"])
    log.info("%s: %d of %d admitted", arguments.collection, sum(row["verdict"] == OK for row in rows), len(rows))


if __name__ == "__main__":
    entry_point(main)
