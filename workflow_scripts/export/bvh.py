"""BVH of a dance, for animation programs."""

from pathlib import Path

from workflow_scripts.export.piece import Piece
from workflow_scripts.motion.formats import bvh


def write(path: Path, piece: Piece) -> None:
    """Write a BVH file: see `motion.formats.bvh.write`, whose module also reads it."""
    bvh.write(path, piece.motion)
