"""The table of songs and copies among videos, and what is said of it at the end of a run."""

from collections import defaultdict
from pathlib import Path

from workflow_scripts.workflow.tables import read_table

# `song` is the name of the group of videos with one song; `duplicate_of` is empty or collection/video.
COLUMNS = ("collection", "video", "song", "duplicate_of", "evidence")


def duplicate_lines(table: Path, songs: str = "songs") -> list[str]:
    """Return one line on copies and on songs to dance to that are danced to in videos; none where there is neither.

    Args:
        table: results/duplicates.tsv; a run that did not get there has none.
        songs: the collection of the songs to dance to.
    """
    if not table.exists():
        return []
    rows = read_table(table, COLUMNS)
    parts = []
    if copies := sum(bool(row["duplicate_of"]) for row in rows):
        parts.append(f"{copies} {'video is a copy' if copies == 1 else 'videos are copies'} of another")
    collections: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        collections[row["song"]].add(row["collection"])
    if known := sum(row["collection"] == songs and len(collections[row["song"]]) > 1 for row in rows):
        parts.append(
            f"{known} {'song to dance to is' if known == 1 else 'songs to dance to are'} in the videos as well"
        )
    return [f"{', '.join(parts)}: see {table}."] if parts else []
