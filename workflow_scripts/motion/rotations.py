"""Rotations of joints: forward kinematics, the rotations that fit given joints, and angles without jumps.

Rotations are matrices (..., 3, 3) that act on columns. A joint's local rotation turns everything that hangs on it, in
the frame of its parent; at rest all are the identity. Axis-angle vectors are in radians, their length is the angle.
What networks learn of them, with gradients, is `motion.rotation_6d` and `motion.forward_kinematics`.
"""

import warnings
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from scipy.linalg import solveh_banded
from scipy.spatial.transform import Rotation

from workflow_scripts.motion.skeleton import SMPL24, Floats

# Directions of bones at rest whose second singular value is below this share of the first lie on one line.
_ON_A_LINE = 1e-3
# The sine of the angle by which a hinge is bent from which on its plane is fully believed; a straight limb shows none.
_BENT = 0.35
# How much a limb that is straight keeps of the shortest turn, and how dear a change of twist from frame to frame is.
_LEAST_BELIEF, _STEADINESS = 0.001, 4.0
_CLEARLY_BENT = 0.5  # of 1: so much belief in two frames that the way between them is known
# The axis about which knees and elbows bend from smpl24's T-pose: shins swing back, forearms forward.
SMPL24_HINGES: Mapping[int, tuple[float, float, float]] = MappingProxyType(
    {
        SMPL24.index("left_knee"): (1.0, 0.0, 0.0),
        SMPL24.index("right_knee"): (1.0, 0.0, 0.0),
        SMPL24.index("left_elbow"): (0.0, -1.0, 0.0),
        SMPL24.index("right_elbow"): (0.0, 1.0, 0.0),
    }
)
# Turns about three different axes; each has its own pole, where the middle angle is a right one.
EULER_ORDERS = ("ZXY", "YXZ", "XYZ", "ZYX", "YZX", "XZY")


def matrices_of_axis_angles(vectors: Floats) -> Floats:
    """Return rotation matrices (..., 3, 3) of axis-angle vectors (..., 3), radians."""
    flat = Rotation.from_rotvec(np.asarray(vectors, dtype=np.float64).reshape(-1, 3))
    return np.asarray(flat.as_matrix()).reshape(*vectors.shape, 3)


def axis_angles_of_matrices(matrices: Floats) -> Floats:
    """Return axis-angle vectors (..., 3), radians, no longer than pi, of rotation matrices (..., 3, 3)."""
    flat = Rotation.from_matrix(np.asarray(matrices, dtype=np.float64).reshape(-1, 3, 3))
    return np.asarray(flat.as_rotvec()).reshape(matrices.shape[:-1])


def forward_kinematics(local: Floats, offsets: Floats, root: Floats, parents: Sequence[int]) -> Floats:
    """Return joints (T, J, 3) in the world.

    Args:
        local: (T, J, 3, 3) local rotations.
        offsets: (J, 3), or (T, J, 3) when they change, of every joint from its parent in the parent's frame; that of
            the root is not used.
        root: (T, 3) position of the root joint.
        parents: parent of every joint, before it in order; -1 for the root.
    """
    frames, size = local.shape[:2]
    steps = np.broadcast_to(offsets, (frames, size, 3))
    turned = np.empty((frames, size, 3, 3))
    joints = np.empty((frames, size, 3))
    for joint, parent in enumerate(parents):
        if parent < 0:
            turned[:, joint], joints[:, joint] = local[:, joint], root
        else:
            turned[:, joint] = turned[:, parent] @ local[:, joint]
            joints[:, joint] = joints[:, parent] + (turned[:, parent] @ steps[:, joint, :, None])[..., 0]
    return joints


def fitted_rotations(
    joints: Floats,
    offsets: Floats,
    parents: Sequence[int],
    hinges: Mapping[int, tuple[float, float, float]] = MappingProxyType({}),
    reach: bool = False,
) -> Floats:
    """Return the rotations in the world (T, J, 3, 3) of a body at rest that is turned into given joints.

    A joint with one child turns its bone into place by the shortest way from the parent's frame: the twist about the
    bone is not determined by positions. At a limb whose next joint is a hinge the twist follows the plane in which the
    limb is bent, as far as it is bent; the hinge itself bends about its axis, and only what is left goes the shortest
    way. A joint with several children gets the rotation that fits them best (Kabsch, 1976); where they do not keep
    their angles to each other the joints are not met exactly. A joint without children keeps its parent's frame.

    Args:
        joints: (T, J, 3) without NaN; only directions count.
        offsets: (J, 3) of every joint from its parent at rest.
        parents: parent of every joint, before it in order; -1 for the root.
        hinges: {joint: axis at rest about which it bends}; the limb ends in one joint on either side of it.
        reach: let a bone point from where forward kinematics puts its joint to where its end is to be, so that limbs
            make up for what joints with several children leave; otherwise bones keep their directions.
    """
    children: list[list[int]] = [[] for _ in parents]
    for joint, parent in enumerate(parents):
        if parent >= 0 and np.linalg.norm(offsets[joint]) > 0:
            children[parent].append(joint)
    result = np.empty((*joints.shape, 3))
    starts = np.array(joints, dtype=np.float64)
    for joint, parent in enumerate(parents):
        if reach and parent >= 0:
            starts[:, joint] = starts[:, parent] + result[:, parent] @ offsets[joint]
        frame = result[:, parent] if parent >= 0 else np.broadcast_to(np.eye(3), (len(joints), 3, 3))
        ends = children[joint]
        if not ends:
            result[:, joint] = frame
            continue
        rest = np.stack([offsets[child] for child in ends])
        bones = np.stack([joints[:, child] - starts[:, joint] for child in ends], axis=1)
        if len(ends) > 1 and np.linalg.svd(unit(rest), compute_uv=False)[1] > _ON_A_LINE:
            lengths = np.linalg.norm(rest, axis=-1)[:, None]
            result[:, joint] = _best_rotation(unit(bones) * lengths, rest)
            continue
        if joint in hinges:
            frame = _bent(frame, bones[:, 0], rest[0], hinges[joint])
        result[:, joint] = shortest_turn(frame @ rest[0], bones[:, 0]) @ frame
        hinge = ends[0]
        if hinge in hinges and len(children[hinge]) == 1:
            beyond = joints[:, children[hinge][0]] - joints[:, hinge]
            result[:, joint] = _twist_to_hinge(result[:, joint], unit(bones[:, 0]), unit(beyond), hinges[hinge])
    return result


def local_rotations(world: Floats, parents: Sequence[int]) -> Floats:
    """Return every joint's rotation (T, J, 3, 3) in the frame of its parent from those in the world."""
    local = world.copy()
    for joint, parent in enumerate(parents):
        if parent >= 0:
            local[:, joint] = np.swapaxes(world[:, parent], -1, -2) @ world[:, joint]
    return local


def shortest_turn(start: Floats, end: Floats) -> Floats:
    """Return the rotations (T, 3, 3) by the smallest angle that turn directions (T, 3) into others.

    Directions of no length are not turned. Opposite ones are turned about an axis square to them.
    """
    a, b = unit(start), unit(end)
    axis = np.cross(a, b)
    cosine = (a * b).sum(axis=-1)
    helper = np.where(np.abs(a[..., :1]) < 0.9, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
    opposite = cosine < -1 + 1e-12
    axis = np.where(opposite[..., None], np.cross(a, helper), axis)
    angle = np.where(opposite, np.pi, np.arctan2(np.linalg.norm(np.cross(a, b), axis=-1), cosine))
    return matrices_of_axis_angles(unit(axis) * angle[..., None])


def smooth_euler_angles(local: Floats) -> tuple[tuple[str, ...], Floats]:
    """Return Euler angles of rotations over time, as steady from frame to frame as they can be.

    Every rotation has two sets of angles, each of them modulo 360 degrees: the one nearer to the frame before is taken.
    Near a pole of an order its angles still race: a joint gets the first of `EULER_ORDERS` whose largest step is at
    most 20 degrees, or that with the smallest.

    Args:
        local: (T, J, 3, 3).

    Returns:
        (orders, angles): one order per joint, turns about the axes of the joint itself from left to right; angles
        (T, J, 3) in degrees in that order.
    """
    size = local.shape[1]
    orders = [EULER_ORDERS[0]] * size
    angles = _steady_angles(local, EULER_ORDERS[0])
    step = _largest_steps(angles)
    for order in EULER_ORDERS[1:]:
        racing = np.flatnonzero(step > 20.0)
        if not len(racing):
            break
        other = _steady_angles(local[:, racing], order)
        for place, joint in enumerate(racing):
            largest = _largest_steps(other[:, place : place + 1])[0]
            if largest < step[joint]:
                orders[joint], step[joint], angles[:, joint] = order, largest, other[:, place]
    return tuple(orders), angles


def _steady_angles(local: Floats, order: str) -> Floats:
    flat = Rotation.from_matrix(local.reshape(-1, 3, 3))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # at a pole any share between first and last angle will do
        angles = np.asarray(flat.as_euler(order, degrees=True)).reshape(*local.shape[:2], 3)
    other = angles * [1.0, -1.0, 1.0] + 180.0
    for frame in range(1, len(angles)):
        before = angles[frame - 1]
        both = [before + (choice[frame] - before + 180.0) % 360.0 - 180.0 for choice in (angles, other)]
        nearer = np.abs(both[1] - before).sum(axis=-1) < np.abs(both[0] - before).sum(axis=-1)
        angles[frame] = np.where(nearer[:, None], both[1], both[0])
    return angles


def _largest_steps(angles: Floats) -> Floats:
    return np.abs(np.diff(angles, axis=0)).max(axis=(0, 2), initial=0.0)


def _best_rotation(bones: Floats, rest: Floats) -> Floats:
    """Return the rotations (T, 3, 3) that bring rest (C, 3) nearest to bones (T, C, 3), in least squares."""
    u, _, vt = np.linalg.svd(np.swapaxes(bones, -1, -2) @ rest)
    u[..., 2] *= np.linalg.det(u @ vt)[..., None]
    return np.asarray(u @ vt)


def _bent(frame: Floats, bone: Floats, rest: Floats, axis: Sequence[float]) -> Floats:
    """Turn frames (T, 3, 3) about a hinge's axis until the bone's rest (3,) is as near as it comes to the bone (T, 3).

    What folds almost back on itself has no shortest way of its own: it would jump from one side to the other.
    """
    normal = unit(np.asarray(axis, dtype=np.float64))
    along = unit(rest - normal * (rest @ normal))
    inside = (np.swapaxes(frame, -1, -2) @ bone[..., None])[..., 0]
    angle = np.arctan2(inside @ np.cross(normal, along), inside @ along)
    return np.asarray(frame @ matrices_of_axis_angles(normal * angle[:, None]))


def _twist_to_hinge(frame: Floats, bone: Floats, beyond: Floats, axis: Sequence[float]) -> Floats:
    """Turn frames (T, 3, 3) about their bone (T, 3) so that the hinge's axis stands square on the bent limb.

    The angle is one smooth curve over time: near the measured one where the limb is bent, and near none (the shortest
    turn) where it stays straight.
    """
    now, wanted = frame @ np.asarray(axis, dtype=np.float64), np.cross(bone, beyond)
    sine = np.linalg.norm(wanted, axis=-1)
    now = now - (now * bone).sum(axis=-1, keepdims=True) * bone
    measured = np.arctan2((np.cross(now, wanted) * bone).sum(axis=-1), (now * wanted).sum(axis=-1))
    believed = np.minimum(sine / _BENT, 1.0) ** 2
    # Smoothed on the circle first, to know by how many whole turns each measured angle is to be moved; where the limb
    # is clearly bent from one frame to the next, the angle goes on from there instead, the shorter way.
    weights = believed + _LEAST_BELIEF
    cosine, sine = np.cos(measured) * believed + _LEAST_BELIEF, np.sin(measured) * believed
    rough = np.unwrap(np.arctan2(_smoothed(sine / weights, weights), _smoothed(cosine / weights, weights)))
    whole = [rough + (np.asarray(angle) - rough + np.pi) % (2 * np.pi) - np.pi for angle in (measured, 0.0 * measured)]
    clear = np.minimum(believed[1:], believed[:-1]) > _CLEARLY_BENT
    turns = np.where(clear, np.round(np.diff(whole[0]) / (2 * np.pi)), 0.0)
    whole = [angle - 2 * np.pi * np.insert(np.cumsum(turns), 0, 0.0) for angle in whole]
    angle = _smoothed((whole[0] * believed + whole[1] * _LEAST_BELIEF) / weights, weights)
    return matrices_of_axis_angles(bone * angle[:, None]) @ frame


def _smoothed(values: Floats, weights: Floats) -> Floats:
    """Return the curve (T,) nearest to weighted values whose steps are small as well (Whittaker, 1923)."""
    if len(values) == 1:
        return values
    bands = np.zeros((2, len(values)))
    bands[1] = weights
    bands[1, 1:] += _STEADINESS
    bands[1, :-1] += _STEADINESS
    bands[0, 1:] = -_STEADINESS
    return np.asarray(solveh_banded(bands, weights * values))


def unit(vectors: Floats) -> Floats:
    """Return vectors (..., 3) of length 1; those of no length stay."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)
