"""Gather all rendered dances into one directory with a page: python -m workflow_scripts.render.gallery --videos ..."""

import argparse
import os
import re
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workflow_scripts.render.page import Entry, gallery_page
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.files import atomic_directory
from workflow_scripts.workflow.names import ORIGINAL, SONGS
from workflow_scripts.workflow.tables import read_table

# results/renders/{model}/{set}/{item}_{sample}.mp4
_STEM = re.compile(r"(?P<item>.+)_(?P<sample>\d+)")
# The item of a soundtrack: {video}.{clip}, or {song}.{model of the dance}. No name holds a dot itself.
_ITEM = re.compile(r"(?P<of>[A-Za-z0-9_-]+)\.(?P<part>[A-Za-z0-9_-]+)")
_NAME = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class _Video:
    """A file with what its path says (see `Entry`), and its name beside the page."""

    path: Path
    name: str
    item: str
    model: str
    sample: str
    sound: str = ""

    @property
    def place(self) -> tuple[str, str, bool, str, int]:
        """Where it stands among others of its kind: a dance before its other sounds, an original before its others."""
        return self.item, self.model, self.sound not in ("", ORIGINAL), self.sound, int(self.sample)


def main() -> None:
    """Parse the arguments and write the gallery."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--videos", type=Path, nargs="*", default=[], help="renders/{model}/songs/{item}_{sample}.mp4 ..."
    )
    parser.add_argument(
        "--soundtracks",
        type=Path,
        nargs="*",
        default=[],
        help="renders/{model of the sound, or original}/{collection}/{video}.{clip}_{sample}.mp4, and"
        " renders/{model of the sound}/songs/{song}.{model of the dance}_{sample}.mp4 ...",
    )
    parser.add_argument("--songs", type=Path, required=True, help="table of the songs with columns id and title")
    parser.add_argument(
        "--collections", type=Path, nargs="*", default=[], help="the same of soundtracks' clips, {collection}.tsv ..."
    )
    parser.add_argument("--output", type=Path, required=True, help="directory to write")
    arguments = parser.parse_args()
    titles = _titles(arguments.songs)
    for table in arguments.collections:
        titles |= {f"{table.stem}/{item}": title for item, title in _titles(table).items()}
    make_gallery(arguments.videos, titles, arguments.output, arguments.soundtracks)


def make_gallery(
    videos: Sequence[Path], titles: Mapping[str, str], output: Path, soundtracks: Sequence[Path] = ()
) -> None:
    """Write the directory `output` atomically: every video and `index.html`.

    A section holds the dances to one song, in the order of `titles`, each with the sounds that were made for it; or the
    sounds of one clip of a video, its own first.

    Args:
        videos: dances to songs; paths that end in {model}/{set}/{item}_{sample}.mp4.
        titles: {song: title, collection/video: title}; one without is shown by its id.
        output: the directory.
        soundtracks: videos with another sound, see the command line's help.

    Raises:
        UserError: a path has another form.
        MediaError: a video cannot be decoded.
    """
    order = {item: number for number, item in enumerate(titles)}
    found = [*map(_dance, videos), *map(_soundtrack, soundtracks)]
    clips = Counter(item.rpartition(".")[0] for item in {video.item for video in found})
    # Songs come first, as known; then what is not known, then clips ("/" is in their names alone).
    found.sort(key=lambda video: ("/" in video.item, order.get(_of(video.item), len(order)), video.place))
    with atomic_directory(output) as directory:
        entries = [_add(video, _title(video.item, titles, clips), directory) for video in found]
        (directory / "index.html").write_text(gallery_page(entries), encoding="utf-8")


def _titles(table: Path) -> dict[str, str]:
    return {row["id"]: row["title"] for row in read_table(table, ("id", "title"))}


def _dance(video: Path) -> _Video:
    """Return what the path of a dance says."""
    match = _STEM.fullmatch(video.stem)
    if match is None or len(video.parts) < 3:
        raise UserError(f"{video}: expected a path like renders/<model>/songs/<song>_<number>.mp4")
    model, item, sample = video.parts[-3], match["item"], match["sample"]
    return _Video(video, f"{model}__{item}_{sample}.mp4", item, model, sample)


def _soundtrack(video: Path) -> _Video:
    """Return what the path of a soundtrack says."""
    match = _STEM.fullmatch(video.stem)
    item = _ITEM.fullmatch(match["item"]) if match else None
    folders = video.parts[-3:-1]
    if match is None or item is None or len(folders) < 2 or not all(map(_NAME.fullmatch, folders)):
        raise UserError(
            f"{video}: expected a path like renders/<model>/<collection>/<video>.<clip>_<number>.mp4"
            " or renders/<model>/songs/<song>.<model of the dance>_<number>.mp4"
        )
    model, group = folders
    # Dots part the names, which hold none: no two paths get one name, nor a dance's, which has no dots.
    name = f"{model}.{group}.{video.name}"
    if group == SONGS:
        return _Video(video, name, item["of"], item["part"], match["sample"], sound=model)
    return _Video(video, name, f"{group}/{item[0]}", "", match["sample"], sound=model)


def _of(item: str) -> str:
    """Return what gives an item its title: the song, or {collection}/{video}."""
    return item.rpartition(".")[0] if "/" in item else item


def _title(item: str, titles: Mapping[str, str], clips: Mapping[str, int]) -> str:
    of = _of(item)
    title = titles.get(of) or of
    return f"{title} · clip {item.rpartition('.')[2]}" if "/" in item and clips[of] > 1 else title


def _add(video: _Video, title: str, directory: Path) -> Entry:
    from workflow_scripts.render.poster import poster_uri
    from workflow_scripts.workflow.media import probe

    try:
        os.link(video.path, directory / video.name)
    except OSError:  # another file system, or one without hard links
        shutil.copy2(video.path, directory / video.name)
    seconds, poster = probe(video.path).duration_s, poster_uri(video.path)
    return Entry(video.name, video.model, video.item, title, video.sample, seconds, poster, video.sound)


if __name__ == "__main__":
    entry_point(main)
