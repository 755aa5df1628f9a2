"""The rig meets every joint; its skin is the renderer's."""

import numpy as np
import pytest
from export.dances import CAPTURED, FPS, MADE, captured, demo
from scipy.spatial.transform import Rotation

from workflow_scripts.export.rig import make_rig, posed
from workflow_scripts.export.skin import DARKEST, make_skin
from workflow_scripts.figure import raster
from workflow_scripts.figure.anatomy import HEAD, SHIRT, TROUSERS
from workflow_scripts.figure.body import make_body
from workflow_scripts.figure.paint_pictures import palette
from workflow_scripts.figure.performer import looks_of
from workflow_scripts.motion.skeleton import SMPL24, Floats


@pytest.mark.parametrize("name", MADE)
def test_every_joint_is_met(name: str) -> None:
    world = MADE[name]()
    rig = make_rig(world, FPS)
    np.testing.assert_allclose(posed(rig), world, atol=2e-4)
    np.testing.assert_allclose(np.linalg.norm(rig.rotations, axis=-1), 1, atol=1e-12)
    # Between neighbouring frames half-way angles are on the shorter way.
    assert (rig.rotations[1:] * rig.rotations[:-1]).sum(axis=-1).min() > 0


# Bandai-Namco's feet do turn over, from frame to frame.
@pytest.mark.parametrize("name", sorted(set(CAPTURED) - {"bandai"}))
def test_captured_motion_is_met_and_feet_do_not_turn_over(name: str) -> None:
    world, fps = captured(name)
    world = world[400:900]
    rig = make_rig(world, fps)
    np.testing.assert_allclose(posed(rig), world, atol=2e-4)
    turned = np.abs((rig.rotations[1:] * rig.rotations[:-1]).sum(axis=-1)).clip(max=1)
    steps = np.degrees(2 * np.arccos(turned)).max(axis=0)
    assert max(steps[SMPL24.index("left_ankle")], steps[SMPL24.index("right_ankle")]) < 100


def test_limbs_turn_without_moving_and_only_the_trunk_moves() -> None:
    rig = make_rig(demo(), FPS)
    still = {name for name, moves in zip(SMPL24.joints, rig.moves, strict=True) if not moves}
    limbs = {f"{side}_{name}" for side in ("left", "right") for name in ("elbow", "wrist", "hand", "knee", "ankle")}
    assert limbs <= still
    assert rig.moves[0]


def test_a_foot_on_tiptoe_and_beyond_does_not_turn_over() -> None:
    """The ball goes from before the ankle to below and behind it, as in a step that pushes off."""
    world = np.repeat(SMPL24.rest_positions[None] + [0, 0.2, 0], 30, axis=0)
    angle = np.linspace(0.4, np.pi / 2 + 0.5, 30)
    step = 0.1453 * np.stack([0 * angle, -np.sin(angle), np.cos(angle)], axis=-1)
    world[:, SMPL24.index("left_foot")] = world[:, SMPL24.index("left_ankle")] + step
    rig = make_rig(world, FPS)
    foot = rig.rotations[:, SMPL24.index("left_ankle")]
    turned = np.abs((foot[1:] * foot[:-1]).sum(axis=-1)).clip(max=1)
    assert np.degrees(2 * np.arccos(turned)).max() < 15


def skinned(world: Floats, frame: int, positions: Floats, joints: Floats, weights: Floats) -> Floats:
    """Linear blend skinning as glTF defines it."""
    rig = make_rig(world, FPS)
    turns: list[Rotation] = []
    for joint, parent in enumerate(SMPL24.parents):
        own = Rotation.from_quat(rig.rotations[frame, joint])
        turns.append(own if parent < 0 else turns[parent] * own)
    places = posed(rig)[frame]
    result = np.zeros(positions.shape)
    for slot in range(4):
        for joint in range(SMPL24.size):
            here = joints[:, slot] == joint
            moved = turns[joint].apply(positions[here] - rig.rest[joint]) + places[joint]
            result[here] += weights[here, slot, None] * moved
    return result


def test_the_skin_goes_where_the_renderer_draws_it() -> None:
    world = demo()
    body = make_body(world, looks_of("motion graph"))
    skin = make_skin(body.mesh, body.look)
    frame = 70
    surface = np.zeros((len(body.mesh.vertices), 10), np.float32)
    mesh = body.mesh
    raster.skin(mesh.vertices, mesh.normals, mesh.bones, mesh.weights, body.transforms[frame], surface)
    ours = skinned(world, frame, skin.positions, skin.joints, skin.weights)
    # Vertices at the edges of the picture's parts are there twice: compare triangles, corner by corner.
    error = np.linalg.norm(ours[skin.faces] - surface[mesh.faces, :3], axis=-1)
    shoes = (np.isin(skin.joints, SMPL24.feet) & (skin.weights > 0)).any(axis=1)[skin.faces].any(axis=1)
    assert error[~shoes].max() < 0.002  # the renderer leaves out weights below a thousandth
    assert error.max() < 0.02  # feet turn a little otherwise


def test_colours_are_the_renderers() -> None:
    look = looks_of("seq2seq")  # a striped shirt
    mesh = make_body(demo(0.2), look).mesh
    skin = make_skin(mesh, look)
    height, width, _ = skin.picture.shape
    assert ((skin.places >= 0) & (skin.places <= 1)).all()
    seen = skin.picture[(skin.places[:, 1] * height).astype(int), (skin.places[:, 0] * width).astype(int)]
    linear = np.where(seen > 10, ((seen / 255 + 0.055) / 1.055) ** 2.4, seen / 255 / 12.92)
    material = np.zeros(len(seen), np.uint8)
    material[skin.faces] = mesh.material[:, None]
    trousers = linear[material == TROUSERS]
    np.testing.assert_allclose(trousers, np.broadcast_to(look.trousers, trousers.shape), atol=0.01)
    shirt = linear[material == SHIRT]
    stripe = 0.8 - 0.6 * np.asarray(look.shirt)
    is_plain = np.abs(shirt - look.shirt).max(axis=-1) < 0.02
    is_stripe = np.abs(shirt - stripe).max(axis=-1) < 0.02
    assert is_plain.sum() > 200
    assert is_stripe.sum() > 200
    head = linear[material == HEAD]
    assert (np.abs(head - palette(look)[HEAD]).max(axis=-1) < 0.02).mean() > 0.5
    assert (head.min(axis=-1) > 0.6).any()  # the white of the eyes
    assert (skin.shade >= DARKEST).all()
    assert (skin.shade <= 1).all()
