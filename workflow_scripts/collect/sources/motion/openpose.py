"""OpenPose's folders of frames: each folder is one video; see `motion.formats.openpose`."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from workflow_scripts.collect.sources.local import VIDEO_SUFFIXES
from workflow_scripts.collect.sources.motion.folder import Music
from workflow_scripts.motion.formats.openpose import holds_frames, read_numbering
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.tables import Row


def rows(source: Path, music: Path | None, fps: float) -> Iterator[Row]:
    """Yield a playlist row per folder of frames, by path.

    The music is the sound with the name of the folder (without a video's suffix) or of its frames, which lies beside
    the folder, in it, or in `music` or below; a video counts as sound too. Motion that does not begin with frame 0
    begins later in the music.

    Args:
        source: a folder of frames, or a folder of such folders at any depth.
        music: where the music lies, if not beside the motion.
        fps: written frames per second.

    Raises:
        UserError: there is no folder of frames.
    """
    folders = _folders(source)
    if not folders:
        raise UserError(f"{source}: no OpenPose frames found (files named like dance_000000000000_keypoints.json)")
    elsewhere = Music(music) if music else None
    beside: dict[Path, Music] = {}
    for folder in folders:
        places = [beside.setdefault(folder.parent, Music(folder.parent, below=False)), Music(folder, below=False)]
        name = Path(folder.name)
        stem = name.stem if name.suffix.lower() in VIDEO_SUFFIXES else name.name
        row: Row = {"id": stem, "url": str(folder), "title": stem}
        names = [stem]
        with suppress(UserError):  # a broken folder is listed, and named with its reason when it is looked at
            numbering = read_numbering(folder)
            names.append(numbering.stem)
            row |= {
                "offset": f"{numbering.first / numbering.step / fps:.6f}",
                "duration": f"{numbering.length / fps:.3f}",
            }
        places += [elsewhere] if elsewhere else []
        found = [place.named(one) for place in places for one in names]
        yield row | {"audio": next((path for path in found if path), "")}


def _folders(source: Path) -> list[Path]:
    """The folders with frames, in order. What is hidden is skipped and links are not followed, as for videos."""
    found = []
    for parent, directories, _ in os.walk(source):
        directories[:] = [name for name in directories if not name.startswith(".")]
        if holds_frames(Path(parent)) and not any(character in parent for character in "\t\r\n"):
            found.append(Path(parent))
    return sorted(found, key=lambda folder: folder.relative_to(source).parts)
