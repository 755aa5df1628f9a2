"""Which way is up in a stranger's file, and how long its unit of length is, both told from the body itself."""

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from workflow_scripts.motion.joint_names import smpl24_map
from workflow_scripts.motion.skeleton import Floats, Skeleton

# Units in which people are between 1.3 and 2.25 m tall; no height fits two of them. That of the CMU motion capture
# database is 1/0.45 inch.
UNITS = MappingProxyType(
    {"metres": 1.0, "feet": 0.3048, "decimetres": 0.1, "CMU's units": 0.0254 / 0.45, "inches": 0.0254}
    | {"centimetres": 0.01, "millimetres": 0.001}
)
SMALLEST, TALLEST, USUAL = 1.3, 2.25, 1.7
# Thigh and shin are 0.245 and 0.246 of the stature (Drillis & Contini, 1966).
LEG_SHARE = 0.491
# The mean of the direction from feet to head, of length 1 in every frame, over a motion: beyond this along one axis,
# and less than half of it along the expected one, the body stands along the former.
_CLEAR = 0.6


@dataclass(frozen=True)
class Up:
    """The direction that is up: +1 or -1 along axis 0, 1 or 2 (x, y, z)."""

    axis: int
    sign: int

    def __str__(self) -> str:
        return f"{'-' if self.sign < 0 else ''}{'xyz'[self.axis]}"


Y_UP, Z_UP = Up(1, 1), Up(2, 1)


def up_of(joints: Floats, skeleton: Skeleton, expected: Up = Y_UP) -> Up:
    """Return which way is up, seen from how the body mostly stands.

    People who stand have their heads above their feet. Where a motion shows no clear direction (floor work, or joints
    that are not recognised) it is the `expected` one.

    Args:
        joints: (T, J, 3) in the file's own frame of reference; NaN is left out.
    """
    found = smpl24_map(skeleton)
    top = next((found[name] for name in ("head", "neck", "left_shoulder") if name in found), None)
    feet = [found[name] for name in ("left_ankle", "right_ankle") if name in found]
    if top is None or not feet:
        return expected
    body = joints[:, top] - joints[:, feet].mean(axis=1)
    length = np.linalg.norm(body, axis=-1)
    usable = np.isfinite(length) & (length > 0)
    if not usable.any():
        return expected
    mean = (body[usable] / length[usable, None]).mean(axis=0)
    axis = int(np.abs(mean).argmax())
    if abs(mean[axis]) < _CLEAR or mean[expected.axis] * expected.sign > abs(mean[axis]) / 2:
        return expected
    return Up(axis, 1 if mean[axis] > 0 else -1)


def with_y_up(points: Floats, up: Up) -> Floats:
    """Turn points (..., 3) so that `up` becomes +y; nothing is mirrored."""
    if up == Y_UP:
        return points
    x, y, z = points[..., 0], points[..., 1], points[..., 2]
    turned = {
        (0, 1): (-y, x, z),
        (0, -1): (y, -x, z),
        (1, -1): (x, -y, -z),
        (2, 1): (x, z, -y),
        (2, -1): (x, -z, y),
    }[up.axis, up.sign]
    return np.stack(turned, axis=-1)


def with_z_up(points: Floats) -> Floats:
    """Turn points (..., 3) with y up so that z is up: the inverse of `with_y_up` for z."""
    return np.stack([points[..., 0], -points[..., 2], points[..., 1]], axis=-1)


def unit_of(joints: Floats, skeleton: Skeleton) -> tuple[str, float]:
    """Return (name, metres) of the unit of length, seen from the body's stature.

    The stature follows from the legs where the skeleton has them, or else from the joint's extent. Where a person would
    be a dwarf or a giant in every unit (bodies of animation are measured in anything), the body is taken to be 1.7 m
    tall; the name then says so.

    Args:
        joints: (T, J, 3) in the file's own unit.
    """
    found = smpl24_map(skeleton)
    legs = [[f"{side}_{joint}" for joint in ("hip", "knee", "ankle")] for side in ("left", "right")]
    lengths = [
        np.linalg.norm(np.diff(joints[:, [found[joint] for joint in leg]], axis=1), axis=-1).sum(axis=-1)
        for leg in legs
        if all(joint in found for joint in leg)
    ]
    if lengths:
        stature = float(np.nanmedian(lengths)) / LEG_SHARE
    else:
        stature = float(np.nanmedian(np.ptp(joints, axis=1).max(axis=-1)))
    for name, metres in UNITS.items():
        if SMALLEST <= stature * metres < TALLEST:
            return name, metres
    if not np.isfinite(stature) or stature <= 0:
        return "metres", 1.0
    return f"1.7 m / {stature:.4g} (no known unit)", USUAL / stature
