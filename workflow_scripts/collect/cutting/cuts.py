"""Cut lists: which parts of which video become clips."""

import itertools
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from workflow_scripts.collect.times import parse_time
from workflow_scripts.workflow.errors import UserError

Cuts = dict[str, list[tuple[float, float]]]


def read_cuts(path: Path) -> Cuts:
    """Read a cut list: lines of `video start end`, a header if wanted, comments that start with #.

    `video` is an id, a file name with or without suffix, or a URL; the last two words of a line are the times (see
    `parse_time`), so that names may hold spaces. Several lines for one video make several clips.

    Returns:
        {video as written: [(start, end) in seconds, in the order of the file]}.

    Raises:
        UserError: a line cannot be read, cuts nothing, or overlaps another; the message names the file and the line.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: not a readable UTF-8 text file ({error})") from error
    cuts: Cuts = {}
    header_allowed = True
    for number, line in enumerate(lines, 1):
        words = line.strip().rsplit(maxsplit=2)
        if not words or line.startswith("#"):
            continue
        is_header = header_allowed and [word.lower() for word in words] == ["video", "start", "end"]
        header_allowed = False
        if is_header:
            continue
        if len(words) < 3:
            raise UserError(f"{path}: line {number}: expected `video start end`, found {line.strip()!r}")
        try:
            start, end = parse_time(words[1]), parse_time(words[2])
        except ValueError as error:
            raise UserError(f"{path}: line {number}: {error}") from error
        if end <= start:
            raise UserError(f"{path}: line {number}: the cut ends ({words[2]}) before it starts ({words[1]})")
        known = cuts.setdefault(words[0], [])
        if overlapped := next((cut for cut in known if start < cut[1] and cut[0] < end), None):
            other = " to ".join(f"{time:g} s" for time in overlapped)
            raise UserError(f"{path}: line {number}: the cut overlaps another of {words[0]} ({other}): correct one")
        known.append((start, end))
    return cuts


def cuts_for(row: Mapping[str, str], cuts: Cuts) -> list[tuple[float, float]]:
    """Return the cuts of one video of a playlist in order, [] when the list does not name it.

    It may be named by its id, its URL or path, its file's name and that without suffix; the parts of all names count.

    Raises:
        UserError: parts under several names overlap.
    """
    names = dict.fromkeys(_names(row))
    found = sorted(part for name in names for part in cuts.get(name, ()))
    for (_, end), (start, _) in itertools.pairwise(found):
        if start < end:
            raise UserError(
                f"cuts of {row['id']}: two parts overlap: one ends at {end:g} s, the next starts at {start:g} s"
            )
    return found


def unmatched_cuts(rows: Iterable[Mapping[str, str]], cuts: Cuts) -> list[str]:
    """Return the videos named in a cut list that no row of the playlist is (a misspelt name cuts nothing)."""
    known = {name for row in rows for name in _names(row)}
    return [name for name in cuts if name not in known]


def _names(row: Mapping[str, str]) -> tuple[str, ...]:
    path = unquote(urlsplit(row["url"]).path) if "://" in row["url"] else row["url"]
    return row["id"], row["url"], Path(path).name, Path(path).stem
