"""What the parts of a body do, as yes or no per frame: the features of FID_g and Div_g.

Relational features (Müller, Röder and Clausen, Efficient Content-Based Retrieval of Motion Capture Data, SIGGRAPH
2005) in the form of fairmotion and the AIST++ code (Li et al., ICCV 2021), which every table of dance generation uses.

Kinds of predicates of four joints a, b, c, d; a speed is what changed since the frame before, per second:

    away     (d - c) along the direction from a to b is more than a length
    move     speed of (d - c) along the direction from a to b
    plane    distance of d from the plane through a, b, c on the side of (c - a) x (b - a)
    nmove    speed of (d - a) towards that side of the plane
    angle    degrees between (b - a) and (d - c)
    fast     speed of a
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workflow_scripts.evaluate.metrics.form import Form
from workflow_scripts.evaluate.metrics.resampling import RATE, resampled
from workflow_scripts.motion.skeleton import SMPL24, Floats

# Metres, of the template of AIST++: lengths in every predicate are multiples of them, whoever dances.
HUMERUS, SHOULDERS, HIPS = 0.256838109212, 0.390848358549, 0.119247065869
PUBLISHED_RATE = 120.0  # frames per second, of the data that the published code was first written for
LEAST_SCALE = 0.01
"""The least scale of `frechet.frechet_distance` in its corrected form: a hundredth of the frames."""

# Points besides the joints: the origin, one above it, one below it, and one as high as the frame's lowest joint.
_POINTS = (*SMPL24.joints, "origin", "up", "down", "lowest")


@dataclass(frozen=True)
class Predicate:
    """True where the value of `kind` of the points lies strictly between `low` and `high` (m, m/s, degrees)."""

    kind: str
    points: str
    low: float
    high: float = np.inf


PUBLISHED = (
    Predicate("nmove", "neck right_hip left_hip right_wrist", 1.8 * HUMERUS),
    Predicate("nmove", "neck left_hip right_hip left_wrist", 1.8 * HUMERUS),
    Predicate("away", "spine3 neck neck right_wrist", 0.2 * HUMERUS),
    Predicate("away", "spine3 neck neck left_wrist", 0.2 * HUMERUS),
    Predicate("move", "spine1 spine3 spine1 spine3", 1.8 * HUMERUS),
    Predicate("move", "spine1 spine3 spine1 spine3", 1.8 * HUMERUS),
    Predicate("angle", "right_elbow right_shoulder right_elbow right_wrist", 0, 110),
    Predicate("angle", "left_elbow left_shoulder left_elbow left_wrist", 0, 110),
    Predicate("away", "left_shoulder right_shoulder left_wrist right_wrist", 2.5 * SHOULDERS),
    Predicate("move", "left_wrist right_wrist left_wrist right_wrist", 1.4 * HUMERUS),
    Predicate("move", "right_wrist pelvis right_wrist left_wrist", 1.4 * HUMERUS),
    Predicate("move", "left_wrist pelvis left_wrist right_wrist", 1.4 * HUMERUS),
    Predicate("fast", "right_wrist", 2.5 * HUMERUS),
    Predicate("fast", "left_wrist", 2.5 * HUMERUS),
    Predicate("plane", "pelvis left_hip left_foot right_ankle", 0.38 * HUMERUS),
    Predicate("plane", "pelvis right_hip right_foot left_ankle", 0.38 * HUMERUS),
    Predicate("away", "origin up lowest right_ankle", 1.2 * HUMERUS),
    Predicate("away", "origin up lowest left_ankle", 1.2 * HUMERUS),
    Predicate("away", "left_hip right_hip left_ankle right_ankle", 2.1 * HIPS),
    Predicate("angle", "right_knee right_hip right_knee right_ankle", 0, 110),
    Predicate("angle", "left_knee left_hip left_knee left_ankle", 0, 110),
    Predicate("fast", "right_ankle", 2.5 * HUMERUS),
    Predicate("fast", "left_ankle", 2.5 * HUMERUS),
    Predicate("angle", "neck pelvis right_shoulder right_elbow", 25, 180),
    Predicate("angle", "neck pelvis left_shoulder left_elbow", 25, 180),
    Predicate("angle", "neck pelvis right_hip right_knee", 50, 180),
    Predicate("angle", "neck pelvis left_hip left_knee", 50, 180),
    Predicate("plane", "right_ankle neck left_ankle pelvis", 0.5 * HUMERUS),
    Predicate("angle", "neck pelvis origin up", 70, 110),
    Predicate("away", "origin down lowest right_wrist", -1.2 * HUMERUS),
    Predicate("away", "origin down lowest left_wrist", -1.2 * HUMERUS),
    Predicate("fast", "pelvis", 2.3 * HUMERUS),
)
"""As in the published code. Columns 4 and 5 are one and the same."""

# Where the published code does not do what its source describes: `move` lost one of its joints, and planes are turned
# the other way round (1 and 15, the mirror images of 0 and 14 with their points in the same order, are right by that).
_MEANT = {
    0: Predicate("nmove", "neck left_hip right_hip right_wrist", 1.8 * HUMERUS),  # right hand forwards, as the left
    4: Predicate("move", "spine1 spine3 spine3 right_wrist", 1.8 * HUMERUS),  # right hand upwards
    5: Predicate("move", "spine1 spine3 spine3 left_wrist", 1.8 * HUMERUS),  # left hand upwards
    9: Predicate("move", "left_wrist right_wrist right_wrist left_wrist", 1.4 * HUMERUS),  # hands together, not apart
    10: Predicate("move", "right_wrist pelvis right_wrist pelvis", 1.4 * HUMERUS),  # right hand away from the pelvis
    11: Predicate("move", "left_wrist pelvis left_wrist pelvis", 1.4 * HUMERUS),  # left hand away from the pelvis
    14: Predicate("plane", "pelvis left_foot left_hip right_ankle", 0.38 * HUMERUS),  # right foot behind the left leg
    27: Predicate("plane", "right_ankle left_ankle neck pelvis", 0.5 * HUMERUS),  # pelvis behind neck and ankles
}
CORRECTED = tuple(_MEANT.get(column, predicate) for column, predicate in enumerate(PUBLISHED))
"""As the paper describes them: the features of a dance and of its mirror image are those of the other side."""


def geometric_predicates(world: Floats, fps: float, form: Form = "published") -> npt.NDArray[np.bool_]:
    """Return (T - 1, 32): which predicates are true in each frame from the second on.

    `published` takes every frame for 1/120 s, whatever `fps`: at 60 frames per second its speeds are twice the real
    ones and its thresholds half of what they say. `corrected` has real speeds, with the thresholds as they are written,
    the predicates of `CORRECTED`, and brings motion of other frame rates to 60 per second first (cubic).

    Args:
        world: (T, J, 3), metres, y up, joints in the order of SMPL; the hands may be missing (J = 22).
        fps: frames per second of `world`.
        form: see `form.Form`.
    """
    world = np.asarray(world, dtype=np.float64)
    if form == "published":
        return _predicates(world, PUBLISHED, PUBLISHED_RATE)
    return _predicates(resampled(world, fps), CORRECTED, RATE)


def geometric_features(world: Floats, fps: float, form: Form = "published") -> Floats:
    """Return (32,): the share of frames in which each of `geometric_predicates` is true; NaN below two frames."""
    found = geometric_predicates(world, fps, form)
    return found.mean(axis=0) if len(found) else np.full(found.shape[1], np.nan)


def _predicates(world: Floats, predicates: Sequence[Predicate], rate: float) -> npt.NDArray[np.bool_]:
    """Evaluate predicates on world (T, J, 3) with frames of 1 / `rate` seconds."""
    points = np.zeros((len(world), len(_POINTS), 3))
    points[:, : world.shape[1]] = world
    points[:, _POINTS.index("up"), 1] = 1.0
    points[:, _POINTS.index("down"), 1] = -1.0
    points[:, _POINTS.index("lowest"), 1] = world[..., 1].min(axis=1)
    found = np.empty((max(len(world) - 1, 0), len(predicates)), dtype=np.bool_)
    for kind in {predicate.kind for predicate in predicates}:
        columns = [column for column, predicate in enumerate(predicates) if predicate.kind == kind]
        chosen = [predicates[column] for column in columns]
        places = np.array([[_POINTS.index(name) for name in predicate.points.split()] for predicate in chosen])
        value = _value(kind, np.moveaxis(points[:, places], 2, 0), rate)
        low, high = (np.array([getattr(predicate, bound) for predicate in chosen]) for bound in ("low", "high"))
        found[:, columns] = (value > low) & (value < high)
    return found


def _value(kind: str, points: Floats, rate: float) -> Floats:
    """Return the values (T - 1, N) of N predicates of a kind at points (1 or 4, T, N, 3), from the second frame on."""
    if kind == "fast":
        return np.asarray(np.linalg.norm(np.diff(points[0], axis=0), axis=-1) * rate)
    a, b, c, d = points
    if kind == "angle":
        return np.degrees(np.arccos(_along(_unit((b - a)[1:]), _unit((d - c)[1:])).clip(-1.0, 1.0)))
    flat = kind in ("plane", "nmove")
    direction = _unit((np.cross(c - a, b - a) if flat else b - a)[1:])
    arrow = d - a if flat else d - c
    return _along(direction, np.diff(arrow, axis=0) * rate if kind in ("move", "nmove") else arrow[1:])


def _unit(arrows: Floats) -> Floats:
    """Return arrows (..., 3) of length 1; those of no length stay."""
    return np.asarray(arrows / np.maximum(np.linalg.norm(arrows, axis=-1, keepdims=True), 1e-12))


def _along(one: Floats, other: Floats) -> Floats:
    return np.asarray(np.einsum("...i,...i", one, other))
