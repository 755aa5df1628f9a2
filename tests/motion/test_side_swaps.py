import numpy as np
import pytest
from motion.walkers import FPS, walker

from workflow_scripts.motion.foreign import KeypointMotion
from workflow_scripts.motion.side_swaps import with_sides_repaired
from workflow_scripts.motion.skeletons import BODY25, COCO17

LEG = ("hip", "knee", "ankle", "heel", "big_toe", "small_toe")
ARM = ("shoulder", "elbow", "wrist")


def motion_of(people) -> KeypointMotion:
    return KeypointMotion(BODY25, people[..., :2], people[..., 2], FPS)


def exchanged(people, frames, joints):
    result = people.copy()
    for joint in joints:
        left, right = BODY25.index(f"left_{joint}"), BODY25.index(f"right_{joint}")
        result[frames, left], result[frames, right] = people[frames, right], people[frames, left]
    return result


def walking():
    # Sides never cross: the feet swing less than they are apart; confidences tell the sides apart.
    people = walker(80, 300, 40, swing=0.03)
    people[:, [j for j, name in enumerate(BODY25.joints) if name.startswith("left")], 2] = 0.9
    return people


@pytest.mark.parametrize("joints", [LEG, ARM, LEG + ARM, ("ankle", "heel", "big_toe", "small_toe"), LEG[1:]])
@pytest.mark.parametrize("length", [1, 3])
def test_exchanged_sides_are_exchanged_back(joints, length) -> None:
    people = walking()
    repaired, which = with_sides_repaired(motion_of(exchanged(people, slice(30, 30 + length), joints)))
    np.testing.assert_array_equal(repaired.keypoints, people[..., :2])
    np.testing.assert_array_equal(repaired.confidence, people[..., 2])
    assert sorted(set(np.flatnonzero(which.any(axis=1)))) == list(range(30, 30 + length))
    assert which[30].sum() == 2 * len(joints)


def test_what_is_right_stays() -> None:
    for swing in (0.03, 0.15, 0.3):  # feet and hands cross in the picture
        people = walker(120, 300, 40, swing=swing)
        repaired, which = with_sides_repaired(motion_of(people))
        assert not which.any()
        np.testing.assert_array_equal(repaired.keypoints, people[..., :2])


def test_somebody_who_turns_round_keeps_facing_away() -> None:
    people = walker(90, 300, 0, swing=0.0)
    middle = people[:, BODY25.index("mid_hip"), None, 0]
    angle = np.clip((np.arange(90) - 30) / 20, 0, 1) * np.pi  # half a turn within 0.67 s
    people[..., 0] = middle + (people[..., 0] - middle) * np.cos(angle)[:, None]
    assert not with_sides_repaired(motion_of(people))[1].any()


def test_joints_that_are_never_or_sometimes_found_do_not_hide_a_mistake() -> None:
    people = walking()
    people[:, [BODY25.index("left_small_toe"), BODY25.index("right_heel")], :2] = np.nan
    people[20:50:3, BODY25.index("left_ankle"), :2] = np.nan
    repaired, which = with_sides_repaired(motion_of(exchanged(people, slice(30, 32), LEG)))
    assert sorted(set(np.flatnonzero(which.any(axis=1)))) == [30, 31]
    np.testing.assert_array_equal(repaired.keypoints, people[..., :2])


def test_missing_joints_and_other_skeletons_do_no_harm() -> None:
    people = exchanged(walking(), slice(30, 32), LEG)
    people[10:20, :, :2] = np.nan
    people[40:60, BODY25.index("left_knee"), :2] = np.nan
    repaired, which = with_sides_repaired(motion_of(people))
    assert which[30:32].any()
    assert (np.isnan(repaired.keypoints) == np.isnan(people[..., :2])).all()
    nobody = KeypointMotion(COCO17, np.full((5, 17, 2), np.nan), np.zeros((5, 17)), FPS)
    assert not with_sides_repaired(nobody)[1].any()
