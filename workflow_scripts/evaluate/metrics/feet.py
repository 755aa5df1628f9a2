"""Whether feet stay where they stand, and on the floor."""

import numpy as np

from workflow_scripts.evaluate.metrics.form import Form
from workflow_scripts.evaluate.metrics.resampling import resampled
from workflow_scripts.motion.skeleton import SMPL24, Floats, Skeleton

RATE = 30.0  # frames per second that Lodge's ratio is defined at
ANKLE_M, TOE_M = 0.08, 0.05  # a foot below both stands (Lodge, on SMPL's body)
RAISED_M = 0.03  # corrected: above where both are when the body stands at rest; of the toe that is the same 5 cm
SLIDE_M = 0.01  # in a frame at RATE: 0.3 m/s
LEVEL_M = 0.02  # toes that differ less than this stand on the same floor


def foot_skate_ratios(world: Floats, fps: float, form: Form = "published", skeleton: Skeleton = SMPL24) -> Floats:
    """Return (2,) of the left and the right foot: the share of the frames in which it stands that it slides in.

    It stands with its ankle at most at `ANKLE_M` and its toe at `TOE_M`, and slides when ankle or toe move more than
    `SLIDE_M` in a frame (Li et al., Lodge, CVPR 2024). NaN for a foot that never stands.

    `published` takes every frame for 1/30 s, the floor where the toes are in the first frame, and for the movement the
    mean of the signed x and z: it depends on the heading, and along x = -z nothing slides. `corrected` takes the length
    of the horizontal movement, the floor at y = 0, feet for standing that are at most `RAISED_M` above the skeleton's
    rest (the ankle of ours rests at 8.5 cm), and brings motion of other frame rates to 30 per second (cubic).

    Args:
        world: (T, J, 3), metres, y up.
        fps: frames per second of `world`.
        form: see `form.Form`.
        skeleton: of the joints.
    """
    return np.array([_ratio(*_counts(world, fps, form, pair, skeleton)) for pair in skeleton.feet])


def foot_skate_ratio(world: Floats, fps: float, form: Form = "published", skeleton: Skeleton = SMPL24) -> float:
    """Return `foot_skate_ratios` of both feet taken together, NaN when none ever stands."""
    counts = np.array([_counts(world, fps, form, pair, skeleton) for pair in skeleton.feet])
    return _ratio(*counts.sum(axis=0).tolist())


def float_share(world: Floats, skeleton: Skeleton = SMPL24) -> float:
    """Return the share of the frames in which no toe is below `TOE_M`: jumps, and what hovers over the floor."""
    toes = [toe for _, toe in skeleton.feet]
    return float((world[:, toes, 1].min(axis=1) > TOE_M).mean()) if len(world) else float("nan")


def penetration(world: Floats) -> float:
    """Return how far the lowest joint is below the floor (y = 0), m, 0 above it: the mean over time."""
    return float(np.maximum(-world[..., 1].min(axis=1), 0.0).mean()) if len(world) else float("nan")


def sliding(world: Floats, skeleton: Skeleton = SMPL24) -> float:
    """Return how far standing toes slide, m per frame, as the physical set of Motius has it (form `published`).

    A toe stands in a frame that moves it less than 1 cm, or in which it is less than 2 cm above the clip's lowest toe;
    the mean over those of its horizontal movement, of both toes. The last movement counts twice. NaN for one
    frame.
    """
    if len(world) < 2:
        return float("nan")
    toes = np.asarray(world[:, [toe for _, toe in skeleton.feet]], dtype=np.float32)
    moved = np.diff(toes, axis=0, append=2 * toes[-1:] - toes[-2:-1])
    height = toes[..., 1] - toes[..., 1].min()
    stands = (np.linalg.norm(moved, axis=-1) < 0.01) | (height < 0.02)
    flat = np.linalg.norm(moved[..., [0, 2]], axis=-1)
    return float(((flat * stands).sum(axis=0) / (stands.sum(axis=0) + 1e-6)).mean())


def _counts(world: Floats, fps: float, form: Form, pair: tuple[int, int], skeleton: Skeleton) -> tuple[int, int]:
    """Return the frames in which a foot slides while it stands, and those in which it stands."""
    world = np.asarray(resampled(world, fps, RATE) if form == "corrected" else world, dtype=np.float64)
    if not len(world):
        return 0, 0
    foot = world[:, list(pair)].copy()
    foot[..., 1] -= 0.0 if form == "corrected" else _floor(world, skeleton)
    highest = skeleton.rest_positions[list(pair), 1] + RAISED_M if form == "corrected" else np.array([ANKLE_M, TOE_M])
    stands = (foot[..., 1] <= highest).all(axis=1)
    moved = np.diff(foot[..., [0, 2]], axis=0, append=foot[-1:, :, [0, 2]])
    size = np.linalg.norm(moved, axis=-1) if form == "corrected" else np.abs(moved.mean(axis=-1))
    slides = (size > SLIDE_M).any(axis=1)
    return int((slides & stands).sum()), int(stands.sum())


def _floor(world: Floats, skeleton: Skeleton) -> float:
    left, right = (float(world[0, toe, 1]) for _, toe in skeleton.feet)
    return (left + right) / 2 if abs(left - right) < LEVEL_M else min(left, right)


def _ratio(some: int, of: int) -> float:
    return some / of if of else float("nan")
