"""A dance as VideoPose3D would have seen it."""

from pathlib import Path

from workflow_scripts.export.piece import Piece
from workflow_scripts.motion.foreign import JointMotion
from workflow_scripts.motion.formats import videopose3d
from workflow_scripts.motion.placement import joints_of
from workflow_scripts.motion.skeletons import H36M17


def write(path: Path, piece: Piece) -> None:
    """Write (T, 17, 3): see `motion.formats.videopose3d.write`, whose module also reads it."""
    videopose3d.write(path, JointMotion(H36M17, joints_of(piece.world, H36M17), piece.fps))
