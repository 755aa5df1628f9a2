import numpy as np
import pytest
from pose.synthetic import FPS, dancer

from workflow_scripts.motion.kinematics import turned
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.pose.backends.base import Track
from workflow_scripts.pose.clean.sides import with_sides_repaired

ARM = ("collar", "shoulder", "elbow", "wrist", "hand")
LEG = ("hip", "knee", "ankle", "foot")


def told_apart(track):
    """The same with confidences that tell the sides apart."""
    track.confidence[:, [i for i, name in enumerate(SMPL24.joints) if name.startswith("left")]] = 0.9
    return track


def exchanged(track, frames, joints):
    result = Track(*(values.copy() for values in vars(track).values()))
    left, right = ([SMPL24.index(f"{side}_{joint}") for joint in joints] for side in ("left", "right"))
    for values, source in zip(vars(result).values(), vars(track).values(), strict=True):
        values[frames, left], values[frames, right] = source[frames, right], source[frames, left]
    return result


def assert_same(track, other):
    for one, two in zip(vars(track).values(), vars(other).values(), strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("joints", [ARM, LEG, ARM + LEG, LEG[1:], LEG[2:]])
@pytest.mark.parametrize("length", [1, 3])
def test_exchanged_sides_are_exchanged_back_everywhere(joints, length):
    track = told_apart(dancer().track())
    mistaken = exchanged(track, np.arange(30, 30 + length)[:, None], joints)
    assert np.abs(mistaken.joints - track.joints).max() > 0.1
    assert_same(with_sides_repaired(mistaken, FPS), track)


def test_what_is_right_stays():
    track = told_apart(dancer().track())
    assert_same(with_sides_repaired(track, FPS), track)


def test_legs_that_cross_in_the_picture_stay_crossed():
    """Seen from the side: one leg swings past the other, which the picture alone cannot tell from an exchange."""
    track = told_apart(dancer().track())
    time = np.arange(120) / FPS
    body = turned(track.joints, np.pi / 2)
    for side, sign in (("left", 1), ("right", -1)):
        for share, joint in ((0.5, "knee"), (1.0, "ankle"), (1.0, "foot")):
            body[:, SMPL24.index(f"{side}_{joint}"), 0] += sign * share * 0.3 * np.sin(6 * time)
    seen = Track(240 + 150 * body[..., :2], track.confidence, body)
    assert_same(with_sides_repaired(seen, FPS), seen)


def test_somebody_who_turns_round_keeps_facing_away():
    angle = np.clip((np.arange(120) - 30) / 20, 0, 1) * np.pi  # half a turn within 0.67 s
    body = turned(dancer().track().joints, angle[:, None])
    track = told_apart(Track(240 + 150 * body[..., :2], np.ones((120, 24)), body))
    assert_same(with_sides_repaired(track, FPS), track)


def test_gaps_and_nobody_do_no_harm():
    track = told_apart(dancer().track())
    mistaken = exchanged(track, np.arange(30, 32)[:, None], LEG)
    for one in (track, mistaken):
        one.keypoints[60:70], one.confidence[60:70], one.joints[60:70] = np.nan, 0, np.nan
    assert_same(with_sides_repaired(mistaken, FPS), track)
    nobody = Track(np.full((5, 24, 2), np.nan), np.zeros((5, 24)), np.full((5, 24, 3), np.nan))
    assert_same(with_sides_repaired(nobody, FPS), nobody)
