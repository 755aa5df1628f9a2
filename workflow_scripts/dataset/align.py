"""One video's motion and music, brought to the same frames."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from workflow_scripts.motion.feature_sets import groups_of
from workflow_scripts.motion.music_file import Music, read_music
from workflow_scripts.motion.pose_file import Person, PoseFile, read_poses
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.workflow.errors import UserError

# Pictures and sound of a clip are cut to the same length; more than this apart, one of the files is not of this clip.
MAX_DIFFERENCE = 3


@dataclass
class AlignedClip:
    """Motion and music of one clip with equally many frames."""

    clip: str
    quality: float
    motion: Person
    music: Music


def read_video(
    results: Path, collection: str, video: str, feature_set: str, fps: float, min_quality: float
) -> tuple[list[AlignedClip], int]:
    """Return a video's usable clips, aligned at `fps`, and how many others were left out.

    A clip is left out when the pose stage rejected it, or its quality is below `min_quality`. Of several people the
    first is taken.

    Raises:
        UserError: a file is missing, or motion and music differ in length or rate.
    """
    pose_path = results / "poses" / collection / f"{video}.h5"
    paths = [results / "features" / group / collection / f"{video}.h5" for group in groups_of(feature_set)]
    for path in (pose_path, *paths):
        if not path.is_file():
            raise UserError(f"{path} is missing: run the pose and music stages of collection {collection!r} first")
    poses = read_poses(pose_path)
    good = {name: clip for name, clip in poses.kept().items() if clip.quality >= min_quality}
    music = read_music(paths, feature_set) if good else {}
    clips = [
        AlignedClip(
            name, clip.quality, *aligned(_person(poses, name), poses.fps, _of(music, name, paths), fps, pose_path)
        )
        for name, clip in sorted(good.items())
    ]
    return clips, len(poses.clips) - len(clips)


def aligned(person: Person, native_fps: float, music: Music, fps: float, where: Path) -> tuple[Person, Music]:
    """Return motion and music of one clip at `fps`, both as long as the shorter.

    Raises:
        UserError: they differ by more than `MAX_DIFFERENCE` frames, or the music is not at `fps`; names `where`.
    """
    if abs(music.fps - fps) > 1e-6:
        raise UserError(
            f"{where}: its music features are at {music.fps:g} frames per second, the dataset is at {fps:g}"
        )
    person = resampled(person, native_fps, fps)
    frames = min(len(person.root), len(music.features))
    difference = abs(len(person.root) - len(music.features))
    if difference > MAX_DIFFERENCE:
        raise UserError(
            f"{where}: motion has {len(person.root)} frames and music {len(music.features)} at {fps:g} frames per "
            f"second; more than {MAX_DIFFERENCE} apart means they are not of the same clip. Delete the pose and "
            "feature files of this video and run again"
        )
    end = frames / fps
    return (
        Person(person.positions[:frames], person.root[:frames]),
        replace(
            music,
            features=music.features[:frames],
            beats=music.beats[music.beats < end],
            downbeats=music.downbeats[music.downbeats < end],
        ),
    )


def resampled(person: Person, native_fps: float, fps: float) -> Person:
    """Return the motion at another rate, by linear interpolation in time (frame i lies at i / fps seconds)."""
    if abs(native_fps - fps) < 1e-6:
        return Person(person.positions, person.root)
    frames = max(1, round(len(person.root) / native_fps * fps))
    where = np.minimum(np.arange(frames) * native_fps / fps, len(person.root) - 1)
    before = np.minimum(where.astype(int), max(len(person.root) - 2, 0))
    after = np.minimum(before + 1, len(person.root) - 1)

    def at(values: Floats) -> Floats:
        share = (where - before).reshape(-1, *[1] * (values.ndim - 1))
        return ((1 - share) * values[before] + share * values[after]).astype(np.float32)

    return Person(at(person.positions), at(person.root))


def _person(poses: PoseFile, clip: str) -> Person:
    return poses.clips[clip].people[0]


def _of(music: Mapping[str, Music], clip: str, paths: list[Path]) -> Music:
    if clip not in music:
        raise UserError(f"{paths[0]}: no clip {clip}, which the pose file has. Delete both files and run again")
    return music[clip]
