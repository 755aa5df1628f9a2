"""Entry point: estimate the 3D motion in every clip of one video.

    python -m workflow_scripts.pose.estimate --clips clips.tsv --config JSON --output poses.h5

Every clip appears in the output. One that cannot be used is there with the reason as its verdict and nobody in it.
"""

import argparse
import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from workflow_scripts.motion.camera import Camera
from workflow_scripts.motion.hdf5 import name_source
from workflow_scripts.motion.pose_file import KEPT, PoseClip, PoseFile, write_poses
from workflow_scripts.pose.backends.base import PoseBackend, Track
from workflow_scripts.pose.backends.registry import LIBRARIES, make_backend, module_of, runtime_name
from workflow_scripts.pose.clean.motion import clean_motion
from workflow_scripts.pose.clean.stretches import SHORTEST_S
from workflow_scripts.pose.config import PoseConfig
from workflow_scripts.pose.footage import Footage
from workflow_scripts.workflow.errors import broken_file, entry_point
from workflow_scripts.workflow.files import sha256_of
from workflow_scripts.workflow.media import MediaError, probe
from workflow_scripts.workflow.provenance import code_version, versions
from workflow_scripts.workflow.store import made_once
from workflow_scripts.workflow.tables import Row, read_table

COLUMNS = ("clip", "start_s", "end_s", "frames", "video")
DEFAULT_FPS = 30.0  # what a file without any usable clip says


def frame_rate(videos: Iterable[Path]) -> float:
    """Return the frame rate of the first video that can be opened: the clips of one video all have the same."""
    for path in videos:
        with suppress(MediaError):
            if stream := probe(path).video:
                return stream.fps
    return DEFAULT_FPS


def estimate_clips(
    rows: Sequence[Row], folder: Path, fps: float, backend: PoseBackend, config: PoseConfig
) -> dict[str, PoseClip]:
    """Estimate the clips of one video; `rows` are the lines of its clips.tsv, whose files lie in `folder`.

    A clip of which less can be decoded than the table says is used as far as it goes, if that is enough; it is as long
    as the table says all the same, like its sound, and nobody is seen after its last picture.
    """
    filmed = [row for row in rows if row["video"]]
    footage = [Footage(folder / row["video"], int(row["frames"]), fps, shots_in(row)) for row in filmed]
    clips = {
        row["clip"]: PoseClip(float(row["start_s"]), float(row["end_s"]), 0.0, "the clip has no video") for row in rows
    }
    for row, pictures, tracks in zip(filmed, footage, backend.tracks(footage), strict=True):
        clips[row["clip"]] = judged(row, pictures, tracks, config)
    return clips


def shots_in(row: Row) -> tuple[int, ...]:
    """Return the frames of a clip at which a new shot begins: the column `shots` of its table, which may be missing."""
    return tuple(int(frame) for frame in row.get("shots", "").split(",") if frame)


def judged(row: Row, pictures: Footage, tracks: Sequence[Track], config: PoseConfig) -> PoseClip:
    """Return one clip with the motion of the people in it, or with the reason why it has none."""
    start, end, expected = float(row["start_s"]), float(row["end_s"]), int(row["frames"])
    rejected = PoseClip(start, end, quality=0.0)
    if pictures.error:
        rejected.verdict = pictures.error
        return rejected
    decoded = pictures.count - len(pictures.lost)
    if decoded < config.min_detection * expected:
        rejected.verdict = f"only {decoded} of {expected} frames can be decoded"
        return rejected
    tracks = [_of_length(track, max(expected, pictures.count)) for track in pictures.unseen(tracks)]
    found = int(tracks[0].found.sum()) if tracks else 0
    if not found or found < config.min_detection * expected:
        rejected.verdict = f"no person found in {1 - found / max(expected, 1):.0%} of the frames".replace("%", " %")
        return rejected
    camera = Camera.assumed(pictures.width, pictures.height)
    cleaned = []
    for number, track in enumerate(tracks if config.people == "all" else tracks[:1]):
        if not number or track.found.sum() >= config.min_detection * expected:
            others = [*tracks[:number], *tracks[number + 1 :]]
            cleaned.append(clean_motion(track, camera, pictures.fps, config, pictures.shots, others))
    clip = PoseClip(start, end, verdict=KEPT)
    good = [(person, quality) for person, quality in cleaned if quality.score >= config.min_quality and person.runs()]
    clip.people = [replace(person, quality=quality.score) for person, quality in good]
    # The most important person speaks for the clip.
    person, quality = (good or cleaned)[0]
    clip.quality, clip.quality_terms = quality.score, asdict(quality)
    if not person.runs():
        clip.verdict = f"a person is found for less than {SHORTEST_S:g} s at a stretch"
    elif not good:
        weakest = quality.weakest
        clip.verdict = (
            f"pose quality {quality.score:.2f} is below {config.min_quality:g} "
            f"(weakest: {weakest} {clip.quality_terms[weakest]:.2f})"
        )
    return clip


def _of_length(track: Track, frames: int) -> Track:
    """Return a track of so many frames, nobody found in those added at its end."""
    more = [(0, frames - len(track.keypoints))]
    space = None if track.joints is None else np.pad(track.joints, [*more, (0, 0), (0, 0)], constant_values=np.nan)
    return Track(
        np.pad(track.keypoints, [*more, (0, 0), (0, 0)], constant_values=np.nan),
        np.pad(track.confidence, [*more, (0, 0)]),
        space,
    )


def main() -> None:
    """Read clips.tsv, write the pose file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=Path, required=True, help="clips.tsv of one video")
    parser.add_argument("--config", required=True, help="the pose section of the configuration, as JSON")
    parser.add_argument("--output", type=Path, required=True, help="the pose file to write")
    arguments = parser.parse_args()
    config = PoseConfig.from_dict(json.loads(arguments.config))
    rows = read_table(arguments.clips, COLUMNS)
    folder: Path = arguments.clips.parent
    for row in rows:
        if row["video"] and not (folder / row["video"]).is_file():
            raise broken_file(arguments.clips, f"the clip {row['video']} it lists is missing")

    def key() -> dict[str, Any]:
        files = {row["video"]: sha256_of(folder / row["video"]) for row in rows if row["video"]}
        table = [{column: row.get(column, "") for column in (*COLUMNS, "shots")} for row in rows]
        return {"clips": table, "files": files, "runtime": runtime_name(config)} | made_by(config)

    made_once(
        arguments.output,
        "poses",
        key,
        lambda: write_poses(arguments.output, estimated(rows, folder, config)),
        name_source,
        folder.name,
    )


def estimated(rows: Sequence[Row], folder: Path, config: PoseConfig) -> PoseFile:
    """Return the poses of one video; `rows` are the lines of its clips.tsv, whose files lie in `folder`."""
    fps = frame_rate(folder / row["video"] for row in rows if row["video"])
    backend = make_backend(config)
    clips = estimate_clips(rows, folder, fps, backend, config)
    return PoseFile(fps, folder.name, backend.name, clips, provenance=made_by(config))


def made_by(config: PoseConfig) -> dict[str, Any]:
    """Return what poses follow from besides the pictures: settings in use, code, versions of libraries."""
    used = {key: value for key, value in asdict(config).items() if key != "mmpose" or config.backend == key}
    backend = f"workflow_scripts.pose.backends.{module_of(config.backend)}"
    return {
        "config": used,
        "code": code_version("workflow_scripts.pose.estimate", backend),
        "versions": versions("av", "h5py", "numpy", "scipy", *LIBRARIES[config.backend]),
    }


if __name__ == "__main__":
    entry_point(main)
