"""AIST++ in a folder as published: motions/ or keypoints3d/, splits/, ignore_list.txt; see `motion.formats.aistpp`."""

import logging
from collections.abc import Iterator
from pathlib import Path

from workflow_scripts.collect.sources.motion.folder import Music, files_in
from workflow_scripts.motion.formats.aistpp import SUFFIXES, parsed_name
from workflow_scripts.motion.formats.aistpp_lists import data_folders, read_lists
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.tables import Row

log = logging.getLogger(__name__)


def rows(source: Path, music: Path | None, fps: float) -> Iterator[Row]:
    """Yield a row per sequence, by name, with its official split, or the reason why it is `left_out`.

    Motion begins with its music. A sound under the name of the sequence goes before one under that of the music
    (mBR0). Without any of both the row has no audio.

    Args:
        source: the data set's folder, its motions/ or keypoints3d/, or one file in these.
        music: folder of the sounds; by default `music` in the data set's folder.
        fps: not used, the data set has one rate.

    Raises:
        UserError: there is no sequence.
    """
    root, folder = data_folders(source)
    files = [source] if source.is_file() else files_in(folder, SUFFIXES)
    named = [(path, name) for path in files if path.suffix.lower() in SUFFIXES and (name := parsed_name(path.stem))]
    if not named:
        raise UserError(
            f"{source}: no AIST++ found: needed are sequences like gBR_sBM_cAll_d04_mBR0_ch01.pkl in"
            " motions/ or keypoints3d/"
        )
    lists = read_lists(root)
    sounds = Music(music or root / "music")
    left_out = sum(bool(lists.left_out(path.stem)) for path, _ in named)
    log.info("%s: %d sequences, %d of them left out by the data set's own lists", folder, len(named), left_out)
    for path, name in named:
        yield {
            "id": path.stem,
            "url": str(path),
            "title": path.stem,
            "genre": name.genre,
            "dancer": name.dancer,
            "split": lists.splits.get(path.stem, ""),
            "song": name.music,
            "audio": sounds.named(path.stem) or sounds.named(name.music),
            "left_out": lists.left_out(path.stem),
        }
