import numpy as np
import pytest
from motion.moving_body import OFFSETS, axis_angles, bending_dance, rigid_dance, root_path
from scipy.spatial.transform import Rotation

from workflow_scripts.motion.rotations import (
    SMPL24_HINGES,
    axis_angles_of_matrices,
    fitted_rotations,
    forward_kinematics,
    local_rotations,
    matrices_of_axis_angles,
    shortest_turn,
    smooth_euler_angles,
)
from workflow_scripts.motion.skeleton import SMPL24

RANDOM = np.random.default_rng(1)


def test_axis_angles_come_back() -> None:
    vectors = 0.8 * RANDOM.uniform(-1, 1, size=(5, 4, 3))
    matrices = matrices_of_axis_angles(vectors)
    np.testing.assert_allclose(axis_angles_of_matrices(matrices), vectors, atol=1e-9)


def test_forward_kinematics_equals_the_plain_way() -> None:
    vectors, root = axis_angles(8), root_path(8)
    joints = forward_kinematics(matrices_of_axis_angles(vectors), OFFSETS, root, SMPL24.parents)
    for frame in range(8):
        for joint in range(SMPL24.size):
            place, walker = np.zeros(3), joint
            while SMPL24.parents[walker] >= 0:
                parent = SMPL24.parents[walker]
                place = Rotation.from_rotvec(vectors[frame, parent]).apply(OFFSETS[walker] + place)
                walker = parent
            np.testing.assert_allclose(joints[frame, joint], root[frame] + place, atol=1e-12)


@pytest.mark.parametrize("hinges", [{}, SMPL24_HINGES])
def test_fitted_rotations_meet_the_joints_of_a_rigid_body(hinges: dict[int, tuple[float, float, float]]) -> None:
    dance = rigid_dance()
    world = fitted_rotations(dance.joints, OFFSETS, SMPL24.parents, hinges)
    np.testing.assert_allclose(np.linalg.det(world), 1.0)
    local = local_rotations(world, SMPL24.parents)
    again = forward_kinematics(local, OFFSETS, dance.joints[:, 0], SMPL24.parents)
    np.testing.assert_allclose(again, dance.joints, atol=1e-9)


def test_reaching_makes_up_for_what_the_trunk_leaves() -> None:
    dance = bending_dance()
    errors = []
    for reach in (False, True):
        world = fitted_rotations(dance.joints, OFFSETS, SMPL24.parents, reach=reach)
        local = local_rotations(world, SMPL24.parents)
        joints = forward_kinematics(local, OFFSETS, dance.joints[:, 0], SMPL24.parents)
        errors.append(np.linalg.norm(joints - dance.joints, axis=-1)[:, SMPL24.index("left_wrist")].mean())
    assert errors[1] < 0.6 * errors[0]


def test_a_bent_knee_turns_the_thigh_so_that_it_bends_backwards() -> None:
    """The thigh is turned about itself by 50 degrees; only the bent shin tells."""
    vectors = np.zeros((1, 24, 3))
    vectors[0, SMPL24.index("left_hip")] = [0, np.radians(50), 0]
    vectors[0, SMPL24.index("left_knee")] = [np.radians(70), 0, 0]
    joints = forward_kinematics(matrices_of_axis_angles(vectors), OFFSETS, np.zeros((1, 3)), SMPL24.parents)
    world = fitted_rotations(joints, OFFSETS, SMPL24.parents, SMPL24_HINGES)
    found = axis_angles_of_matrices(local_rotations(world, SMPL24.parents))
    np.testing.assert_allclose(found[0, SMPL24.index("left_hip")], [0, np.radians(50), 0], atol=0.002)
    np.testing.assert_allclose(found[0, SMPL24.index("left_knee")], [np.radians(70), 0, 0], atol=0.002)
    assert np.abs(axis_angles_of_matrices(fitted_rotations(joints, OFFSETS, SMPL24.parents))[0, 1, 1]) < 1e-6


def test_the_shortest_turn_knows_opposite_and_empty_directions() -> None:
    start = np.array([[1.0, 0, 0], [0, 2.0, 0], [0, 0, 1.0], [1.0, 0, 0]])
    end = np.array([[-1.0, 0, 0], [0, -3.0, 0], [0, 1.0, 0], [0, 0, 0]])
    turns = shortest_turn(start, end)
    np.testing.assert_allclose(np.linalg.det(turns), 1.0)
    reached = (turns @ start[..., None])[..., 0]
    np.testing.assert_allclose(reached[:3], [[-1, 0, 0], [0, -2, 0], [0, 1, 0]], atol=1e-12)
    np.testing.assert_allclose(turns[3], np.eye(3), atol=1e-12)


def test_euler_angles_do_not_jump_and_are_the_rotations() -> None:
    turns = np.linspace(0, 4 * np.pi, 200)  # twice around, through both ends of the range of every angle
    vectors = np.stack([turns[:, None] * [0.0, 1.0, 0.0], np.sin(turns)[:, None] * [1.9, 0.3, 0.2]], axis=1)
    local = matrices_of_axis_angles(vectors)
    orders, angles = smooth_euler_angles(local)
    assert np.abs(np.diff(angles, axis=0)).max() < 60
    for joint, order in enumerate(orders):
        again = Rotation.from_euler(order, angles[:, joint], degrees=True).as_matrix()
        np.testing.assert_allclose(again, local[:, joint], atol=1e-9)


def test_a_joint_that_passes_the_pole_of_one_order_gets_another() -> None:
    """A leg lifted to and fro past a right angle, while it sways: with ZXY two angles would race."""
    time = np.linspace(0, 6, 90)[:, None]
    lifted = matrices_of_axis_angles((np.pi / 2 + 0.3 * np.sin(time)) * [1.0, 0, 0])
    swayed = matrices_of_axis_angles(0.3 * np.cos(3 * time) * [0, 1.0, 0])
    turned = matrices_of_axis_angles(0.05 * np.cos(time) * [0, 0, 1.0])
    orders, angles = smooth_euler_angles((swayed @ lifted @ turned)[:, None])
    assert orders[0] != "ZXY"
    assert np.abs(np.diff(angles, axis=0)).max() < 30


def test_an_elbow_that_bends_the_other_way_turns_the_arm_within_frames_not_at_once() -> None:
    bend = np.radians(60) * np.sin(np.linspace(0, 2 * np.pi, 60))  # through straight, to both sides
    vectors = np.zeros((60, 24, 3))
    vectors[:, SMPL24.index("left_elbow"), 1] = -bend
    joints = forward_kinematics(matrices_of_axis_angles(vectors), OFFSETS, np.zeros((60, 3)), SMPL24.parents)
    world = fitted_rotations(joints, OFFSETS, SMPL24.parents, SMPL24_HINGES)
    shoulder = world[:, SMPL24.index("left_shoulder")]
    steps = axis_angles_of_matrices(np.swapaxes(shoulder[:-1], -1, -2) @ shoulder[1:])
    assert np.degrees(np.linalg.norm(steps, axis=-1).max()) < 45


def _largest_turn(world: np.ndarray, name: str) -> float:
    local = local_rotations(world, SMPL24.parents)[:, SMPL24.index(name)]
    steps = axis_angles_of_matrices(np.swapaxes(local[:-1], -1, -2) @ local[1:])
    return float(np.degrees(np.linalg.norm(steps, axis=-1).max()))


def test_a_forearm_that_folds_back_beside_the_arm_does_not_turn_over() -> None:
    """It folds by 179 degrees, 10 degrees above the arm on the way in and 10 below on the way out."""
    fold = np.radians(179) * np.sin(np.linspace(0.4, np.pi - 0.4, 40))
    aside = np.radians(10) * np.cos(np.linspace(0, np.pi, 40))
    vectors = np.zeros((40, 24, 3))
    joints = forward_kinematics(matrices_of_axis_angles(vectors), OFFSETS, np.zeros((40, 3)), SMPL24.parents)
    elbow, wrist = SMPL24.index("left_elbow"), SMPL24.index("left_wrist")
    direction = np.stack([np.cos(fold) * np.cos(aside), np.sin(aside), np.sin(fold) * np.cos(aside)], axis=-1)
    joints[:, wrist] = joints[:, elbow] + OFFSETS[wrist, 0] * direction
    joints[:, SMPL24.index("left_hand")] = joints[:, wrist] + 0.08 * direction
    world = fitted_rotations(joints, OFFSETS, SMPL24.parents, SMPL24_HINGES)
    assert _largest_turn(world, "left_elbow") < 20
    local = local_rotations(world, SMPL24.parents)
    again = forward_kinematics(local, OFFSETS, joints[:, 0], SMPL24.parents)
    np.testing.assert_allclose(again[:, wrist], joints[:, wrist], atol=1e-9)
