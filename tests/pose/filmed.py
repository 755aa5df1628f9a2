"""Known people seen by a camera as keypoints: the truth of the tests of lifting."""

import numpy as np

from workflow_scripts.demo.choreography import choreograph
from workflow_scripts.figure.camera import Camera as WorldCamera
from workflow_scripts.motion.camera import Camera
from workflow_scripts.motion.foreign import KeypointMotion
from workflow_scripts.motion.skeleton import Floats, Skeleton
from workflow_scripts.motion.skeletons import BODY25
from workflow_scripts.pose.lift.landmarks import LANDMARKS, landmarks_on

SIZE = (640, 480)
FPS = 30.0


def dance(seconds: float = 6.0, seed: int = 77, genre: str = "house") -> Floats:
    """World joints (T, 24, 3) of a demo dance at 30 frames per second."""
    return choreograph(np.arange(0.4, seconds, 0.5), seconds, genre, seed, FPS)


def camera_at(azimuth: float, distance: float = 4.0, elevation: float = 6.0) -> WorldCamera:
    """A camera that looks at a dancer about the origin; degrees and metres."""
    turn, dip = np.radians(azimuth), np.radians(elevation)
    middle = np.array([0.0, 1.0, 0.0])
    back = np.array([np.sin(turn) * np.cos(dip), np.sin(dip), np.cos(turn) * np.cos(dip)])
    return WorldCamera.look_at(middle + distance * back, middle, SIZE, 45.0)


def lens(camera: WorldCamera) -> Camera:
    """The same camera as the pose stage describes one."""
    return Camera(camera.focal, (camera.width / 2, camera.height / 2))


def as_seen(
    landmarks: Floats, camera: WorldCamera, noise_px: float = 0.0, skeleton: Skeleton = BODY25, fps: float = FPS
) -> KeypointMotion:
    """Keypoints of a skeleton, made of landmarks (T, 19, 3) in the world; what is no landmark is not found."""
    rng = np.random.default_rng(5)
    pixels = camera.project(landmarks) + rng.normal(0, noise_px, (*landmarks.shape[:2], 2))
    keypoints = np.full((len(pixels), skeleton.size, 2), np.nan)
    for joint, name in enumerate(skeleton.joints):
        if name in LANDMARKS:
            keypoints[:, joint] = pixels[:, LANDMARKS.index(name)]
    confidence = np.where(np.isfinite(keypoints[..., 0]), 0.8, 0.0)
    return KeypointMotion(skeleton, keypoints, confidence, fps)


def dance_as_seen(
    azimuth: float = 10.0, noise_px: float = 0.0, skeleton: Skeleton = BODY25
) -> tuple[Floats, KeypointMotion, Camera]:
    """A demo dance: world joints, its keypoints, and the camera."""
    world, camera = dance(), camera_at(azimuth)
    return world, as_seen(landmarks_on(world, np.zeros(len(world))), camera, noise_px, skeleton), lens(camera)
