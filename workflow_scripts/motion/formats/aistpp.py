"""AIST++ (Li et al., "AI Choreographer", ICCV 2021): pickles of a sequence, as published in motions/ and keypoints3d/.

    motions/      smpl_poses (T, 24, 3) or (T, 72), smpl_trans (T, 3), smpl_scaling (1,): metres are trans / scaling
    keypoints3d/  keypoints3d (T, 17, 3), maybe keypoints3d_optim: COCO's joints, centimetres; NaN where not seen

All at 60 frames/s with y up. A file's name says what it is: gBR_sBM_cAll_d04_mBR0_ch01 is genre, situation, cameras,
dancer, music, choreography (for groups several dancers). Sources: github.com/google/aistplusplus_api,
aist_plusplus/loader.py and its README; the AIST Dance Video Database (Tsuchida et al., ISMIR 2019).
"""

import re
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from workflow_scripts.motion.foreign import JointMotion
from workflow_scripts.motion.formats.array_file import numbers, read_arrays, save_arrays
from workflow_scripts.motion.formats.smpl import fitted_poses, joints_of_poses, smpl24_joints
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.motion.skeletons import COCO17
from workflow_scripts.workflow.errors import UserError

RATE = 60.0
SUFFIXES = (".pkl", ".npz")
CENTIMETRE = 0.01
GENRES = MappingProxyType(
    {
        "BR": "break",
        "PO": "pop",
        "LO": "lock",
        "MH": "middle hip-hop",
        "LH": "LA-style hip-hop",
        "HO": "house",
        "WA": "waack",
        "KR": "krump",
        "JS": "street jazz",
        "JB": "ballet jazz",
    }
)
_NAME = re.compile(r"g(?P<genre>[A-Z]{2})_s[A-Z]{2}_c\w+?_(?P<dancer>d\d+(_d\d+)*)_(?P<music>m[A-Z]{2}\d)_ch\d+")


@dataclass(frozen=True)
class SequenceName:
    """What the name of a sequence says: genre (in words), dancer ("d04", or several) and music ("mBR0")."""

    genre: str
    dancer: str
    music: str


def parsed_name(stem: str) -> SequenceName | None:
    """Return what a name that begins like those of AIST++ says, or None for any other."""
    match = _NAME.match(stem)
    if not match:
        return None
    return SequenceName(GENRES.get(match["genre"], match["genre"]), match["dancer"], match["music"])


def read(path: Path, fps: float) -> JointMotion:
    """Read a file of motions/ (also one we wrote) or keypoints3d/.

    Args:
        path: the file; pickles are read without running anything.
        fps: not used, since the data set has one rate.

    Returns:
        Metres, y up: the joints of smpl24, or COCO's 17 (the smoothed ones where the file has both).

    Raises:
        UserError: neither of both, or broken.
    """
    arrays = read_arrays(path)
    if "smpl_poses" in arrays:
        if "smpl_scaling" not in arrays:
            raise UserError(f"{path}: has no 'smpl_scaling', so it is no motion of AIST++ (is it one of EDGE or SMPL?)")
        joints = joints_of_poses(arrays, ("smpl_poses", "smpl_trans", "smpl_scaling"), path)
        return JointMotion(SMPL24, joints, RATE)
    name = "keypoints3d_optim" if "keypoints3d_optim" in arrays else "keypoints3d"
    points = numbers(arrays, name, path, finite=False)
    if points.shape[1:] != (COCO17.size, 3) or not len(points):
        raise UserError(f"{path}: '{name}' is {points.shape}; needed is (T, {COCO17.size}, 3)")
    return JointMotion(COCO17, np.where(np.isfinite(points), points, np.nan) * CENTIMETRE, RATE)


def write(path: Path, motion: JointMotion) -> None:
    """Write smpl24 joints under the names of motions/: an .npz, y up, scaling 1; with the rest skeleton beside.

    The rotations are fitted (see `smpl.fitted_poses`). The data set's rate is 60: a motion has to have it.

    Raises:
        ValueError: not smpl24's joints, some are missing (NaN), or another rate.
    """
    if motion.fps != RATE:
        raise ValueError(f"{path}: AIST++ has {RATE:g} frames/s, the motion {motion.fps:g}")
    joints = smpl24_joints(motion)
    poses, rest = fitted_poses(joints)
    save_arrays(path, smpl_poses=poses, smpl_trans=joints[:, 0], smpl_scaling=np.ones(1), rest_joints=rest)
