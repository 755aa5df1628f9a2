"""Positions of joints as a table: one row per frame, tabs between columns.

    frame  time_s  pelvis_x  pelvis_y  pelvis_z  left_hip_x  ...

Metres, y up, right-handed, the floor at y = 0; the names are smpl24's. No line but the first is other than numbers, so
that everything which reads tables reads these.
"""

from pathlib import Path

import numpy as np

from workflow_scripts.export.piece import Piece
from workflow_scripts.motion.foreign import JointMotion
from workflow_scripts.motion.frame_rates import rate_of
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.files import atomic_path

COLUMNS = ("frame", "time_s", *(f"{joint}_{axis}" for joint in SMPL24.joints for axis in "xyz"))
TIME_DIGITS, DIGITS = 6, 5  # microseconds and hundredths of a millimetre


def write(path: Path, piece: Piece) -> None:
    """Write the table; positions are rounded to 0.01 mm."""
    frames = np.arange(len(piece.world))[:, None]
    rows = np.concatenate([frames, frames / piece.fps, piece.world.reshape(len(frames), -1)], axis=1)
    formats = ["%d", f"%.{TIME_DIGITS}f", *[f"%.{DIGITS}f"] * (len(COLUMNS) - 2)]
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.write("\t".join(COLUMNS) + "\n")
        np.savetxt(file, rows, fmt=formats, delimiter="\t")


def read(path: Path) -> JointMotion:
    """Read a table that `write` made.

    Raises:
        UserError: not such a table.
    """
    try:
        with path.open(encoding="utf-8") as file:
            if tuple(file.readline().rstrip("\r\n").split("\t")) != COLUMNS:
                raise UserError(f"{path}: no table of smpl24's joints (its first line has to be {COLUMNS[0]} ...)")
            rows = np.loadtxt(file, delimiter="\t", ndmin=2)
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise UserError(f"{path}: not readable as a table of joints ({error})") from error
    if len(rows) < 2 or rows.shape[1] != len(COLUMNS) or not np.isfinite(rows).all() or rows[-1, 1] <= rows[0, 1]:
        raise UserError(f"{path}: needed are two frames or more, {len(COLUMNS)} numbers each, in the order of time")
    period = (rows[-1, 1] - rows[0, 1]) / (len(rows) - 1)
    return JointMotion(SMPL24, rows[:, 2:].reshape(len(rows), SMPL24.size, 3), rate_of(period, TIME_DIGITS))
