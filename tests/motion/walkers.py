"""People walking about in a picture, as BODY_25 would find them: the truth of the tests of tracking."""

import numpy as np

from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.motion.skeletons import BODY25

FPS = 30.0


def standing(height: float = 200.0) -> Floats:
    """BODY_25 keypoints (25, 2) px of a person of that height who faces the camera, about the middle of the hips."""
    rest = BODY25.rest_positions - BODY25.rest_positions[BODY25.index("mid_hip")]
    return rest[:, :2] * [1.0, -1.0] * height / 1.7


def walker(frames: int, start: float, speed: float, height: float = 200.0, swing: float = 0.15) -> Floats:
    """Keypoints (frames, 25, 3) px and confidence of somebody who walks across at `speed` px/s, swinging the limbs."""
    time = np.arange(frames) / FPS
    body = np.broadcast_to(standing(height), (frames, 25, 2)).copy()
    for side, sign in (("left", 1.0), ("right", -1.0)):
        for joint, share in (("knee", 0.5), ("ankle", 1.0), ("big_toe", 1.0), ("heel", 1.0), ("wrist", -0.8)):
            body[:, BODY25.index(f"{side}_{joint}"), 0] += sign * share * swing * height * np.sin(6 * time)
    body[..., 0] += (start + speed * time)[:, None]
    body[..., 1] += 240.0
    return np.concatenate([body, np.full((frames, 25, 1), 0.8)], axis=-1)


def lost(person: Floats, joints: list[int] | slice = slice(None)) -> Floats:
    """The person with some joints not found."""
    result = person.copy()
    result[..., joints, :] = [np.nan, np.nan, 0.0]
    return result


def shuffled(people: list[list[Floats]], seed: int = 0) -> list[Floats]:
    """Detections (P, 25, 3) per frame, the people of each in random order."""
    rng = np.random.default_rng(seed)
    return [
        np.stack([frame[k] for k in rng.permutation(len(frame))]) if frame else np.zeros((0, 25, 3)) for frame in people
    ]
