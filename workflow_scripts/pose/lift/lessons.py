"""What the lifter learns from: people of known joints, and what an estimator would have seen of them."""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from workflow_scripts.motion.kinematics import turned
from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.pose.lift.landmarks import (
    FEATURES,
    HIPS,
    LANDMARKS,
    Mask,
    body_size,
    features,
    filled_in,
    landmarks_on,
)
from workflow_scripts.pose.lift.practice import FPS, dances, movers

# Each person is followed for three seconds, and asked about at some moments of them.
_FRAMES, MOMENTS_PER_PERSON = 90, 12
_SHARES = {"dances": 0.3, "standing": 0.42}  # the rest moves freely
# Bodies differ in their bones (log of the length); so do estimators in what they take for a joint, metres.
_PROPORTIONS, _BIAS_M, _NOISE_M = 0.1, 0.018, 0.012
_DISTANCE_M = (2.5, 8.0)
_CAMERA_DIP_DEG = (6.0, 7.0)
# Joints that are not found: at times, for a while, or never, since the estimator does not know them.
_LOST, _LOST_A_WHILE, _LONGEST_WHILE = 0.02, 0.4, 20
_UNKNOWN = ((("big_toe", "heel"), 0.25), (("ear",), 0.15), (("nose",), 0.08))


def lessons(rng: np.random.Generator, people: int) -> tuple[Floats, Floats]:
    """Return what would be seen of some people, and where their joints are.

    Returns:
        (N, FEATURES) float32 of `landmarks.features`; (N, 24, 3) float32 metres about the middle of the hips, in the
        frame of a camera that looks at it (x right, y down, z forward). N = people x `MOMENTS_PER_PERSON`.
    """
    dancing, standing = (round(share * people) for share in _SHARES.values())
    bodies = [
        dances(rng, dancing, _FRAMES) if dancing else np.zeros((0, _FRAMES, SMPL24.size, 3)),
        movers(rng, standing, _FRAMES, standing=True),
        movers(rng, people - dancing - standing, _FRAMES, standing=False),
    ]
    joints = _of_any_build(rng, np.concatenate(bodies))
    head_yaw = np.radians(rng.normal(0, 10, (people, 1)) + rng.normal(0, 14, (people, 1)) * _drift(rng, people))
    whole = np.concatenate([joints, landmarks_on(joints, head_yaw)], axis=2)
    whole -= whole[:, :, 1:3].mean(axis=2, keepdims=True)
    seen_from = _filmed(rng, turned(whole, _headings(rng, people)[..., None]))
    truth, marks = seen_from[:, :, : SMPL24.size], seen_from[:, :, SMPL24.size :]
    marks = marks + rng.normal(0, _BIAS_M, (people, 1, len(LANDMARKS), 3)) + rng.normal(0, _NOISE_M, marks.shape)
    distance = rng.uniform(*_DISTANCE_M, (people, 1)) + 0.3 * _drift(rng, people)
    rays = marks[..., :2] / (marks[..., 2:] + distance[..., None, None])
    found = _found(rng, people)
    shown = np.zeros((people, MOMENTS_PER_PERSON, FEATURES), dtype=np.float32)
    asked = np.zeros((people, MOMENTS_PER_PERSON, SMPL24.size, 3), dtype=np.float32)
    for person in range(people):
        frames = np.sort(rng.choice(_FRAMES, MOMENTS_PER_PERSON, replace=False))
        places = filled_in(np.where(found[person][..., None], rays[person], np.nan))
        places -= places[:, HIPS].mean(axis=1, keepdims=True)
        places /= body_size(places, found[person], FPS)[:, None, None]
        shown[person] = features(places, found[person], FPS, frames)
        asked[person] = truth[person, frames]
    return shown.reshape(-1, FEATURES), asked.reshape(-1, SMPL24.size, 3)


def _of_any_build(rng: np.random.Generator, joints: Floats) -> Floats:
    """Bodies whose bones are longer or shorter, both sides alike."""
    scale = np.exp(rng.normal(0, _PROPORTIONS, (len(joints), SMPL24.size)))
    for left, right in SMPL24.pairs:
        scale[:, right] = scale[:, left]
    result = joints.copy()
    for joint, parent in enumerate(SMPL24.parents):
        if parent >= 0:
            bone = joints[:, :, joint] - joints[:, :, parent]
            result[:, :, joint] = result[:, :, parent] + bone * scale[:, None, joint, None]
    return result


def _headings(rng: np.random.Generator, people: int) -> Floats:
    """Where people face (people, frames), radians: half of them to the camera or so, and a third turn about."""
    front, anywhere = rng.normal(0, 0.5, (people, 1)), rng.uniform(-np.pi, np.pi, (people, 1))
    heading = np.where(rng.random((people, 1)) < 0.5, front, anywhere)
    speed = np.where(rng.random((people, 1)) < 0.35, rng.normal(0, 2.5, (people, 1)), 0.0)
    return heading + speed * (np.arange(_FRAMES) / FPS - 1.5) + 0.25 * rng.random((people, 1)) * _drift(rng, people)


def _filmed(rng: np.random.Generator, points: Floats) -> Floats:
    """Points of the world as a camera sees them that looks down a little (x right, y down, z forward)."""
    mean, spread = _CAMERA_DIP_DEG
    dip = np.radians(rng.normal(mean, spread, (len(points), 1, 1)))
    x, y, z = np.moveaxis(points, -1, 0)
    return np.stack([x, np.sin(dip) * z - np.cos(dip) * y, -np.sin(dip) * y - np.cos(dip) * z], axis=-1)


def _found(rng: np.random.Generator, people: int) -> Mask:
    found = rng.random((people, _FRAMES, len(LANDMARKS))) >= _LOST
    for kinds, share in _UNKNOWN:
        unknown = np.array([name.removeprefix("left_").removeprefix("right_") in kinds for name in LANDMARKS])
        found &= ~((rng.random(people) < share)[:, None, None] & unknown)
    for person in np.flatnonzero(rng.random(people) < _LOST_A_WHILE):
        start = int(rng.integers(_FRAMES))
        found[person, start : start + int(rng.integers(3, _LONGEST_WHILE)), rng.integers(len(LANDMARKS))] = False
    return np.asarray(found)


def _drift(rng: np.random.Generator, people: int) -> Floats:
    """Slow noise (people, frames) of unit variance."""
    margin = 20
    noise = gaussian_filter1d(rng.standard_normal((people, _FRAMES + 2 * margin)), 12, axis=1)[:, margin:-margin]
    return np.asarray(noise / noise.std())
