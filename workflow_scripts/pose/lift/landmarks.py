"""What the lifting looks at: nineteen places of the body that most estimators see, made comparable between pictures.

Whatever the skeleton, the camera and the frame rate were, the lifter is shown the same: the places about the middle of
the hips, in units of the body's own size, now and at a few moments before and after.
"""

import numpy as np
import numpy.typing as npt
from scipy.ndimage import percentile_filter, uniform_filter1d

from workflow_scripts.motion.camera import Camera
from workflow_scripts.motion.foreign import KeypointMotion
from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.motion.skeletons import POINTS

Mask = npt.NDArray[np.bool_]
_SIDED = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle", "ear", "big_toe", "heel")
LANDMARKS = ("nose", *(f"{side}_{name}" for name in _SIDED for side in ("left", "right")))
# Other skeletons' names for a landmark.
_ALIASES = {"left_big_toe": ("left_toe",), "right_big_toe": ("right_toe",)}
HIPS = [LANDMARKS.index("left_hip"), LANDMARKS.index("right_hip")]
SHOULDERS = [LANDMARKS.index("left_shoulder"), LANDMARKS.index("right_shoulder")]
# Moments shown to the lifter, seconds from the frame in question.
MOMENTS = (-0.4, -0.2, -0.1, 0.0, 0.1, 0.2, 0.4)
FEATURES = len(MOMENTS) * len(LANDMARKS) * 3
# The size of a body in the picture is that of the frames of these seconds in which it is least foreshortened.
_SIZE_WINDOW_S, _SIZE_PERCENTILE = 2.0, 80
_REST = {name: np.array(place) for name, place in [*zip(SMPL24.joints, SMPL24.rest, strict=True), *POINTS.items()]}
_BONES = [
    (LANDMARKS.index(f"{side}_{end}"), LANDMARKS.index(f"{side}_{start}"))
    for start, end in (
        ("hip", "knee"),
        ("knee", "ankle"),
        ("shoulder", "elbow"),
        ("elbow", "wrist"),
        ("hip", "shoulder"),
    )
    for side in ("left", "right")
]
_LENGTHS = np.array([np.linalg.norm(_REST[LANDMARKS[end]] - _REST[LANDMARKS[start]]) for end, start in _BONES])


def landmarks_on(joints: Floats, head_yaw: Floats) -> Floats:
    """Return where the landmarks (..., 19, 3) are on a body, by the places they have at rest.

    Args:
        joints: (..., 24, 3) metres, any axes that are right-handed.
        head_yaw: (...) radians by which the head is turned to the left of the chest.
    """
    joint = {name: joints[..., index, :] for index, name in enumerate(SMPL24.joints)}
    places = {name: place for name, place in joint.items() if name in LANDMARKS}
    # At rest the head leans forward from the neck; its own axes are those of the line from neck to head, less that.
    across = joint["left_shoulder"] - joint["right_shoulder"]
    head = _axes(across, joint["head"] - joint["neck"], *(_REST["head"] - _REST["neck"])[1:])
    sideways, up, forward = head
    cosine, sine = np.cos(head_yaw)[..., None], np.sin(head_yaw)[..., None]
    head = (cosine * sideways - sine * forward, up, cosine * forward + sine * sideways)
    for name in ("nose", "left_ear", "right_ear"):
        places[name] = joint["head"] + _carried(head, _REST[name] - _REST["head"])
    for side in ("left", "right"):
        ankle, sole = joint[f"{side}_ankle"], joint[f"{side}_foot"] - joint[f"{side}_ankle"]
        foot = _axes(
            np.cross(joint[f"{side}_knee"] - ankle, sole), sole, *(_REST[f"{side}_foot"] - _REST[f"{side}_ankle"])[1:]
        )
        for name in (f"{side}_big_toe", f"{side}_heel"):
            places[name] = ankle + _carried(foot, _REST[name] - _REST[f"{side}_ankle"])
    return np.stack([places[name] for name in LANDMARKS], axis=-2)


def _axes(across: Floats, line: Floats, line_up: float, line_forward: float) -> tuple[Floats, Floats, Floats]:
    """The sideways, up and forward axes of a part through which `line` runs as (0, line_up, line_forward) at rest."""
    line = _unit(line)
    sideways = _unit(across - line * (across * line).sum(axis=-1, keepdims=True))
    normal = np.cross(sideways, line)
    length = np.hypot(line_up, line_forward)
    up = (line_up * line - line_forward * normal) / length
    return sideways, up, (line_forward * line + line_up * normal) / length


def _carried(axes: tuple[Floats, Floats, Floats], offset: Floats) -> Floats:
    return np.asarray(sum(axis * share for axis, share in zip(axes, offset, strict=True)))


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9))


def landmarks_of(motion: KeypointMotion, least_confidence: float) -> tuple[Floats, Floats]:
    """Return the landmarks (T, 19, 2) px, NaN where not found, and their confidence (T, 19), 0 there.

    Args:
        motion: of any skeleton that names its joints as `motion.skeletons` does; what it has not is not found.
        least_confidence: a joint of less counts as not found.
    """
    points = np.full((len(motion.keypoints), len(LANDMARKS), 2), np.nan)
    confidence = np.zeros(points.shape[:2])
    for number, name in enumerate(LANDMARKS):
        for alias in (name, *_ALIASES.get(name, ())):
            if alias in motion.skeleton.joints:
                joint = motion.skeleton.index(alias)
                points[:, number], confidence[:, number] = motion.keypoints[:, joint], motion.confidence[:, joint]
    lost = ~np.isfinite(points).all(axis=-1) | ~(confidence >= least_confidence)
    points[lost], confidence[lost] = np.nan, 0.0
    return points, confidence


def filled_in(points: Floats) -> Floats:
    """Return (T, K, 2) with missing values drawn on straight lines between those known, 0 where there are none."""
    frames = np.arange(len(points))
    filled = np.zeros_like(points)
    for joint in range(points.shape[1]):
        known = np.flatnonzero(np.isfinite(points[:, joint, 0]))
        for axis in range(2) if len(known) else ():
            filled[:, joint, axis] = np.interp(frames, known, points[known, joint, axis])
    return filled


def towards(rays: Floats) -> Floats:
    """Return rotations (T, 3, 3) that turn the directions (x, y, 1) of `rays` (T, 2) to (0, 0, 1) the shortest way."""
    axis = np.concatenate([rays, np.ones((len(rays), 1))], axis=1)
    x, y, z = (axis / np.linalg.norm(axis, axis=1, keepdims=True)).T
    k = 1 / (1 + z)
    rows = [[1 - k * x * x, -k * x * y, -x], [-k * x * y, 1 - k * y * y, -y], [x, y, z]]
    return np.moveaxis(np.array(rows), -1, 0)


def body_size(points: Floats, seen: Mask, fps: float) -> Floats:
    """Return the size (T,) of the body: units of `points` per metre of a body of our own rest lengths.

    Args:
        points: (T, 19, 2), finite.
        seen: (T, 19), which of them count.
    """
    ends, starts = (list(column) for column in zip(*_BONES, strict=True))
    lengths = np.linalg.norm(points[:, ends] - points[:, starts], axis=-1)
    both = seen[:, ends] & seen[:, starts]
    ratio = (lengths * both).sum(axis=1) / np.maximum((_LENGTHS * both).sum(axis=1), 1e-9)
    known = np.flatnonzero(both.sum(axis=1) >= 3)
    if not len(known):
        known = np.flatnonzero(both.any(axis=1))
    ratio = np.interp(np.arange(len(ratio)), known, ratio[known]) if len(known) else np.ones(len(ratio))
    window = 2 * round(_SIZE_WINDOW_S * fps / 2) + 1
    largest = percentile_filter(ratio, _SIZE_PERCENTILE, window, mode="nearest")
    return np.maximum(uniform_filter1d(largest, window, mode="nearest"), 1e-9)


def normalised(points: Floats, seen: Mask, camera: Camera, fps: float) -> tuple[Floats, Floats, Floats]:
    """Return the landmarks as a camera that looks at the hips would see them, the turn of that camera and the size.

    Args:
        points: (T, 19, 2) px, NaN where not found.
        seen: (T, 19), false where not found.
        camera: the camera they were seen through.
        fps: frames per second.

    Returns:
        ((T, 19, 2) body sizes about the middle of the hips, (T, 3, 3) the rotation from the camera's frame to the one
        that looks at the hips, (T,) how much of the distance from the camera a metre of the body is).
    """
    rays = camera.normalised(filled_in(points))
    turn = towards(rays[:, HIPS].mean(axis=1))
    directions = np.einsum("tij,tkj->tki", turn, np.concatenate([rays, np.ones((*rays.shape[:2], 1))], axis=-1))
    places = directions[..., :2] / np.maximum(directions[..., 2:], 0.1)
    size = body_size(places, seen, fps)
    return places / size[:, None, None], turn, size


def features(places: Floats, seen: Mask, fps: float, frames: npt.NDArray[np.integer] | None = None) -> Floats:
    """Return what the lifter is shown, (F, FEATURES): the places at every moment, and whether each was seen.

    Args:
        places: (T, 19, 2) of `normalised`.
        seen: (T, 19).
        fps: frames per second.
        frames: the F frames in question; all by default.
    """
    chosen = np.arange(len(places)) if frames is None else frames
    at = np.clip(chosen[:, None] + np.array(MOMENTS) * fps, 0, len(places) - 1)
    before = np.minimum(at.astype(int), max(len(places) - 2, 0))
    after = np.minimum(before + 1, len(places) - 1)
    weight = (at - before)[..., None, None]
    shown = places[before] * (1 - weight) + places[after] * weight
    sure = np.where(weight < 0.5, seen[before][..., None], seen[after][..., None])
    return np.concatenate([shown * np.atleast_1d(seen.any(axis=0))[:, None], sure], axis=-1).reshape(len(chosen), -1)
