"""One video's motion and music, brought to the same frames, stretch by stretch."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from workflow_scripts.motion.between_frames import at_frames
from workflow_scripts.motion.feature_sets import groups_of
from workflow_scripts.motion.music_choice import MusicChoice
from workflow_scripts.motion.music_file import Music
from workflow_scripts.motion.pose_file import KEPT, Person, PoseClip, PoseFile, read_poses
from workflow_scripts.workflow.errors import UserError

# Pictures and sound of a clip are cut to the same length; more than this apart, one of the files is not of this clip.
MAX_DIFFERENCE = 3


@dataclass
class AlignedClip:
    """Motion and music of one stretch of one person in one clip, with equally many frames.

    Attributes:
        clip: the clip's name in its video.
        person: number of the person in the clip, the most important being 0.
        stretch: number of the stretch of that person.
        start_s: where the stretch begins, seconds from the start of the clip.
    """

    clip: str
    quality: float
    motion: Person
    music: Music
    person: int = 0
    stretch: int = 0
    start_s: float = 0.0


def read_video(
    results: Path, collection: str, video: str, heard: MusicChoice, fps: float, min_quality: float
) -> tuple[list[AlignedClip], dict[str, str]]:
    """Return a video's usable clips, aligned at `fps`, and why others were left out ({clip: reason}).

    A clip is left out when the pose stage rejected it, or the quality of everybody in it is below `min_quality`. Every
    stretch of every person who is good enough is a clip of its own: what comes after needs not know of stretches.

    Raises:
        UserError: a file is missing, or motion and music differ in length or rate.
    """
    pose_path = results / "poses" / collection / f"{video}.h5"
    paths = [results / "features" / group / collection / f"{video}.h5" for group in groups_of(heard.feature_set)]
    for path in (pose_path, *paths):
        if not path.is_file():
            raise UserError(f"{path} is missing: run the pose and music stages of collection {collection!r} first")
    poses = read_poses(pose_path)
    good = {
        name: people
        for name, clip in poses.kept().items()
        if (people := [(at, person) for at, person in enumerate(clip.people) if person.quality >= min_quality])
    }
    music = heard.read(paths) if good else {}
    clips = []
    for name, people in sorted(good.items()):
        for number, person in people:
            pieces = aligned(person, poses.fps, _of(music, name, paths), fps, pose_path)
            clips += [
                AlignedClip(name, person.quality, motion, its_music, number, stretch, start / fps)
                for stretch, (start, motion, its_music) in enumerate(pieces)
            ]
    return clips, left_out_of(poses, min_quality)


def left_out_of(poses: PoseFile, min_quality: float) -> dict[str, str]:
    """Return {clip: reason} of a video's clips that a dataset does not take."""
    return {name: reason for name, clip in sorted(poses.clips.items()) if (reason := _reason(clip, min_quality))}


def _reason(clip: PoseClip, min_quality: float) -> str:
    if clip.verdict != KEPT or not clip.people:
        return clip.verdict if clip.verdict != KEPT else "nobody is in it"
    best = max(person.quality for person in clip.people)
    return "" if best >= min_quality else f"pose quality {best:.2f} is below the dataset's {min_quality:g}"


def aligned(
    person: Person, native_fps: float, music: Music, fps: float, where: Path
) -> list[tuple[int, Person, Music]]:
    """Return the stretches of a clip at `fps`: (first frame, motion, music), motion and music of equal length.

    Raises:
        UserError: motion and music of the whole clip differ by more than `MAX_DIFFERENCE` frames, or the music is not
            at `fps`; names `where`.
    """
    if abs(music.fps - fps) > 1e-6:
        raise UserError(
            f"{where}: its music features are at {music.fps:g} frames per second, the dataset is at {fps:g}"
        )
    whole = resampled(person, native_fps, fps)
    frames = min(len(whole.root), len(music.features))
    difference = abs(len(whole.root) - len(music.features))
    if difference > MAX_DIFFERENCE:
        raise UserError(
            f"{where}: motion has {len(whole.root)} frames and music {len(music.features)} at {fps:g} frames per "
            f"second; more than {MAX_DIFFERENCE} apart means they are not of the same clip. Delete the pose and "
            "feature files of this video and run again"
        )
    pieces = []
    for run in person.runs():
        # No frame is made of one inside and one outside; a clip's last frame is held where the rate needs it.
        start = math.ceil(run.start * fps / native_fps - 1e-6)
        stop = math.floor((run.stop - 1) * fps / native_fps + 1e-6) + 1 if run.stop < len(person.root) else frames
        stop = min(stop, frames)
        if start < stop:
            pieces.append(
                (start, Person(whole.positions[start:stop], whole.root[start:stop]), part_of(music, start, stop))
            )
    return pieces


def part_of(music: Music, start: int, stop: int) -> Music:
    """Return the music of some of its frames [start, stop), its times from the first of them on."""
    begin, end = start / music.fps, stop / music.fps
    beats, downbeats = (
        times[(times >= begin - 1e-9) & (times < end)] - begin for times in (music.beats, music.downbeats)
    )
    return replace(music, features=music.features[start:stop], beats=beats, downbeats=downbeats)


def resampled(person: Person, native_fps: float, fps: float) -> Person:
    """Return the motion at another rate, by linear interpolation in time (frame i lies at i / fps seconds)."""
    if abs(native_fps - fps) < 1e-6:
        return Person(person.positions, person.root)
    frames = max(1, round(len(person.root) / native_fps * fps))
    where = np.minimum(np.arange(frames) * native_fps / fps, len(person.root) - 1)
    return Person(at_frames(person.positions, where), at_frames(person.root, where))


def _of(music: Mapping[str, Music], clip: str, paths: list[Path]) -> Music:
    if clip not in music:
        raise UserError(f"{paths[0]}: no clip {clip}, which the pose file has. Delete both files and run again")
    return music[clip]
