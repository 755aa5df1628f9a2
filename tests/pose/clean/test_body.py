"""The body fit against dancers who are known exactly."""

import numpy as np
import pytest
from pose.synthetic import FPS, HEIGHT, WIDTH, dancer, to_camera

from workflow_scripts.motion.alignment import LIMBS, pa_mpjpe
from workflow_scripts.motion.camera import Camera
from workflow_scripts.motion.kinematics import with_bone_lengths
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.motion.smoothing import smooth
from workflow_scripts.pose.clean import body, depth_fit
from workflow_scripts.pose.clean.body import fitted_body

CAMERA = Camera.assumed(WIDTH, HEIGHT)
PARENTS = np.maximum(SMPL24.parents, 0)


def seen(frames=120):
    """Joints in the camera's frame about the hips, and their pixels."""
    known = dancer(frames)
    return known.seen - known.seen[:, 1:3].mean(axis=1, keepdims=True), known.pixels


def fit(joints, pixels, confidence=None, camera=CAMERA):
    confidence = np.ones(pixels.shape[:2]) if confidence is None else confidence
    return fitted_body(joints, pixels, confidence, camera, FPS)


def error(joints, truth):
    return float(pa_mpjpe(joints[:, LIMBS], truth[:, LIMBS]).mean())


def wavering(truth, spread, seed=0):
    """Depths that err as estimators' do: by `spread` metres, the same for several frames."""
    noise = np.random.default_rng(seed).normal(0, 1, truth.shape[:2])
    noise = smooth(noise, 0.4, FPS, order=1)
    result = truth.copy()
    result[..., 2] += spread * noise / noise.std()
    return result


def lengths_of(joints):
    return np.linalg.norm(joints - joints[:, PARENTS], axis=-1)[:, 1:]


def test_what_is_right_stays():
    truth, pixels = seen()
    assert error(fit(truth, pixels), truth) < 0.006


def test_every_bone_has_one_length_on_both_sides():
    truth, pixels = seen()
    rng = np.random.default_rng(1)
    joints = fit(truth + rng.normal(0, 0.04, truth.shape), pixels + rng.normal(0, 3, pixels.shape))
    lengths = np.linalg.norm(joints - joints[:, PARENTS], axis=-1)
    assert lengths.std(axis=0).max() < 1e-9
    for left, right in SMPL24.pairs:
        np.testing.assert_allclose(lengths[:, left], lengths[:, right], atol=1e-9)
    np.testing.assert_array_equal(joints[:, 0], 0)


def test_depth_noise_becomes_less():
    truth, pixels = seen()
    estimated = wavering(truth, 0.08)
    assert error(fit(estimated, pixels), truth) < 0.9 * error(estimated, truth)


def test_a_bad_picture_of_the_body_in_space_is_drawn_to_the_picture():
    truth, pixels = seen()
    wide = truth * [1.2, 1.0, 1.0]
    projected = truth[..., :2]
    away = np.abs((fit(wide, pixels) - truth + truth[:, :1])[..., :2]).mean()
    assert away < 0.3 * np.abs(wide[..., :2] - projected).mean()


def test_a_flattened_limb_gets_some_of_its_depth_from_its_length():
    """An arm that swings to the camera and back, which the estimator keeps nearly in the picture plane."""
    arm = [SMPL24.index(f"left_{joint}") for joint in ("elbow", "wrist", "hand")]
    forward = 1 - np.abs(np.linspace(-1, 1, 120))[:, None]
    pose = np.broadcast_to(SMPL24.rest_positions, (120, 24, 3)).copy()
    pose[:, arm, 2] += forward * (
        SMPL24.rest_positions[arm, 0] - SMPL24.rest_positions[SMPL24.index("left_shoulder"), 0]
    )
    truth = to_camera(with_bone_lengths(pose, SMPL24.rest_lengths))
    flat = truth - truth[:, :1]
    flat[:, arm, 2] *= 0.3
    fitted = fit(flat, CAMERA.project(truth))
    true_depth = (truth - truth[:, :1])[:, arm[1], 2]
    assert true_depth.min() < -0.35
    assert np.abs(fitted[:, arm[1], 2] - true_depth).mean() < 0.8 * np.abs(flat[:, arm[1], 2] - true_depth).mean()


def test_proportions_are_the_dancers():
    lengths = SMPL24.rest_lengths.copy()
    arms = [SMPL24.index(f"{side}_{joint}") for side in ("left", "right") for joint in ("elbow", "wrist")]
    lengths[arms] *= 1.12
    known = dancer().seen
    long_armed = with_bone_lengths(known, lengths)
    joints = fit(long_armed - long_armed[:, :1], CAMERA.project(long_armed))
    bone, rest = lengths_of(joints)[0], SMPL24.rest_lengths[1:]
    arm, leg = np.array(arms) - 1, np.array([SMPL24.index("left_knee"), SMPL24.index("left_ankle")]) - 1
    ratio, wanted = bone[arm].mean() / bone[leg].mean(), rest[arm].mean() / rest[leg].mean()
    assert 1.05 < ratio / wanted < 1.14
    assert error(joints, long_armed) < 0.015


def test_a_joint_that_is_mistaken_for_some_frames_leaves_the_others_alone():
    truth, pixels = seen()
    wrong = pixels.copy()
    hand = [SMPL24.index("left_wrist"), SMPL24.index("left_hand")]
    wrong[50:56, hand] += 150
    others = [joint for joint in LIMBS if joint not in hand and joint != SMPL24.index("left_elbow")]
    moved = np.linalg.norm(fit(truth, wrong) - fit(truth, pixels), axis=-1)[:, others]
    assert moved.max() < 0.03


def test_joints_that_are_not_trusted_follow_their_estimate():
    truth, pixels = seen()
    confidence = np.ones(pixels.shape[:2])
    confidence[40:60, SMPL24.index("right_knee")] = 0.0
    joints = fit(truth, pixels, confidence)
    assert np.isfinite(joints).all()
    assert error(joints, truth) < 0.01


def test_the_trunk_bends_as_it_was_estimated():
    truth, pixels = seen()
    bent = truth.copy()
    spine = SMPL24.index("spine2")
    bent[:, spine] += [0.0, 0.0, 0.06]
    difference = (fit(bent, pixels) - fit(truth, pixels))[:, spine, 2]
    assert difference.min() > 0.03


@pytest.mark.parametrize("frames", [1, 2, 3, 5])
def test_short_stretches(frames):
    truth, pixels = seen()
    joints = fit(truth[:frames], pixels[:frames])
    assert joints.shape == (frames, 24, 3)
    assert error(joints, truth[:frames]) < 0.01


def test_the_same_input_gives_the_same_output_and_is_not_changed():
    truth, pixels = seen()
    before = truth.copy(), pixels.copy()
    np.testing.assert_array_equal(fit(truth, pixels), fit(truth, pixels))
    np.testing.assert_array_equal(truth, before[0])
    np.testing.assert_array_equal(pixels, before[1])


def test_a_body_without_extent_is_finite():
    assert np.isfinite(fit(np.zeros((10, 24, 3)), np.full((10, 24, 2), 200.0))).all()


def test_long_stretches_are_fitted_in_blocks_that_cannot_be_seen(monkeypatch):
    truth, pixels = seen(600)
    noisy = wavering(truth, 0.08)
    whole = fit(noisy, pixels)
    sizes, solve = [], depth_fit.solveh_banded
    monkeypatch.setattr(depth_fit, "_BLOCK_S", 5.0)
    monkeypatch.setattr(depth_fit, "solveh_banded", lambda *a, **k: sizes.append(a[0].size) or solve(*a, **k))
    parts = fit(noisy, pixels)
    assert np.abs(parts - whole).max() < 0.004
    first = max(sizes)
    sizes.clear()
    fit(*(np.concatenate([values] * 4) for values in (noisy, pixels)))
    assert max(sizes) == first  # however long


def test_proportions_are_found_in_rounds(monkeypatch):
    """Lengths follow from depths and depths from lengths: one round does not do."""
    lengths = SMPL24.rest_lengths.copy()
    lengths[[SMPL24.index(f"{side}_{joint}") for side in ("left", "right") for joint in ("elbow", "wrist")]] *= 1.2
    known = with_bone_lengths(dancer().seen, lengths)
    joints, pixels = wavering(known - known[:, :1], 0.08), CAMERA.project(known)
    after = error(fit(joints, pixels), known)
    monkeypatch.setattr(body, "_ROUNDS", 1)
    assert after < 0.97 * error(fit(joints, pixels), known)
