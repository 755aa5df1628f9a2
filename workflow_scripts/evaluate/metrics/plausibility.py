"""Whether a body could move so: feet and hands that push, and how evenly joints move.

PFC: Tseng, Castellon and Liu, EDGE, CVPR 2023. PBC: Luo et al., POPDG, CVPR 2024. Jitter: the physical set of Motius.
"""

import numpy as np

from workflow_scripts.evaluate.metrics.form import Form
from workflow_scripts.evaluate.metrics.resampling import resampled
from workflow_scripts.motion.skeleton import SMPL24, Floats

RATE = 30.0  # frames per second that PFC and PBC are defined at
GRAVITY = 9.81  # m/s²
SCALE = 10_000.0
# Both scores multiply movements of a frame, m, with an acceleration as a share of the largest one.
_HANDS, _HEAD = 0.01, 0.1
_LEFT_HAND, _RIGHT_HAND = ("left_wrist", "left_hand"), ("right_wrist", "right_hand")


def pfc(world: Floats, fps: float, form: Form = "published") -> float:
    """Return the physical foot contact score: 10,000 times the mean of left foot x right foot x body.

    A foot is the horizontal movement in a frame, m, of ankle or toe, whichever moves less; the body is the acceleration
    of the root, of which what points down does not count, as it needs no foot. When the body speeds up a foot should
    stand: lower is better.

    `published` takes every frame for 1/30 s and divides the acceleration by the largest one of the clip: a longer clip
    has a larger maximum and so a lower score, and a motionless one 0 / 0. `corrected` divides by that of gravity, a
    constant, and brings motion of other frame rates to 30 per second (cubic), in which the numbers stay of one size.

    Args:
        world: (T, 24, 3), metres, y up; NaN for fewer than three frames.
        fps: frames per second of `world`.
        form: see `form.Form`.
    """
    world = _at_rate(world, fps, form)
    if len(world) < 3:
        return float("nan")
    return float(SCALE * _feet(world, form).mean())


def pbc(world: Floats, fps: float, form: Form = "published") -> float:
    """Return the physical body contact score: as `pfc` of hands and head, less that of the feet.

    A hundredth of a hand's movement times the acceleration of its shoulder's inner end, the same of the other one, a
    tenth of the head's times that of the neck; minus the feet's part of `pfc`. It is to be near that of real dances.
    Arguments and forms as of `pfc`.
    """
    world = _at_rate(world, fps, form)
    if len(world) < 3:
        return float("nan")
    total = -_feet(world, form)
    for names, driver, weight in (
        (_LEFT_HAND, "left_collar", _HANDS),
        (_RIGHT_HAND, "right_collar", _HANDS),
        (("head",), "neck", _HEAD),
    ):
        moved = np.min([_moved(world[:, SMPL24.index(name)]) for name in names], axis=0)
        total += weight * moved * _share(_acceleration(world[:, SMPL24.index(driver)]), form)
    return float(SCALE * total.mean())


def jitter(world: Floats, fps: float, form: Form = "published") -> float:
    """Return how uneven joints move: the mean length of their second differences over time.

    `published` (Motius): m per frame² at the rate of `world`, in the room and seen from the pelvis added up, of the
    first 22 joints. `corrected`: m/s², in the room, of all joints, motion brought to 30 frames per second. NaN for
    fewer than three frames.
    """
    if form == "corrected":
        world = resampled(world, fps, RATE)
        return float(np.linalg.norm(_acceleration(world), axis=-1).mean()) if len(world) > 2 else float("nan")
    if len(world) < 3:
        return float("nan")
    body = np.asarray(world[:, :22], dtype=np.float64)
    return float(sum(np.linalg.norm(np.diff(part, 2, axis=0), axis=-1).mean() for part in (body, body - body[:, :1])))


def _at_rate(world: Floats, fps: float, form: Form) -> Floats:
    return np.asarray(resampled(world, fps, RATE) if form == "corrected" else world, dtype=np.float64)


def _feet(world: Floats, form: Form) -> Floats:
    """Return (T - 2,) what `pfc` is the mean of."""
    root = _acceleration(world[:, 0])
    root[:, 1] = np.maximum(root[:, 1], 0.0)
    feet = []
    for ankle, toe in SMPL24.feet:
        flat = world[:, [ankle, toe]] * np.array([1.0, 0.0, 1.0])
        feet.append(np.min([_moved(flat[:, 0]), _moved(flat[:, 1])], axis=0))
    return np.asarray(feet[0] * feet[1] * _share(root, form))


def _moved(points: Floats) -> Floats:
    """Return (T - 2,) how far points (T, 3) moved in the frames from the second difference's later half on, m."""
    return np.asarray(np.linalg.norm(np.diff(points[1:], axis=0), axis=-1))


def _acceleration(points: Floats) -> Floats:
    """Return (T - 2, ..., 3), m/s², of points (T, ..., 3) at RATE."""
    return np.asarray(np.diff(points, 2, axis=0) * RATE**2)


def _share(acceleration: Floats, form: Form) -> Floats:
    """Return (T - 2,) the length of accelerations (T - 2, 3) over the largest one, or over that of gravity."""
    size = np.linalg.norm(acceleration, axis=-1)
    if form == "corrected":
        return np.asarray(size / GRAVITY)
    with np.errstate(invalid="ignore"):
        return np.asarray(size / size.max())
