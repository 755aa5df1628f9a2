"""Votes as the page saves them, read and checked against the key."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workflow_scripts.report.abx.key import Clip
from workflow_scripts.workflow.errors import UserError

COLUMNS = ("voter", "number", "left", "right", "answer", "repeat", "seconds")
ANSWERS = ("left", "right", "tie")


@dataclass(frozen=True)
class Vote:
    """One answer: which of two dances to the same song a voter prefers.

    Attributes:
        answer: one of ANSWERS.
        repeat: whether the voter saw this pair before, the other way round.
    """

    voter: str
    left: Clip
    right: Clip
    answer: str
    repeat: bool

    @property
    def pair(self) -> tuple[str, str]:
        """The two clips, whichever side they are on."""
        return min(self.left.clip, self.right.clip), max(self.left.clip, self.right.clip)

    @property
    def preferred(self) -> str:
        """The model of the better dance, "" for a tie."""
        return {"left": self.left.model, "right": self.right.model, "tie": ""}[self.answer]


def read_votes(paths: Sequence[Path], clips: Mapping[str, Clip]) -> tuple[list[Vote], int]:
    """Return the votes of all files, sorted, and how many were replaced by later ones.

    Of several votes of a voter on the same pair (a file saved twice, say) the last counts, in the order of the files.

    Args:
        paths: CSV files with COLUMNS.
        clips: the key, see `read_keys`.

    Raises:
        UserError: a file is missing or another one, a line is broken or of another comparison; the message names file
            and line.
    """
    votes: dict[tuple[str, tuple[str, str], bool], Vote] = {}
    lines = 0
    for path in paths:
        for place, row in _rows(path):
            vote = _vote(row, clips, place)
            votes[vote.voter, vote.pair, vote.repeat] = vote
            lines += 1
    return [votes[place] for place in sorted(votes)], lines - len(votes)


def _rows(path: Path) -> list[tuple[str, dict[str, str]]]:
    try:
        # A spreadsheet may have put a mark of the byte order in front.
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UserError(f"{path}: no such file of votes ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not a file of votes (it is no text)") from error
    reader = csv.reader(text.splitlines())
    try:
        (_, header), *lines = [(reader.line_num, cells) for cells in reader] or [(1, [])]
    except csv.Error as error:
        raise UserError(f"{path}: line {reader.line_num}: not a file of votes ({error})") from error
    if not any(header):
        raise UserError(f"{path}: there are no votes in it; votes have a first line {','.join(COLUMNS)}")
    if len(header) == 1 and ";" in header[0]:
        raise UserError(f"{path}: line 1: the columns are parted by semicolons; save it with commas")
    if missing := [column for column in COLUMNS if column not in header]:
        raise UserError(f"{path}: line 1: the column {missing[0]!r} is missing; votes have {','.join(COLUMNS)}")
    rows = []
    for number, cells in lines:
        if not any(cells):
            continue
        place = f"{path}: line {number}"
        if len(cells) != len(header):
            raise UserError(f"{place}: has {len(cells)} cells and the header {len(header)}; mend the line or delete it")
        rows.append((place, dict(zip(header, cells, strict=True))))
    return rows


def _vote(row: Mapping[str, str], clips: Mapping[str, Clip], place: str) -> Vote:
    for side in ("left", "right"):
        if row[side] not in clips:
            raise UserError(
                f"{place}: no dance of this comparison is called {row[side]!r}. The vote is of another page, or of this"
                " one before its videos were made again: give that page's key as well, or take the file away"
            )
    left, right = clips[row["left"]], clips[row["right"]]
    if left.model == right.model or left.dance != right.dance:
        raise UserError(f"{place}: {left.clip} and {right.clip} are no pair (the same song, two models)")
    if row["answer"] not in ANSWERS:
        raise UserError(f"{place}: the answer is {row['answer']!r}, not one of {', '.join(ANSWERS)}")
    if row["repeat"] not in ("0", "1"):
        raise UserError(f"{place}: repeat is {row['repeat']!r}, not 0 or 1")
    if not row["voter"].strip():
        raise UserError(f"{place}: the voter is missing")
    return Vote(row["voter"].strip(), left, right, row["answer"], row["repeat"] == "1")
