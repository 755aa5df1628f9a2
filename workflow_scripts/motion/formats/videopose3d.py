"""VideoPose3D's output (Pavllo et al., CVPR 2019): 17 joints of Human3.6M in an array (T, 17, 3), metres.

`run.py --viz-export FILE.npy` saves what the network says, before it is turned into the world for the picture: the
camera's frame of reference (x right, y down, z away from the camera), the hips at the origin in every frame. Renderers
made of it read such files. Others save the world of Human3.6M (z up) or y up; which it is shows in how the body stands.
"""

from pathlib import Path

import numpy as np

from workflow_scripts.motion.foreign import JointMotion
from workflow_scripts.motion.formats.array_file import load_arrays
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.motion.skeletons import H36M17
from workflow_scripts.motion.world_axes import Up, unit_of, up_of, with_y_up
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.files import atomic_path

CAMERA = Up(axis=1, sign=-1)
_NEEDED = f"needed is one array (T, {H36M17.size}, 3)"


def read(path: Path, fps: float) -> JointMotion:
    """Read a motion; up is where the shoulders are above the feet, and the camera's frame where that is not clear.

    Args:
        path: an .npy file, or an .npz file with one array.
        fps: frames per second (the file states none).

    Raises:
        UserError: not such a file, or one that would have to be unpickled.
    """
    joints = _array(path)
    if joints.ndim != 3 or joints.shape[1:] != (H36M17.size, 3) or not len(joints):
        raise UserError(f"{path}: holds {joints.shape}; {_NEEDED}")
    if not np.isfinite(joints).all(axis=-1).any():
        raise UserError(f"{path}: holds no joint that is known (NaN or infinity only)")
    unit, metres = unit_of(joints, H36M17)
    up = up_of(joints, H36M17, expected=CAMERA)
    return JointMotion(H36M17, with_y_up(joints * metres, up), fps, f"{up} up, {unit}", seen=up == CAMERA)


def write(path: Path, motion: JointMotion) -> None:
    """Write a motion of this skeleton as (T, 17, 3) float32, in the camera's frame of reference but with its travel.

    The camera stands before the origin (towards +z) and looks level. The frame rate is not kept, the format has none.
    """
    if motion.skeleton != H36M17:
        raise ValueError(f"VideoPose3D has no place for the joints of {motion.skeleton.name}")
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.save(file, (motion.joints * np.array([1.0, -1.0, -1.0])).astype(np.float32), allow_pickle=False)


def _array(path: Path) -> Floats:
    try:
        arrays = load_arrays(path)
        if len(arrays) != 1:
            raise UserError(f"{path}: holds the arrays {', '.join(list(arrays)[:5])[:200]}; {_NEEDED}")
        (array,) = arrays.values()
        return np.asarray(array, dtype=np.float64)
    except (ValueError, TypeError, MemoryError) as error:
        if "pickle" in str(error):  # of an .npy or .npz file's Python objects, or of anything that is no such file
            raise UserError(
                f"{path}: holds Python objects, which strangers' files could make run code; {_NEEDED} "
                "(of a data set's archive, save each motion by itself)"
            ) from error
        raise UserError(f"{path}: no readable NumPy file ({error})") from error
