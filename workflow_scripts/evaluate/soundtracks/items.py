"""The table of what a model made sound for, and the dances in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from workflow_scripts.motion.accents import accents
from workflow_scripts.motion.pose_file import PoseClip, PoseFile, read_poses
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.motion.soundtrack_table import COLUMNS
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.names import SONGS
from workflow_scripts.workflow.tables import read_table

CLIPS, DANCES = "clips", "dances"


@dataclass(frozen=True)
class Item:
    """One sound that a model made, and what it was made for.

    Attributes:
        name: set/item.
        sample: counts the sounds made for a clip; of generated dances it is the dance's own.
        kind: `CLIPS` (of videos) or `DANCES` (generated ones; the original sound is the song danced to).
        split: of the clip in the model's dataset, "" where it is none of it.
        song: id of the original's song, "" where it is not known.
        wav: the sound.
        poses, clip: where the dance is.
        original: the WAV that was danced to, None where there is none.
    """

    name: str
    sample: str
    kind: str
    split: str
    song: str
    wav: Path
    poses: Path
    clip: str
    original: Path | None

    @property
    def dance(self) -> str:
        """The name of its dance."""
        return f"{self.name}_{self.sample}" if self.kind == DANCES else self.name


def read_items(table: Path, results: Path) -> list[Item]:
    """Return the items of a table (`motion.soundtrack_table`).

    Args:
        table: as the soundtrack stage lists them. Relative paths in it (results/...) start beside `results`.
        results: the folder of results.

    Raises:
        UserError: a sound or a pose file is missing.
    """
    items = []
    for row in read_table(table, COLUMNS):
        wav, poses = results.parent / row["wav"], results.parent / row["poses"]
        for path in (wav, poses):
            if not path.is_file():
                raise UserError(f"{path} is missing: {table} names it. Run `snakemake soundtracks`")
        # Imported motion has a place for its sound, but none there.
        original = results.parent / row["sound"] if row["sound"] else None
        items.append(
            Item(
                name=f"{row['set']}/{row['item']}",
                sample=row["sample"],
                kind=DANCES if row["set"] == SONGS else CLIPS,
                split=row["split"],
                song=row["song"],
                wav=wav,
                poses=poses,
                clip=row["clip"],
                original=original if original and original.is_file() else None,
            )
        )
    return items


def danced(items: Sequence[Item]) -> dict[tuple[Path, str], tuple[Floats, float]]:
    """Return {(poses, clip): (accents, seconds)} of the dances of some items; each pose file is read once.

    A clip without a person has no accents and takes as long as its video says.

    Raises:
        UserError: a pose file has no such clip.
    """
    wanted: dict[Path, set[str]] = {}
    for item in items:
        wanted.setdefault(item.poses, set()).add(item.clip)
    found = {}
    for path, clips in wanted.items():
        poses = read_poses(path)
        for clip in sorted(clips):
            if clip not in poses.clips:
                raise UserError(f"{path} has no clip {clip!r}; it has {', '.join(sorted(poses.clips)) or 'none'}")
            found[path, clip] = _danced(poses, poses.clips[clip])
    return found


def _danced(poses: PoseFile, clip: PoseClip) -> tuple[Floats, float]:
    if not clip.people:
        return np.empty(0), clip.end_s - clip.start_s
    person = clip.people[0]
    return accents(person, poses.fps), len(person.root) / poses.fps
