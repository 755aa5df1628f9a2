import numpy as np
import pytest
from pose.synthetic import FPS, HEIGHT, WIDTH, dancer

from workflow_scripts.motion.alignment import LIMBS, pa_mpjpe
from workflow_scripts.motion.camera import Camera
from workflow_scripts.motion.kinematics import facing_angle
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.pose.backends.base import Track
from workflow_scripts.pose.clean.grounding import sole_heights
from workflow_scripts.pose.clean.motion import LONGEST_GAP, clean_motion
from workflow_scripts.pose.clean.upright import straightened
from workflow_scripts.pose.config import PoseConfig

CAMERA = Camera.assumed(WIDTH, HEIGHT)


def clean(track, **settings):
    return clean_motion(track, CAMERA, FPS, len(track.keypoints), PoseConfig(**settings))


def holed(track, *gaps):
    keypoints, joints, confidence = track.keypoints.copy(), track.joints.copy(), track.confidence.copy()
    for start, stop in gaps:
        keypoints[start:stop], joints[start:stop], confidence[start:stop] = np.nan, np.nan, 0
    return Track(keypoints, confidence, joints)


def centred(root):
    return root - np.median(root, axis=0) * [1, 0, 1]


def test_a_perfect_track_gives_the_dancer_back():
    true = dancer()
    person, quality = clean(true.track())
    positions = true.world - true.world[:, :1]
    assert np.linalg.norm(person.positions - positions, axis=-1).mean() < 0.003
    assert np.linalg.norm(person.root - centred(true.world[:, 0]), axis=-1).mean() < 0.01
    assert np.abs(sole_heights(person.world)).mean() < 0.01
    assert quality.score > 0.97
    assert person.valid.all()
    assert not person.interpolated.any()


def test_left_stays_left_and_facing_the_camera_is_plus_z():
    person, _ = clean(dancer().track())
    left, right = person.positions[:, SMPL24.index("left_hip")], person.positions[:, SMPL24.index("right_hip")]
    assert (left[:, 0] > right[:, 0]).all()
    assert np.abs(facing_angle(person.positions)).max() < 0.35  # the dancer turns by 0.3 rad
    toes = person.positions[:, SMPL24.index("left_foot")] - person.positions[:, SMPL24.index("left_ankle")]
    assert (toes[:, 2] > 0).all()
    # The dancer's left is on the right of the picture.
    assert (person.keypoints_2d[:, SMPL24.index("left_hip"), 0] > person.keypoints_2d[:, 2, 0]).all()


def test_walking_to_the_camera_is_plus_z():
    true = dancer()
    person, _ = clean(true.track())
    assert np.corrcoef(person.root[:, 2], true.world[:, 0, 2])[0, 1] > 0.99
    assert np.corrcoef(person.root[:, 0], true.world[:, 0, 0])[0, 1] > 0.99


def test_where_the_estimator_puts_its_origin_does_not_matter():
    track = dancer().track()
    wander = 0.2 * np.sin(np.arange(120) / 15)[:, None, None] * np.array([1.0, -0.5, 0.7])
    moved, _ = clean(Track(track.keypoints, track.confidence, track.joints + wander))
    person, _ = clean(track)
    np.testing.assert_allclose(moved.positions, person.positions, atol=1e-9)
    np.testing.assert_allclose(moved.root, person.root, atol=1e-9)


def test_bones_have_exactly_the_lengths_of_the_one_body():
    track = dancer().track()
    rng = np.random.default_rng(5)
    noisy = Track(track.keypoints, track.confidence, track.joints + rng.normal(scale=0.03, size=track.joints.shape))
    person, quality = clean(noisy)
    parents = np.maximum(SMPL24.parents, 0)
    lengths = np.linalg.norm(person.positions - person.positions[:, parents], axis=-1)
    np.testing.assert_allclose(lengths, np.broadcast_to(SMPL24.rest_lengths, lengths.shape), atol=1e-9)
    assert quality.rigidity < clean(track)[1].rigidity - 0.05


def test_a_child_takes_the_size_of_the_one_body_and_its_steps_with_it():
    true = dancer()
    small = Track(true.pixels, np.ones(true.pixels.shape[:2]), 0.6 * true.track().joints)
    person, _ = clean(small)
    grown, _ = clean(true.track())
    np.testing.assert_allclose(person.positions, grown.positions, atol=1e-6)
    np.testing.assert_allclose(person.root, grown.root, atol=1e-6)


def test_short_gaps_are_marked_and_long_ones_invalid():
    true = dancer()
    person, quality = clean(holed(true.track(), (10, 10 + LONGEST_GAP), (60, 60 + LONGEST_GAP + 1)))
    assert np.flatnonzero(person.interpolated).tolist() == [*range(10, 18), *range(60, 69)]
    assert np.flatnonzero(~person.valid).tolist() == [*range(60, 69)]
    assert person.confidence[person.interpolated].max() == 0
    assert quality.detection == pytest.approx(1 - 17 / 120)
    assert np.linalg.norm(person.positions - (true.world - true.world[:, :1]), axis=-1).mean() < 0.01


def test_one_single_frame_is_enough_to_stay_finite():
    person, _ = clean(holed(dancer(20).track(), (0, 7), (8, 20)))
    for values in (person.positions, person.root, person.keypoints_2d, person.confidence):
        assert np.isfinite(values).all()


@pytest.mark.parametrize("frames", [1, 2, 5])
def test_very_short_clips(frames):
    person, _ = clean(dancer(frames).track())
    assert person.positions.shape == (frames, 24, 3)
    assert np.isfinite(person.root).all()


def test_systematic_lean_is_taken_out():
    true = dancer()
    leaning = straightened(true.track().joints, np.radians(-14))  # minus: towards the camera
    trunk = leaning[:, SMPL24.index("neck")] - leaning[:, 0]
    assert (trunk[:, 2] < 0).all()
    person, _ = clean(Track(true.pixels, np.ones(true.pixels.shape[:2]), leaning))
    assert np.linalg.norm(person.positions - (true.world - true.world[:, :1]), axis=-1).mean() < 0.01


def test_smoothing_calms_jitter():
    track = dancer().track()
    rng = np.random.default_rng(6)
    noisy = Track(track.keypoints, track.confidence, track.joints + rng.normal(scale=0.02, size=track.joints.shape))

    def shake(person):
        return np.linalg.norm(np.diff(person.positions, 2, axis=0), axis=-1).mean()

    assert shake(clean(noisy)[0]) < 0.3 * shake(clean(noisy, smoothing_s=0.0)[0])


def test_depth_smoothing_calms_the_distance_only():
    track = dancer().track()
    rng = np.random.default_rng(7)
    # The person's size in the picture flickers: only the distance is uncertain.
    middle = track.keypoints.mean(axis=1, keepdims=True)
    pixels = middle + (track.keypoints - middle) * rng.normal(1, 0.03, size=(120, 1, 1))
    flickering = Track(pixels, track.confidence, track.joints)

    def shake(person):
        return np.abs(np.diff(person.root, 2, axis=0)).mean(axis=0)

    calm, wild = (shake(clean(flickering, depth_smoothing_s=window)[0]) for window in (1.0, 0.0))
    assert calm[2] < 0.2 * wild[2]
    assert pa_mpjpe(clean(flickering)[0].positions[:, LIMBS], dancer().world[:, LIMBS]).mean() < 0.005
