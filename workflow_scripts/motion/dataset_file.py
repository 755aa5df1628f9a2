"""The dataset file: aligned clips of motion and music, the table of windows into them, split and statistics.

    /                    attrs: format, version, fps, skeleton, feature_set, grouping, mode, window, stride (frames),
                                provenance (JSON), complete (written last)
    /clips/<collection>.<video>.<clip>[.<person>.<stretch>]/
                         attrs: collection, video, clip, person, stretch, start_s, song, genre, dancer, split (one of
                                `SPLITS`), quality, weight, tempo, beats_per_bar
        positions (T, J, 3) f32, root (T, 3) f32, features (T, D) f32, beats (K,) f64 s, downbeats (K,) f64 s
    /windows/<split>     (N, 3) i64 rows: number of the clip (in sorted order of names), first frame, frames
    /statistics/{features,motion}/{mean,std}    per column, from the training split only

A clip here is one stretch of continuous motion of one person in a clip of a video: nothing in it is filler, and windows
cross no cut or gap. The name ends with the numbers of both where one of them is not 0.
Windows point into whole clips: nothing is stored twice and no tail is dropped. The columns of the motion statistics
are those of `motion.representation`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.hdf5 import opened
from workflow_scripts.motion.music_file import Music
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.motion.windows import WindowPlan
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.files import atomic_path

FORMAT = "playlist2dance/dataset"
VERSION = 4
# Models learn from `train`, are chosen by `validation`, and never see `test`.
SPLITS = ("train", "validation", "test")
# Stands before what distinguishes a copy in the name of its clip.
COPY_MARK = "~"


@dataclass
class DatasetClip:
    """One aligned clip: `motion` and `music.features` have the same number of frames at the dataset's rate.

    `person` and `stretch` tell apart those of one clip of a video, in which this one begins after `start_s` seconds.
    `dancer` is who the playlist says it is (may be empty); `weight` how often the clip is drawn in training, against 1.
    """

    collection: str
    video: str
    clip: str
    song: str
    genre: str
    split: str
    quality: float
    motion: Person
    music: Music
    person: int = 0
    stretch: int = 0
    start_s: float = 0.0
    dancer: str = ""
    weight: float = 1.0

    @property
    def name(self) -> str:
        """The clip's unique name, `<collection>.<video>.<clip>`, and `.<person>.<stretch>` if not both are 0."""
        whole = f"{self.collection}.{self.video}.{self.clip}"
        return f"{whole}.{self.person}.{self.stretch}" if self.person or self.stretch else whole

    @property
    def original(self) -> str:
        """The name of the clip that this one was made from (see `motion.augmentation`), else its own."""
        return replace(self, clip=self.clip.split(COPY_MARK)[0]).name


@dataclass
class Statistics:
    """Column means and standard deviations, (D,) each, of the training split. A constant column has std 1."""

    mean: Floats
    std: Floats


@dataclass
class Dataset:
    """The content of a dataset file. `clips` are sorted by name; windows are rows (clip number, start, frames).

    `feature_set` and `grouping` say what the columns of the music are (see `motion.feature_sets`), `plan` how the
    windows were laid.
    """

    fps: float
    feature_set: str
    plan: WindowPlan
    clips: list[DatasetClip]
    windows: dict[str, npt.NDArray[np.int64]]
    features: Statistics
    motion: Statistics
    grouping: str = "frame"
    provenance: dict[str, Any] = field(default_factory=dict)

    def split(self, name: str) -> list[DatasetClip]:
        """Return the clips of one split."""
        return [clip for clip in self.clips if clip.split == name]

    def only(self, genres: Sequence[str]) -> "Dataset":
        """Return the dataset without clips (and their windows) of other genres; statistics stay as they are.

        Raises:
            UserError: one of the genres is in no clip.
        """
        known = sorted({clip.genre for clip in self.clips})
        for genre in genres:
            if genre not in known:
                have = ", ".join(map(repr, known))
                raise UserError(f"there is no dance of the genre {genre!r} in the dataset; it has {have}")
        kept = [number for number, clip in enumerate(self.clips) if clip.genre in genres]
        place = {number: new for new, number in enumerate(kept)}
        windows = {}
        for split, rows in self.windows.items():
            moved = [(place[number], start, frames) for number, start, frames in rows.tolist() if number in place]
            windows[split] = np.array(moved, dtype=np.int64).reshape(-1, 3)
        return replace(self, clips=[self.clips[number] for number in kept], windows=windows)


def write_dataset(target: Path, dataset: Dataset) -> None:
    """Write a dataset file atomically."""
    if [clip.name for clip in dataset.clips] != sorted(clip.name for clip in dataset.clips):
        raise ValueError("the clips of a dataset must be sorted by name")
    with atomic_path(target) as path, h5py.File(path, "w") as file:
        file.attrs.update(
            format=FORMAT,
            version=VERSION,
            fps=float(dataset.fps),
            skeleton="smpl24",
            feature_set=dataset.feature_set,
            grouping=dataset.grouping,
            mode=dataset.plan.mode,
            window=dataset.plan.frames,
            stride=dataset.plan.stride,
            provenance=json.dumps(dataset.provenance, sort_keys=True),
        )
        for clip in dataset.clips:
            group = file.create_group(f"clips/{clip.name}")
            group.attrs.update(
                collection=clip.collection,
                video=clip.video,
                clip=clip.clip,
                song=clip.song,
                genre=clip.genre,
                dancer=clip.dancer,
                split=clip.split,
                quality=float(clip.quality),
                person=clip.person,
                stretch=clip.stretch,
                start_s=float(clip.start_s),
                weight=float(clip.weight),
                tempo=float(clip.music.tempo),
                beats_per_bar=clip.music.beats_per_bar,
            )
            group.create_dataset("positions", data=np.asarray(clip.motion.positions, np.float32))
            group.create_dataset("root", data=np.asarray(clip.motion.root, np.float32))
            group.create_dataset("features", data=np.asarray(clip.music.features, np.float32))
            group.create_dataset("beats", data=np.asarray(clip.music.beats, np.float64))
            group.create_dataset("downbeats", data=np.asarray(clip.music.downbeats, np.float64))
        for split in SPLITS:
            file.create_dataset(f"windows/{split}", data=np.asarray(dataset.windows[split], np.int64).reshape(-1, 3))
        for name in ("features", "motion"):
            statistics: Statistics = getattr(dataset, name)
            file.create_dataset(f"statistics/{name}/mean", data=np.asarray(statistics.mean, np.float32))
            file.create_dataset(f"statistics/{name}/std", data=np.asarray(statistics.std, np.float32))
        file.attrs["complete"] = True


def read_dataset(path: Path) -> Dataset:
    """Read a dataset file whole.

    Raises:
        BrokenFileError: the file is truncated, incomplete or of another format; it has been deleted.
    """
    with opened(path, FORMAT, VERSION, "dataset") as file:
        fps = float(file.attrs["fps"])
        return Dataset(
            fps=fps,
            feature_set=str(file.attrs["feature_set"]),
            grouping=str(file.attrs["grouping"]),
            plan=WindowPlan(str(file.attrs["mode"]), int(file.attrs["window"]), int(file.attrs["stride"])),  # type: ignore[arg-type]
            clips=[_read_clip(file["clips"][name], fps) for name in sorted(file.get("clips", {}))],
            windows={split: file[f"windows/{split}"][()] for split in SPLITS},
            features=Statistics(file["statistics/features/mean"][()], file["statistics/features/std"][()]),
            motion=Statistics(file["statistics/motion/mean"][()], file["statistics/motion/std"][()]),
            provenance=json.loads(str(file.attrs["provenance"])),
        )


def _read_clip(group: h5py.Group, fps: float) -> DatasetClip:
    attrs = group.attrs
    music = Music(
        group["features"][()],
        group["beats"][()],
        group["downbeats"][()],
        tempo=float(attrs["tempo"]),
        fps=fps,
        beats_per_bar=int(attrs["beats_per_bar"]),
    )
    return DatasetClip(
        collection=str(attrs["collection"]),
        video=str(attrs["video"]),
        clip=str(attrs["clip"]),
        song=str(attrs["song"]),
        genre=str(attrs["genre"]),
        split=str(attrs["split"]),
        quality=float(attrs["quality"]),
        motion=Person(group["positions"][()], group["root"][()]),
        music=music,
        person=int(attrs["person"]),
        stretch=int(attrs["stretch"]),
        start_s=float(attrs["start_s"]),
        dancer=str(attrs["dancer"]),
        weight=float(attrs["weight"]),
    )
