"""From keypoints in the picture to a motion in space, for every source that sees in two dimensions only.

The lifter (`pose.lift.lifter`) says where the joints are about the hips; what was seen of them in the picture then
draws them sideways to where they were seen. From there on the motion is cleaned like any other (`pose.clean.motion`).
"""

import numpy as np

from workflow_scripts.motion.camera import Camera, translation
from workflow_scripts.motion.foreign import KeypointMotion
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.side_swaps import with_sides_repaired
from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.motion.smoothing import fill_gaps, smooth
from workflow_scripts.pose.backends.base import Track
from workflow_scripts.pose.clean.gating import FEWEST_LIMBS
from workflow_scripts.pose.clean.motion import clean_motion
from workflow_scripts.pose.clean.quality import Quality
from workflow_scripts.pose.config import PoseConfig
from workflow_scripts.pose.lift.landmarks import HIPS, LANDMARKS, SHOULDERS, Mask, features, landmarks_of, normalised
from workflow_scripts.pose.lift.lifter import Lifter
from workflow_scripts.workflow.errors import UserError

LEAST_CONFIDENCE = 0.1  # a joint of less was not found
# How far a joint is drawn to where it was seen, over how many seconds the distance for that is averaged, and the
# nearest a whole body can be seen from.
_DRAWN, _DISTANCE_S, _NEAREST_M = 0.5, 1.0, 0.5
# Which landmarks the other joints of smpl24 go with.
_COMPANIONS = {
    "pelvis": ("left_hip", "right_hip"),
    "spine1": ("left_hip", "right_hip"),
    "spine2": ("left_hip", "right_hip", "left_shoulder", "right_shoulder"),
    **dict.fromkeys(("spine3", "neck", "head", "left_collar", "right_collar"), ("left_shoulder", "right_shoulder")),
    **{
        f"{side}_{end}": (f"{side}_{joint}",)
        for side in ("left", "right")
        for end, joint in (("hand", "wrist"), ("foot", "ankle"))
    },
}
_SEEN = [joint for joint, name in enumerate(SMPL24.joints) if name in LANDMARKS]
_LANDMARK = [LANDMARKS.index(SMPL24.joints[joint]) for joint in _SEEN]


def _shares() -> Floats:
    """(24, 19): the share of each landmark in each joint."""
    matrix = np.zeros((SMPL24.size, len(LANDMARKS)))
    for joint, name in enumerate(SMPL24.joints):
        for companion in _COMPANIONS.get(name, (name,)):
            matrix[joint, LANDMARKS.index(companion)] = 1 / len(_COMPANIONS.get(name, (name,)))
    return matrix


_SHARES = _shares()


def lift(
    motion: KeypointMotion, lifter: Lifter, config: PoseConfig, camera: Camera | None = None
) -> tuple[Person, Quality]:
    """Make a person's motion of keypoints: `lifted`, then cleaned like what any estimator saw.

    Args:
        motion: keypoints of a skeleton of `motion.skeletons`.
        lifter: trained weights.
        config: the stage's configuration.
        camera: the camera they were seen through; by default one is assumed for the part of the picture they are in.

    Returns:
        (person, quality): T frames. Frames without a person are filled and marked `interpolated`; longer gaps part the
        person's stretches, and nothing between them is `valid`.

    Raises:
        UserError: in no frame is enough of a body to be seen.
    """
    camera = camera or assumed_camera(motion)
    track = lifted(motion, lifter, camera)
    if not track.found.any():
        raise UserError("in no frame are hips, shoulders and limbs enough to be seen to make a body of them")
    return clean_motion(track, camera, motion.fps, config)


def assumed_camera(motion: KeypointMotion) -> Camera:
    """Return a camera whose picture reaches from the origin (or beyond) to the last keypoint: files state no size."""
    points = motion.keypoints.reshape(-1, 2)
    points = np.concatenate([points[np.isfinite(points).all(axis=1)], np.zeros((1, 2))])
    low = points.min(axis=0)
    width, height = np.maximum(points.max(axis=0) - low, 1.0)
    assumed = Camera.assumed(width, height)
    return Camera(assumed.focal, (assumed.centre[0] + low[0], assumed.centre[1] + low[1]))


def lifted(motion: KeypointMotion, lifter: Lifter, camera: Camera) -> Track:
    """Return the track of a person seen in two dimensions, with joints in the camera's frame.

    Left and right are exchanged back where they were mistaken (`with_sides_repaired`). A joint that was not found, or
    is none of the keypoints, is where the joints in space project to.
    """
    repaired, _ = with_sides_repaired(motion)
    points, confidence = landmarks_of(repaired, LEAST_CONFIDENCE)
    seen: Mask = np.asarray(confidence > 0)
    found = seen[:, _LANDMARK].sum(axis=1) >= FEWEST_LIMBS
    seen[~found] = False
    if not seen[:, HIPS + SHOULDERS].any(axis=0).all():
        found[:] = False
    if not found.any():
        nothing = np.full((len(points), SMPL24.size, 3), np.nan)
        return Track(nothing[..., :2], np.zeros(nothing.shape[:2]), nothing)
    points[~seen] = np.nan
    places, turn, size = normalised(points, seen, camera, motion.fps)
    joints = lifter(features(places, seen, motion.fps))
    joints = _drawn_sideways(joints, places * size[:, None, None], seen, found, motion.fps)
    joints = np.einsum("tji,tkj->tki", turn, joints)

    rays = np.nan_to_num(camera.normalised(points)[:, _LANDMARK])
    place = translation(joints[:, _SEEN], rays, confidence[:, _LANDMARK] * seen[:, _LANDMARK])
    place[:, 2] = np.maximum(place[:, 2], _NEAREST_M)
    keypoints = camera.project(joints + place[:, None])
    measured = np.where(seen[:, _LANDMARK, None], points[:, _LANDMARK], keypoints[:, _SEEN])
    keypoints[:, _SEEN] = measured
    confidence = np.where(found[:, None], (confidence * seen) @ _SHARES.T, 0.0)
    keypoints[~found], joints[~found] = np.nan, np.nan
    return Track(keypoints, confidence, joints)


def _drawn_sideways(joints: Floats, rays: Floats, seen: Mask, found: Mask, fps: float) -> Floats:
    """Draw joints (T, 24, 3) in the frame of the camera that looks at the hips towards the rays (T, 19, 2) they are on.

    At what distance the rays are cut is found with the joints: their size in the picture says it.
    """
    away = rays[:, _LANDMARK] * seen[:, _LANDMARK, None]
    guess = joints[:, _SEEN, :2] * seen[:, _LANDMARK, None]
    depth = joints[:, _SEEN, 2:]
    # Least squares of  rays * (distance + depth) = joints,  weighted by the ray: distance * r.r = r.(j - r * depth).
    distance = (away * (guess - away * depth)).sum(axis=(1, 2)) / np.maximum((away**2).sum(axis=(1, 2)), 1e-9)
    distance = np.maximum(smooth(fill_gaps(distance, found), _DISTANCE_S, fps), _NEAREST_M)
    shift = np.zeros((len(joints), len(LANDMARKS), 2))
    shift[:, _LANDMARK] = (away * (distance[:, None, None] + depth) - guess) * _DRAWN
    result = joints.copy()
    result[..., :2] += np.einsum("jk,tkd->tjd", _SHARES, shift)
    return result
