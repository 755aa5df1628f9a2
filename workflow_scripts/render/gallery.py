"""Gather all rendered dances into one directory with a page: python -m workflow_scripts.render.gallery --videos ..."""

import argparse
import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from workflow_scripts.render.page import Entry, gallery_page
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.files import atomic_directory
from workflow_scripts.workflow.tables import read_table

# results/renders/{model}/{set}/{item}_{sample}.mp4
_STEM = re.compile(r"(?P<item>.+)_(?P<sample>\d+)")


def main() -> None:
    """Parse the arguments and write the gallery."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--videos", type=Path, nargs="*", default=[], help="renders/{model}/songs/{item}_{sample}.mp4 ..."
    )
    parser.add_argument("--songs", type=Path, required=True, help="table of the songs with columns id and title")
    parser.add_argument("--output", type=Path, required=True, help="directory to write")
    arguments = parser.parse_args()
    titles = {row["id"]: row["title"] for row in read_table(arguments.songs, ("id", "title"))}
    make_gallery(arguments.videos, titles, arguments.output)


def make_gallery(videos: Sequence[Path], titles: dict[str, str], output: Path) -> None:
    """Write the directory `output` atomically: every video and `index.html`, grouped by song in the order of `titles`.

    Args:
        videos: paths that end in {model}/{set}/{item}_{sample}.mp4.
        titles: {item: title}; an item without one is shown by its id.

    Raises:
        UserError: a path has another form.
        MediaError: a video cannot be decoded.
    """
    order = {item: number for number, item in enumerate(titles)}
    found = [(*_named(video), video) for video in videos]
    found.sort(key=lambda entry: (order.get(entry[1], len(order)), entry[1], entry[0], int(entry[2])))
    with atomic_directory(output) as directory:
        entries = [
            _add(video, model, item, sample, titles.get(item) or item, directory)
            for model, item, sample, video in found
        ]
        (directory / "index.html").write_text(gallery_page(entries), encoding="utf-8")


def _named(video: Path) -> tuple[str, str, str]:
    """Return model, item and sample of a video's path."""
    match = _STEM.fullmatch(video.stem)
    if match is None or len(video.parts) < 3:
        raise UserError(f"{video}: expected a path like renders/<model>/songs/<song>_<number>.mp4")
    return video.parts[-3], match["item"], match["sample"]


def _add(video: Path, model: str, item: str, sample: str, title: str, directory: Path) -> Entry:
    from workflow_scripts.render.poster import poster_uri
    from workflow_scripts.workflow.media import probe

    name = f"{model}__{item}_{sample}.mp4"
    try:
        os.link(video, directory / name)
    except OSError:  # another file system, or one without hard links
        shutil.copy2(video, directory / name)
    return Entry(name, model, item, title, sample, probe(video).duration_s, poster_uri(video))


if __name__ == "__main__":
    entry_point(main)
