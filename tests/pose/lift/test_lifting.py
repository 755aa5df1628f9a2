import numpy as np
import pytest
from pose.filmed import FPS, dance_as_seen

from workflow_scripts.motion.alignment import LIMBS, pa_mpjpe
from workflow_scripts.motion.camera import Camera
from workflow_scripts.motion.foreign import KeypointMotion
from workflow_scripts.motion.formats.learn2dance import SKELETON as LEARN2DANCE15
from workflow_scripts.motion.kinematics import facing_angle
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.motion.skeletons import BODY25, COCO17
from workflow_scripts.pose.config import PoseConfig
from workflow_scripts.pose.lift.lifting import assumed_camera, lift, lifted
from workflow_scripts.workflow.errors import UserError

CONFIG = PoseConfig()


def changed(motion, change) -> KeypointMotion:
    keypoints, confidence = motion.keypoints.copy(), motion.confidence.copy()
    change(keypoints, confidence)
    return KeypointMotion(motion.skeleton, keypoints, confidence, motion.fps)


def lose(frames, joints=slice(None)):
    def change(keypoints, confidence):
        keypoints[frames, joints], confidence[frames, joints] = np.nan, 0.0

    return change


def assert_finite(person) -> None:
    for values in (person.positions, person.root, person.keypoints_2d, person.confidence):
        assert np.isfinite(values).all()


def flat_error(world, motion) -> float:
    """The error of a lifting that puts every joint at one depth."""
    joints = [motion.skeleton.index(SMPL24.joints[joint]) for joint in LIMBS]
    flat = np.concatenate([motion.keypoints[:, joints], np.zeros((len(world), len(LIMBS), 1))], axis=-1)
    return float(pa_mpjpe(flat * [1, -1, 1], world[:, LIMBS]).mean())


@pytest.mark.parametrize("azimuth", [10, -60, 120])
def test_a_dance_is_lifted_from_every_side(lifter, azimuth: int) -> None:
    world, motion, camera = dance_as_seen(azimuth, noise_px=3.0)
    person, quality = lift(motion, lifter, CONFIG, camera)
    error = pa_mpjpe(person.positions[:, LIMBS], world[:, LIMBS]).mean()
    assert error < 0.105
    assert error < 0.85 * flat_error(world, motion)
    assert quality.detection == 1
    assert quality.confidence == pytest.approx(0.8)
    assert quality.agreement > 0.6
    assert_finite(person)
    # The camera looks from where +z is for the person: turn the truth by its azimuth.
    heading = facing_angle(person.positions) - (facing_angle(world) - np.radians(azimuth))
    assert np.degrees(np.abs(np.angle(np.exp(1j * heading)))).mean() < 25


@pytest.mark.parametrize("skeleton", [COCO17, LEARN2DANCE15])
def test_fewer_keypoints_are_enough(lifter, skeleton) -> None:
    world, motion, camera = dance_as_seen(10, 2.0, skeleton)
    person, _ = lift(motion, lifter, CONFIG, camera)
    assert pa_mpjpe(person.positions[:, LIMBS], world[:, LIMBS]).mean() < 0.11


def test_half_the_frame_rate_gives_the_same_motion(lifter) -> None:
    _, motion, camera = dance_as_seen()
    half = KeypointMotion(BODY25, motion.keypoints[::2], motion.confidence[::2], FPS / 2)
    every, second = (lifted(one, lifter, camera).joints for one in (motion, half))
    assert np.linalg.norm(every[::2] - second, axis=-1).mean() < 0.02


def test_what_was_seen_stays_and_the_rest_is_where_the_body_is(lifter) -> None:
    _, motion, camera = dance_as_seen()
    gone = changed(motion, lose(slice(20, 25), BODY25.index("left_wrist")))
    track = lifted(gone, lifter, camera)
    wrist = SMPL24.index("left_wrist")
    knee = SMPL24.index("right_knee")
    np.testing.assert_array_equal(track.keypoints[:, knee], motion.keypoints[:, BODY25.index("right_knee")])
    assert (track.confidence[20:25, wrist] == 0).all()
    away = np.linalg.norm(track.keypoints[20:25, wrist] - motion.keypoints[20:25, BODY25.index("left_wrist")], axis=-1)
    assert away.max() < 60  # of 170 px from neck to ankle
    assert track.found.all()
    shown = (track.joints[:, knee] - track.joints[:, 0])[:, 0]
    assert np.corrcoef(shown, (track.keypoints[:, knee] - track.keypoints[:, 0])[:, 0])[0, 1] > 0.95


def test_exchanged_sides_are_repaired_first(lifter) -> None:
    _, motion, camera = dance_as_seen()
    limbs = [pair for pair in BODY25.pairs if BODY25.joints[pair[0]] not in ("left_eye", "left_ear")]
    left, right = (list(side) for side in zip(*limbs, strict=True))

    def exchange(keypoints, confidence):
        keypoints[60:62, left + right] = keypoints[60:62, right + left]

    straight, mended = (lifted(one, lifter, camera).joints for one in (motion, changed(motion, exchange)))
    assert np.linalg.norm(straight - mended, axis=-1)[55:67].mean() < 0.01


def test_gaps_are_filled_marked_and_judged(lifter) -> None:
    _, motion, camera = dance_as_seen()
    gone = changed(changed(motion, lose(slice(30, 38))), lose(slice(60, 69)))
    person, quality = lift(gone, lifter, CONFIG, camera)
    assert np.flatnonzero(person.interpolated).tolist() == [*range(30, 38), *range(60, 69)]
    assert np.flatnonzero(~person.valid).tolist() == [*range(60, 69)]
    assert not person.confidence[person.interpolated].any()
    assert quality.detection == pytest.approx(1 - 17 / len(motion.keypoints))
    assert_finite(person)


def test_half_a_body_is_nobody(lifter) -> None:
    _, motion, camera = dance_as_seen()
    limbs = [j for j, name in enumerate(BODY25.joints) if name.split("_")[-1] in ("shoulder", "elbow", "wrist", "hip")]
    few = changed(motion, lose(slice(10, 20), [j for j in range(25) if j not in limbs[:5]]))
    assert np.flatnonzero(~lifted(few, lifter, camera).found).tolist() == [*range(10, 20)]


@pytest.mark.parametrize("frames", [1, 2, 7])
def test_very_short_motion(lifter, frames: int) -> None:
    _, motion, camera = dance_as_seen()
    short = KeypointMotion(BODY25, motion.keypoints[:frames], motion.confidence[:frames], FPS)
    person, _ = lift(short, lifter, CONFIG, camera)
    assert person.positions.shape == (frames, 24, 3)
    assert_finite(person)


@pytest.mark.parametrize("gone", [slice(None), [BODY25.index("left_hip")], [BODY25.index("right_shoulder")]])
def test_a_body_that_is_never_seen_is_said(lifter, gone) -> None:
    _, motion, _ = dance_as_seen()
    with pytest.raises(UserError, match="enough to be seen"):
        lift(changed(motion, lose(slice(None), gone)), lifter, CONFIG)


def test_nonsense_gives_no_nan(lifter) -> None:
    rng = np.random.default_rng(0)
    for scale in (0.0, 1.0, 1e5):
        keypoints = scale * rng.normal(size=(40, 25, 2))
        keypoints[rng.random((40, 25)) < 0.3] = np.nan
        confidence = np.where(np.isfinite(keypoints[..., 0]), 0.5, 0.0)
        person, quality = lift(KeypointMotion(BODY25, keypoints, confidence, FPS), lifter, CONFIG)
        assert_finite(person)
        assert 0 <= quality.score <= 1


def test_without_a_stated_picture_the_camera_is_that_of_what_was_seen(lifter) -> None:
    _, motion, camera = dance_as_seen()
    assumed = assumed_camera(motion)
    largest = np.nanmax(motion.keypoints, axis=(0, 1))
    assert assumed == Camera.assumed(largest[0], largest[1])
    known, guessed = (lift(motion, lifter, CONFIG, one)[0].positions for one in (camera, assumed))
    assert np.linalg.norm(known - guessed, axis=-1).mean() < 0.06


def test_motion_about_the_origin_has_a_picture_too() -> None:
    _, motion, _ = dance_as_seen()
    moved = changed(motion, lambda keypoints, _: keypoints.__isub__(1000))
    low, high = np.nanmin(moved.keypoints, axis=(0, 1)), np.zeros(2)
    assert assumed_camera(moved).centre == pytest.approx((low + high) / 2)
