"""The dances of "Dance with Melody" in a folder, in either layout; see `motion.formats.dance_with_melody`."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from workflow_scripts.collect.sources.motion.folder import Music, files_in
from workflow_scripts.motion.formats.dance_with_melody import AUDIO, MOTION, read_window
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.tables import Row

SUFFIX = ".npz"  # of the compact layout
# The letter in DANCE_C_2.
GENRES = {"C": "cha-cha", "R": "rumba", "T": "tango", "W": "waltz"}


def rows(source: Path, music: Path | None, fps: float) -> Iterator[Row]:
    """Yield a playlist row per dance, by name.

    The music has no identity in this data set: every dance comes with its own file, and no two are known to be alike.

    Args:
        source: a folder of the compact layout (motion/*.npz, audio/*.mp3), one of the published layout (a folder for
            each dance), or one dance (an .npz file or a dance's folder).
        music: where the compact layout's audio lies, if not in `audio` beside `motion`.
        fps: not used, the data set states its rates.

    Raises:
        UserError: there is no dance.
    """
    dances = _dances(source)
    if not dances:
        raise UserError(
            f"{source}: no dance found: neither motion/*.npz (compact layout) nor folders with {MOTION} (as published)."
            " Links that lead out of the folder are not followed"
        )
    sounds: dict[Path, Music] = {}
    for path in dances:
        if path.suffix.lower() == SUFFIX:
            folder = music or path.parent.parent / "audio"
            audio = sounds.setdefault(folder, Music(folder)).named(path.stem)
        else:
            audio = str(path / AUDIO) if (path / AUDIO).is_file() else ""
        name = path.stem if path.suffix.lower() == SUFFIX else path.name
        letter = name.split("_")[1] if name.count("_") == 2 else ""
        row = {"id": name, "url": str(path), "title": name, "genre": GENRES.get(letter, ""), "audio": audio}
        with suppress(UserError):  # a broken file is listed, and named with its reason when it is looked at
            start, seconds = read_window(path)
            row |= {"offset": f"{start:.6f}", "duration": f"{seconds:.3f}"}
        yield row


def _dances(source: Path) -> list[Path]:
    if source.name == MOTION:
        return [source.parent]
    if source.is_file() or (source / MOTION).is_file():
        return [source]
    compact = files_in(source / "motion", (SUFFIX,), below=False) or files_in(source, (SUFFIX,), below=False)
    return compact or [path.parent for path in files_in(source, (".json",)) if path.name == MOTION]
