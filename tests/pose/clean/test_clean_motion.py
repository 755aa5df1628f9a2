import numpy as np
import pytest
from pose.synthetic import FPS, HEIGHT, WIDTH, dancer

from workflow_scripts.motion.alignment import LIMBS, pa_mpjpe
from workflow_scripts.motion.camera import Camera
from workflow_scripts.motion.kinematics import facing_angle, turned
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.motion.smoothing import smooth
from workflow_scripts.pose.backends.base import Track
from workflow_scripts.pose.clean.grounding import sole_heights
from workflow_scripts.pose.clean.motion import clean_motion
from workflow_scripts.pose.clean.upright import straightened
from workflow_scripts.pose.config import PoseConfig

SIDES, LEG = ("left", "right"), ("hip", "knee", "ankle", "foot")
LONGEST_GAP = PoseConfig().max_gap
CAMERA = Camera.assumed(WIDTH, HEIGHT)


def clean(track, *, shots=(), others=(), **settings):
    # The synthetic dancer glides over the floor: feet that are held would not be its own.
    config = PoseConfig(**({"foot_lock": False} | settings))
    return clean_motion(track, CAMERA, FPS, config, shots, others)


def holed(track, *gaps):
    keypoints, joints, confidence = track.keypoints.copy(), track.joints.copy(), track.confidence.copy()
    for start, stop in gaps:
        keypoints[start:stop], joints[start:stop], confidence[start:stop] = np.nan, np.nan, 0
    return Track(keypoints, confidence, joints)


def assert_finite(person):
    for values in (person.positions, person.root, person.keypoints_2d, person.confidence):
        assert np.isfinite(values).all()


def centred(root):
    return root - np.median(root, axis=0) * [1, 0, 1]


def test_a_perfect_track_gives_the_dancer_back():
    true = dancer()
    person, quality = clean(true.track())
    positions = true.world - true.world[:, :1]
    assert np.linalg.norm(person.positions - positions, axis=-1).mean() < 0.01
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
    np.testing.assert_allclose(moved.positions, person.positions, atol=1e-6)
    np.testing.assert_allclose(moved.root, person.root, atol=1e-6)


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


def test_short_gaps_are_filled_and_long_ones_part_stretches():
    true = dancer()
    person, quality = clean(holed(true.track(), (10, 10 + LONGEST_GAP), (60, 60 + LONGEST_GAP + 1)))
    assert np.flatnonzero(person.interpolated).tolist() == [*range(10, 18), *range(60, 69)]
    assert np.flatnonzero(~person.valid).tolist() == [*range(60, 69)]
    assert person.stretches.tolist() == [[0, 60], [69, 120]]
    assert person.confidence[person.interpolated].max() == 0
    assert not person.contacts[60:69].any()
    assert quality.detection == pytest.approx(1 - 17 / 120)
    assert quality.continuity == pytest.approx(1 - 9 / 120)
    assert quality.seen == pytest.approx(1 - 8 / 111)
    true_pose = true.world - true.world[:, :1]
    assert np.linalg.norm(person.positions - true_pose, axis=-1)[person.valid].mean() < 0.01
    # Outside, the nearest frame is held.
    np.testing.assert_array_equal(person.world[62], person.world[59])
    np.testing.assert_array_equal(person.world[67], person.world[69])
    assert_finite(person)


def test_each_stretch_is_cleaned_as_if_it_were_alone():
    track = dancer().track()
    whole, _ = clean(holed(track, (60, 75)))
    alone, _ = clean(Track(*(values[75:] for values in vars(track).values())))
    np.testing.assert_array_equal(whole.world[75:], alone.world)
    np.testing.assert_array_equal(whole.contacts[75:], alone.contacts)


def test_nothing_is_smoothed_across_a_change_of_shot():
    """After frame 50 the camera is elsewhere: the two shots are as they are without each other."""
    near, far = dancer().track(), dancer().track()
    joined = Track(
        np.concatenate([near.keypoints[:50], 0.5 * far.keypoints[50:]]),
        near.confidence,
        np.concatenate([near.joints[:50], turned(far.joints[50:], 1.0)]),
    )
    person, quality = clean(joined, shots=(50,))
    assert person.stretches.tolist() == [[0, 50], [50, 120]]
    assert person.valid.all()
    assert quality.continuity == 1
    alone, _ = clean(Track(*(values[:50] for values in vars(joined).values())))
    np.testing.assert_array_equal(person.world[:50], alone.world)


def test_stretches_of_less_than_a_second_are_left_out():
    person, quality = clean(holed(dancer().track(), (20, 40), (66, 80)))
    assert person.stretches.tolist() == [[80, 120]]
    assert np.flatnonzero(person.valid).tolist() == [*range(80, 120)]
    assert quality.continuity == pytest.approx(40 / 120)


@pytest.mark.parametrize("gaps", [[(0, 20)], [(0, 7), (8, 20)]])
def test_nobody_or_one_single_frame_is_no_motion(gaps):
    person, quality = clean(holed(dancer(20).track(), *gaps))
    assert person.runs() == []
    assert not person.valid.any()
    assert person.interpolated.all()
    assert quality.score == 0
    assert_finite(person)


@pytest.mark.parametrize("frames", [1, 2, 5, 30])
def test_very_short_clips(frames):
    person, _ = clean(dancer(frames).track())
    assert person.positions.shape == (frames, 24, 3)
    assert len(person.runs()) == (frames == 30)
    assert_finite(person)


def test_everything_gated_away_is_no_motion():
    track = dancer(60).track()
    rng = np.random.default_rng(3)
    nonsense = Track(1000 * rng.normal(size=(60, 24, 2)), 0 * track.confidence, 5 * rng.normal(size=(60, 24, 3)))
    person, quality = clean(nonsense)
    assert person.runs() == []
    assert quality.score == 0
    assert_finite(person)


def test_one_wrong_wrist_is_taken_out_and_drawn_from_its_neighbours():
    true = dancer()
    track, wrist = true.track(), SMPL24.index("left_wrist")
    track.joints[40:43, wrist] += [0.0, 1.0, 0.5]
    track.keypoints[40:43, wrist] += [0, 150]
    person, quality = clean(track)
    untouched, _ = clean(true.track())
    assert np.linalg.norm(person.positions - untouched.positions, axis=-1).max() < 0.02
    assert np.abs(person.keypoints_2d - untouched.keypoints_2d).max() < 2
    assert person.confidence[40:43, wrist].max() == 0
    assert not person.interpolated.any()
    assert quality.seen == pytest.approx(1 - 3 / 120 / 12)


def test_sides_that_were_mistaken_for_each_other_are_exchanged_back():
    true = dancer()
    track = true.track()
    left, right = ([SMPL24.index(f"{side}_{joint}") for joint in LEG] for side in SIDES)
    for values in (track.keypoints, track.joints):
        values[50:53, left + right] = values[50:53, right + left]
    person, quality = clean(track)
    untouched, _ = clean(true.track())
    assert np.linalg.norm(person.positions - untouched.positions, axis=-1).max() < 0.02
    assert quality.seen == 1  # nothing had to be taken out


def test_the_picture_is_smoothed_less_than_the_body():
    """Half of what is shown is the fitted body, half the keypoint smoothed over 0.6 of the time."""
    true = dancer()
    track, wrist = true.track(), SMPL24.index("left_wrist")
    waving = np.zeros_like(track.keypoints)
    waving[:, wrist, 1] = 12 * np.sin(np.arange(120) * 2 * np.pi * 3 / FPS)
    track.keypoints[:] += waving
    window = PoseConfig().smoothing_s
    both = (smooth(waving, window, FPS) + smooth(waving, 0.6 * window, FPS)) / 2
    shown = clean(track)[0].keypoints_2d - clean(true.track())[0].keypoints_2d
    inner = slice(30, 90), wrist, 1
    assert shown[inner].std() == pytest.approx(both[inner].std(), rel=0.01)


def test_the_one_euro_filter_can_be_chosen():
    track = dancer().track()
    rng = np.random.default_rng(6)
    noisy = Track(track.keypoints, track.confidence, track.joints + rng.normal(scale=0.02, size=track.joints.shape))

    def shake(person):
        return np.linalg.norm(np.diff(person.positions, 2, axis=0), axis=-1).mean()

    raw, polynomial, euro = (
        clean(noisy, **settings)[0] for settings in ({"smoothing_s": 0.0}, {}, {"smoothing": "one_euro"})
    )
    assert shake(euro) < 0.5 * shake(raw)
    assert np.abs(euro.positions - polynomial.positions).max() > 0.001


def test_another_person_as_large_is_noted():
    track = dancer().track()
    beside = Track(track.keypoints + np.array([100, 0]), track.confidence, track.joints)
    small = Track(0.5 * track.keypoints, track.confidence, track.joints)
    for others, expected in (((beside,), 0.5), ((holed(beside, (0, 60)),), 0.75), ((small,), 1.0)):
        assert clean(track, others=others)[1].solitude == pytest.approx(expected)


def test_systematic_lean_is_taken_out():
    true = dancer()
    leaning = straightened(true.track().joints, np.radians(-14))  # minus: towards the camera
    trunk = leaning[:, SMPL24.index("neck")] - leaning[:, 0]
    assert (trunk[:, 2] < 0).all()
    person, _ = clean(Track(true.pixels, np.ones(true.pixels.shape[:2]), leaning))
    assert np.linalg.norm(person.positions - (true.world - true.world[:, :1]), axis=-1).mean() < 0.025


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
