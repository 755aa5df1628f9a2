"""The sound file: the sound of every clip of a dataset, for models that learn from it or play it again.

/                   attrs: format, version, rate (samples per second), provenance (JSON), complete (written last)
/clips/<name of a clip of the dataset>    (N, channels) i16, from the first frame of that clip on, as long as it
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from workflow_scripts.motion.hdf5 import opened
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.workflow.files import atomic_path

FORMAT = "playlist2dance/sound"
VERSION = 1
_LOUDEST = 32767


class Sounds(Mapping[str, Floats]):
    """{name of a clip: (N, channels) float32 in [-1, 1]} of a file, read when it is asked for: hours need no memory."""

    def __init__(self, path: Path, names: Sequence[str]) -> None:
        self._path, self._names = path, tuple(names)

    def __getitem__(self, name: str) -> Floats:
        """Return one clip's sound."""
        if name not in self._names:
            raise KeyError(name)
        with h5py.File(self._path, "r") as file:
            return np.asarray(file["clips"][name][()], dtype=np.float32) / _LOUDEST

    def __iter__(self) -> Iterator[str]:
        """Return the names."""
        return iter(self._names)

    def __len__(self) -> int:
        """Return the number of clips."""
        return len(self._names)


@dataclass
class SoundFile:
    """The content of a sound file."""

    rate: int
    sounds: Mapping[str, Floats]
    provenance: dict[str, Any] = field(default_factory=dict)


def write_sounds(target: Path, content: SoundFile) -> None:
    """Write a sound file atomically, one clip after the other: `content.sounds` may make each when it is asked for.

    Raises:
        ValueError: a sound is not (N, channels), or holds NaN or infinity.
    """
    with atomic_path(target) as path, h5py.File(path, "w") as file:
        file.attrs.update(
            format=FORMAT,
            version=VERSION,
            rate=int(content.rate),
            provenance=json.dumps(content.provenance, sort_keys=True),
        )
        clips = file.create_group("clips")
        for name in sorted(content.sounds):
            samples = content.sounds[name]
            if samples.ndim != 2 or not np.isfinite(samples).all():
                raise ValueError(f"{target}: {name}: sound of shape {samples.shape}, or not finite")
            clips.create_dataset(name, data=np.round(samples.clip(-1, 1) * _LOUDEST).astype(np.int16))
        file.attrs["complete"] = True


def read_sounds(path: Path) -> SoundFile:
    """Read what a sound file holds; the sounds themselves are read when they are asked for.

    Raises:
        BrokenFileError: the file is truncated, incomplete or of another format; it has been deleted.
    """
    with opened(path, FORMAT, VERSION, "sound file") as file:
        return SoundFile(
            rate=int(file.attrs["rate"]),
            sounds=Sounds(path, sorted(file["clips"])),
            provenance=json.loads(str(file.attrs["provenance"])),
        )
