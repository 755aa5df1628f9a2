"""Which videos and songs the demo corpus holds: its rows as a playlist. How they are made is `demo.world`.

`demo:v01`, `demo:v02`, ... are filmed dances, `demo:song01`, ... are songs without picture. Item k depends on its
number and the seed alone, so that a longer corpus begins with the shorter one.
"""

import re
from typing import Any

import numpy as np

from workflow_scripts.workflow.errors import UserError

# The genres of `demo.songs`, in the order of the corpus.
GENRES = ("disco", "hiphop", "house")
DEFAULT_COUNTS = {"videos": 12, "songs": 3}
_PREFIX = {"videos": "v", "songs": "song"}
# Songs are never those of a video: their seeds lie apart.
_SEED_OFFSET = {"videos": 1, "songs": 501}
_SECONDS = {"videos": (12.0, 16.0), "songs": (15.0, 20.0)}
_GENRE_NAMES = {"disco": "Disco", "hiphop": "Hip-hop", "house": "House"}
_SONG_TITLES = {
    "disco": ("Mirrorball Morning", "Platform Shoes", "Saturday All Week"),
    "hiphop": ("Corner Store Bounce", "Slow Elevator", "Left Pocket Groove"),
    "house": ("Warehouse Sunrise", "Four to the Door", "Strobe Garden"),
}


def demo_rows(kind: str, count: int | None = None, seed: int = 0) -> list[dict[str, Any]]:
    """Return the corpus as rows of a playlist with the keys url, id, title, duration (s) and genre.

    Args:
        kind: "videos" or "songs".
        count: how many; by default 12 videos (four of each genre) or 3 songs (one of each).

    Raises:
        UserError: another kind, or a count below one.
    """
    if kind not in DEFAULT_COUNTS:
        raise UserError(f"the demo has no {kind!r}: choose videos or songs")
    count = DEFAULT_COUNTS[kind] if count is None else count
    if count < 1:
        raise UserError(f"the demo needs at least one of its {kind}, got {count}")
    return [row_of(kind, number, seed) for number in range(1, count + 1)]


def row_of(kind: str, number: int, seed: int) -> dict[str, Any]:
    """Return the row of one item of the corpus, by its kind ("videos" or "songs") and number (from 1)."""
    genre, lap = GENRES[(number - 1) % len(GENRES)], (number - 1) // len(GENRES)
    shortest, longest = _SECONDS[kind]
    rng = np.random.default_rng([item_seed(kind, number, seed), 4])
    # Half seconds: a whole number of frames and of samples.
    duration = float(rng.integers(round(2 * shortest), round(2 * longest) + 1)) / 2
    titles = _SONG_TITLES[genre]
    title = f"{_GENRE_NAMES[genre]} lesson {lap + 1}"
    if kind == "songs":
        title = titles[lap % len(titles)] + (f" {lap // len(titles) + 1}" if lap >= len(titles) else "")
    name = f"{_PREFIX[kind]}{number:02d}"
    return {"url": f"demo:{name}", "id": name, "title": title, "duration": duration, "genre": genre}


def parsed(url: str) -> tuple[str, int]:
    """Return (kind, number) of an address such as demo:v01; a `UserError` for any other text."""
    found = re.fullmatch(r"demo:(v|song)(\d{2,4})", url)
    if not found or int(found[2]) < 1:
        raise UserError(f"{url}: not an address of the demo corpus, which are demo:v01, ... and demo:song01, ...")
    return ("videos" if found[1] == "v" else "songs"), int(found[2])


def item_seed(kind: str, number: int, seed: int) -> int:
    """Return the seed of one item, from its number and the corpus's seed alone."""
    return 10_000 * seed + _SEED_OFFSET[kind] + number
