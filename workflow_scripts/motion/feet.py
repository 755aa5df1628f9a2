"""Foot contacts, and feet that stay where they stand.

Blending and time warping make standing feet slide. Locking pins each standing foot to one place: the pelvis follows
half of the correction, the leg makes up the rest with a bent knee, and between contacts the correction fades smoothly.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.linalg import solveh_banded
from scipy.ndimage import binary_closing, binary_opening, gaussian_filter1d, maximum_filter1d

from workflow_scripts.motion.kinematics import facing_angle, turned
from workflow_scripts.motion.parts import PART
from workflow_scripts.motion.skeleton import SMPL24, Floats

Mask = npt.NDArray[np.bool_]

# EDGE (Tseng et al., CVPR 2023) labels a foot as in contact below 0.01 m per frame at 30 fps = 0.3 m/s. Blended motion
# slides faster than that where it should stand (0.46 m/s on average, against 0.36 in captured waltz), hence twice that.
CONTACT_SPEED = 0.6  # m/s
# Lodge (Li et al., CVPR 2024): toe at most 5 cm above the floor. Three more for the noise of estimated poses.
CONTACT_HEIGHT = 0.08  # m, of the toe
MIN_CONTACT_S = 0.1
MAX_GAP_S = 0.07
# A longer slide than this is meant (a glide, a drag): the foot is pinned in pieces.
MAX_SHIFT = 0.12  # m
FADE_S = 0.13  # time constant with which a correction fades outside contacts
LOCK = 1e4  # how much more a contact counts than free movement in the smooth correction
REACH = 0.999  # of the leg's length: a leg is never pulled quite straight
MAX_DROP = 0.08  # m, by which the pelvis goes down to let a foot reach its place
MAX_LIFT = 0.1  # m, by which a leg bends to bring its foot up to the floor; a body that is lower comes up whole

_LEGS = tuple(
    (SMPL24.index(f"{s}_hip"), SMPL24.index(f"{s}_knee"), *foot)
    for s, foot in zip(("left", "right"), SMPL24.feet, strict=True)
)
_HORIZONTAL = (0, 2)
_ENDS = [joint for foot in SMPL24.feet for joint in foot]


def foot_contacts(world: Floats, fps: float) -> Mask:
    """Return when each foot stands, (T, 2) bool, left first.

    A foot stands while its toe is below `CONTACT_HEIGHT` and its slower end (ankle or toe) moves slower than
    `CONTACT_SPEED` horizontally, for at least `MIN_CONTACT_S`.

    Args:
        world: (T, 24, 3) metres, floor at y = 0.
        fps: frames per second.
    """
    if len(world) < 3:
        return np.zeros((len(world), 2), dtype=bool)
    toes = [toe for _, toe in SMPL24.feet]
    slow = _end_speeds(world, fps).reshape(-1, 2, 2).min(axis=-1) < CONTACT_SPEED
    return without_short_runs(slow & (world[:, toes, 1] < CONTACT_HEIGHT), fps)


def end_contacts(world: Floats, fps: float) -> Mask:
    """Return when each end of each foot stands, (T, 4) bool: left ankle, left toe, right ankle, right toe.

    As `foot_contacts`, but an end stands by its own speed and its own height, the toe's below `CONTACT_HEIGHT` and the
    ankle's as far above that of a flat foot: a dancer on tiptoe stands on toes alone.

    Args:
        world: (T, 24, 3) metres, floor at y = 0.
        fps: frames per second.
    """
    if len(world) < 3:
        return np.zeros((len(world), 4), dtype=bool)
    flat = SMPL24.rest_positions[_ENDS, 1]
    highest = CONTACT_HEIGHT + flat - flat[1]
    low = world[:, _ENDS, 1] < highest
    return without_short_runs(low & (_end_speeds(world, fps) < CONTACT_SPEED), fps)


def _end_speeds(world: Floats, fps: float) -> Floats:
    """Return the horizontal speed (T, 4), m/s, of each end of each foot, T >= 3; smoothed by a frame."""
    ends = gaussian_filter1d(world[:, _ENDS][:, :, _HORIZONTAL], 1.0, axis=0)
    return np.asarray(np.linalg.norm(np.gradient(ends, axis=0), axis=-1) * fps)


def without_short_runs(contacts: Mask, fps: float) -> Mask:
    """Close gaps of up to `MAX_GAP_S` in contacts (T, feet), then drop contacts shorter than `MIN_CONTACT_S`.

    A contact that touches the first or the last frame may be a longer one and stays.
    """
    shortest, gap = max(round(MIN_CONTACT_S * fps), 1), max(round(MAX_GAP_S * fps), 1)
    result = np.zeros_like(contacts)
    for side, stands in enumerate(contacts.T):
        # Padding by the edge value: a contact that begins before the first frame counts whatever its length.
        padded = np.pad(stands, shortest + gap, mode="edge")
        padded = binary_opening(binary_closing(padded, np.ones(gap + 1)), np.ones(shortest))
        result[:, side] = padded[shortest + gap : -(shortest + gap)]
    return result


def lock_feet(world: Floats, fps: float) -> Floats:
    """Return the motion with every standing foot pinned to one place and nothing below the floor.

    Bone lengths stay as they are. The upper body keeps its pose and moves with the pelvis.

    Args:
        world: (T, 24, 3) metres, y up, floor at y = 0.
        fps: frames per second.

    Returns:
        (T, 24, 3), of the same precision as `world`; besides it and a copy, a long motion takes little memory.
    """
    world = np.array(world)
    sunken = np.maximum(-world[:, :, 1].min(axis=1) - MAX_LIFT, 0.0)
    world[:, :, 1] += _envelope(sunken, fps)[:, None]
    if len(world) >= 3:
        _pin_feet(world, fps)
    return above_floor(world, fps)


def above_floor(world: Floats, fps: float) -> Floats:
    """Lift the whole body (T, 24, 3) smoothly where a joint is below the floor; changes `world` and returns it."""
    lift = _envelope(np.maximum(-world[:, :, 1].min(axis=1), 0.0), fps)
    world[:, :, 1] += lift[:, None]
    return world


def _pin_feet(world: Floats, fps: float) -> None:
    """Let standing feet stand, and raise those below the floor, in place; T >= 3."""
    shifts = np.stack(
        [
            _foot_shift(world[:, toe].astype(np.float64), contact, fps)
            for (_, toe), contact in zip(SMPL24.feet, foot_contacts(world, fps).T, strict=True)
        ],
        axis=1,
    )
    # Feet below the floor come up; the pelvis does not follow that.
    below = np.stack([-np.minimum(world[:, foot, 1], 0.0).min(axis=1) for foot in map(list, SMPL24.feet)], axis=1)
    lifts = _envelope(below, fps)
    if not shifts.any() and not lifts.any():
        return
    parts = [slice(first, first + PART) for first in range(0, len(world), PART)]
    needed = [_needed_drop(*_towards(world[part], shifts[part], lifts[part])) for part in parts]
    drop = _envelope(np.clip(np.concatenate(needed), 0.0, MAX_DROP), fps)
    for part in parts:
        body, targets = _towards(world[part], shifts[part], lifts[part])
        body[:, :, 1] -= drop[part, None]
        forward = turned(np.broadcast_to(np.array([0.0, 0.0, 1.0]), (len(body), 3)), facing_angle(body))
        for (hip, knee, ankle, toe), target in zip(_LEGS, targets, strict=True):
            offset = body[:, toe] - body[:, ankle]
            body[:, knee], body[:, ankle] = two_bone(body[:, hip], body[:, knee], body[:, ankle], target, forward)
            body[:, toe] = body[:, ankle] + offset
        world[part] = body


def _towards(world: Floats, shifts: Floats, lifts: Floats) -> tuple[Floats, list[Floats]]:
    """Return the body moved by half of its feet's corrections, float64, and where each ankle (T, 3) is to be."""
    world = world.astype(np.float64)
    targets: list[Floats] = [
        world[:, ankle] + _with_height(shifts[:, side], lifts[:, side]) for side, (ankle, _) in enumerate(SMPL24.feet)
    ]
    return world + _with_height(shifts.mean(axis=1), np.zeros(len(world)))[:, None], targets


def two_bone(hip: Floats, knee: Floats, ankle: Floats, target: Floats, forward: Floats) -> tuple[Floats, Floats]:
    """Move the ankle of a leg to `target`, or as near as it reaches, with both bones' lengths kept.

    The knee keeps the side to which it is bent (law of cosines in the plane of hip, old knee and target).

    Args:
        hip, knee, ankle, target: (T, 3) metres.
        forward: (T, 3) unit vectors, the side a straight knee bends to.

    Returns:
        knee and ankle, (T, 3) each.
    """
    thigh = np.linalg.norm(knee - hip, axis=-1, keepdims=True)
    shin = np.linalg.norm(ankle - knee, axis=-1, keepdims=True)
    now = np.linalg.norm(ankle - hip, axis=-1, keepdims=True)
    way = target - hip
    distance = np.linalg.norm(way, axis=-1, keepdims=True)
    axis = way / np.maximum(distance, 1e-9)
    # A leg that was straighter than REACH may stay so: motion that needs no correction is not changed.
    distance = np.clip(distance, np.abs(thigh - shin) + 1e-6, np.maximum(now, (thigh + shin) * REACH))
    along = (thigh**2 - shin**2 + distance**2) / (2 * distance)
    out = np.sqrt(np.maximum(thigh**2 - along**2, 0.0))
    # The bend follows the old knee, and `forward` as the leg gets straight: there the old knee tells nothing.
    old = (ankle - hip) / np.maximum(now, 1e-9)
    bend = (knee - hip) - ((knee - hip) * old).sum(axis=-1, keepdims=True) * old + 0.01 * forward
    bend -= (bend * axis).sum(axis=-1, keepdims=True) * axis
    bend /= np.maximum(np.linalg.norm(bend, axis=-1, keepdims=True), 1e-9)
    new_knee = hip + along * axis + out * bend
    return new_knee, hip + distance * axis


def _foot_shift(toe: Floats, contact: Mask, fps: float) -> Floats:
    """Return the smooth horizontal correction (T, 2) of a foot that stands in `contact` (T,)."""
    target = np.zeros((len(toe), 2))
    edges = np.flatnonzero(np.diff(np.concatenate([[False], contact, [False]]).astype(int)))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        path = toe[start:end][:, _HORIZONTAL]
        pieces = max(int(np.ceil(np.ptp(path, axis=0).max() / (2 * MAX_SHIFT))), 1)
        for piece in np.array_split(np.arange(end - start), pieces):
            # The middle of the contact is where the foot is most itself; blends and lifts are at its ends.
            target[start + piece] = path[piece].mean(axis=0) - path[piece]
    return _smooth_correction(target, np.where(contact, LOCK, 1.0), fps)


def _smooth_correction(target: Floats, weights: Floats, fps: float) -> Floats:
    """Return the smooth (T, d) that follows `target` where the weights are large and else fades to it.

    Whittaker's smoother (Eilers, Analytical Chemistry 2003) with third differences: the s with least
    sum of w (s - target)² + λ (s''')².
    """
    if not target.any() or len(target) < 4:
        return np.zeros_like(target)
    strength = (FADE_S * fps) ** 6
    kernel = np.array([-1.0, 3.0, -3.0, 1.0])
    frames = len(target)
    bands = np.zeros((4, frames))
    for i in range(4):
        for j in range(i, 4):
            # Lower band form: bands[row - column, column].
            bands[j - i, i : frames - 3 + i] += strength * kernel[i] * kernel[j]
    bands[0] += weights
    return np.asarray(solveh_banded(bands, weights[:, None] * target, lower=True))


def _envelope(depth: Floats, fps: float) -> Floats:
    """Return a smooth curve along axis 0 that is nowhere lower than `depth`.

    Every value is a weighted mean of maxima over windows that all hold the frame itself.
    """
    if not depth.any():
        return np.zeros(depth.shape)
    sigma = 0.05 * fps
    radius = max(int(2.5 * sigma), 1)
    highest = maximum_filter1d(depth, 2 * radius + 1, axis=0)
    return np.asarray(gaussian_filter1d(highest.astype(np.float64), sigma, axis=0, radius=radius))


def _needed_drop(world: Floats, targets: Sequence[Floats]) -> Floats:
    """Return by how much (T,) the pelvis must go down so that the legs reach their targets."""
    needed = np.zeros(len(world))
    for (hip, knee, ankle, _), target in zip(_LEGS, targets, strict=True):
        thigh = np.linalg.norm(world[:, knee] - world[:, hip], axis=-1)
        reach = thigh + np.linalg.norm(world[:, ankle] - world[:, knee], axis=-1)
        reach = np.maximum(reach * REACH, np.linalg.norm(world[:, ankle] - world[:, hip], axis=-1))
        way = target - world[:, hip]
        below = np.sqrt(np.maximum(reach**2 - way[:, 0] ** 2 - way[:, 2] ** 2, 0.0))
        needed = np.maximum(needed, np.where(np.linalg.norm(way, axis=-1) > reach + 1e-9, -way[:, 1] - below, 0.0))
    return needed


def _with_height(horizontal: Floats, height: Floats) -> Floats:
    return np.stack([horizontal[:, 0], height, horizontal[:, 1]], axis=-1)
