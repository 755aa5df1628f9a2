"""Gather all rendered dances into one directory with a page: python -m workflow_scripts.render.gallery --videos ..."""

import argparse
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workflow_scripts.render.page import Entry, gallery_page
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.files import atomic_directory, link_or_copy, read_json
from workflow_scripts.workflow.names import ORIGINAL, SONGS, TOGETHER
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
    parser.add_argument(
        "--measures",
        type=Path,
        nargs="*",
        default=[],
        help="dances/{model}/songs/{item}_{sample}.json of their dances ...",
    )
    parser.add_argument(
        "--viewers",
        type=Path,
        nargs="*",
        default=[],
        help="exports/{model}/songs/{item}_{sample}.html of their dances ...",
    )
    parser.add_argument("--songs", type=Path, required=True, help="table of the songs with columns id, title[, genre]")
    parser.add_argument(
        "--collections", type=Path, nargs="*", default=[], help="the same of soundtracks' clips, {collection}.tsv ..."
    )
    parser.add_argument("--output", type=Path, required=True, help="directory to write")
    arguments = parser.parse_args()
    titles, genres = _described(arguments.songs)
    for table in arguments.collections:
        named, kinds = _described(table)
        titles |= {f"{table.stem}/{item}": title for item, title in named.items()}
        genres |= {f"{table.stem}/{item}": genre for item, genre in kinds.items()}
    beside = Beside(genres, _by_dance(arguments.measures), _by_dance(arguments.viewers))
    make_gallery(arguments.videos, titles, arguments.output, arguments.soundtracks, beside)


@dataclass(frozen=True)
class Beside:
    """What is known of the videos besides.

    Attributes:
        genres: as `titles` of `make_gallery`.
        measures, viewers: {(model, "{item}_{sample}"): file} of `evaluate.one_dance` and `export.viewer`.
    """

    genres: Mapping[str, str] = field(default_factory=dict)
    measures: Mapping[tuple[str, str], Path] = field(default_factory=dict)
    viewers: Mapping[tuple[str, str], Path] = field(default_factory=dict)


def make_gallery(
    videos: Sequence[Path],
    titles: Mapping[str, str],
    output: Path,
    soundtracks: Sequence[Path] = (),
    beside: Beside | None = None,
) -> None:
    """Write the directory `output` atomically: every video, the pages that show them in 3D, and `index.html`.

    A section holds the dances to one song, in the order of `titles`, each with the sounds that were made for it; or the
    sounds of one clip of a video, its own first.

    Args:
        videos: dances to songs; paths that end in {model}/{set}/{item}_{sample}.mp4.
        titles: {song: title, collection/video: title}; one without is shown by its id.
        output: the directory.
        soundtracks: videos with another sound, see the command line's help.
        beside: measures, pages and genres of them.

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
        known = beside or Beside()
        entries = [_add(video, _title(video.item, titles, clips), known, directory) for video in found]
        (directory / "index.html").write_text(gallery_page(entries), encoding="utf-8")


def _described(table: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Return title and genre of each item of a table."""
    rows = read_table(table, ("id", "title"))
    return {row["id"]: row["title"] for row in rows}, {row["id"]: row.get("genre", "") for row in rows}


def _by_dance(files: Sequence[Path]) -> dict[tuple[str, str], Path]:
    return {(file.parts[-3], file.stem): file for file in files if len(file.parts) > 2}


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


def _add(video: _Video, title: str, beside: Beside, directory: Path) -> Entry:
    from workflow_scripts.workflow.media import MediaError, probe
    from workflow_scripts.workflow.poster import poster_uri

    link_or_copy(video.path, directory / video.name)
    info = probe(video.path)
    if info.video is None:
        raise MediaError(f"{video.path}: not a playable video (there is no picture in it)")
    measured = _measured(video, beside)
    return Entry(
        file=video.name,
        model=video.model,
        item=video.item,
        title=title,
        sample=video.sample,
        seconds=info.duration_s,
        poster=poster_uri(video.path),
        sound=video.sound,
        size=(info.video.width, info.video.height),
        genre=measured.get("genre") or beside.genres.get(_of(video.item), ""),
        measures=measured.get("measures", {}),
        viewer=_viewer(video, beside, directory),
    )


def _measured(video: _Video, beside: Beside) -> dict[str, Any]:
    """Return what was measured of a dance to its own song; of another sound nothing was."""
    file = beside.measures.get((video.model, f"{video.item}_{video.sample}")) if not video.sound else None
    return dict(read_json(file)) if file else {}


def _viewer(video: _Video, beside: Beside, directory: Path) -> str:
    """Put the page that shows a dance beside its video, and return its name; "" where there is none.

    The video of all models has the page of one of them, which shows all of them as well.
    """
    stem = f"{video.item}_{video.sample}"
    if video.sound:
        return ""
    if video.model == TOGETHER:
        models = [model for model, dance in beside.viewers if dance == stem]
        return f"{_page_name(models[0], stem)}#all" if models else ""
    page = beside.viewers.get((video.model, stem))
    if page is None:
        return ""
    link_or_copy(page, directory / _page_name(video.model, stem))
    return _page_name(video.model, stem)


def _page_name(model: str, stem: str) -> str:
    return f"{model}__{stem}.html"


if __name__ == "__main__":
    entry_point(main)
