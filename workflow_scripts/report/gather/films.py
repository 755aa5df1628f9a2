"""Small pieces of the dances' videos, to be shown in the page itself."""

import base64
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workflow_scripts.workflow.media import probe, write_preview
from workflow_scripts.workflow.poster import poster_uri

MOST_FILMS = 24
MOST_BYTES = 12_000_000  # of all posters and previews together, as they stand in the page
SECONDS, WIDTH, FPS = 4.0, 320, 15


@dataclass(frozen=True)
class Film:
    """One dance: the file name of its video in the gallery, whose it is, to what, and `data:` URIs of two previews."""

    file: str
    model: str
    song: str
    sample: int
    poster: str
    preview: str


def choose_films(gallery: Path, models: Sequence[str], songs: Mapping[str, object]) -> list[tuple[str, str, str, int]]:
    """Return (file name, model, song, sample) of the gallery's dances, those to show first in front.

    The first sample of every model for every song comes before second ones, songs and models in the given order.
    """
    found = []
    for path in gallery.glob("*.mp4"):
        for model in models:
            # The gallery's names are {model}__{song}_{sample}; those of soundtracks have dots.
            song, _, sample = path.stem.removeprefix(f"{model}__").rpartition("_")
            if path.stem.startswith(f"{model}__") and song in songs and sample.isdigit():
                found.append((path.name, model, song, int(sample)))
    order = {song: number for number, song in enumerate(songs)}
    return sorted(found, key=lambda film: (film[3], order[film[2]], models.index(film[1])))


def make_films(gallery: Path, chosen: Sequence[tuple[str, str, str, int]]) -> list[Film]:
    """Return the first films of `chosen` with their previews, at most MOST_FILMS and MOST_BYTES.

    Raises:
        MediaError: a video cannot be read.
    """
    films: list[Film] = []
    size = 0
    for file, model, song, sample in chosen[:MOST_FILMS]:
        film = Film(file, model, song, sample, poster_uri(gallery / file), _preview(gallery / file))
        size += len(film.poster) + len(film.preview)
        if size > MOST_BYTES:
            break
        films.append(film)
    return films


def _preview(video: Path) -> str:
    # As the poster, from when the dance is under way.
    start = max(0.0, 0.4 * probe(video).duration_s - SECONDS / 2)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "preview.mp4"
        write_preview(target, video, start, SECONDS, WIDTH, FPS)
        return "data:video/mp4;base64," + base64.b64encode(target.read_bytes()).decode()
