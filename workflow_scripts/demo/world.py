"""How the items of the demo corpus are made: a song is composed, danced to and filmed, all from one seed."""

from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workflow_scripts.demo.choreography import choreograph
from workflow_scripts.demo.corpus import demo_rows, item_seed, parsed, row_of
from workflow_scripts.demo.songs import RATE, Song, compose, harmony
from workflow_scripts.motion.pose_file import Person, PoseClip, PoseFile, write_poses
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.workflow.files import atomic_path, temporary_beside, write_json

if TYPE_CHECKING:
    from workflow_scripts.figure.camera import Camera

FPS = 30
SIZE = (480, 640)


def make(url: str, seed: int, target_stem: Path) -> Path:
    """Make one item of the corpus beside `target_stem` and return its media file.

    A video becomes `<stem>.mp4` and, for measuring only, `<stem>.truth.h5`: a pose file with the dancer's exact joints
    and their projections in pixels. A song becomes `<stem>.flac` and `<stem>.truth.json` with its beats.

    Raises:
        UserError: the address names nothing of the demo.
    """
    kind, number = parsed(url)
    row = row_of(kind, number, seed)
    song = compose(row["genre"], song_seed(kind, number, seed), row["duration"])
    target_stem.parent.mkdir(parents=True, exist_ok=True)
    if kind == "songs":
        return _make_song(song, target_stem)
    return _make_video(song, url, item_seed(kind, number, seed), target_stem)


def song_seed(kind: str, number: int, seed: int) -> int:
    """Return the seed from which an item's song is composed.

    For a video that is the item's own. Songs to dance to shall be new to who learned from the videos: theirs is the
    first of a series whose harmony no video of their genre has, in a corpus of the default size.
    """
    own = item_seed(kind, number, seed)
    if kind == "videos":
        return own
    genre = row_of(kind, number, seed)["genre"]
    videos = [parsed(row["url"])[1] for row in demo_rows("videos", seed=seed) if row["genre"] == genre]
    taken = {harmony(genre, item_seed("videos", video, seed)) for video in videos}
    return next(other for other in count(own, 1000) if harmony(genre, other) not in taken)


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


def film_dance(song: Song, seed: int, target: Path, size: tuple[int, int] = SIZE) -> "tuple[Floats, Camera]":
    """Dance to a song and film it, to an MP4 that appears atomically at `target`.

    Args:
        song: as long as the dance is to be.
        seed: chooses dancer, moves and look.
        target: the MP4.
        size: (width, height) in pixels, both even.

    Returns:
        The dancer's joints (T, 24, 3), metres, at FPS, and the camera.
    """
    import soundfile

    from workflow_scripts.demo.film import Look, film

    joints = choreograph(song.beats, len(song.samples) / RATE, song.genre, seed, FPS, song.sections)
    sound = temporary_beside(target.with_suffix(".wav"))
    try:
        soundfile.write(sound, song.samples, RATE, subtype="PCM_16")
        return joints, film(target, joints, sound, Look.from_seed(seed), fps=FPS, size=size)
    finally:
        sound.unlink(missing_ok=True)


def _make_video(song: Song, url: str, seed: int, stem: Path) -> Path:
    target = stem.with_name(stem.name + ".mp4")
    joints, camera = film_dance(song, seed, target)
    _write_truth(stem.with_name(stem.name + ".truth.h5"), url, song, joints, camera.project(joints))
    return target


def _write_truth(target: Path, url: str, song: Song, joints: Floats, pixels: Floats) -> None:
    root = joints[:, 0]
    person = Person(positions=joints - root[:, None], root=root, keypoints_2d=pixels)
    clip = PoseClip(start_s=0.0, end_s=len(joints) / FPS, people=[person])
    write_poses(target, PoseFile(FPS, url, "truth", {"0000": clip}, provenance=_truth(song)))
