import numpy as np
import pytest

from workflow_scripts.motion.placement import joints_of, named_joints
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.motion.skeletons import BODY25, COCO17, H36M17, PARTS, POINTS, SKELETONS

each = pytest.mark.parametrize("skeleton", SKELETONS.values(), ids=SKELETONS)


@each
def test_a_skeleton_is_a_tree_with_a_place_for_every_joint(skeleton):
    assert len(set(skeleton.joints)) == skeleton.size == len(skeleton.parents) == len(skeleton.rest)
    assert skeleton.parents[0] == -1
    assert all(0 <= parent < joint for joint, parent in enumerate(skeleton.parents) if joint)


@each
def test_left_and_right_are_mirror_images_of_each_other(skeleton):
    rest = skeleton.rest_positions
    for left, right in skeleton.pairs:
        assert skeleton.joints[left].startswith("left_")
        np.testing.assert_allclose(rest[left] * [-1, 1, 1], rest[right])
        assert rest[left][0] > 0
    assert sum(
        name.replace("left_", "right_") in skeleton.joints for name in skeleton.joints if "left_" in name
    ) == len(skeleton.pairs)
    for (ankle, toe), side in zip(skeleton.feet, ("left", "right"), strict=False):
        assert skeleton.joints[ankle] == f"{side}_ankle"
        assert rest[toe][1] < rest[ankle][1]


@each
def test_names_are_ours_or_have_a_place_and_a_part_of_the_body(skeleton):
    for name in skeleton.joints:
        bare = name.removeprefix("left_").removeprefix("right_")
        assert name in SMPL24.joints or (name in POINTS and (name in PARTS or bare in PARTS))


def test_orders_are_those_of_the_formats():
    assert [COCO17.joints[i] for i in (0, 5, 9, 16)] == ["nose", "left_shoulder", "left_wrist", "right_ankle"]
    assert [BODY25.joints[i] for i in (1, 4, 8, 19, 24)] == [
        "neck",
        "right_wrist",
        "mid_hip",
        "left_big_toe",
        "right_heel",
    ]
    assert [H36M17.joints[i] for i in (0, 3, 6, 8, 10, 13, 16)] == [
        "mid_hip",
        "right_ankle",
        "left_ankle",
        "thorax",
        "head_top",
        "left_wrist",
        "right_wrist",
    ]


@each
def test_our_body_at_rest_has_a_skeletons_joints_at_their_rest(skeleton):
    np.testing.assert_allclose(joints_of(SMPL24.rest_positions[None], skeleton)[0], skeleton.rest_positions, atol=1e-9)


@each
def test_every_skeleton_has_the_limbs_of_a_body(skeleton):
    assert {f"{side}_{joint}" for side in ("left", "right") for joint in ("hip", "wrist")} <= named_joints(
        skeleton
    ).keys()
