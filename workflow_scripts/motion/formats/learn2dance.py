"""learn2dance's poses: an .npz file of one dancer in two dimensions.

    poses        (T, 15, 2)  the first 15 joints of BODY_25, minus x and minus y in pixels (so that y points up)
    confidences  (T, 15)     OpenPose's; below 0.25 the joint was not believed, and its last believed place is repeated

Source: github.com/ardapekis/learn2dance, parse.py, which makes it of OpenPose's files at the video's own rate. Motion
its networks generate has `poses` alone, with the middle of the hips at the origin.
"""

from pathlib import Path

import numpy as np

from workflow_scripts.motion.foreign import KeypointMotion
from workflow_scripts.motion.formats.array_file import load_arrays
from workflow_scripts.motion.skeleton import Skeleton
from workflow_scripts.motion.skeletons import BODY25
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.files import atomic_path

JOINTS = 15
LEAST_CONFIDENCE = 0.25
SKELETON = Skeleton(
    name="learn2dance15",
    joints=BODY25.joints[:JOINTS],
    parents=BODY25.parents[:JOINTS],
    pairs=tuple(pair for pair in BODY25.pairs if max(pair) < JOINTS),
    feet=(),
    rest=BODY25.rest[:JOINTS],
)


def read(path: Path, fps: float) -> KeypointMotion:
    """Read a file. Joints below the format's least confidence were not found: their repeated places are left out.

    Args:
        path: the .npz file.
        fps: frames per second (the file states none; its authors play it at 30).

    Raises:
        UserError: not a readable .npz file, or not of this layout.
    """
    try:
        arrays = load_arrays(path)
        poses = np.asarray(arrays["poses"], dtype=np.float64)
        confidence = np.asarray(arrays.get("confidences", np.ones(poses.shape[:2])), float)
    except (ValueError, KeyError, TypeError, MemoryError) as error:
        raise UserError(f"{path}: no readable learn2dance file with an array 'poses' ({error})") from error
    if poses.ndim != 3 or poses.shape[1:] != (JOINTS, 2) or not len(poses) or confidence.shape != poses.shape[:2]:
        raise UserError(f"{path}: poses {poses.shape}, confidences {confidence.shape}; needed are (T, {JOINTS}, 2)")
    found = np.isfinite(poses).all(axis=-1) & (confidence >= LEAST_CONFIDENCE)
    keypoints = np.where(found[..., None], -poses, np.nan)
    return KeypointMotion(SKELETON, keypoints, np.where(found, np.minimum(confidence, 1.0), 0.0), fps)


def write(path: Path, motion: KeypointMotion) -> None:
    """Write the 15 joints of a motion of this skeleton or BODY25; the frame rate is not kept, the format has none.

    Joints not found, or found with less than the format's least confidence, repeat their last place as the format
    does; before the first it is that first place.
    """
    if motion.skeleton not in (SKELETON, BODY25):
        raise ValueError(f"learn2dance has no place for the joints of {motion.skeleton.name}")
    keypoints, confidence = motion.keypoints[:, :JOINTS], motion.confidence[:, :JOINTS]
    found = np.isfinite(keypoints).all(axis=-1) & (confidence >= LEAST_CONFIDENCE)
    frames = np.arange(len(found))[:, None]
    last = np.maximum.accumulate(np.where(found, frames, -1), axis=0)
    source = np.where(last < 0, found.argmax(axis=0), last)
    poses = np.take_along_axis(keypoints, source[..., None], axis=0)
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.savez(file, confidences=np.where(found, confidence, 0.0), poses=-np.nan_to_num(poses))
