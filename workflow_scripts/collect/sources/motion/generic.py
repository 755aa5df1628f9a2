"""Motion in files of one form, each with its music under the same name: every form without a layout of its own."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from workflow_scripts.collect.sources.motion.folder import Music, files_in
from workflow_scripts.motion.formats.aistpp import parsed_name
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.tables import Row

SUFFIXES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "bvh": (".bvh",),
        "deepmimic": (".txt", ".json"),
        "edge": (".pkl", ".pickle", ".npz"),
        "learn2dance": (".npz",),
        "smpl": (".npz", ".pkl", ".pickle"),
        "videopose3d": (".npy", ".npz"),
    }
)


def rows(kind: str, source: Path, music: Path | None) -> Iterator[Row]:
    """Yield a row per file of the form, by path.

    The music is the sound of the same stem beside the motion, or else in `music` or below; a video counts as sound too.
    Names like those of AIST++ (EDGE's data has them) also say genre, dancer and song.

    Raises:
        UserError: there is no such file.
    """
    suffixes = SUFFIXES[kind]
    files = files_in(source, suffixes) if source.is_dir() else [source]
    if not files or files[0].suffix.lower() not in suffixes:
        raise UserError(f"{source}: holds no motion of the form {kind} ({' '.join(suffixes)})")
    elsewhere = Music(music) if music else None
    beside: dict[Path, Music] = {}
    for path in files:
        if path.parent not in beside:
            beside[path.parent] = Music(path.parent, below=False)
        audio = beside[path.parent].named(path.stem) or (elsewhere.named(path.stem) if elsewhere else "")
        name = parsed_name(path.stem)
        row = {"id": path.stem, "url": str(path), "title": path.stem, "audio": audio}
        yield row | ({"genre": name.genre, "dancer": name.dancer, "song": name.music} if name else {})
