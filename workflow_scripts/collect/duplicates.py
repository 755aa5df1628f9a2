"""python -m workflow_scripts.collect.duplicates: which videos have the same song, and which are copies of another.

Videos have one song if their tables say so (column `song`), if they sound alike for some seconds, or if they show the
same film. What has a song in common with any of a group belongs to the group.
"""

import argparse
import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from workflow_scripts.collect.admit import OK
from workflow_scripts.collect.alike.duplicate_table import COLUMNS
from workflow_scripts.collect.alike.likeness import Line, Overlap
from workflow_scripts.collect.alike.matching import Match, find_matches
from workflow_scripts.collect.fingerprint import Fingerprint, read_fingerprint
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.names import SONGS
from workflow_scripts.workflow.tables import Row, read_table, write_table

log = logging.getLogger(__name__)


def find_duplicates(fingerprints: Mapping[str, Fingerprint], declared: Mapping[str, str]) -> list[Row]:
    """Return a row (columns: `COLUMNS`) per video, in order.

    A group is named after its song where one is declared (the first of the alphabet, where there are several), else
    after its first video. A copy is one of the first video in order that shows the same film to the same song.

    Args:
        fingerprints: by name, `collection/video`.
        declared: {name: name of its song} of those whose song is known.
    """
    found = find_matches(fingerprints)
    # A song is a member of its group that stands before all videos.
    titles = {name: f" {title}" for name, title in declared.items() if name in fingerprints}
    songs = _groups(
        [*fingerprints, *titles.values()], [*titles.items(), *((match.first, match.second) for match in found)]
    )
    films = _groups(fingerprints, [(match.first, match.second) for match in found if match.is_copy])
    evidence = {name: f'declared as "{title.strip()}"' for name, title in titles.items()} | _evidence(found)
    rows = []
    for name in sorted(fingerprints):
        original = films[name] if films[name] != name else ""
        values = (*name.split("/", 1), songs[name].strip(), original, evidence.get(name, ""))
        rows.append(dict(zip(COLUMNS, values, strict=True)))
    return rows


def _groups(names: Iterable[str], links: Iterable[Sequence[str]]) -> dict[str, str]:
    """Return {name: first name of its group}, where linked names are in one group (union-find)."""
    parent = {name: name for name in names}

    def root(name: str) -> str:
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for one, other in links:
        first, second = sorted((root(one), root(other)))
        parent[second] = first
    return {name: root(name) for name in parent}


def _evidence(found: Iterable[Match]) -> dict[str, str]:
    """Say of every matched recording what it has in common with the one most like it; copies come first."""
    best: dict[str, tuple[tuple[bool, float], str]] = {}
    for match in found:
        common = match.pictures if match.is_copy or match.sound is None else match.sound
        assert common is not None
        weight = (match.is_copy, common.seconds * (1 - common.error))
        for name, other, line in (
            (match.first, match.second, common.line),
            (match.second, match.first, common.line.reversed()),
        ):
            if name not in best or weight > best[name][0]:
                best[name] = (weight, _said(match, common, other, line))
    return {name: text for name, (_, text) in best.items()}


def _said(match: Match, common: Overlap, other: str, line: Line) -> str:
    kind = (
        "the same film as"
        if match.is_copy
        else "the same film, with other sound or too little of it to tell, as"
        if match.sound is None
        else "with"
    )
    notes = [
        f"{common.seconds:.1f} s alike",
        f"bit error {common.error:.2f}",
        f"offset {round(line.offset_s, 1) + 0.0:.1f} s",
    ]
    if abs(line.speed - 1) >= 0.005:
        notes.append(f"at {line.speed:.2f} of its speed")
    if common is match.pictures and match.mirrored:
        notes.append("mirrored")
    return f"{kind} {other}: {', '.join(notes)}"


def read_all(
    tables: Iterable[Path], folder: Path, songs: Collection[str] | None = None
) -> tuple[dict[str, Fingerprint], dict[str, str]]:
    """Return fingerprints by `collection/video` and declared songs of the usable videos of some collections.

    Args:
        tables: results/admitted/{collection}.tsv.
        folder: results/fingerprints.
        songs: ids of the songs to dance to that take part; None: all of them.

    Raises:
        UserError: a video has no fingerprint.
    """
    fingerprints, declared = {}, {}
    for table in tables:
        for row in read_table(table, ("id", "verdict", "song")):
            if row["verdict"] != OK or (table.stem == SONGS and songs is not None and row["id"] not in songs):
                continue
            path, name = folder / table.stem / f"{row['id']}.npz", f"{table.stem}/{row['id']}"
            if not path.is_file():
                raise UserError(f"{path} is missing: {name} has no fingerprint yet")
            fingerprints[name] = read_fingerprint(path)
            if title := row["song"].strip():
                declared[name] = title
    return fingerprints, declared


def main() -> None:
    """Write a table of songs and copies."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--fingerprints", type=Path, required=True, help="results/fingerprints")
    parser.add_argument("--declared", type=Path, nargs="+", required=True, help="results/admitted/<collection>.tsv")
    parser.add_argument("--songs", nargs="*", help="ids of the songs to dance to that take part; default: all")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    rows = find_duplicates(*read_all(arguments.declared, arguments.fingerprints, arguments.songs))
    write_table(arguments.output, COLUMNS, rows)
    copies = sum(bool(row["duplicate_of"]) for row in rows)
    log.info("%d videos, %d songs, %d copies", len(rows), len({row["song"] for row in rows}), copies)


if __name__ == "__main__":
    entry_point(main)
