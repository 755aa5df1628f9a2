"""Motion as rotations of SMPL's joints: EDGE's files, SMPL and SMPL-H archives like AMASS's.

    what                  names                                        up   frames/s
    EDGE, generated       smpl_poses (T, 72), smpl_trans (T, 3), full_pose (T, 24, 3)   z   30
    EDGE, training data   pos (T, 3), q (T, 72), maybe scale (1,)      y    60
    AMASS and others      poses (T, 72 or more), trans (T, 3), mocap_framerate  z    stated
    the same, other names smpl_poses (T, 72), smpl_trans (T, 3)        z    as configured

Poses are axis-angle vectors of the 24 joints in the order of smpl24 (SMPL-H and -X: of the first 22), trans is the
place of the root in metres; with `scale` it is divided by it. A rate under `fps` or `mocap_framerate` goes before the
table. Which way is up is told from the body where it stands clearly, and by the table where it does not.

SMPL's own rest skeleton depends on its licensed model; here the one in the file is used (`rest_joints` (24, 3)), or
ours. SMPL's root joint lies a constant way (about 0.24 m) below `trans`; since the floor is found from the feet, this
does not matter. Sources: github.com/Stanford-TML/EDGE (data/slice.py, dataset/dance_dataset.py, model/diffusion.py);
AMASS (Mahmood et al., ICCV 2019).
"""

import logging
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from workflow_scripts.motion.foreign import JointMotion
from workflow_scripts.motion.formats.array_file import numbers, read_arrays, save_arrays
from workflow_scripts.motion.rotations import (
    SMPL24_HINGES,
    axis_angles_of_matrices,
    fitted_rotations,
    forward_kinematics,
    local_rotations,
    matrices_of_axis_angles,
)
from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.motion.world_axes import Y_UP, Z_UP, up_of, with_y_up, with_z_up
from workflow_scripts.workflow.errors import UserError

log = logging.getLogger(__name__)

BODY = 22  # joints that SMPL, SMPL-H and SMPL-X share; SMPL's two hands follow
EDGE_RATE, EDGE_TRAINING_RATE = 30.0, 60.0
_RATE_NAMES = ("fps", "mocap_framerate", "mocap_frame_rate")
_PARENTS = np.asarray(SMPL24.parents)


def read(path: Path, fps: float) -> JointMotion:
    """Read a .npz or pickled file of one of the forms above.

    Args:
        path: the file; pickles are read without running anything.
        fps: frames per second of a form that fixes none, in a file that states none.

    Returns:
        The joints of smpl24 in metres, y up. Joints in the file go before those of its rotations.

    Raises:
        UserError: none of these forms, or broken.
    """
    arrays = read_arrays(path)
    expected = Z_UP
    if "full_pose" in arrays:
        joints, rate = numbers(arrays, "full_pose", path), EDGE_RATE
        if joints.shape[1:] != (SMPL24.size, 3) or not len(joints):
            raise UserError(f"{path}: 'full_pose' is {joints.shape}; needed is (T, {SMPL24.size}, 3)")
    elif "q" in arrays:
        joints, rate = joints_of_poses(arrays, ("q", "pos", "scale"), path), EDGE_TRAINING_RATE
        expected = Y_UP
    elif "smpl_poses" in arrays:
        joints, rate = joints_of_poses(arrays, ("smpl_poses", "smpl_trans", "smpl_scaling"), path), fps
    elif "poses" in arrays:
        joints, rate = joints_of_poses(arrays, ("poses", "trans", ""), path), fps
    else:
        raise UserError(f"{path}: has none of full_pose, q, smpl_poses, poses (it has: {', '.join(arrays)[:200]})")
    up = up_of(joints, SMPL24, expected)
    rate = stated_rate(arrays, path) or rate
    log.info("%s: %d frames, %s up, %g frames/s", path, len(joints), up, rate)
    return JointMotion(SMPL24, with_y_up(joints, up), rate, f"{up} up")


def write(path: Path, motion: JointMotion) -> None:
    """Write smpl24 joints as EDGE writes its dances, with the rate and the rest skeleton beside: an .npz, z up.

    `full_pose` holds the joints exactly. `smpl_poses` is fitted to them (see `fitted_poses`): where hips and spine, or
    neck and collars, do not keep their angles to each other, its joints differ from them by some millimetres.

    Raises:
        ValueError: not smpl24's joints, or some are missing (NaN).
    """
    turned = with_z_up(smpl24_joints(motion))
    poses, rest = fitted_poses(turned)
    save_arrays(path, smpl_poses=poses, smpl_trans=turned[:, 0], full_pose=turned, fps=motion.fps, rest_joints=rest)


def joints_of_poses(arrays: Mapping[str, Any], names: tuple[str, str, str], path: Path) -> Floats:
    """Return joints (T, 24, 3) in the file's frame of reference by forward kinematics.

    Args:
        arrays: the file's.
        names: of the poses, of the root's place, and of the number this is divided by, which may be missing.
        path: for messages.

    Raises:
        UserError: an array is missing or has an impossible shape.
    """
    poses, root = numbers(arrays, names[0], path), numbers(arrays, names[1], path)
    if poses.ndim == 3:
        poses = poses.reshape(len(poses), math.prod(poses.shape[1:]))
    if poses.ndim != 2 or poses.shape[1] < 3 * BODY or poses.shape[1] % 3 or root.shape != (len(poses), 3):
        raise UserError(
            f"{path}: '{names[0]}' is {poses.shape} and '{names[1]}' {root.shape}; needed are (T, 72) and (T, 3)"
        )
    if not len(poses):
        raise UserError(f"{path}: holds no frames")
    if names[2] in arrays:
        scale = numbers(arrays, names[2], path).reshape(-1)
        if len(scale) != 1 or scale[0] <= 0:
            raise UserError(f"{path}: '{names[2]}' has to be one positive number")
        root = root / scale[0]
    rest = SMPL24.rest_positions
    if "rest_joints" in arrays:
        rest = numbers(arrays, "rest_joints", path)
        if rest.shape != (SMPL24.size, 3):
            raise UserError(f"{path}: 'rest_joints' is {rest.shape}; needed is ({SMPL24.size}, 3)")
    local = np.zeros((len(poses), SMPL24.size, 3))
    shared = SMPL24.size if poses.shape[1] == 3 * SMPL24.size else BODY  # beyond, SMPL-H has fingers
    local[:, :shared] = poses[:, : 3 * shared].reshape(-1, shared, 3)
    offsets = rest - rest[np.maximum(_PARENTS, 0)]
    return forward_kinematics(matrices_of_axis_angles(local), offsets, root, SMPL24.parents)


def fitted_poses(joints: Floats) -> tuple[Floats, Floats]:
    """Return axis-angle poses (T, 72) float32 that bring smpl24's rest pose to joints (T, 24, 3), and the rest used.

    The rest has the bone lengths of the joints. Twists are free where a bone has one end (see `fitted_rotations`).
    """
    rest = SMPL24.rest_positions
    offsets = rest - rest[np.maximum(_PARENTS, 0)]
    lengths = np.median(np.linalg.norm(joints - joints[:, np.maximum(_PARENTS, 0)], axis=-1), axis=0)
    offsets = offsets * (lengths / np.where(_PARENTS < 0, 1.0, SMPL24.rest_lengths))[:, None]
    world = fitted_rotations(joints, offsets, SMPL24.parents, SMPL24_HINGES, reach=True)
    poses = axis_angles_of_matrices(local_rotations(world, SMPL24.parents))
    still = np.broadcast_to(np.eye(3), (1, SMPL24.size, 3, 3))
    own_rest = forward_kinematics(still, offsets, rest[:1], SMPL24.parents)[0]
    return poses.reshape(len(joints), -1).astype(np.float32), own_rest


def smpl24_joints(motion: JointMotion) -> Floats:
    """Return the joints of a motion that can be written as rotations of SMPL.

    Raises:
        ValueError: not smpl24's joints, or some are missing (NaN).
    """
    if motion.skeleton.joints != SMPL24.joints or not np.isfinite(motion.joints).all() or not len(motion.joints):
        raise ValueError(f"only smpl24's joints without gaps can be written so, not {motion.skeleton.name}")
    return np.asarray(motion.joints, dtype=np.float64)


def stated_rate(arrays: Mapping[str, Any], path: Path) -> float | None:
    """Return the frames per second that the file states, or None.

    Raises:
        UserError: what it states is no rate.
    """
    for name in _RATE_NAMES:
        if name in arrays:
            rate = numbers(arrays, name, path).reshape(-1)
            if len(rate) != 1 or not 1 <= rate[0] <= 10000:
                raise UserError(f"{path}: '{name}' is no number of frames per second")
            return float(rate[0])
    return None
