"""The pictures file: small pictures of every clip of a dataset, for models that look at the video.

    /                   attrs: format, version, fps (pictures per second), side (pixels), provenance (JSON), complete
                               (written last)
    /clips/<name of a clip of the dataset>    (P, side, side, 3) u8 RGB, from the first frame of that clip on

Picture p is what the video shows p / fps seconds after the first frame of the clip. It is the whole picture, scaled to
fit and padded with black to a square: of a crop the hands of a dancer, or a dancer at its side, would be missing.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.hdf5 import opened
from workflow_scripts.workflow.files import atomic_path

FORMAT = "playlist2dance/pictures"
VERSION = 1
# Pictures per second: movements between two accents take at least four of them.
FPS = 15
SIDE = 64

Pictures = npt.NDArray[np.uint8]


@dataclass
class PicturesFile:
    """The content of a pictures file: {name of a clip: (P, SIDE, SIDE, 3) uint8}."""

    pictures: Mapping[str, Pictures]
    provenance: dict[str, Any] = field(default_factory=dict)


def write_pictures(target: Path, content: PicturesFile) -> None:
    """Write a pictures file atomically, one clip after the other: `content.pictures` may make each when asked for it.

    Raises:
        ValueError: pictures of another shape or type.
    """
    with atomic_path(target) as path, h5py.File(path, "w") as file:
        file.attrs.update(
            format=FORMAT,
            version=VERSION,
            fps=FPS,
            side=SIDE,
            provenance=json.dumps(content.provenance, sort_keys=True),
        )
        clips = file.create_group("clips")
        for name in sorted(content.pictures):
            pictures = content.pictures[name]
            if pictures.shape[1:] != (SIDE, SIDE, 3) or pictures.dtype != np.uint8 or not len(pictures):
                raise ValueError(f"{target}: {name}: pictures of shape {pictures.shape} and type {pictures.dtype}")
            clips.create_dataset(
                name,
                data=pictures,
                chunks=(min(len(pictures), FPS), SIDE, SIDE, 3),
                compression="gzip",
                compression_opts=1,
            )
        file.attrs["complete"] = True


def read_pictures(path: Path) -> PicturesFile:
    """Read a pictures file whole.

    Raises:
        BrokenFileError: the file is truncated, incomplete or of another format; it has been deleted.
    """
    with opened(path, FORMAT, VERSION, "pictures file") as file:
        return PicturesFile(
            pictures={name: data[()] for name, data in file["clips"].items()},
            provenance=json.loads(str(file.attrs["provenance"])),
        )
