"""The demo corpus: which dance videos and songs it holds, and how each is made, all from one seed.

`demo:v01`, `demo:v02`, ... are filmed dances, `demo:song01`, ... are songs without picture. Item k depends on its
number and the seed alone, so that a longer corpus begins with the shorter one.
"""

import re
from pathlib import Path
from typing import Any

import numpy as np

from workflow_scripts.demo.choreography import choreograph
from workflow_scripts.demo.songs import GENRES, RATE, Song, compose
from workflow_scripts.motion.pose_file import Person, PoseClip, PoseFile, write_poses
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.files import atomic_path, temporary_beside, write_json

FPS = 30
SIZE = (480, 640)
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
    return [_row(kind, number, seed) for number in range(1, count + 1)]


def make(url: str, seed: int, target_stem: Path) -> Path:
    """Make one item of the corpus beside `target_stem` and return its media file.

    A video becomes `<stem>.mp4` and, for measuring only, `<stem>.truth.h5`: a pose file with the dancer's exact joints
    and their projections in pixels. A song becomes `<stem>.flac` and `<stem>.truth.json` with its beats.

    Raises:
        UserError: the address names nothing of the demo.
    """
    kind, number = _parsed(url)
    row = _row(kind, number, seed)
    song = compose(row["genre"], _item_seed(kind, number, seed), row["duration"])
    target_stem.parent.mkdir(parents=True, exist_ok=True)
    if kind == "songs":
        return _make_song(song, target_stem)
    return _make_video(song, url, _item_seed(kind, number, seed), target_stem)


def _row(kind: str, number: int, seed: int) -> dict[str, Any]:
    genres = tuple(GENRES)
    genre, lap = genres[(number - 1) % len(genres)], (number - 1) // len(genres)
    shortest, longest = _SECONDS[kind]
    rng = np.random.default_rng([_item_seed(kind, number, seed), 4])
    # Half seconds: a whole number of frames and of samples.
    duration = float(rng.integers(round(2 * shortest), round(2 * longest) + 1)) / 2
    titles = _SONG_TITLES[genre]
    title = f"{_GENRE_NAMES[genre]} lesson {lap + 1}"
    if kind == "songs":
        title = titles[lap % len(titles)] + (f" {lap // len(titles) + 1}" if lap >= len(titles) else "")
    name = f"{_PREFIX[kind]}{number:02d}"
    return {"url": f"demo:{name}", "id": name, "title": title, "duration": duration, "genre": genre}


def _parsed(url: str) -> tuple[str, int]:
    found = re.fullmatch(r"demo:(v|song)(\d{2,4})", url)
    if not found or int(found[2]) < 1:
        raise UserError(f"{url}: not an address of the demo corpus, which are demo:v01, ... and demo:song01, ...")
    return ("videos" if found[1] == "v" else "songs"), int(found[2])


def _item_seed(kind: str, number: int, seed: int) -> int:
    return 10_000 * seed + _SEED_OFFSET[kind] + number


def _truth(song: Song) -> dict[str, Any]:
    return {
        "beats": [round(float(beat), 6) for beat in song.beats],
        "downbeats": [round(float(beat), 6) for beat in song.downbeats],
        "genre": song.genre,
        "bpm": song.bpm,
    }


def _make_song(song: Song, stem: Path) -> Path:
    import soundfile

    target = stem.with_name(stem.name + ".flac")
    with atomic_path(target) as path:
        soundfile.write(path, song.samples, RATE, subtype="PCM_16")
    write_json(stem.with_name(stem.name + ".truth.json"), _truth(song))
    return target


def _make_video(song: Song, url: str, seed: int, stem: Path) -> Path:
    import soundfile

    from workflow_scripts.demo.film import Look, film

    duration = len(song.samples) / RATE
    joints = choreograph(song.beats, duration, song.genre, seed, FPS, song.sections)
    target = stem.with_name(stem.name + ".mp4")
    sound = temporary_beside(stem.with_name(stem.name + ".wav"))
    try:
        soundfile.write(sound, song.samples, RATE, subtype="PCM_16")
        camera = film(target, joints, sound, Look.from_seed(seed), fps=FPS, size=SIZE)
    finally:
        sound.unlink(missing_ok=True)
    _write_truth(stem.with_name(stem.name + ".truth.h5"), url, song, joints, camera.project(joints))
    return target


def _write_truth(target: Path, url: str, song: Song, joints: Floats, pixels: Floats) -> None:
    root = joints[:, 0]
    person = Person(positions=joints - root[:, None], root=root, keypoints_2d=pixels)
    clip = PoseClip(start_s=0.0, end_s=len(joints) / FPS, people=[person])
    write_poses(target, PoseFile(FPS, url, "truth", {"0000": clip}, provenance=_truth(song)))
