"""A first look at a motion file, before anything is made of it."""

from pathlib import Path

from workflow_scripts.motion.foreign import JointMotion
from workflow_scripts.motion.formats.registry import read_motion
from workflow_scripts.motion.retarget import to_smpl24
from workflow_scripts.workflow.errors import UserError

# A motion shorter than this teaches nothing; slower or faster frames are a mistake in the file or the configuration.
MIN_SECONDS = 1.0
MIN_FPS, MAX_FPS = 5.0, 1000.0
MAX_FRAMES = 400_000  # more than an hour at 100 frames per second; takes 1.2 GB of memory to put on our body


def motion_facts(kind: str, path: Path, fps: float) -> dict[str, float | int]:
    """Return frames, fps, duration_s and joints (how many) of a motion file that can be imported.

    Args:
        kind: the format's name in the configuration.
        path: the file or folder.
        fps: frames per second of formats that state none.

    Raises:
        UserError: the file cannot be read, or what it holds cannot be put on our body; the text says why.
    """
    motion = read_motion(kind, path, fps)
    joints = motion.joints if isinstance(motion, JointMotion) else motion.keypoints
    frames = len(joints)
    if not MIN_FPS <= motion.fps <= MAX_FPS:
        raise UserError(f"{path}: {motion.fps:g} frames per second; possible are {MIN_FPS:g} to {MAX_FPS:g}")
    if frames / motion.fps < MIN_SECONDS:
        raise UserError(f"{path}: {frames} frames are shorter than {MIN_SECONDS:g} s")
    if frames > MAX_FRAMES:
        raise UserError(f"{path}: {frames} frames are more than {MAX_FRAMES}")
    if isinstance(motion, JointMotion):
        try:
            to_smpl24(motion)
        except UserError as error:
            raise UserError(f"{path}: its body cannot be used: {error}") from error
    elif not motion.found.any():
        raise UserError(f"{path}: nobody was found in any frame")
    return {"frames": frames, "fps": motion.fps, "duration_s": frames / motion.fps, "joints": motion.skeleton.size}
