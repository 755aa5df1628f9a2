"""Write songs of the demo's kinds, of any length: to try models on songs that no dance was made for.

`python -m workflow_scripts.demo.write_songs songs --count 3 --seconds 60 --seed 500`
"""

import argparse
from pathlib import Path

import soundfile

from workflow_scripts.demo.corpus import GENRES
from workflow_scripts.demo.instruments import RATE
from workflow_scripts.demo.songs import compose
from workflow_scripts.workflow.errors import entry_point
from workflow_scripts.workflow.files import atomic_path


def main() -> None:
    """Parse the arguments, compose, write WAV files named after genre and seed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=3, help="songs; their genres take turns")
    parser.add_argument("--seconds", type=float, default=60.0, help="length of each")
    parser.add_argument("--seed", type=int, default=500, help="of the first; others count up")
    arguments = parser.parse_args()
    for number in range(arguments.count):
        genre = GENRES[number % len(GENRES)]
        song = compose(genre, arguments.seed + number, arguments.seconds)
        target = arguments.folder / f"{genre}_{arguments.seed + number}.wav"
        with atomic_path(target) as path:
            soundfile.write(path, song.samples, RATE, format="WAV")
        print(target)  # noqa: T201


if __name__ == "__main__":
    entry_point(main)
