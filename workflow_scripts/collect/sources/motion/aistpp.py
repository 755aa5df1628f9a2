"""AIST++ in a folder as published: motions/ or keypoints3d/, splits/, ignore_list.txt; see `motion.formats.aistpp`."""

import logging
from collections.abc import Iterator
from pathlib import Path

from workflow_scripts.collect.sources.motion.folder import Music, files_in
from workflow_scripts.motion.formats.aistpp import parsed_name
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.tables import Row

log = logging.getLogger(__name__)

FOLDERS = ("motions", "keypoints3d")  # the first that is there: rotations know the twists of limbs, and have no gaps
SUFFIXES = (".pkl", ".npz")
SPLITS = (("train", "train"), ("val", "validation"), ("test", "test"))


def rows(source: Path, music: Path | None, fps: float) -> Iterator[Row]:
    """Yield a row per sequence, by name; those in ignore_list.txt (their poses are wrong) are left out.

    Motion begins with its music. A sound under the name of the sequence goes before one under that of the music
    (mBR0). Without any of both the row has no audio.

    Args:
        source: the data set's folder, its motions/ or keypoints3d/, or one file in these.
        music: folder of the sounds; by default `music` in the data set's folder.
        fps: not used, the data set has one rate.

    Raises:
        UserError: there is no sequence.
    """
    folder = source.parent if source.is_file() else source
    folder = next((folder / name for name in FOLDERS if (folder / name).is_dir()), folder)
    root = folder.parent if folder.name in FOLDERS else folder
    files = [source] if source.is_file() else files_in(folder, SUFFIXES)
    files = [path for path in files if path.suffix.lower() in SUFFIXES and parsed_name(path.stem)]
    if not files:
        raise UserError(
            f"{source}: no AIST++ found: needed are sequences like gBR_sBM_cAll_d04_mBR0_ch01.pkl in"
            " motions/ or keypoints3d/"
        )
    ignored = _names(root / "ignore_list.txt")
    split_of = {name: split for part, split in SPLITS for name in _names(root / "splits" / f"crossmodal_{part}.txt")}
    sounds = Music(music or root / "music")
    left_out = [path for path in files if path.stem in ignored]
    log.info("%s: %d sequences, %d of them on the ignore list", folder, len(files), len(left_out))
    for path in files:
        name = parsed_name(path.stem)
        if path.stem in ignored or name is None:
            continue
        yield {
            "id": path.stem,
            "url": str(path),
            "title": path.stem,
            "genre": name.genre,
            "dancer": name.dancer,
            "split": split_of.get(path.stem, ""),
            "song": name.music,
            "audio": sounds.named(path.stem) or sounds.named(name.music),
        }


def _names(path: Path) -> frozenset[str]:
    """Return the lines of a list; none when there is no such file."""
    try:
        return frozenset(path.read_text(encoding="utf-8", errors="replace").split())
    except FileNotFoundError:
        return frozenset()
