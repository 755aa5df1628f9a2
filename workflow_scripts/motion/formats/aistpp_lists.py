"""The lists beside the motions of AIST++: which sequences are of no use, and the official cross-modal split.

    ignore_list.txt                           sequences whose poses are wrong, as its authors found
    splits/crossmodal_{train,val,test}.txt    980, 20 and 20 sequences

No choreography and no music of the test split is in the training split; validation and test share their ten pieces of
music (two dancers and one choreography each a piece). All other sequences have the test's music or its choreographies,
and are in none of the three. Source: github.com/google/aistplusplus_api, processing/run_splitting.py and its README.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

IGNORE_LIST = "ignore_list.txt"
FOLDERS = ("motions", "keypoints3d")  # the first that is there: rotations know the twists of limbs, and have no gaps
_SPLITS = (("train", "train"), ("val", "validation"), ("test", "test"))


@dataclass(frozen=True)
class Lists:
    """The lists of one copy of the data set.

    Attributes:
        ignored: names of sequences to leave out.
        splits: {sequence: "train", "validation" or "test"}; empty where there are no lists.
    """

    ignored: frozenset[str]
    splits: Mapping[str, str]

    def left_out(self, name: str) -> str:
        """Return why a sequence takes no part, or "": it is ignored, or in none of the splits where there are some."""
        if name in self.ignored:
            return f"on AIST++'s {IGNORE_LIST} (its poses are wrong)"
        if self.splits and name not in self.splits:
            return "in none of AIST++'s cross-modal splits (its music or its choreography is the test's)"
        return ""


def data_folders(source: Path) -> tuple[Path, Path]:
    """Return the folder of the data set and that of its motions.

    Args:
        source: the data set's folder, its motions/ or keypoints3d/, or one file in these.
    """
    folder = source.parent if source.is_file() else source
    folder = next((folder / name for name in FOLDERS if (folder / name).is_dir()), folder)
    return (folder.parent if folder.name in FOLDERS else folder), folder


def read_lists(root: Path) -> Lists:
    """Read the lists in the data set's folder; those that are not there are empty."""
    splits = {name: split for part, split in _SPLITS for name in _names(root / "splits" / f"crossmodal_{part}.txt")}
    return Lists(frozenset(_names(root / IGNORE_LIST)), splits)


def _names(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").split()
    except FileNotFoundError:
        return []
