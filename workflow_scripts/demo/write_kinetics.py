"""Write a miniature of Kinetics: dances of the demo's kinds, laid and named as downloaders of Kinetics leave theirs.

`python -m workflow_scripts.demo.write_kinetics kinetics_mini --videos 12 --seed 1`

    kinetics_mini/train/zumba/HW7Mmxv9Ik0_000012_000022.mp4      <split>/<category>/<YouTube id>_<start>_<end>.mp4

The categories are Kinetics' own, for the configuration that takes them there; who dances them here is the demo. There
is no table as it is published: its times are those of whole videos, and these are cut already.
"""

import argparse
import base64
import hashlib
from collections import deque
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import numpy as np

from workflow_scripts.demo.corpus import GENRES
from workflow_scripts.demo.songs import compose, harmony
from workflow_scripts.demo.world import SIZE, film_dance
from workflow_scripts.workflow.errors import entry_point

# The categories of Kinetics that stand for the demo's genres.
CATEGORIES = {"disco": "zumba", "hiphop": "breakdancing", "house": "jumpstyle dancing"}
# Splits of a category's videos, in turn. With twelve videos each category has some in all three.
SPLITS = ("train", "val", "test", "train")
SECONDS = 10  # of every clip of Kinetics
LATEST_START = 300  # seconds; where in a video nobody has the clips are said to begin
# Songs and dancers are those of no demo video or song, whose seeds lie below this from ten thousand to ten thousand.
SEED_OFFSET = 5000
# Songs of ten seconds are alike to a fingerprint if their tonic is: so many in a row of a category differ in theirs.
TONICS = 7


def write_kinetics(
    folder: Path, videos: int, seed: int, seconds: float = SECONDS, size: tuple[int, int] = SIZE
) -> Iterator[Path]:
    """Write the clips, and yield the path of each when it is there.

    Args:
        folder: where to; it is made.
        videos: how many. A clip depends on its number and the seed alone: a larger corpus begins with the smaller one.
        seed: chooses songs, dancers, moves, names.
        seconds: length of each.
        size: (width, height) in pixels, both even.
    """
    for number, (genre, song_seed) in enumerate(songs(videos, seed)):
        split = SPLITS[number // len(GENRES) % len(SPLITS)]
        own_seed = 10_000 * seed + SEED_OFFSET + number
        target = folder / split / CATEGORIES[genre].replace(" ", "_") / clip_name(own_seed)
        target.parent.mkdir(parents=True, exist_ok=True)
        film_dance(compose(genre, song_seed, seconds), own_seed, target, size)
        yield target


def songs(videos: int, seed: int) -> Iterator[tuple[str, int]]:
    """Yield (genre, seed of the song) of each clip; as a rule no fingerprint takes a song for another one."""
    last: dict[str, deque[int]] = {genre: deque(maxlen=TONICS - 1) for genre in GENRES}
    for number in range(videos):
        genre = GENRES[number % len(GENRES)]
        series = count(10_000 * seed + SEED_OFFSET + number, 1000)
        song_seed = next(other for other in series if harmony(genre, other)[0] not in last[genre])
        last[genre].append(harmony(genre, song_seed)[0])
        yield genre, song_seed


def clip_name(seed: int) -> str:
    """Return the name of a clip as downloaders write it, with an id of YouTube's kind (of 11 characters)."""
    name = base64.urlsafe_b64encode(hashlib.sha256(f"kinetics {seed}".encode()).digest())[:11].decode()
    start = int(np.random.default_rng([seed, 5]).integers(LATEST_START))
    return f"{name}_{start:06d}_{start + SECONDS:06d}.mp4"


def main() -> None:
    """Parse the arguments, write the clips."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--videos", type=int, default=12, help="how many; their categories take turns")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    for path in write_kinetics(arguments.folder, arguments.videos, arguments.seed):
        print(path)  # noqa: T201


if __name__ == "__main__":
    entry_point(main)
