"""OpenPose's folders of JSON files (`--write_json`): one file a frame, any number of people in each, in no order.

    <video>_000000000123_keypoints.json   {"version": 1.3, "people": [{"pose_keypoints_2d": [x, y, confidence, ...]}]}

25 joints (BODY_25) or 18 (COCO); a joint that was not found is 0, 0, 0. Frame numbers need not begin at 0 nor be
consecutive: every second frame of a video makes steps of 2, and the frame rate is that of the written frames.
Source: OpenPose's documentation, doc/02_output.md; versions before 1.1 call the array `pose_keypoints`.
"""

import json
import math
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from workflow_scripts.motion.foreign import KeypointMotion
from workflow_scripts.motion.skeleton import Floats, Skeleton
from workflow_scripts.motion.skeletons import BODY25
from workflow_scripts.motion.tracking import followed
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.files import atomic_directory

# OpenPose's COCO model: BODY_25 without the middle of the hips and the feet.
_COCO = [joint for joint in range(19) if BODY25.joints[joint] != "mid_hip"]
COCO18 = Skeleton(
    name="coco18",
    joints=tuple(BODY25.joints[joint] for joint in _COCO),
    parents=(-1, 0, 1, 2, 3, 1, 5, 6, 1, 8, 9, 1, 11, 12, 0, 0, 14, 15),
    pairs=((5, 2), (6, 3), (7, 4), (11, 8), (12, 9), (13, 10), (15, 14), (17, 16)),
    feet=(),
    rest=tuple(BODY25.rest[joint] for joint in _COCO),
)
_NAME = re.compile(r"(?P<stem>.*?)_?(?P<number>\d{1,18})_keypoints\.json")
_SKELETONS = {3 * skeleton.size: skeleton for skeleton in (BODY25, COCO18)}
_MPI = 45
# A tenth of the files may be unreadable: their frames count as empty. More means that something went wrong.
_MOST_BROKEN = 0.1
# Frames may be missing, but not so many that the numbers cannot be those of one video.
_MOST_MISSING = 20
# More people than that in a frame are clutter or an attack; a file of more bytes is no frame.
_MOST_PEOPLE, _MOST_BYTES = 30, 4_000_000
_FARTHEST_PIXEL = 1e5


@dataclass(frozen=True)
class Recording:
    """What a folder says.

    Attributes:
        skeleton: BODY25 or COCO18.
        people: for each frame (P, J, 3) x px, y px (NaN where not found), confidence; frames without file are empty.
        broken: how many files could not be read.
    """

    skeleton: Skeleton
    people: list[Floats]
    broken: int


@dataclass(frozen=True)
class Numbering:
    """How the frames of a folder are named: their files by number, in order, and what the names begin with."""

    files: dict[int, Path]
    stem: str

    @property
    def first(self) -> int:
        """Number of the first frame."""
        return next(iter(self.files))

    @property
    def step(self) -> int:
        """What numbers grow by from one written frame to the next."""
        return math.gcd(*(number - self.first for number in self.files)) or 1

    @property
    def length(self) -> int:
        """How many frames there are from the first to the last, missing ones included."""
        return (max(self.files) - self.first) // self.step + 1


def holds_frames(folder: Path) -> bool:
    """Return whether any file of the folder is named like a frame."""
    return any(_NAME.fullmatch(entry.name) for entry in os.scandir(folder))


def read_numbering(folder: Path) -> Numbering:
    """Return the frames of one video by their names.

    Raises:
        UserError: there are none, they are those of several videos, two files are one frame, or numbers have gaps that
            no video has.
    """
    found: dict[int, Path] = {}
    stems: dict[str, None] = {}
    for path in sorted(folder.iterdir()):
        match = _NAME.fullmatch(path.name)
        if match and path.is_file():
            stems[match["stem"]] = None
            if (number := int(match["number"])) in found and len(stems) == 1:
                raise UserError(f"{folder}: {found[number].name} and {path.name} are the same frame; remove one")
            found[number] = path
    if not found:
        raise UserError(f"{folder}: no OpenPose frames found (files named like dance_000000000000_keypoints.json)")
    if len(stems) > 1:
        names = " and ".join(map(repr, list(stems)[:2]))
        raise UserError(f"{folder}: frames of {names} in one folder; give every video a folder of its own")
    numbering = Numbering(dict(sorted(found.items())), next(iter(stems)))
    if numbering.length > _MOST_MISSING * len(found):
        last = max(found)
        raise UserError(f"{folder}: {len(found)} frames numbered {numbering.first} to {last}; too many are missing")
    return numbering


def read_recording(folder: Path) -> Recording:
    """Read every frame of a folder.

    Raises:
        UserError: the frames cannot be told (see `read_numbering`), too many are unreadable, they come from another
            model than BODY_25 and COCO, nobody is in them, or their coordinates are not pixels.
    """
    numbering = read_numbering(folder)
    files = numbering.files
    frames: dict[int, list[list[float]]] = {}
    reason = ""
    for number, path in files.items():
        try:
            frames[number] = _people(path)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError) as error:
            reason = reason or f"{path.name}: {error}"
    broken = len(files) - len(frames)
    if broken > _MOST_BROKEN * len(files):
        raise UserError(f"{folder}: {broken} of {len(files)} frames cannot be read (the first: {reason})")
    skeleton = _skeleton(folder, frames)
    numbers = range(numbering.first, numbering.first + numbering.length * numbering.step, numbering.step)
    people = [_detections(frames.get(number, []), skeleton) for number in numbers]
    _check_pixels(folder, people)
    return Recording(skeleton, people, broken)


def read(path: Path, fps: float) -> KeypointMotion:
    """Read the most important person of a folder, from the first written frame to the last.

    Args:
        path: folder of one video's frames.
        fps: written frames per second (the files state none).

    Raises:
        UserError: the folder cannot be used (see `read_recording`), or nobody is in it.
    """
    recording = read_recording(path)
    tracks = followed(recording.people, fps)
    if not tracks:
        raise UserError(f"{path}: nobody was found in any of the {len(recording.people)} frames")
    keypoints, confidence = tracks[0].arrays(len(recording.people))
    return KeypointMotion(recording.skeleton, keypoints, confidence, fps)


def write(path: Path, motion: KeypointMotion) -> None:
    """Write a motion of BODY25 or COCO18 as a folder, one file per frame numbered from 0; it appears atomically.

    Joints that were not found become 0, 0, 0, frames without any joint have no people.
    """
    if motion.skeleton not in _SKELETONS.values():
        raise ValueError(f"OpenPose has no model with the joints of {motion.skeleton.name}")
    missing = ~np.isfinite(motion.keypoints).all(axis=-1, keepdims=True)
    values = np.where(missing, 0.0, np.concatenate([motion.keypoints, motion.confidence[..., None]], axis=-1))
    with atomic_directory(path) as folder:
        for number, frame in enumerate(values):
            people = [{"person_id": [-1], "pose_keypoints_2d": frame.ravel().tolist()}] if frame.any() else []
            text = json.dumps({"version": 1.3, "people": people})
            (folder / f"{path.name}_{number:012d}_keypoints.json").write_text(text, encoding="utf-8")


def _people(path: Path) -> list[list[float]]:
    """The flat numbers of every person in one file."""
    if path.stat().st_size > _MOST_BYTES:
        raise ValueError(f"more than {_MOST_BYTES} bytes")
    people = json.loads(path.read_text(encoding="utf-8"))["people"]
    return [_numbers(person) for person in people[:_MOST_PEOPLE]]


def _numbers(person: dict[str, Any]) -> list[float]:
    values = person["pose_keypoints_2d"] if "pose_keypoints_2d" in person else person["pose_keypoints"]
    if not all(isinstance(value, int | float) for value in values):
        raise ValueError("keypoints that are not numbers")
    return [float(value) for value in values]


def _skeleton(folder: Path, frames: dict[int, list[list[float]]]) -> Skeleton:
    lengths = {len(person) for people in frames.values() for person in people}
    if not lengths:
        raise UserError(f"{folder}: nobody was found in any of the {len(frames)} frames")
    if _MPI in lengths:
        raise UserError(f"{folder}: keypoints of OpenPose's MPI model; run it with --model_pose BODY_25")
    if len(lengths) > 1 or not lengths <= set(_SKELETONS):
        counts = ", ".join(str(length) for length in sorted(lengths))
        raise UserError(f"{folder}: {counts} numbers per person; known are 75 (BODY_25) or 54 (COCO) in all frames")
    return _SKELETONS[lengths.pop()]


def _detections(people: list[list[float]], skeleton: Skeleton) -> Floats:
    values = np.array(people, dtype=np.float64).reshape(len(people), skeleton.size, 3)
    found = np.isfinite(values).all(axis=-1) & (np.abs(values[..., :2]) < _FARTHEST_PIXEL).all(axis=-1)
    found &= values[..., 2] > 0
    values[..., 2] = np.where(found, np.minimum(values[..., 2], 1.0), 0.0)
    values[~found, :2] = np.nan
    return values


def _check_pixels(folder: Path, people: list[Floats]) -> None:
    """Coordinates as shares of the picture have lost its shape."""
    seen = np.concatenate([frame[..., :2].reshape(-1, 2) for frame in people])
    seen = seen[np.isfinite(seen[:, 0])]
    if len(seen) and np.abs(seen).max() <= 1.0:
        raise UserError(f"{folder}: keypoints from 0 to 1, not in pixels; run OpenPose with --keypoint_scale 0")
