"""Admission: split what was downloaded into good and bad."""

import argparse
import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow_scripts.collect.fetching.limits import over_limits
from workflow_scripts.collect.playlist import COLUMNS as PLAYLIST_COLUMNS
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.files import read_json
from workflow_scripts.workflow.tables import Row, read_table, write_table

# `retry` is the number the configuration's `retry` must have for another attempt, where one may go better.
COLUMNS = ("id", "verdict", "title", "genre", "dancer", "split", "song", "retry")
OK = "ok"

log = logging.getLogger(__name__)


def admit(playlist: Path, downloads: Path, limits: Mapping[str, Any], genre: str = "") -> list[Row]:
    """Return a row (columns: `COLUMNS`) per video of a playlist; `verdict` is "ok" or "<address>: <reason>".

    Args:
        playlist: results/playlists/{collection}.tsv.
        downloads: results/videos/{collection}, where each video has its JSON.
        limits: the configuration's limits as they are now; the video may have been downloaded under others.
        genre: of the collection; of the videos that have none of their own.
    """
    rows = []
    for row in read_table(playlist, PLAYLIST_COLUMNS):
        path = downloads / f"{row['id']}.json"
        if not path.is_file():
            raise UserError(f"{path} is missing: {row['id']} has not been downloaded yet")
        report = read_json(path)
        reason = over_limits(report, limits) if report["status"] == OK else report["reason"]
        # By its address, since files of equal names in two folders have nothing else to tell them apart.
        verdict = ": ".join(filter(None, (report["url"], reason))) if reason else OK
        again = report["status"] != OK and not report["lasting"]
        rows.append(
            {
                **{column: row[column] for column in ("id", "dancer", "split", "song")},
                "genre": row["genre"] or genre,
                "verdict": verdict,
                "title": row["title"] or report["title"],
                "retry": str(report["attempt"] + 1) if again else "",
            }
        )
    return rows


def main() -> None:
    """Write results/admitted/{collection}.tsv."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--collection", required=True)
    parser.add_argument("--playlist", type=Path, required=True)
    parser.add_argument("--limits", type=json.loads, default={}, help="JSON: max_seconds, max_megabytes, max_pixels")
    parser.add_argument("--genre", default="", help="of the videos that have none of their own")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    downloads = arguments.playlist.parent.parent / "videos" / arguments.collection
    rows = admit(arguments.playlist, downloads, arguments.limits, arguments.genre)
    write_table(arguments.output, COLUMNS, rows)
    for row in rows:
        if row["verdict"] != OK:
            log.info("left out: %s/%s: %s", arguments.collection, row["id"], row["verdict"])
    log.info("%s: %d of %d admitted", arguments.collection, sum(row["verdict"] == OK for row in rows), len(rows))


if __name__ == "__main__":
    entry_point(main)
