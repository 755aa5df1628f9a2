"""The music file: features of every clip of one video or song, one file per group of features.

    /                  attrs: format, version, group, fps, source, parameters (JSON, per feature), provenance (JSON),
                              complete (written last)
    /clips/0000/       one dataset per feature: (T, d) f32 at `fps`; in the group "rhythm" also `beats` and
                       `downbeats` (K,) f64 seconds from the start of the clip, `tempo` (bpm, 0 when unknown) and
                       `beats_per_bar` (3 or 4)

A group shares one computation, so that a new feature set computes only the group it adds.
"""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from workflow_scripts.motion.hdf5 import opened
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.files import atomic_path

FORMAT = "playlist2dance/music"
VERSION = 2


@dataclass
class MusicFile:
    """The content of a music file: {clip: {feature: array}} of one group."""

    group: str
    fps: float
    source: str
    clips: dict[str, dict[str, Floats]]
    parameters: dict[str, Any] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)


@dataclass
class Music:
    """The music of one clip as models get it.

    Attributes:
        features: (T, D) float32 at `fps`.
        beats, downbeats: (K,) float64 seconds from the first frame; of a part of a song also those outside of it.
        tempo: beats per minute, 0 when unknown.
        beats_per_bar: 3 or 4.
    """

    features: Floats
    beats: Floats
    downbeats: Floats
    tempo: float
    fps: float
    beats_per_bar: int = 4

    def part(self, frames: slice) -> "Music":
        """Return the music of frames [start, stop), in its place in the song.

        All beats of the song are kept, before the first frame at negative times, so that beats, bars and phrases are
        counted as in the whole song.
        """
        start, stop, _ = frames.indices(len(self.features))
        first_s = start / self.fps
        return replace(
            self, features=self.features[start:stop], beats=self.beats - first_s, downbeats=self.downbeats - first_s
        )


def write_features(target: Path, music: MusicFile) -> None:
    """Write a music file atomically.

    Raises:
        ValueError: a feature holds NaN or infinity, or features of one clip differ in length.
    """
    with atomic_path(target) as path, h5py.File(path, "w") as file:
        file.attrs.update(
            format=FORMAT,
            version=VERSION,
            group=music.group,
            fps=float(music.fps),
            source=music.source,
            parameters=json.dumps(music.parameters, sort_keys=True),
            provenance=json.dumps(music.provenance, sort_keys=True),
        )
        clips = file.create_group("clips")
        for name, features in sorted(music.clips.items()):
            group = clips.create_group(name)
            lengths = {len(values) for values in features.values() if np.ndim(values) == 2}
            if len(lengths) > 1 or not all(np.isfinite(values).all() for values in features.values()):
                raise ValueError(f"{target}: clip {name}: features of lengths {sorted(lengths)}, or not finite")
            for key, values in features.items():
                dtype = np.float32 if np.ndim(values) == 2 else np.float64
                group.create_dataset(key, data=np.asarray(values, dtype=dtype))
        file.attrs["complete"] = True


def read_features(path: Path, keep: bool = False) -> MusicFile:
    """Read a music file whole; with `keep`, one that is broken is left where it is, and the error is a UserError.

    Raises:
        BrokenFileError: the file is truncated, incomplete or of another format; it has been deleted.
    """
    with opened(path, FORMAT, VERSION, "music file", keep) as file:
        return MusicFile(
            group=str(file.attrs["group"]),
            fps=float(file.attrs["fps"]),
            source=str(file.attrs["source"]),
            clips={name: {key: data[()] for key, data in group.items()} for name, group in file["clips"].items()},
            parameters=json.loads(str(file.attrs["parameters"])),
            provenance=json.loads(str(file.attrs["provenance"])),
        )


def read_beats(path: Path, clip: str, keep: bool = False) -> tuple[Floats, Floats]:
    """Return beats and downbeats (seconds) of a clip in a music file of the group rhythm; `keep` as above.

    Raises:
        BrokenFileError: as above.
        UserError: there is no such clip, or the file has no beats.
    """
    if path.is_dir():
        raise UserError(f"{path}: is a directory; name the music file (.h5) of the group rhythm")
    music = read_features(path, keep).clips.get(clip, {})
    if not {"beats", "downbeats"} <= music.keys():
        raise UserError(f"{path}: no beats of clip {clip}; extract the group rhythm again")
    return music["beats"], music["downbeats"]


@dataclass
class MusicSource:
    """Which group of features a music file holds, and of which video or song."""

    group: str
    source: str


def read_source(path: Path) -> MusicSource:
    """Read what a music file is of, and no features; errors as of `read_features`."""
    with opened(path, FORMAT, VERSION, "music file") as file:
        return MusicSource(str(file.attrs["group"]), str(file.attrs["source"]))
