"""Joints that are not where an estimator says: found by its confidence, the length of bones and what bodies can do.

None of the three is enough. MediaPipe is confident (0.84 to 0.97) of ankles that are wrong; arms that point to the
camera look short; and a joint that is wrong for a second moves slowly while it is.
"""

import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.alignment import LIMBS
from workflow_scripts.motion.kinematics import bone_lengths
from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.motion.smoothing import fill_gaps
from workflow_scripts.pose.backends.base import Track
from workflow_scripts.pose.clean.sides import body_size

Mask = npt.NDArray[np.bool_]

# Trust is confidence times the plausibility of the bone's length. A joint of less was not found, and a frame with fewer
# of the twelve limb joints shows nobody.
LEAST_TRUST, FEWEST_LIMBS = 0.1, 6
# The deviation of a bone from its median length, in units of that (or of 0.2 m for short ones), up to which it is
# plausible, and from which on it is not. Of bones that MediaPipe sees well, one in a hundred deviates by 0.2 to 0.4.
_PLAUSIBLE, _IMPLAUSIBLE, _SHORT_M = 0.35, 0.75, 0.2
# The fastest that joints move about the middle of the hips, m/s, on a body of 1.72 m; and the hips across the picture.
# Captured and choreographed dances stay below 6 m/s (hands) and 3 m/s (feet); estimates of good footage below 10 and 7.
_SPEEDS = {"wrist": 10.0, "hand": 12.0, "elbow": 8.0, "ankle": 7.0, "foot": 8.0, "knee": 7.0, "pelvis": 8.0}
_OTHER_SPEED = 6.0
# Over shorter times than this the way of a joint is the estimator's noise: at 120 frames per second its jitter alone
# would be faster than any wrist.
_SHORTEST_S = 1 / 30
# Fully trusted, so many of these times are given up rather than to believe in one jump.
_JUMP = 4.0
# Nobody is fastest for long: each further of these times adds this share of the way of the first. (With all of it, to
# leave out the frames around what is wrong, to give the way more time, would be the cheapest.)
_LATER = 0.25
_LEG = [SMPL24.index("left_knee"), SMPL24.index("left_ankle")]
_PARENTS = np.maximum(SMPL24.parents, 0)


def gated(track: Track, fps: float, longest: int) -> Track:
    """Return a track without its outliers: NaN, with confidence 0; frames with too few limbs left hold nobody.

    Args:
        track: of one shot; T frames with joints in space.
        fps: frames per second.
        longest: how many frames a joint may be lost. What is wrong for longer cannot be told from what is right.
    """
    assert track.joints is not None
    found = track.found & np.isfinite(track.joints).all(axis=(1, 2))
    trusted = track.confidence * plausibility(track.joints)
    trusted[~found] = 0.0
    # Of a joint that is never trusted nothing better is known.
    never = trusted.max(axis=0, initial=0.0) < LEAST_TRUST
    trusted[:, never] = found[:, None]
    kept = (trusted >= LEAST_TRUST) & possible(*_movement(track, found), trusted, fps, longest)
    # Where the hips jump, the whole body is elsewhere.
    kept[~kept[:, 0] & (trusted[:, 0] >= LEAST_TRUST)] = False
    kept[kept[:, LIMBS].sum(axis=1) < FEWEST_LIMBS] = False
    lost = ~kept[..., None]
    return Track(
        np.where(lost, np.nan, track.keypoints),
        np.where(kept, track.confidence, 0.0),
        np.where(lost, np.nan, track.joints),
    )


def plausibility(joints: Floats) -> Floats:
    """Return for each joint (T, 24) how plausible the length of the bone from its parent is, 1 to 0.

    Args:
        joints: (T, 24, 3) in one unit of about a metre; NaN where unknown, which is fully plausible.
    """
    lengths = np.linalg.norm(joints - joints[:, _PARENTS], axis=-1)
    known = np.isfinite(lengths).all(axis=1)
    if not known.any():
        return np.ones(lengths.shape)
    usual = bone_lengths(joints[known])
    deviation = np.abs(np.nan_to_num(lengths, nan=0.0) - usual) / np.maximum(usual, _SHORT_M)
    share = (deviation - _PLAUSIBLE) / (_IMPLAUSIBLE - _PLAUSIBLE)
    return np.where(np.isfinite(lengths), np.clip(1 - share, 0.0, 1.0), 1.0)


def possible(space: Floats, picture: Floats, trust: Floats, fps: float, longest: int) -> Mask:
    """Return which samples (T, 24) lie on the most trusted path that no joint has to be too fast for.

    For each joint the path through some of its frames is chosen (dynamic programming) that gathers most trust, moves
    within reach (`_SPEEDS`) in space and in the picture from one of them to the next, at most `longest` frames left
    out between, and pays for each time it does not.

    Args:
        space: (T, 24, 3) metres about the hips.
        picture: (T, 24, 2) the same in metres across the picture, the hips (joint 0) about the picture's own origin.
        trust: (T, 24) at least 0; 0 where a joint is not known.
        fps: frames per second.
        longest: frames.
    """
    frames, joints = trust.shape
    step_s = max(1 / fps, _SHORTEST_S)
    limits = np.array([_SPEEDS.get(name.split("_")[-1], _OTHER_SPEED) for name in SMPL24.joints]) * step_s
    jump = _JUMP * step_s * fps
    reach = min(longest + 1, frames - 1)
    allowed = np.zeros((frames, reach, joints), dtype=bool)  # [t, lag - 1]: from t - lag to t
    for lag in range(1, reach + 1):
        for points in (space, picture):
            way = np.linalg.norm(points[lag:] - points[:-lag], axis=-1)
            near = way <= limits * (1 + _LATER * max(lag / (step_s * fps) - 1, 0.0))
            allowed[lag:, lag - 1] = near if points is space else allowed[lag:, lag - 1] & near
    best = np.full((frames + 1, joints), -np.inf)  # of paths that end in frame t; row 0: before the first
    before = np.full((frames, joints), -1)
    highest, at = np.zeros(joints), np.full(joints, -1)
    columns = np.arange(joints)
    for t in range(frames):
        gain, come_from = highest - np.where(at < 0, 0.0, jump), at
        lags = min(reach, t)
        if lags:
            steady = np.where(allowed[t, :lags], best[t - lags + 1 : t + 1][::-1], -np.inf)
            lag = steady.argmax(axis=0)
            better = steady[lag, columns] > gain
            gain, come_from = np.where(better, steady[lag, columns], gain), np.where(better, t - lag - 1, come_from)
        known = trust[t] > 0
        best[t + 1] = np.where(known, gain + trust[t], -np.inf)
        before[t] = come_from
        higher = best[t + 1] > highest
        highest, at = np.where(higher, best[t + 1], highest), np.where(higher, t, at)
    on_path = np.zeros((frames, joints), dtype=bool)
    for t in range(frames - 1, -1, -1):
        here = at == t
        on_path[t] = here
        at = np.where(here, before[t], at)
    return on_path


def _movement(track: Track, found: Mask) -> tuple[Floats, Floats]:
    """Return the joints about the hips in space and in the picture, both in metres of a body of our own size."""
    assert track.joints is not None
    nothing = np.full((len(found), SMPL24.size, 3), np.nan)
    if not found.any():
        return nothing, nothing[..., :2]
    scale = SMPL24.rest_lengths[_LEG].sum() / max(bone_lengths(track.joints[found])[_LEG].sum(), 1e-6)
    space = (track.joints - track.joints[:, :1]) * scale
    metre = body_size(track.keypoints[found]) / max(body_size(space[found]), 1e-6)  # pixels
    picture = (track.keypoints - track.keypoints[:, :1]) / max(metre, 1e-6)
    picture[:, 0] = track.keypoints[:, 0] / max(metre, 1e-6)
    return space, picture


def filled(track: Track) -> Track:
    """Return a track in which every joint is everywhere, at least one frame being found; what is filled in has
    confidence 0.

    The hips are interpolated where they were lost; every other joint is carried by its parent, the bone between them
    turning from where it was last seen to where it is seen again.
    """
    assert track.joints is not None
    known: Mask = np.asarray(np.isfinite(track.joints).all(axis=-1) & np.isfinite(track.keypoints).all(axis=-1))
    keypoints, joints = track.keypoints.copy(), track.joints.copy()
    for values in (keypoints, joints):
        for joint, parent in enumerate(SMPL24.parents):
            lost = ~known[:, joint]
            if not lost.any():
                continue
            both = ~lost if parent < 0 else ~lost & known[:, parent]
            present = both if both.any() else ~lost
            whole = values[:, joint] - (0.0 if parent < 0 else values[:, parent])
            if not present.any():
                values[:, joint] = values[:, max(parent, 0)]
                continue
            bone = fill_gaps(whole, present)
            values[lost, joint] = bone[lost] + (0.0 if parent < 0 else values[lost, parent])
    return Track(keypoints, np.where(known, track.confidence, 0.0), joints)
