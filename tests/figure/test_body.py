"""The skinned body: it stands where its joints are, follows them, and turns with the world."""

import numpy as np
import pytest

from tests.figure.dancer import swinging
from workflow_scripts.figure import raster
from workflow_scripts.figure.anatomy import HAIR, HEAD, SHOE, SKIN, SOLE
from workflow_scripts.figure.appearance import HAIR_STYLES, Appearance
from workflow_scripts.figure.body import Body, extent, make_body
from workflow_scripts.figure.posing import BONES, bone_transforms, rest_joints
from workflow_scripts.motion.kinematics import turned
from workflow_scripts.motion.skeleton import SMPL24


@pytest.fixture(scope="module")
def body() -> Body:
    return make_body(swinging(), Appearance())


def posed(body: Body, frame: int) -> tuple[np.ndarray, np.ndarray]:
    mesh, out = body.mesh, np.zeros((len(body.mesh.vertices), 6), np.float32)
    raster.skin(mesh.vertices, mesh.normals, mesh.bones, mesh.weights, body.transforms[frame], out)
    return out[:, :3], out[:, 3:]


def of_material(body: Body, *materials: int) -> np.ndarray:
    return np.unique(body.mesh.faces[np.isin(body.mesh.material, materials)])


def test_rest_pose_is_carried_onto_itself() -> None:
    rest = rest_joints(swinging())
    transforms = bone_transforms(rest[None], rest)[0]
    np.testing.assert_allclose(transforms[:, :, :3], np.broadcast_to(np.eye(3), (len(BONES), 3, 3)), atol=1e-6)
    np.testing.assert_allclose(transforms[:, :, 3], 0, atol=1e-6)


def test_bones_carry_their_joints_exactly() -> None:
    world = swinging()
    rest = rest_joints(world)
    transforms = bone_transforms(world, rest)
    for bone, joints in (
        ("left_upper_arm", ("left_shoulder", "left_elbow")),
        ("right_forearm", ("right_elbow", "right_wrist")),
        ("left_thigh", ("left_hip", "left_knee")),
        ("right_shin", ("right_knee", "right_ankle")),
        ("head", ("head",)),
        ("left_foot", ("left_ankle", "left_foot")),
    ):
        for joint in joints:
            index = SMPL24.index(joint)
            carried = transforms[:, BONES.index(bone)] @ np.append(rest[index], 1)
            np.testing.assert_allclose(carried, world[:, index], atol=1e-5, err_msg=f"{bone} at {joint}")


def test_it_is_as_tall_as_its_skeleton_says_and_stands_on_the_floor() -> None:
    rest = SMPL24.rest_positions[None]
    body = make_body(rest, Appearance())
    points, _ = posed(body, 0)
    assert points[:, 1].max() == pytest.approx(1.74, abs=0.06)  # 1.72 m and hair
    assert points[of_material(body, SHOE, SOLE), 1].min() == pytest.approx(0.0, abs=0.015)
    short = make_body(rest * 0.9, Appearance())
    assert posed(short, 0)[0][:, 1].max() == pytest.approx(0.9 * points[:, 1].max(), rel=0.01)


def test_weights_and_normals_are_sound(body: Body) -> None:
    np.testing.assert_allclose(body.mesh.weights.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(body.mesh.normals, axis=1), 1, atol=1e-5)
    assert np.isfinite(body.mesh.vertices).all()
    assert (body.mesh.openness > 0).all()
    assert (body.mesh.openness <= 1).all()
    assert body.mesh.faces.max() == len(body.mesh.vertices) - 1


def test_hands_go_with_the_hands_and_the_head_with_the_head(body: Body) -> None:
    skin, head = of_material(body, SKIN), of_material(body, HEAD)
    for frame in (0, 6, 11):
        points, _ = posed(body, frame)
        joints = body.world[frame]
        for side in ("left", "right"):
            hand = joints[SMPL24.index(f"{side}_hand")]
            assert np.linalg.norm(points[skin] - hand, axis=1).min() < 0.03
            wrist = joints[SMPL24.index(f"{side}_wrist")]
            tip = hand + (hand - wrist) / np.linalg.norm(hand - wrist) * 0.08
            assert np.linalg.norm(points[skin] - tip, axis=1).min() < 0.04
        assert np.linalg.norm(points[head].mean(axis=0) - joints[SMPL24.index("head")]) < 0.12


def test_turning_the_dancer_turns_every_vertex() -> None:
    world = swinging()
    straight, around = make_body(world, Appearance()), make_body(turned(world, 2.0), Appearance())
    for frame in (0, 8):
        np.testing.assert_allclose(turned(posed(straight, frame)[0], 2.0), posed(around, frame)[0], atol=2e-5)


@pytest.mark.parametrize("style", HAIR_STYLES)
def test_nothing_reaches_out_of_the_extent(style: str) -> None:
    body = make_body(swinging(), Appearance(hair_style=style, width=1.06, sleeve=0.5, leg=0.85))
    assert len(of_material(body, HAIR)) > 100
    for frame in (0, 11):
        points, _ = posed(body, frame)
        around = extent(body.world[frame : frame + 1])[0]
        assert (points.min(axis=0) >= around.min(axis=0) - 0.005).all()
        assert (points.max(axis=0) <= around.max(axis=0) + 0.005).all()


def test_degenerate_joints_give_finite_bones() -> None:
    world = swinging(3)
    world[:, SMPL24.index("left_hand")] = world[:, SMPL24.index("left_wrist")]
    world[:, SMPL24.index("spine2")] = world[:, SMPL24.index("spine3")]
    assert np.isfinite(bone_transforms(world, rest_joints(world))).all()


def test_random_looks_depend_on_the_seed_alone() -> None:
    looks = [Appearance.random(np.random.default_rng(seed)) for seed in range(20)]
    assert looks == [Appearance.random(np.random.default_rng(seed)) for seed in range(20)]
    assert len(set(looks)) > 15


def test_a_foot_whose_toes_pass_straight_down_does_not_turn_over() -> None:
    angles = np.linspace(-0.6, 2.6, 60)  # of the toes below the horizontal: past straight down to behind
    world = np.repeat(SMPL24.rest_positions[None], len(angles), axis=0)
    world[..., 1] += 0.6
    ankle, ball = SMPL24.feet[0]
    world[:, ball] = world[:, ankle] + 0.13 * np.stack([0 * angles, -np.sin(angles), np.cos(angles)], axis=-1)
    turns = bone_transforms(world, rest_joints(world))[:, BONES.index("left_foot"), :, :3]
    traces = np.trace(np.swapaxes(turns[:-1], -1, -2) @ turns[1:], axis1=-2, axis2=-1)
    assert np.degrees(np.arccos(np.clip((traces - 1) / 2, -1, 1))).max() < 45
