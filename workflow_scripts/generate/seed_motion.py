"""The motion that a dance begins from: a pose that was held for a moment, or the end of a given motion."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from workflow_scripts.generate.settings import seed_place
from workflow_scripts.motion.between_frames import at_frames
from workflow_scripts.motion.kinematics import with_bone_lengths
from workflow_scripts.motion.pose_file import Person, read_poses
from workflow_scripts.motion.rest_body import on_rest_body
from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.workflow.errors import UserError

HELD_S = 0.5  # a pose is held for so long before the dance
GIVEN_S = 10.0  # so much of a given motion is shown to the model


def seed_motion(seed_pose: str, poses: Mapping[str, Floats], fps: float, rng: np.random.Generator) -> Person | None:
    """Return the motion before a dance's first frame, at `fps`, with the bones of the rest pose; None for none.

    Args:
        seed_pose: see `settings.DanceConfig`.
        poses: "mean" (24, 3) and "random" (N, 24, 3) of the model's training motion, metres, root above the origin.
        fps: of the dance.
        rng: draws the random pose.

    Raises:
        UserError: there is no such kind of seed, or no such file, or it has no such clip or frame.
    """
    match seed_pose:
        case "none":
            return None
        case "t_pose":
            return _held(SMPL24.rest_positions, fps)
        case "mean":
            return _held(poses["mean"], fps)
        case "random":
            return _held(poses["random"][int(rng.integers(len(poses["random"])))], fps)
    place = seed_place(seed_pose)
    if place is None:
        raise UserError(f"seed_pose: must be none, t_pose, random, mean or file:clip:frame, not {seed_pose!r}")
    return _given(*place, fps)


def _held(pose: Floats, fps: float) -> Person:
    frames = max(round(HELD_S * fps), 1)
    return Person(np.tile(pose - pose[:1], (frames, 1, 1)), np.tile(pose[0], (frames, 1)))


def _given(path: Path, clip: int, frame: int, fps: float) -> Person:
    """Return the motion up to a frame of a pose file's clip, at `fps`; of several people that of the first."""
    file = read_poses(path, keep=True)
    kept, name = file.kept(), f"{clip:04d}"
    if name not in kept:
        raise UserError(f"generate.seed_pose: {path} has no clip {clip} with a dancer; it has {_clips(kept)}")
    person = kept[name].people[0]
    runs = person.runs()
    run = next((run for run in runs if run.start <= frame < run.stop), None)
    if run is None:
        known = ", ".join(f"{run.start} to {run.stop - 1}" for run in runs)
        raise UserError(f"generate.seed_pose: clip {clip} of {path} has no motion in frame {frame}, but in {known}")
    motion = on_rest_body(person.part(slice(max(run.start, frame - round(GIVEN_S * file.fps)), frame + 1)))
    # Counted back from the last frame, which is the one that the dance goes on from.
    count = int((len(motion.root) - 1) * fps / file.fps + 1e-6) + 1
    where = len(motion.root) - 1 - np.arange(count)[::-1] * file.fps / fps
    where = np.maximum(where, 0.0)
    positions = with_bone_lengths(at_frames(motion.positions, where), SMPL24.rest_lengths)
    return Person(positions, at_frames(motion.root, where))


def _clips(kept: Mapping[str, object]) -> str:
    return ", ".join(str(int(name)) for name in sorted(kept)) or "none"
