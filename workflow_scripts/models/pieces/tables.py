"""Tables of pieces of clips: which clips fit in one, and one table of many."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.dataset_file import DatasetClip
from workflow_scripts.motion.pose_file import Person


class Table(Protocol):
    """Pieces of clips by columns; among these are `clip`, `follows` (row number, or -1) and `genre`."""

    def __len__(self) -> int:
        """Return how many pieces there are."""

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return the columns by name."""


AnyTable = TypeVar("AnyTable", bound=Table)


def chosen_pieces(
    clips: list[DatasetClip], cut: Callable[[DatasetClip], tuple[Person, AnyTable]], most: int, seed: int
) -> list[tuple[DatasetClip, Person, AnyTable]]:
    """Return clips whose pieces are together at most `most` (but for one clip that is always taken), drawn by chance.

    Copies take no room from what was danced. Clips without pieces are left out.

    Args:
        clips: to choose from.
        cut: returns the motion of a clip as it is to be danced, and its pieces.
        most: how many pieces there may be.
        seed: of the choice.
    """
    chosen: list[tuple[DatasetClip, Person, AnyTable]] = []
    count = 0
    order = np.random.default_rng(seed).permutation(len(clips))
    for clip in sorted((clips[number] for number in order), key=lambda clip: clip.name != clip.original):
        motion, table = cut(clip)
        if len(table) and (not count or count + len(table) <= most):
            chosen.append((clip, motion, table))
            count += len(table)
        if count >= most:
            break
    return chosen


def together(tables: Sequence[Table], kinds: Sequence[str]) -> tuple[dict[str, npt.NDArray[Any]], list[str]]:
    """Return the columns of the tables of clips, one or more, as those of one table.

    Args:
        tables: of one clip each; their clips and genres are numbered anew.
        kinds: the genre of each clip.

    Returns:
        The columns by name, and the names of the genres that they number.
    """
    genres = sorted(set(kinds))
    parts = []
    total = 0
    for number, (table, kind) in enumerate(zip(tables, kinds, strict=True)):
        part = table.columns()
        part["clip"] = np.full(len(table), number)
        part["follows"] = np.where(part["follows"] >= 0, part["follows"] + total, -1)
        part["genre"] = np.full(len(table), genres.index(kind))
        total += len(table)
        parts.append(part)
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}, genres
