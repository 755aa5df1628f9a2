import numpy as np
import pytest
from motion.strangers import FPS, SIZE, dance, slide, soles, standing, stranger
from scipy.ndimage import gaussian_filter1d

from workflow_scripts.evaluate.metrics.movement import bone_variation
from workflow_scripts.motion.alignment import LIMBS, pa_mpjpe
from workflow_scripts.motion.foreign import JointMotion
from workflow_scripts.motion.kinematics import facing_angle, turned
from workflow_scripts.motion.placement import joints_of, named_joints, placed
from workflow_scripts.motion.retarget import LONGEST_GAP, from_smpl24, to_smpl24
from workflow_scripts.motion.skeleton import SMPL24, Skeleton
from workflow_scripts.motion.skeletons import BODY25, COCO17, DWM23, SKELETONS
from workflow_scripts.workflow.errors import UserError

each = pytest.mark.parametrize("skeleton", SKELETONS.values(), ids=SKELETONS)


@each
@pytest.mark.parametrize(("genre", "seed"), [("disco", 1), ("hiphop", 2), ("house", 3)])
def test_any_skeleton_and_any_bones_give_the_same_dance_on_our_body(skeleton, genre, seed):
    source = stranger(genre, seed)
    person = to_smpl24(source.as_joints(skeleton))
    assert pa_mpjpe(person.positions[:, LIMBS], source.pose[:, LIMBS]).mean() < 0.008
    assert np.linalg.norm(person.positions - source.pose, axis=-1).mean() < 0.015
    assert bone_variation(person.positions.astype(float)) < 1e-5
    lengths = np.linalg.norm(person.positions[0] - person.positions[0][np.maximum(SMPL24.parents, 0)], axis=-1)
    np.testing.assert_allclose(lengths, SMPL24.rest_lengths, atol=1e-5)
    turn = np.angle(np.exp(1j * (facing_angle(person.positions) - facing_angle(source.pose))))
    assert np.abs(np.degrees(turn)).max() < 1
    assert person.valid.all()
    assert not person.interpolated.any()


@each
@pytest.mark.parametrize(("genre", "seed"), [("disco", 1), ("hiphop", 2), ("house", 3)])
def test_feet_stand_where_the_sources_stand(skeleton, genre, seed):
    source = stranger(genre, seed)
    world = to_smpl24(source.as_joints(skeleton)).world.astype(float)
    assert soles(world).min() > -0.01
    assert np.percentile(soles(world), 25) < 0.005
    stands = standing(source.world, 1 / SIZE)
    if skeleton.feet:  # without toes nothing says how the foot turns
        assert slide(world, stands) < slide(source.world, stands) / SIZE + 0.01


def test_our_own_motion_stays_what_it_is():
    person = to_smpl24(JointMotion(SMPL24, dance(), FPS))
    again = to_smpl24(JointMotion(SMPL24, person.world, FPS))
    assert np.abs(again.positions - person.positions).max() < 0.02
    assert np.linalg.norm(again.world - person.world, axis=-1).mean() < 0.002


def test_travel_is_scaled_like_the_legs_and_place_and_heading_are_kept():
    source = dance("house", 2)
    walked = turned(source, 2.0)
    walked[..., 0] += np.linspace(3.0, 7.0, len(walked))[:, None]
    person = to_smpl24(JointMotion(SMPL24, walked * 1.5, FPS))
    legs = np.linalg.norm(np.diff(source[0, [1, 4, 7]], axis=0), axis=-1).sum() * 1.5
    expected = walked[:, 0] * 1.5 * SMPL24.rest_lengths[[4, 7]].sum() / legs
    assert np.abs(person.root[:, [0, 2]] - expected[:, [0, 2]]).max() < 0.05
    turn = np.angle(np.exp(1j * (facing_angle(person.positions) - facing_angle(source))))
    np.testing.assert_allclose(turn, 2.0, atol=0.02)


def test_a_floor_anywhere_becomes_zero_and_a_jump_stays_a_jump():
    source = dance().copy()
    hop = np.zeros(len(source))
    hop[60:75] = 0.4 * np.sin(np.pi * np.arange(15) / 14)
    source[..., 1] += (hop - 7.3)[:, None]
    heights = soles(to_smpl24(JointMotion(SMPL24, source, FPS)).world)
    assert heights[67] == pytest.approx(0.4, abs=0.05)
    assert np.abs(heights[80:]).min() < 0.002
    assert heights.min() > -0.01


def test_noise_does_not_lift_or_sink_the_dancer():
    source = dance("hiphop", 1)
    noise = gaussian_filter1d(np.random.default_rng(0).normal(size=source.shape), 2, axis=0)
    heights = soles(to_smpl24(JointMotion(SMPL24, source + 0.01 * noise / noise.std(), FPS)).world)
    assert abs(np.median(heights)) < 0.01
    assert heights.min() > -0.02


def test_who_stands_on_the_hands_is_not_below_the_floor():
    handstand = dance() * [1.0, -1.0, -1.0]
    world = to_smpl24(JointMotion(SMPL24, handstand, FPS)).world
    assert world[..., 1].min() > -0.1
    assert world[:, SMPL24.index("left_ankle"), 1].mean() > 1.2


@pytest.mark.parametrize(("genre", "seed"), [("disco", 1), ("hiphop", 1)])
def test_motion_about_the_hips_gets_a_floor_to_walk_on(genre, seed):
    source = dance(genre, seed)
    joints = joints_of(source, BODY25)
    person = to_smpl24(JointMotion(BODY25, joints - joints[:, [BODY25.index("mid_hip")]], FPS))
    heights = soles(person.world)
    assert heights.min() > -0.01
    assert np.percentile(heights, 95) < 0.02
    stands = standing(source)
    assert slide(person.world, stands) < 0.04
    assert slide(person.positions, stands) > 2 * slide(person.world, stands)  # without travel
    assert np.abs((person.root - source[:, 0])[:, [0, 2]]).max() < 0.2


def test_short_gaps_are_bridged_and_marked_and_long_ones_are_not_valid():
    source = dance()
    joints = source.copy()
    elbow, hand = SMPL24.index("left_elbow"), SMPL24.index("left_hand")
    joints[20:25, elbow] = np.nan
    joints[60 : 60 + LONGEST_GAP + 1] = np.nan
    joints[100, 4] = 1e30
    joints[120:160, hand] = np.nan
    person = to_smpl24(JointMotion(SMPL24, joints, FPS))
    gaps = np.zeros(len(joints), dtype=bool)
    gaps[20:25] = gaps[60:69] = gaps[100] = True
    assert (person.interpolated == gaps).all()
    assert (np.flatnonzero(~person.valid) == np.arange(60, 69)).all()
    assert np.isfinite(person.world).all()
    whole = to_smpl24(JointMotion(SMPL24, source, FPS))
    assert np.linalg.norm(person.world[20:25, elbow] - whole.world[20:25, elbow], axis=-1).max() < 0.05
    assert np.linalg.norm(person.world[130, hand] - person.world[130, 20]) == pytest.approx(0.085, abs=1e-4)


def test_a_gap_is_as_long_in_seconds_at_higher_rates():
    joints = np.repeat(dance(), 4, axis=0)
    joints[100:130] = np.nan
    assert to_smpl24(JointMotion(SMPL24, joints, 4 * FPS)).valid.all()
    joints[100:140] = np.nan
    assert not to_smpl24(JointMotion(SMPL24, joints, 4 * FPS)).valid[100:140].any()


@pytest.mark.parametrize("frames", [1, 2, 3, 5])
@pytest.mark.parametrize("centred", [False, True])
def test_very_short_motion(frames, centred):
    joints = dance()[:frames]
    person = to_smpl24(JointMotion(SMPL24, joints - joints[:, :1] * centred, FPS))
    assert np.isfinite(person.world).all()
    assert abs(soles(person.world)).max() < 0.01


def test_foreign_names_are_understood():
    names = {"hip": "UpLeg", "knee": "Leg", "ankle": "Foot", "shoulder": "Arm", "elbow": "ForeArm", "wrist": "Hand"}
    known = [SMPL24.index(f"{side}_{joint}") for side in ("left", "right") for joint in names]
    rig = Skeleton(
        name="rig",
        joints=("Hips", *(f"{side}{name}" for side in ("Left", "Right") for name in names.values())),
        parents=(-1, *[0] * len(known)),
        pairs=(),
        feet=(),
    )
    source = stranger()
    person = to_smpl24(JointMotion(rig, source.world[:, [0, *known]], FPS))
    assert pa_mpjpe(person.positions[:, LIMBS], source.pose[:, LIMBS]).mean() < 0.008


def test_a_file_named_like_one_of_our_skeletons_is_still_a_foreign_one():
    rig = Skeleton("h36m17", tuple(f"{name}_joint" for name in SMPL24.joints), SMPL24.parents, (), ())
    assert "left_wrist" not in named_joints(rig)  # not ours, and not known either


def test_missing_feet_are_flat_unless_the_shin_leans_far():
    angles = np.radians([0, 20, 38, 90])
    joints = np.repeat(COCO17.rest_positions[None], len(angles), axis=0)
    knee, ankle = COCO17.index("left_knee"), COCO17.index("left_ankle")
    shin = np.stack([0 * angles, -np.cos(angles), -np.sin(angles)], axis=-1) * 0.415
    joints[:, ankle] = joints[:, knee] + shin
    positions = placed({name: joints[:, index] for name, index in named_joints(COCO17).items()}, COCO17)
    foot = positions[:, SMPL24.index("left_foot")] - positions[:, SMPL24.index("left_ankle")]
    flat = SMPL24.rest_positions[10] - SMPL24.rest_positions[7]
    np.testing.assert_allclose(foot[:3], np.tile(flat, (3, 1)), atol=1e-9)
    # The shin is level and behind: the foot hangs from it, 40 degrees short of a right angle.
    assert np.degrees(np.arccos(foot[3] @ shin[3] / np.linalg.norm(foot[3]) / 0.415)) == pytest.approx(103.4, abs=0.1)
    assert foot[3, 1] < -0.1


def test_heads_look_ahead_when_the_sources_do():
    # The markers of Dance with Melody lie behind where smpl24 has its head.
    rest = JointMotion(DWM23, DWM23.rest_positions[None], FPS)
    head = to_smpl24(rest).positions[0, 15] - to_smpl24(rest).positions[0, 12]
    expected = SMPL24.rest_positions[15] - SMPL24.rest_positions[12]
    assert head @ expected / np.linalg.norm(head) / np.linalg.norm(expected) > 0.999


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda joints: joints * 0.001, "the legs are 0.00.* m long"),
        (lambda joints: joints * 1000, "the legs are .* m long"),
        (lambda joints: joints * 0, "the legs are 0 m long"),
        (lambda joints: joints * np.nan, "left_shoulder is not known in any frame"),
        (lambda joints: joints[:0], "holds no frames"),
    ],
)
def test_what_is_no_body_is_refused(change, reason):
    with pytest.raises(UserError, match=reason):
        to_smpl24(JointMotion(SMPL24, change(dance()), FPS))


def test_a_skeleton_without_limbs_is_refused():
    stick = Skeleton(name="stick", joints=("a", "b"), parents=(-1, 0), pairs=(), feet=())
    with pytest.raises(UserError, match="the skeleton has no left_shoulder that could be recognised"):
        to_smpl24(JointMotion(stick, np.zeros((5, 2, 3)), FPS))


@each
def test_our_motion_as_another_skeletons_joints_moves_like_ours(skeleton):
    person = to_smpl24(JointMotion(SMPL24, dance(), FPS))
    motion = from_smpl24(person, FPS, skeleton)
    assert motion.joints.shape == (len(dance()), skeleton.size, 3)
    for name in ("left_wrist", "right_knee"):
        np.testing.assert_allclose(
            motion.joints[:, skeleton.index(name)], person.world[:, SMPL24.index(name)], atol=1e-5
        )
    if "nose" in skeleton.joints:
        # It is ahead of the head, wherever the dancer turns.
        nose = turned(motion.joints[:, skeleton.index("nose")] - person.world[:, 15], -facing_angle(person.world))
        assert (nose[:, 2] > 0.02).all()
