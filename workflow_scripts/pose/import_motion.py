"""Entry point: put the motion of another program on our own body, clip by clip.

    python -m workflow_scripts.pose.import_motion --video status.json --clips clips.tsv --config JSON --output poses.h5

Every clip appears in the output, at the motion's own frame rate. Motion that cannot be used gives clips with the reason
as their verdict and nobody in them.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workflow_scripts.motion.feet import foot_contacts
from workflow_scripts.motion.foreign import JointMotion, KeypointMotion
from workflow_scripts.motion.formats.registry import module_of, read_motion
from workflow_scripts.motion.pose_file import KEPT, Person, PoseClip, PoseFile, write_poses
from workflow_scripts.motion.retarget import to_smpl24
from workflow_scripts.pose.clean.stretches import SHORTEST_S, stretches
from workflow_scripts.pose.config import PoseConfig
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.files import read_json
from workflow_scripts.workflow.provenance import code_version, versions
from workflow_scripts.workflow.tables import Row, read_table

if TYPE_CHECKING:
    from workflow_scripts.pose.lift.lifter import Lifter

COLUMNS = ("clip", "start_s", "end_s")
_OF_BACKENDS = ("backend", "people", "mmpose")  # settings that imported motion has no use for


def import_clips(
    status: Mapping[str, Any], rows: Sequence[Row], config: PoseConfig, lifter: Path | None = None
) -> tuple[float, dict[str, PoseClip]]:
    """Return the frame rate of a motion and its clips, {clip: PoseClip}.

    Args:
        status: of the motion, as the collect stage writes it: `format`, `motion` (path), `fps`.
        rows: the clips; `start_s` and `end_s` are seconds of the motion.
        config: the stage's configuration.
        lifter: weights for motion in the picture (`pose.train_lifter`); motion in space needs none.

    Raises:
        UserError: the lifter is needed and not given, or broken.
    """
    try:
        motion = read_motion(str(status["format"]), Path(status["motion"]), float(status["fps"]))
    except UserError as error:
        return float(status["fps"]), {row["clip"]: _rejected(row, str(error)) for row in rows}
    weights = None if isinstance(motion, JointMotion) else _weights(lifter)
    try:
        person, quality = _on_our_body(motion, weights, config)
    except UserError as error:
        return motion.fps, {row["clip"]: _rejected(row, f"{status['motion']}: {error}") for row in rows}
    return motion.fps, {row["clip"]: clip_of(person, quality, motion.fps, row, config) for row in rows}


def _weights(path: Path | None) -> "Lifter":
    from workflow_scripts.pose.lift.lifter import read_lifter

    if path is None:
        raise UserError("motion in the picture has to be lifted: give the lifter's weights (--lifter)")
    return read_lifter(path)


def _on_our_body(
    motion: JointMotion | KeypointMotion, lifter: "Lifter | None", config: PoseConfig
) -> tuple[Person, float]:
    """Return the person and its quality (0..1) as far as it is known before the motion is cut."""
    if isinstance(motion, JointMotion):
        return to_smpl24(motion), 1.0
    from workflow_scripts.pose.lift.lifting import lift

    assert lifter is not None
    person, quality = lift(motion, lifter, config)
    return person, quality.score


def _rejected(row: Row, reason: str) -> PoseClip:
    return PoseClip(float(row["start_s"]), float(row["end_s"]), 0.0, reason)


def clip_of(person: Person, quality: float, fps: float, row: Row, config: PoseConfig) -> PoseClip:
    """Return one clip of a person's motion; its quality falls with the share of frames that are not known."""
    start, end = float(row["start_s"]), float(row["end_s"])
    part = person.part(slice(round(start * fps), round(end * fps)))
    count = len(part.root)
    known = float(part.valid.mean()) if part.valid is not None and count else 0.0
    usable = replace(_in_stretches(part, fps), quality=quality * known)
    clip = PoseClip(start, min(end, start + count / fps), quality * known, KEPT, [usable])
    if not count:
        clip.verdict = f"the motion ends before {start:g} s"
    elif known < config.min_detection:
        clip.verdict = f"the body is known in {known:.0%} of the frames only".replace("%", " %")
    elif not clip.people[0].runs():
        clip.verdict = f"the body is known for less than {SHORTEST_S:g} s at a stretch"
    elif clip.quality < config.min_quality:
        clip.verdict = f"pose quality {clip.quality:.2f} is below {config.min_quality:g}"
    if clip.verdict != KEPT:
        clip.people = []
    return clip


def _in_stretches(person: Person, fps: float) -> Person:
    """Return a person with the stretches its valid frames make, and with contacts."""
    valid = np.zeros(len(person.root), dtype=bool)
    runs = stretches(valid if person.valid is None else person.valid, (), 0, fps)
    for start, stop in runs:
        valid[start:stop] = True
    contacts = foot_contacts(person.world, fps) if person.contacts is None else person.contacts
    return replace(person, valid=valid, stretches=runs, contacts=contacts & valid[:, None])


def main() -> None:
    """Read the status and clips.tsv of one motion, write the pose file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--video", type=Path, required=True, help="the status JSON of the motion")
    parser.add_argument("--clips", type=Path, required=True, help="clips.tsv of the motion")
    parser.add_argument("--config", required=True, help="the pose section of the configuration, as JSON")
    parser.add_argument("--lifter", type=Path, help="weights of the lifter, needed for motion in the picture only")
    parser.add_argument("--output", type=Path, required=True, help="the pose file to write")
    arguments = parser.parse_args()
    config = PoseConfig.from_dict(json.loads(arguments.config))
    status = read_json(arguments.video)
    if status.get("status") != "ok" or status.get("kind") != "motion":
        raise UserError(f"{arguments.video}: {status.get('reason') or 'is no motion'}; there is nothing to import")
    fps, clips = import_clips(status, read_table(arguments.clips, COLUMNS), config, arguments.lifter)
    provenance = {
        "config": {key: value for key, value in asdict(config).items() if key not in _OF_BACKENDS},
        "code": code_version(
            "workflow_scripts.pose.import_motion", f"workflow_scripts.motion.formats.{module_of(str(status['format']))}"
        ),
        "versions": versions("h5py", "numpy", "scipy"),
    }
    poses = PoseFile(fps, arguments.clips.parent.name, f"import {status['format']}", clips, provenance=provenance)
    write_poses(arguments.output, poses)


if __name__ == "__main__":
    entry_point(main)
