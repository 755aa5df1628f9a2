"""What there is to be drawn in a file of motion, whatever its form: who dances, and on which body."""

import logging
from dataclasses import dataclass, replace
from pathlib import Path

from workflow_scripts.motion.foreign import JointMotion, KeypointMotion
from workflow_scripts.motion.formats.recognition import KINDS, POSES, recognise
from workflow_scripts.motion.formats.registry import read_motion
from workflow_scripts.motion.pose_file import PoseClip, read_poses
from workflow_scripts.motion.retarget import to_smpl24
from workflow_scripts.motion.skeleton import SMPL24, Floats, Skeleton
from workflow_scripts.render.native_bodies import in_picture_plane, standing, towards_the_camera
from workflow_scripts.workflow.errors import UserError

USUAL_FPS = 30.0  # where a file states no rate
WITHOUT_RATE = frozenset({"learn2dance", "openpose", "videopose3d"})

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Choice:
    """What of a file is meant, and what it does not say.

    Attributes:
        kind: its form, a key of `recognition.KINDS`; None: told from what is in it.
        clip: of a pose file; None: its first with somebody in it.
        person: number, of a pose file's clip; None: all.
        fps: frames per second, whatever the file says; None: what it says, or USUAL_FPS.
    """

    kind: str | None = None
    clip: str | None = None
    person: int | None = None
    fps: float | None = None


@dataclass(frozen=True)
class Performance:
    """One dancer as the file has it.

    Attributes:
        path: the file.
        label: what the dancer is called where the file holds several, such as "1".
        motion: in space or in the picture.
        ours: on our body and our floor already.
    """

    path: Path
    label: str
    motion: JointMotion | KeypointMotion
    ours: bool = False

    @property
    def flat(self) -> bool:
        """Whether the joints are known in the picture only."""
        return isinstance(self.motion, KeypointMotion)

    def on_our_body(self) -> Floats:
        """Return joints (T, 24, 3) of smpl24, metres, y up, floor at y = 0.

        Raises:
            UserError: the motion cannot be put on our body; the message begins with the path.
        """
        if isinstance(self.motion, KeypointMotion):
            raise UserError(
                f"{self.path}: its joints are known in the picture only, a figure needs them in space: draw it with "
                "--style skeleton, or import it as a collection, which lifts it (docs/datasets.md)"
            )
        if self.ours:
            return self.motion.joints
        try:
            return to_smpl24(self.motion).world
        except UserError as error:
            raise UserError(f"{self.path}: {error}; --style skeleton draws it as it is") from error

    def as_it_is(self) -> tuple[Floats, Skeleton]:
        """Return joints (T, J, 3) of the file's own skeleton on the floor y = 0, NaN where unknown, and the skeleton.

        Raises:
            UserError: nobody is in it; the message begins with the path.
        """
        if self.ours and isinstance(self.motion, JointMotion):
            return self.motion.joints, self.motion.skeleton
        try:
            joints = in_picture_plane(self.motion) if isinstance(self.motion, KeypointMotion) else standing(self.motion)
        except UserError as error:
            raise UserError(f"{self.path}: {error}") from error
        return joints, self.motion.skeleton


def performances(path: Path, choice: Choice) -> list[Performance]:
    """Return the dancers of a file, and say in one line of the log what it is.

    Those of other programs' worlds, where no camera is, are turned to face ours on the whole.

    Raises:
        UserError: no motion of a known form, a broken file, or it has no such clip or person.
    """
    kind = choice.kind or recognise(path)
    if kind == POSES:
        return _of_pose_file(path, choice)
    motion = read_motion(kind, path, choice.fps or USUAL_FPS)
    frames = len(motion.joints if isinstance(motion, JointMotion) else motion.keypoints)
    assumed = "" if choice.fps or kind not in WITHOUT_RATE else ", which the file does not state (--source-fps does)"
    if choice.fps:
        motion = replace(motion, fps=choice.fps)
    told = f" ({motion.told})" if isinstance(motion, JointMotion) and motion.told else ""
    facts = f"{motion.skeleton.size} joints, {frames} frames at {motion.fps:g}/s"
    log.info("%s: %s, %s%s%s", path, KINDS[kind][0], facts, told, assumed)
    if isinstance(motion, JointMotion) and not motion.seen:
        motion = towards_the_camera(motion)
    return [Performance(path, "", motion)]


def _of_pose_file(path: Path, choice: Choice) -> list[Performance]:
    try:
        poses = read_poses(path, keep=True)
    except (RuntimeError, TypeError, ValueError, AttributeError) as error:  # h5py's, for damage within the file
        raise UserError(f"{path}: a damaged pose file ({str(error).splitlines()[0][:120]})") from error
    name, clip = _clip(path, poses.clips, choice.clip)
    people = list(enumerate(clip.people))
    if choice.person is not None:
        people = [one for one in people if one[0] == choice.person]
        if not people:
            count = len(clip.people)
            raise UserError(f"{path}: clip {name} has no person {choice.person}; there are {count}, counted from 0")
    fps = choice.fps or poses.fps
    frames = len(people[0][1].root)
    log.info("%s: clip %s, %d of %d people, %d frames at %g/s", path, name, len(people), len(clip.people), frames, fps)
    return [
        Performance(
            path, str(number) if len(clip.people) > 1 else "", JointMotion(SMPL24, person.world, fps), ours=True
        )
        for number, person in people
    ]


def _clip(path: Path, clips: dict[str, PoseClip], wanted: str | None) -> tuple[str, PoseClip]:
    """Return the clip that is meant, with somebody in it, and its number."""
    with_people = {name: clip for name, clip in sorted(clips.items()) if clip.people}
    if wanted is None and with_people:
        return next(iter(with_people.items()))
    if wanted in with_people:
        return wanted, with_people[wanted]
    there = f"there is somebody in {', '.join(with_people)[:200]}" if with_people else "nobody is in any clip"
    if wanted is None:
        reasons = ", ".join(sorted({clip.verdict for clip in clips.values()}))[:200]
        raise UserError(f"{path}: {there}{f' ({reasons})' if reasons else ''}")
    reason = f"nobody in it ({clips[wanted].verdict})" if wanted in clips else "is not there"
    raise UserError(f"{path}: clip {wanted} {'has ' if wanted in clips else ''}{reason}; {there}")
