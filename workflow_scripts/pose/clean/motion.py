"""From what an estimator saw to a motion with one body: no gaps, smooth, fixed limbs, feet on the floor."""

import numpy as np

from workflow_scripts.motion.alignment import LIMBS
from workflow_scripts.motion.camera import Camera, translation, translation_at_depth
from workflow_scripts.motion.kinematics import bone_lengths, with_bone_lengths
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.motion.smoothing import fill_gaps, gap_lengths, smooth
from workflow_scripts.pose.backends.base import Track
from workflow_scripts.pose.clean.grounding import grounded, to_world, with_level_feet
from workflow_scripts.pose.clean.quality import Quality, agreement, rigidity
from workflow_scripts.pose.clean.upright import straightened, systematic_lean
from workflow_scripts.pose.config import PoseConfig

# About a quarter of a second at 30 fps: what lies between is still guessed well. Longer gaps are filled but not valid.
LONGEST_GAP = 8
_LEG_BONES = [SMPL24.index(name) for name in ("left_knee", "left_ankle")]


def clean_motion(track: Track, camera: Camera, fps: float, frames: int, config: PoseConfig) -> tuple[Person, Quality]:
    """Make a person's motion of a track.

    Args:
        track: T frames, the person found in at least one of them, with 3D joints.
        camera: the camera the track was seen through.
        fps: frames per second.
        frames: how many frames the clip should have (T or more), for the detection term of the quality.
        config: the stage's configuration.

    Returns:
        (person, quality). The person has smpl24's own bone lengths; the root trajectory is scaled like the legs, so
        that steps of a tall dancer become shorter with the legs and feet stay where they were put.
    """
    assert track.joints is not None
    found = track.found
    keypoints = fill_gaps(track.keypoints, found)
    joints = smooth(fill_gaps(track.joints, found), config.smoothing_s, fps)
    joints = straightened(joints, systematic_lean(joints[found]))

    own_lengths = bone_lengths(joints[found])
    joints = with_bone_lengths(joints - joints[:, :1], own_lengths)
    rays = camera.normalised(smooth(keypoints, config.smoothing_s, fps))
    place = stand(joints, rays, np.maximum(track.confidence, 1e-3), fps, config.depth_smoothing_s)
    quality = Quality(
        detection=float(found.sum() / max(frames, len(found))),
        confidence=float(track.confidence[found][:, LIMBS].mean()),
        rigidity=rigidity(track.joints[found]),
        agreement=agreement(camera.project(joints + place[:, None])[found], keypoints[found]),
    )

    scale = SMPL24.rest_lengths[_LEG_BONES].sum() / max(own_lengths[_LEG_BONES].sum(), 1e-6)
    positions = with_level_feet(with_bone_lengths(to_world(joints), SMPL24.rest_lengths))
    root = to_world(place) * scale
    person = Person(
        positions=positions,
        root=grounded(positions, root, fps),
        keypoints_2d=keypoints,
        confidence=track.confidence,
        valid=gap_lengths(found) <= LONGEST_GAP,
        interpolated=~found,
    )
    return person, quality


def stand(joints: Floats, rays: Floats, confidence: Floats, fps: float, depth_smoothing_s: float) -> Floats:
    """Return where the body stands in the camera frame, (T, 3) metres, the distance smoothed harder than the rest.

    Args:
        joints: (T, 24, 3) metres about the body's own origin, axes of the camera.
        rays: (T, 24, 2) x/z and y/z of the keypoints.
        confidence: (T, 24), the trust in each keypoint.
        fps: frames per second.
        depth_smoothing_s: window over the distance, seconds.
    """
    points, rays, weights = joints[:, LIMBS], rays[:, LIMBS], confidence[:, LIMBS]
    depth = smooth(translation(points, rays, weights)[:, 2], depth_smoothing_s, fps)
    # A body cannot stand in or behind the camera; half a metre is closer than a whole person can be seen.
    return translation_at_depth(points, rays, weights, np.maximum(depth, 0.5))
