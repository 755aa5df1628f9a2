"""Playlist rows of motion data: one module per data set with a layout of its own, and a generic one for all others."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from workflow_scripts.motion.formats.registry import MODULES
from workflow_scripts.workflow.tables import Row

KINDS = tuple(MODULES)
_LAYOUTS = frozenset({"aistpp", "dance_with_melody", "openpose"})
_EMPTY: Row = {"genre": "", "dancer": "", "split": "", "song": "", "audio": "", "offset": "0", "left_out": ""}


def motion_source(kind: str) -> str:
    """Return the name of the module in this package that lists motion of a form, one of `KINDS`."""
    return kind if kind in _LAYOUTS else "generic"


def motion_rows(kind: str, source: Path, music: Path | None, fps: float) -> Iterator[Row]:
    """Yield the playlist rows of a source of motion, in order; ids are as found, neither safe nor unique yet.

    Args:
        kind: form of the motion, one of `KINDS`.
        source: folder or file.
        music: folder of the music, if it is not beside the motion.
        fps: frames per second of forms that state none.

    Yields:
        At least id, url (the path of the motion), title, audio ("" if there is none), offset (seconds into the audio at
        which the motion begins), genre, dancer, split and song ("" if not known), left_out ("" or the source's reason).

    Raises:
        UserError: the source holds no motion of this form.
    """
    module = import_module(f"{__name__}.{motion_source(kind)}")
    found = module.rows(source, music, fps) if kind in _LAYOUTS else module.rows(kind, source, music)
    for row in found:
        yield _EMPTY | row
