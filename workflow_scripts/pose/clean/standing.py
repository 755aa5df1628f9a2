"""From a body in the camera's frame of reference to a dancer who stands on the floor: the steps in order."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.camera import Camera
from workflow_scripts.motion.kinematics import bone_lengths, with_bone_lengths
from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.motion.smoothing import smooth
from workflow_scripts.pose.clean.contacts import standing
from workflow_scripts.pose.clean.foot_lock import locked
from workflow_scripts.pose.clean.grounding import grounded, to_world, with_level_feet
from workflow_scripts.pose.clean.trajectory import trajectory
from workflow_scripts.pose.clean.upright import camera_pitch, straightened, systematic_lean
from workflow_scripts.pose.config import PoseConfig

_LEG_BONES = [SMPL24.index(name) for name in ("left_knee", "left_ankle")]


@dataclass(frozen=True)
class Standing:
    """A dancer on the floor.

    Attributes:
        positions: (T, 24, 3) metres relative to the root, y up, smpl24's rest lengths.
        root: (T, 3) metres, floor at y = 0, x and z about the median of the stretch.
        contacts: (T, 2), when the left and the right foot stand.
        place: (T, 3) metres in the camera frame, where the body as it came (about its own root) stands.
    """

    positions: Floats
    root: Floats
    contacts: npt.NDArray[np.bool_]
    place: Floats


def stand_up(
    joints: Floats, keypoints: Floats, confidence: Floats, camera: Camera, fps: float, config: PoseConfig
) -> Standing:
    """Make a dancer on the floor of one stretch without gaps.

    Args:
        joints: (T, 24, 3) metres of the dancer, axes of the camera (x right, y down, z forward); T is 1 or more.
        keypoints: (T, 24, 2) pixels, as estimated.
        confidence: (T, 24), the trust in each keypoint.
        camera: the camera the dancer was seen through.
        fps: frames per second.
        config: the stage's configuration.
    """
    joints = joints - joints[:, :1]
    lean = systematic_lean(joints)
    body = straightened(joints, lean)
    calm = smooth(keypoints, config.smoothing_s, fps)
    place = trajectory(joints, calm, confidence, camera, fps, config.depth_smoothing_s)
    own = bone_lengths(joints)
    scale = SMPL24.rest_lengths[_LEG_BONES].sum() / max(float(own[_LEG_BONES].sum()), 1e-6)
    positions = with_level_feet(with_bone_lengths(to_world(body), SMPL24.rest_lengths))
    contacts = standing(keypoints, positions, confidence, fps)
    root = grounded(positions, to_world(straightened(place, camera_pitch(lean))) * scale, fps)
    if config.foot_lock:
        positions, root = locked(positions, root, contacts, fps)
        root -= np.median(root, axis=0) * [1.0, 0.0, 1.0]
    return Standing(positions, root, contacts, place)
