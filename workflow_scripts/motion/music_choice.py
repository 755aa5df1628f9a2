"""What models hear of music: which features, and over how long they are averaged."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from workflow_scripts.motion.feature_sets import BEATS_GROUP, features_of
from workflow_scripts.motion.grouping import FRAME, grouped
from workflow_scripts.motion.music_file import Music, read_features
from workflow_scripts.motion.skeleton import Floats


@dataclass(frozen=True)
class MusicChoice:
    """What a dataset, and every model trained on it, hears of music: a feature set and how it is grouped."""

    feature_set: str
    grouping: str = FRAME

    def read(self, paths: Iterable[Path]) -> dict[str, Music]:
        """Return the music of one video or song by clip, from the files of the feature set's groups."""
        clips = read_music(paths, self.feature_set)
        return {clip: grouped(music, self.feature_set, self.grouping) for clip, music in clips.items()}


def read_music(paths: Iterable[Path], feature_set: str) -> dict[str, Music]:
    """Read a feature set of one video or song, {clip: Music}, from the files of its groups (in any order)."""
    files = [read_features(path) for path in paths]
    rhythm = next(file for file in files if file.group == BEATS_GROUP)
    return {
        clip: Music(
            features=joined({key: value for file in files for key, value in file.clips[clip].items()}, feature_set),
            beats=rhythm.clips[clip]["beats"],
            downbeats=rhythm.clips[clip]["downbeats"],
            tempo=float(rhythm.clips[clip]["tempo"]),
            fps=rhythm.fps,
            beats_per_bar=int(rhythm.clips[clip]["beats_per_bar"]),
        )
        for clip in rhythm.clips
    }


def joined(features: dict[str, Floats], feature_set: str) -> Floats:
    """Concatenate the named features (T, d) of a set to (T, D) float32.

    Raises:
        UserError: there is no such set.
    """
    return np.concatenate([features[name] for name in features_of(feature_set)], axis=1, dtype=np.float32)
