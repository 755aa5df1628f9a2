"""A dancer known exactly, filmed by a camera known exactly: the independent truth of these tests."""

from dataclasses import dataclass

import numpy as np

from workflow_scripts.motion.balance import centre_of_mass, middle_of_feet
from workflow_scripts.motion.camera import Camera
from workflow_scripts.motion.kinematics import turned, with_bone_lengths
from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.pose.backends.base import Track

FPS = 30.0
WIDTH, HEIGHT = 480, 640
# A level camera, 1 m above the floor, 4 m in front of the origin.
CAMERA_HEIGHT, CAMERA_DISTANCE = 1.0, 4.0


@dataclass(frozen=True)
class Dancer:
    """World joints (T, 24, 3), the same in the camera frame, and their pixels (T, 24, 2)."""

    world: Floats
    seen: Floats
    pixels: Floats

    def track(self, joints: Floats | None = None) -> Track:
        """What a perfect estimator would say: pixels, full confidence, joints about the middle of the hips."""
        middle = self.seen[:, 1:3].mean(axis=1, keepdims=True)
        confidence = np.ones(self.pixels.shape[:2])
        return Track(self.pixels.copy(), confidence, (self.seen if joints is None else joints) - middle)


def to_camera(world: Floats) -> Floats:
    """From the world to the camera frame, written out axis by axis."""
    x, y, z = np.moveaxis(world, -1, 0)
    return np.stack([x, CAMERA_HEIGHT - y, CAMERA_DISTANCE - z], axis=-1)


def balanced(body: Floats) -> Floats:
    """Lean a body that faces +z from its ankles, frame by frame, until it would not fall: the feet stay as they are."""
    pivot = body[:, [SMPL24.index("left_ankle")]] * [0, 1, 1]
    toes = [toe for _, toe in SMPL24.feet]
    result, angle = body, np.zeros(len(body))
    for _ in range(20):
        error = centre_of_mass(result) - middle_of_feet(result)
        angle -= np.arctan2(error[:, 2], error[:, 1])
        cosine, sine = np.cos(angle)[:, None], np.sin(angle)[:, None]
        x, y, z = np.moveaxis(body - pivot, -1, 0)
        result = np.stack([x, cosine * y - sine * z, cosine * z + sine * y], axis=-1) + pivot
        result[:, toes] = body[:, toes]
    return result


def dancer(frames: int = 120) -> Dancer:
    """Sway, wave the arms slowly and turn the trunk a little, feet on the floor, root on a slow path."""
    time = np.arange(frames)[:, None] / FPS
    body = np.broadcast_to(SMPL24.rest_positions, (frames, 24, 3)).copy()
    for side in ("left", "right"):
        arm = [SMPL24.index(f"{side}_{joint}") for joint in ("elbow", "wrist", "hand")]
        body[:, arm, 1] -= 0.25 * (1 + np.sin(1.5 * time))
        body[:, arm, 2] += 0.2 * np.sin(time)
    body = balanced(with_bone_lengths(body, SMPL24.rest_lengths))
    body = turned(body, 0.3 * np.sin(time))
    path = np.stack([0.3 * np.sin(0.8 * time[:, 0]), np.zeros(frames), 0.2 * np.cos(0.5 * time[:, 0])], axis=1)
    world = body + path[:, None]
    seen = to_camera(world)
    return Dancer(world, seen, Camera.assumed(WIDTH, HEIGHT).project(seen))
