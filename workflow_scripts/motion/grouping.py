"""Music features as means over longer stretches than a frame: over every beat, or over so many seconds.

Kakashi fed its models the mean MFCC of every frame, of every beat, or of every n seconds; here any features of sound
can be had so. Pulses and phases say where the beats are: they stay as they are.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.feature_kinds import PHASES, PULSES
from workflow_scripts.motion.feature_sets import FEATURES, features_of
from workflow_scripts.motion.music_file import Music

FRAME, BEAT = "frame", "beat"


def grouped(music: Music, feature_set: str, grouping: str) -> Music:
    """Return the music with the mean of its group in the place of every frame's features; times stay.

    Args:
        music: features (T, D) of `feature_set`.
        feature_set: what the columns are.
        grouping: "frame" leaves all as it is; "beat" has a group from every beat to the next, and one before the first;
            a number (as text) has groups of so many seconds.
    """
    if grouping == FRAME or not len(music.features):
        return music
    starts = group_starts(music, grouping)
    sums = np.add.reduceat(music.features.astype(np.float64), starts, axis=0)
    sizes = np.diff([*starts, len(music.features)])
    means = np.repeat(sums / sizes[:, None], sizes, axis=0)
    kept = _of_beats(features_of(feature_set))
    return replace(music, features=np.where(kept, music.features, means).astype(np.float32))


def group_starts(music: Music, grouping: str) -> npt.NDArray[np.intp]:
    """Return the first frames of the groups, (K,), from 0 on."""
    frames = len(music.features)
    times = music.beats if grouping == BEAT else np.arange(0, frames / music.fps, float(grouping))
    # A frame stands for its own second: the first that is not before the beat begins the group.
    starts = np.ceil(times * music.fps - 1e-6).astype(np.intp)
    return np.unique([0, *starts[(starts > 0) & (starts < frames)]])


def _of_beats(names: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Return which columns (D,) of the named features say where the beats are."""
    return np.concatenate([np.full(FEATURES[name][1], name in PULSES | PHASES) for name in names])
