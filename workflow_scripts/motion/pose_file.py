"""The pose file: 3D motion of every clip of one video, and the format of generated dances.

    /                      attrs: format, version, fps, skeleton, joint_names, parents, up, unit, source, backend,
                                  provenance (JSON), complete (written last)
    /clips/0000/           attrs: start_s, end_s, quality (0..1), verdict ("kept" or the reason it is not),
                                  quality_terms (JSON, what the quality is made of; {} where it is not estimated)
       people/0/             attrs: quality (0..1) of this person's motion; the clip's is that of people/0
       people/0/positions    (T, J, 3) f32   root-relative, world-aligned joints, metres
       people/0/root         (T, 3) f32      root trajectory, metres, floor at y = 0
       people/0/stretches    (S, 2) i32      frames [start, stop) of continuous, usable motion, ascending, disjoint
       people/0/contacts     (T, 2) bool     whether the left and the right foot stand
       people/0/keypoints_2d (T, K, 2) f32 px, confidence (T, K) f32, valid (T,) bool, interpolated (T,) bool

Several people of one clip are people/0, 1, ..., the most important first. The two-dimensional datasets exist only for
motion estimated from video, contacts only where they are known; a person without stretches is one stretch from end to
end. Frames outside the stretches are not valid and hold filler, never NaN; each stretch has a place of its own: the
root of one says nothing about that of another.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.hdf5 import opened
from workflow_scripts.motion.skeleton import SMPL24, Floats, Skeleton
from workflow_scripts.workflow.files import atomic_path

FORMAT = "playlist2dance/pose"
VERSION = 2
KEPT = "kept"
SKELETONS: dict[str, Skeleton] = {SMPL24.name: SMPL24}


@dataclass
class Person:
    """One person's motion in one clip; see the module's docstring for shapes, units and frames."""

    positions: Floats
    root: Floats
    keypoints_2d: Floats | None = None
    confidence: Floats | None = None
    valid: npt.NDArray[np.bool_] | None = None
    interpolated: npt.NDArray[np.bool_] | None = None
    stretches: npt.NDArray[np.int32] | None = None
    contacts: npt.NDArray[np.bool_] | None = None
    quality: float = 1.0

    @property
    def world(self) -> Floats:
        """World joints (T, J, 3), metres, floor at y = 0."""
        return self.positions + self.root[:, None]

    def runs(self) -> list[slice]:
        """Return the frames of each stretch of continuous, usable motion, in order."""
        if self.stretches is None:
            return [slice(0, len(self.root))]
        return [slice(int(start), int(stop)) for start, stop in self.stretches]

    def part(self, frames: slice) -> "Person":
        """Return the motion of some frames [start, stop) of it, stretches cut off at its ends."""
        start, stop, _ = frames.indices(len(self.root))
        known = {name: values for name in _ARRAYS if (values := getattr(self, name)) is not None}
        arrays = {name: values[start:stop] for name, values in known.items()}
        if self.stretches is not None:
            inside = np.clip(self.stretches, start, max(start, stop)) - start
            arrays["stretches"] = inside[inside[:, 1] > inside[:, 0]].astype(np.int32)
        return Person(**arrays, quality=self.quality)


@dataclass
class PoseClip:
    """One clip: where it lies in its video (seconds), how good it is, and the people in it (none if rejected)."""

    start_s: float
    end_s: float
    quality: float = 1.0
    verdict: str = KEPT
    people: list[Person] = field(default_factory=list)
    quality_terms: dict[str, float] = field(default_factory=dict)


@dataclass
class PoseFile:
    """The content of a pose file. `clips` is keyed by the clip's four-digit number."""

    fps: float
    source: str
    backend: str
    clips: dict[str, PoseClip]
    skeleton: Skeleton = SMPL24
    provenance: dict[str, Any] = field(default_factory=dict)

    def kept(self) -> dict[str, PoseClip]:
        """Return the clips that were not rejected and hold at least one person."""
        return {name: clip for name, clip in self.clips.items() if clip.verdict == KEPT and clip.people}


def write_poses(target: Path, poses: PoseFile) -> None:
    """Write a pose file atomically.

    Raises:
        ValueError: an array has a shape that does not fit, holds NaN or infinity (never written to a file), or the
            stretches are not in order.
    """
    with atomic_path(target) as path, h5py.File(path, "w") as file:
        file.attrs.update(
            format=FORMAT,
            version=VERSION,
            fps=float(poses.fps),
            skeleton=poses.skeleton.name,
            joint_names=list(poses.skeleton.joints),
            parents=list(poses.skeleton.parents),
            up="y",
            unit="m",
            source=poses.source,
            backend=poses.backend,
            provenance=json.dumps(poses.provenance, sort_keys=True),
        )
        clips = file.create_group("clips")
        for name, clip in sorted(poses.clips.items()):
            group = clips.create_group(name)
            group.attrs.update(
                start_s=float(clip.start_s),
                end_s=float(clip.end_s),
                quality=float(clip.quality),
                verdict=clip.verdict,
                quality_terms=json.dumps(clip.quality_terms, sort_keys=True),
            )
            people = group.create_group("people")
            for number, person in enumerate(clip.people):
                _write_person(people.create_group(str(number)), person, poses.skeleton.size, f"{name}/{number}")
        file.attrs["complete"] = True


def read_poses(path: Path, keep: bool = False) -> PoseFile:
    """Read a pose file whole; with `keep`, one that is broken is left where it is, and the error is a UserError.

    Raises:
        BrokenFileError: the file is truncated, incomplete or of another format; it has been deleted.
    """
    with opened(path, FORMAT, VERSION, "pose file", keep) as file:
        return PoseFile(
            fps=float(file.attrs["fps"]),
            source=str(file.attrs["source"]),
            backend=str(file.attrs["backend"]),
            clips={name: _read_clip(group) for name, group in file["clips"].items()},
            skeleton=SKELETONS[str(file.attrs["skeleton"])],
            provenance=json.loads(str(file.attrs["provenance"])),
        )


def _write_person(group: h5py.Group, person: Person, joints: int, where: str) -> None:
    group.attrs["quality"] = float(person.quality)
    frames = len(person.positions)
    if person.positions.shape != (frames, joints, 3) or person.root.shape != (frames, 3):
        raise ValueError(f"{where}: positions {person.positions.shape} and root {person.root.shape} do not fit")
    for name in ("positions", "root", "keypoints_2d", "confidence"):
        values = getattr(person, name)
        if values is None:
            continue
        if len(values) != frames or not np.isfinite(values).all():
            raise ValueError(f"{where}/{name}: {len(values)} frames for {frames}, or not finite")
        group.create_dataset(name, data=np.asarray(values, dtype=np.float32), compression="gzip", shuffle=True)
    for name in ("valid", "interpolated", "contacts"):
        if (mask := getattr(person, name)) is not None:
            if len(mask) != frames:
                raise ValueError(f"{where}/{name}: {len(mask)} frames for {frames}")
            group.create_dataset(name, data=np.asarray(mask, dtype=bool))
    if person.stretches is not None:
        stretches = np.asarray(person.stretches, dtype=np.int32).reshape(-1, 2)
        edges = np.concatenate([[0], stretches.ravel(), [frames]])
        if (np.diff(edges) < 0).any() or (stretches[:, 0] == stretches[:, 1]).any():
            raise ValueError(f"{where}/stretches: {stretches.tolist()} are not in order within {frames} frames")
        group.create_dataset("stretches", data=stretches)


def _read_clip(group: h5py.Group) -> PoseClip:
    people = []
    for number in sorted(group["people"], key=int):
        data = group["people"][number]
        arrays = {name: data[name][()] for name in _ARRAYS if name in data}
        people.append(Person(**arrays, quality=float(data.attrs["quality"])))
    attrs = group.attrs
    return PoseClip(
        float(attrs["start_s"]),
        float(attrs["end_s"]),
        float(attrs["quality"]),
        str(attrs["verdict"]),
        people,
        json.loads(str(attrs["quality_terms"])),
    )


_ARRAYS = ("positions", "root", "keypoints_2d", "confidence", "valid", "interpolated", "stretches", "contacts")
