"""More training data from what there is: dances mirrored, faster or slower with their music, and turned.

Made when a model is trained, from the training split alone: a dataset file holds each dance once, and what a model is
measured on is what was danced.
"""

import hashlib
from dataclasses import replace

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from workflow_scripts.motion import kinematics
from workflow_scripts.motion.between_frames import at_frames
from workflow_scripts.motion.dataset_file import COPY_MARK, Dataset, DatasetClip
from workflow_scripts.motion.feature_kinds import LAGS, PULSES, SLOPES
from workflow_scripts.motion.feature_sets import FEATURES, features_of
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import SMPL24, Floats


class Augmentation(BaseModel):
    """What is made of each training clip; by default nothing.

    Attributes:
        mirror: its mirror image: twice as many clips.
        tempo: largest relative change of tempo of a copy.
        turn: largest turn of a copy about the vertical, degrees.
        copies: how many copies, each with a tempo and a turn drawn evenly within these bounds, are made of each clip
            and of its mirror image where one of the bounds is not 0.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    mirror: bool = False
    tempo: float = Field(default=0.0, ge=0, le=0.3)
    turn: float = Field(default=0.0, ge=0, le=180)
    copies: int = Field(default=1, ge=1)


def augmented(dataset: Dataset, augmentation: Augmentation, seed: int) -> Dataset:
    """Return the dataset with more clips and windows for training; statistics and the other splits stay as they are.

    New clips come after the old ones, out of the order of names, so that rows of windows keep their meaning. What a
    copy is depends on its clip's name and the seed, not on which other clips there are.
    """
    clips = list(dataset.clips)
    for clip in dataset.split("train"):
        kinds = [clip]
        if augmentation.mirror:
            kinds.append(replace(mirrored(clip), clip=f"{clip.clip}{COPY_MARK}mirrored"))
        clips += kinds[1:]
        if augmentation.tempo or augmentation.turn:
            for kind in kinds:
                clips += [
                    _copy(kind, dataset.feature_set, augmentation, seed, number)
                    for number in range(augmentation.copies)
                ]
    old = len(dataset.clips)
    lengths = [(number, len(clip.motion.root)) for number, clip in enumerate(clips) if number >= old]
    training = np.concatenate([dataset.windows["train"], dataset.plan.windows(lengths)])
    return replace(dataset, clips=clips, windows=dataset.windows | {"train": training})


def mirrored(clip: DatasetClip) -> DatasetClip:
    """Return the mirror image of a dance in the plane x = 0, to the same music."""
    sides = np.arange(SMPL24.size)
    for left, right in SMPL24.pairs:
        sides[[left, right]] = right, left
    image = np.array([-1.0, 1.0, 1.0], dtype=np.float32)
    motion = Person(clip.motion.positions[:, sides] * image, clip.motion.root * image, quality=clip.motion.quality)
    return replace(clip, motion=motion)


def turned(clip: DatasetClip, angle: float) -> DatasetClip:
    """Return a dance and its path turned about the y axis of the world by `angle` radians, from +z towards +x."""
    positions, root = (
        kinematics.turned(values, angle).astype(np.float32) for values in (clip.motion.positions, clip.motion.root)
    )
    return replace(clip, motion=Person(positions, root, quality=clip.motion.quality))


def stretched(clip: DatasetClip, factor: float, feature_set: str) -> DatasetClip:
    """Return a dance and its music that take `factor` times as long; what falls on a beat stays on it.

    Motion and features are interpolated linearly in time. A pulse goes to the new frame that is nearest to its time;
    lags grow with the time between beats, slopes get flatter.

    Args:
        clip: of T frames; the result has those of its frames that lie between the clip's first and last.
        factor: above 0.
        feature_set: what the columns of the features are.
    """
    frames = len(clip.motion.root)
    count = int(np.floor((frames - 1) * factor + 1e-9)) + 1
    where = np.minimum(np.arange(count) / factor, frames - 1)
    music = clip.music
    features, first = at_frames(music.features, where), 0
    for name in features_of(feature_set):
        columns = slice(first, first := first + FEATURES[name][1])
        if name in PULSES:
            features[:, columns] = _moved(music.features[:, columns], factor, count)
        elif name in LAGS:
            features[:, columns] = _lags(features[:, columns], factor)
        elif name in SLOPES:
            features[:, columns] /= factor
    beats, downbeats = (times[times < count / music.fps] for times in (music.beats * factor, music.downbeats * factor))
    return replace(
        clip,
        motion=Person(
            at_frames(clip.motion.positions, where), at_frames(clip.motion.root, where), quality=clip.motion.quality
        ),
        music=replace(music, features=features, beats=beats, downbeats=downbeats, tempo=music.tempo / factor),
    )


def _moved(pulses: Floats, factor: float, count: int) -> Floats:
    """Return pulses (T, d) at the frames (of `count`) that are nearest to their times when time is stretched."""
    moved = np.zeros((count, pulses.shape[1]), dtype=np.float32)
    frames, columns = np.nonzero(pulses)
    new = np.minimum(np.round(frames * factor).astype(np.intp), count - 1)
    np.maximum.at(moved, (new, columns), pulses[frames, columns])
    return moved


def _lags(values: Floats, factor: float) -> Floats:
    """Return values (T, lags) where each lag is that of `factor` times fewer frames before; 0 beyond the longest."""
    lags = np.arange(values.shape[1]) / factor
    known = lags <= values.shape[1] - 1
    result = np.zeros_like(values)
    result[:, known] = at_frames(values.T, lags[known]).T
    return result


def _copy(clip: DatasetClip, feature_set: str, augmentation: Augmentation, seed: int, number: int) -> DatasetClip:
    """Return a copy of a clip with a tempo and a turn of its own."""
    digest = hashlib.sha256(clip.name.encode()).digest()
    speed, angle = np.random.default_rng([seed, number, *digest]).uniform(-1, 1, 2)
    copy = replace(clip, clip=f"{clip.clip}{COPY_MARK}{number + 1}")
    if augmentation.tempo:
        copy = stretched(copy, 1 / (1 + augmentation.tempo * speed), feature_set)
    return turned(copy, np.radians(augmentation.turn * angle)) if augmentation.turn else copy
