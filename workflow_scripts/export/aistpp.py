"""A dance in AIST++'s layout."""

from pathlib import Path

from workflow_scripts.export.piece import Piece
from workflow_scripts.motion.formats import aistpp


def write(path: Path, piece: Piece) -> None:
    """Write AIST++'s arrays at its 60 frames/s: see `motion.formats.aistpp.write`, whose module also reads them."""
    aistpp.write(path, piece.at_rate(aistpp.RATE).motion)
