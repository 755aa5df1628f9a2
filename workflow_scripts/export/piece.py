"""What is exported: one person's motion, and where it comes from."""

import logging
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from scipy.interpolate import PchipInterpolator

from workflow_scripts.motion.foreign import JointMotion
from workflow_scripts.motion.kinematics import with_bone_lengths
from workflow_scripts.motion.pose_file import PoseFile, read_poses
from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.workflow.errors import UserError

log = logging.getLogger(__name__)

FIRST_CLIP = "0000"


@dataclass(frozen=True)
class Piece:
    """One person's motion in one clip.

    Attributes:
        world: (T, 24, 3) float64 smpl24 joints, metres, y up, floor at y = 0; T >= 1, all finite.
        fps: frames per second.
        performer: chooses the looks: equal names, equal looks.
        made: where it comes from, for forms that have a place for it (names and values of plain text).
    """

    world: Floats
    fps: float
    performer: str = ""
    made: dict[str, str] = field(default_factory=dict)

    @property
    def motion(self) -> JointMotion:
        """The motion as the writers of `motion.formats` take it."""
        return JointMotion(SMPL24, self.world, self.fps)

    def at_rate(self, rate: float) -> "Piece":
        """Return the motion at another rate (frame i is at i / rate seconds), as long as it was.

        Between frames joints follow smooth curves that overshoot nowhere (Fritsch & Carlson, 1980); then every bone
        gets its length back, so that limbs do not shorten.
        """
        last = len(self.world) - 1
        if rate == self.fps or not last:
            return replace(self, fps=rate)
        frames = np.arange(len(self.world))
        where = np.minimum(np.arange(round(last * rate / self.fps) + 1) * self.fps / rate, last)
        mixed = PchipInterpolator(frames, self.world)(where)
        lengths = [np.interp(where, frames, own)[:, None] for own in _lengths(self.world).T]
        return replace(self, world=with_bone_lengths(mixed, np.stack(lengths)), fps=rate)


def read_piece(path: Path, clip: str = FIRST_CLIP, person: int = 0, heal: bool = False) -> Piece:
    """Read one person of one clip of a pose file; with `heal`, a broken file is deleted (see `read_poses`).

    Raises:
        UserError: no such file, clip or person, a clip that was left out, or one without frames.
    """
    if not path.exists():
        raise UserError(f"{path}: there is no such pose file")
    if path.is_dir():
        raise UserError(f"{path}: is a directory; name one of the pose files (.h5) in it")
    poses = read_poses(path, keep=not heal)
    if clip not in poses.clips:
        raise UserError(f"{path}: has no clip {clip!r}; it has {_some(list(poses.clips))}")
    chosen = poses.clips[clip]
    if not chosen.people:
        kept = _some(list(poses.kept()))
        raise UserError(f"{path}: nobody is in clip {clip} ({chosen.verdict}); clips with somebody: {kept}")
    if not 0 <= person < len(chosen.people):
        people = _some([str(number) for number in range(len(chosen.people))])
        raise UserError(f"{path}: clip {clip} has no person {person}; it has {people}")
    dancer = chosen.people[person]
    world = dancer.world.astype(np.float64)
    if not len(world) or not np.isfinite(world).all():
        raise UserError(f"{path}: clip {clip}, person {person} holds no frames, or joints that are not known (NaN)")
    if left_out := len(world) - sum(run.stop - run.start for run in dancer.runs()):
        log.warning("%s: in %d of %d frames nobody was found well enough; they are filler", path, left_out, len(world))
    return Piece(world, poses.fps, *_maker(poses, clip, person))


def _maker(poses: PoseFile, clip: str, person: int) -> tuple[str, dict[str, str]]:
    """Return who performs, and where the motion comes from."""
    model = str(poses.provenance.get("model", ""))
    made = {"model": model, "source": poses.source, "made_by": poses.backend, "clip": clip, "person": str(person)}
    made |= {name: str(poses.provenance[name]) for name in ("sample", "seed", "genre") if name in poses.provenance}
    # As the titles of the videos have it, so that a model's dancer looks the same everywhere.
    return model.replace("_", " ") or poses.source, {name: value for name, value in made.items() if value}


def _lengths(world: Floats) -> Floats:
    parents = np.maximum(SMPL24.parents, 0)
    return np.asarray(np.linalg.norm(world - world[:, parents], axis=-1))


def _some(names: list[str]) -> str:
    return ", ".join(names[:8]) + (" ..." if len(names) > 8 else "") if names else "none"
