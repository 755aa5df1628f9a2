import numpy as np
import pytest
from pose.synthetic import FPS, dancer

from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.pose.backends.base import Track
from workflow_scripts.pose.clean.gating import filled, gated, plausibility

WRIST, ELBOW, ANKLE = (SMPL24.index(name) for name in ("left_wrist", "left_elbow", "right_ankle"))
LONGEST = 8


def lost(track):
    """The samples (frame, joint) that gating took out."""
    known = np.isfinite(track.keypoints).all(axis=-1)
    assert (known == np.isfinite(track.joints).all(axis=-1)).all()
    assert (track.confidence[~known] == 0).all()
    return {(int(frame), int(joint)) for frame, joint in np.argwhere(~known)}


def test_a_good_track_stays_as_it_is():
    track = dancer().track()
    after = gated(track, FPS, LONGEST)
    for one, two in zip(vars(after).values(), vars(track).values(), strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("length", [1, 3, 5])
@pytest.mark.parametrize("joint", [WRIST, ANKLE, SMPL24.index("left_knee")])
def test_a_joint_that_jumps_away_and_back_is_taken_out(joint, length):
    track = dancer().track()
    frames = range(40, 40 + length)
    # Along a circle about its parent: the length of the bone, and the confidence, tell nothing.
    parent = SMPL24.parents[joint]
    bone = track.joints[frames, joint] - track.joints[frames, parent]
    track.joints[frames, joint] = track.joints[frames, parent] - bone
    assert lost(gated(track, FPS, LONGEST)) >= {(frame, joint) for frame in frames}
    kept = gated(track, FPS, LONGEST)
    assert np.isfinite(kept.keypoints[:, [ELBOW, 0]]).all()


def test_a_jump_in_the_picture_alone_is_found_too():
    track = dancer().track()
    track.keypoints[50, WRIST] += [150, 0]
    assert lost(gated(track, FPS, LONGEST)) == {(50, WRIST)}


def test_what_goes_and_stays_is_believed():
    """One jump is a mistake that was corrected, or the end of one that no one can date."""
    track = dancer().track()
    track.joints[60:, WRIST] = 2 * track.joints[60:, ELBOW] - track.joints[60:, WRIST]
    assert sum(joint == WRIST for _, joint in lost(gated(track, FPS, LONGEST))) <= 4


def test_a_bone_of_impossible_length_is_no_bone():
    track = dancer().track()
    track.joints[30:50, WRIST] += 0.9 * (track.joints[30:50, ELBOW] - track.joints[30:50, WRIST])
    found = {frame for frame, joint in lost(gated(track, FPS, LONGEST)) if joint == WRIST}
    assert found >= set(range(31, 49))
    lengths = plausibility(track.joints)
    assert lengths[40, WRIST] == 0
    assert lengths[10, WRIST] == 1
    # An arm that points to the camera looks shorter than it is, and that is all right.
    track = dancer().track()
    track.joints[30:50, WRIST] += 0.3 * (track.joints[30:50, ELBOW] - track.joints[30:50, WRIST])
    assert plausibility(track.joints)[40, WRIST] == 1


def test_what_was_not_found_is_not_believed():
    track = dancer().track()
    track.confidence[20:30, WRIST] = 0.05
    assert lost(gated(track, FPS, LONGEST)) == {(frame, WRIST) for frame in range(20, 30)}
    track.confidence[:, WRIST] = 0.0  # nothing better is known of it
    assert lost(gated(track, FPS, LONGEST)) == set()


def test_a_body_that_is_elsewhere_for_a_moment_is_somebody_else():
    track = dancer().track()
    track.keypoints[50:53] += [300, 0]
    assert lost(gated(track, FPS, LONGEST)) == {(frame, joint) for frame in range(50, 53) for joint in range(24)}


def test_less_than_half_of_the_limbs_is_nobody():
    track = dancer().track()
    arms = [i for i, name in enumerate(SMPL24.joints) if name.split("_")[-1] in ("shoulder", "elbow", "wrist")]
    track.confidence[10, arms] = 0
    track.confidence[20, [*arms, ANKLE]] = 0
    taken = lost(gated(track, FPS, LONGEST))
    assert {joint for frame, joint in taken if frame == 10} == set(arms)
    assert {joint for frame, joint in taken if frame == 20} == set(range(24))


def test_the_rate_does_not_matter():
    slow, fast = dancer().track(), dancer(240).track()
    slow.joints[40, WRIST] += [0, 0, 1.0]
    # 120 frames per second of the same dancer, four times slower a frame: 1 m is too far, 5 cm is not.
    fast.joints[100, WRIST] += [0, 0, 1.0]
    fast.joints[200, WRIST] += [0, 0, 0.05]
    assert {frame for frame, _ in lost(gated(slow, FPS, LONGEST))} == {40}
    assert {frame for frame, _ in lost(gated(fast, 4 * FPS, 4 * LONGEST))} == {100}


@pytest.mark.parametrize("rate", [0.5, 1, 2, 4])
def test_jitter_is_no_jump_at_any_rate(rate):
    track = dancer(round(120 * rate)).track()
    shake = np.random.default_rng(2).normal(scale=0.02, size=track.joints.shape)
    shaken = Track(track.keypoints, track.confidence, track.joints + shake)
    taken = lost(gated(shaken, rate * FPS, round(rate * LONGEST)))
    assert len(taken) < 0.002 * track.confidence.size


def test_filling_carries_a_joint_with_its_parent():
    true = dancer().track()
    track = dancer().track()
    for values in (track.keypoints, track.joints):
        values[40:60, [WRIST, SMPL24.index("left_hand")]] = np.nan
        values[80:84] = np.nan
    whole = filled(track)
    assert np.abs(whole.joints - true.joints).max() < 0.03
    assert np.abs(whole.keypoints - true.keypoints).max() < 4
    assert whole.confidence[40:60, WRIST].max() == whole.confidence[80:84].max() == 0
    known = np.isfinite(track.joints)
    np.testing.assert_array_equal(whole.joints[known], track.joints[known])


@pytest.mark.parametrize("frames", [1, 2])
def test_hardly_anything_and_nothing(frames):
    track = dancer(frames).track()
    assert lost(gated(track, FPS, LONGEST)) == set()
    nothing = Track(track.keypoints * np.nan, track.confidence * 0, track.joints * np.nan)
    assert len(lost(gated(nothing, FPS, LONGEST))) == frames * 24
    never = Track(track.keypoints.copy(), track.confidence, track.joints.copy())
    never.keypoints[:, WRIST] = never.joints[:, WRIST] = np.nan
    assert np.isfinite(filled(never).joints).all()
