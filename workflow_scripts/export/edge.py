"""A dance in EDGE's layout."""

from pathlib import Path

from workflow_scripts.export.piece import Piece
from workflow_scripts.motion.formats import smpl


def write(path: Path, piece: Piece) -> None:
    """Write EDGE's arrays at its 30 frames/s: see `motion.formats.smpl.write`, whose module also reads them."""
    smpl.write(path, piece.at_rate(smpl.EDGE_RATE).motion)
