"""People to learn lifting from: motions of known joints without end, from a seed.

Some dance the demo's choreography. The others move every joint at random within what a body can do, with their legs
in the air or stepping on the floor: no dance, but it leaves no pose out. Axes: metres, y up, +z is in front.
"""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from workflow_scripts.demo.choreography import choreograph
from workflow_scripts.demo.moves import VOCABULARY
from workflow_scripts.motion.skeleton import SMPL24, Floats

FPS = 30.0
_OFFSETS = SMPL24.rest_positions - SMPL24.rest_positions[np.maximum(SMPL24.parents, 0)]
# Joint angles of somebody who moves a lot, degrees.
_ANGLES = {
    #             mean, between people, over time, lowest, highest
    "pelvis_pitch": (2, 8, 6, -40, 60),
    "pelvis_roll": (0, 3, 6, -30, 30),
    "chest_yaw": (0, 8, 14, -50, 50),
    "chest_roll": (0, 4, 9, -35, 35),
    "chest_pitch": (4, 9, 10, -25, 70),
    "head_yaw": (0, 10, 20, -75, 75),
    "head_pitch": (5, 8, 10, -40, 50),
    "hip_flexion": (14, 12, 22, -30, 110),
    "hip_abduction": (7, 6, 11, -20, 60),
    "hip_rotation": (10, 10, 12, -35, 60),
    "knee_flexion": (22, 14, 24, 0, 140),
    "toe_pitch": (0, 6, 14, -45, 60),
    "elbow_flexion": (55, 35, 32, 0, 145),
}
# Where upper arms point on average: (outward, up, forward).
_ARMS = np.array([(0.25, -1, 0.05), (1, -0.3, 0.1), (1, 0.1, 0), (0.5, -0.4, 0.8), (0.4, 0.9, 0.2), (0.3, 0.0, 1.0)])
# The share of people who keep their soles level in the air, as far as an ankle bends (radians).
_LEVEL_SOLES, _ANKLE_BENDS = 0.7, (-0.8, 0.4)
_FULL_REACH = 0.995


def dances(rng: np.random.Generator, count: int, frames: int) -> Floats:
    """Return `count` pieces of the demo's dances, world joints (count, frames, 24, 3) at 30 frames per second."""
    pieces: list[Floats] = []
    genres = sorted(VOCABULARY)
    while len(pieces) < count:
        seconds = 8 * frames / FPS
        period = float(rng.uniform(0.42, 0.75))
        genre = genres[int(rng.integers(len(genres)))]
        whole = choreograph(np.arange(period, seconds, period), seconds, genre, int(rng.integers(2**31)), FPS)
        pieces += [whole[start : start + frames] for start in range(0, len(whole) - frames + 1, frames)]
    return np.stack(pieces[:count])


def movers(rng: np.random.Generator, count: int, frames: int, standing: bool) -> Floats:
    """Return `count` people who move every joint at random and smoothly: (count, frames, 24, 3), 30 per second.

    Args:
        standing: the feet step on a floor; otherwise the legs swing freely.
    """
    random = _Random(rng, count, frames)
    body = np.zeros((count, frames, SMPL24.size, 3))
    pelvis = _about_x(random.angle("pelvis_pitch")) @ _about_z(random.angle("pelvis_roll"))
    bend = _about_y(random.angle("chest_yaw")) @ _about_z(random.angle("chest_roll"))
    chest = pelvis @ bend @ _about_x(random.angle("chest_pitch"))
    head = chest @ _about_y(random.angle("head_yaw")) @ _about_x(random.angle("head_pitch"))
    half = (pelvis + chest) / 2
    for joint, frame in ((3, pelvis), (6, half), (9, half), (12, chest), (13, chest), (14, chest), (15, head)):
        _hang(body, joint, frame)
    for side in (0, 1):
        _hang(body, 1 + side, pelvis)
        _hang(body, 16 + side, chest)
        _swing_arm(body, side, chest, random)
        if not standing:
            _swing_leg(body, side, pelvis, random)
    if standing:
        _step(body, random)
    return body


class _Random:
    """Smooth random curves for `count` people over `frames`; each person has a pace of its own."""

    def __init__(self, rng: np.random.Generator, count: int, frames: int) -> None:
        self.rng, self.count, self.frames = rng, count, frames
        self._pace = rng.uniform(0.12, 0.6, count) * FPS

    def curve(self, *shape: int) -> Floats:
        """Noise (count, frames, *shape) of unit variance."""
        margin = 30
        white = self.rng.standard_normal((self.count, self.frames + 2 * margin, *shape))
        smooth = np.stack([gaussian_filter1d(one, pace, axis=0) for one, pace in zip(white, self._pace, strict=True)])
        return np.asarray((smooth / smooth.std(axis=1, keepdims=True))[:, margin:-margin])

    def person(self, spread: float) -> Floats:
        """A normal value (count, 1) for each person."""
        return self.rng.normal(0, spread, (self.count, 1))

    def angle(self, name: str) -> Floats:
        """Angles (count, frames), radians, of the table."""
        mean, between, over_time, lowest, highest = _ANGLES[name]
        liveliness = over_time * self.rng.uniform(0.3, 1.6, (self.count, 1))
        return np.radians(np.clip(mean + self.person(between) + liveliness * self.curve(), lowest, highest))


def _swing_arm(body: Floats, side: int, chest: Floats, random: _Random) -> None:
    count, outward = random.count, np.array([1.0 - 2 * side, 1.0, 1.0])
    mean = _ARMS[random.rng.integers(len(_ARMS), size=count)] + random.rng.normal(0, 0.25, (count, 3))
    upper = _unit(mean[:, None] + random.rng.uniform(0.1, 0.7, (count, 1, 1)) * random.curve(3)) * outward
    # Elbows bend forward, inward and up, more or less.
    towards = np.array([-0.5, 0.35, 0.8]) + random.rng.normal(0, 0.35, (count, 1, 3)) + 0.3 * random.curve(3)
    towards = _unit(_across(towards * outward, upper))
    elbow = random.angle("elbow_flexion")[..., None]
    fore = np.cos(elbow) * upper + np.sin(elbow) * towards
    for joint, direction in ((18, upper), (20, fore), (22, fore)):
        length = np.linalg.norm(_OFFSETS[joint])
        parent = body[:, :, SMPL24.parents[joint + side]]
        body[:, :, joint + side] = parent + length * np.einsum("ntij,ntj->nti", chest, direction)


def _swing_leg(body: Floats, side: int, pelvis: Floats, random: _Random) -> None:
    sign = 1.0 - 2 * side
    hip = _about_x(-random.angle("hip_flexion")) @ _about_z(sign * random.angle("hip_abduction"))
    # The leg hangs from an upright pelvis rather than from a tilted one.
    thigh = ((pelvis + np.eye(3)) / 2) @ hip @ _about_y(sign * random.angle("hip_rotation"))
    shin = thigh @ _about_x(random.angle("knee_flexion"))
    _hang(body, 4 + side, thigh)
    _hang(body, 7 + side, shin)
    down = -shin[..., :, 1]
    lean = np.arctan2(-down[..., 2], -down[..., 1])
    level = np.where(random.rng.random((random.count, 1)) < _LEVEL_SOLES, np.clip(lean, *_ANKLE_BENDS), 0.0)
    _hang(body, 10 + side, shin @ _about_x(random.angle("toe_pitch") - level))


def _step(body: Floats, random: _Random) -> None:
    """Place the feet on a floor, a step apart, and the knees between (two-bone inverse kinematics)."""
    stride = random.rng.uniform(0.02, 0.25, (random.count, 1)) * random.curve()
    thigh, shin = np.linalg.norm(_OFFSETS[4]), np.linalg.norm(_OFFSETS[7])
    ankles, height = [], np.full((random.count, random.frames), np.inf)
    for side, sign in enumerate((1.0, -1.0)):
        aside = sign * (0.1 + random.person(0.06) + 0.06 * random.curve())
        forward = random.person(0.05) + sign * stride + 0.07 * random.curve()
        lift = np.maximum(0.12 * random.curve() - 0.12, 0.0)
        ankles.append(np.stack([aside, lift, forward], axis=-1))
        socket = body[:, :, 1 + side]
        level = np.sum((ankles[side] - socket)[..., [0, 2]] ** 2, axis=-1)
        reach = (_FULL_REACH * (thigh + shin)) ** 2
        height = np.minimum(height, lift - socket[..., 1] + np.sqrt(np.maximum(reach - level, 0.01)))
    height -= np.abs(random.person(0.05) + 0.04 * random.curve())
    for side, sign in enumerate((1.0, -1.0)):
        socket, ankle = body[:, :, 1 + side], ankles[side] - [0.0, 1.0, 0.0] * height[..., None]
        line = ankle - socket
        distance = np.clip(np.linalg.norm(line, axis=-1, keepdims=True), 0.1, thigh + shin)
        ankle = socket + _unit(line) * distance
        along = (thigh**2 + distance**2 - shin**2) / (2 * distance)
        yaw = sign * random.angle("hip_rotation")
        toes = np.stack([np.sin(yaw), np.zeros_like(yaw), np.cos(yaw)], axis=-1)
        out = np.sqrt(np.maximum(thigh**2 - along**2, 0.0))
        body[:, :, 4 + side] = socket + _unit(line) * along + _unit(_across(toes, _unit(line))) * out
        body[:, :, 7 + side] = ankle
        # A heel rises as its foot falls back.
        heel = np.maximum(random.angle("toe_pitch"), 0.0) + np.clip(-ankle[..., 2] - 0.1, 0.0, 0.5)
        _hang(body, 10 + side, _about_y(yaw) @ _about_x(heel))


def _hang(body: Floats, joint: int, frame: Floats) -> None:
    """Place a joint at its parent, its rest offset turned by `frame` (..., 3, 3), which may be a mean of rotations."""
    offset = frame @ _OFFSETS[joint]
    body[:, :, joint] = body[:, :, SMPL24.parents[joint]] + _unit(offset) * np.linalg.norm(_OFFSETS[joint])


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9))


def _across(vectors: Floats, axis: Floats) -> Floats:
    return np.asarray(vectors - axis * (vectors * axis).sum(axis=-1, keepdims=True))


def _about(angle: Floats, first: int, second: int) -> Floats:
    matrix = np.broadcast_to(np.eye(3), (*angle.shape, 3, 3)).copy()
    cosine, sine = np.cos(angle), np.sin(angle)
    matrix[..., first, first] = matrix[..., second, second] = cosine
    matrix[..., first, second], matrix[..., second, first] = -sine, sine
    return matrix


def _about_x(angle: Floats) -> Floats:
    return _about(angle, 1, 2)


def _about_y(angle: Floats) -> Floats:
    return _about(angle, 2, 0)


def _about_z(angle: Floats) -> Floats:
    return _about(angle, 0, 1)
