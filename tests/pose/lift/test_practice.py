import numpy as np
import pytest

from workflow_scripts.motion.kinematics import turned
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.pose.lift.landmarks import FEATURES, LANDMARKS, MOMENTS
from workflow_scripts.pose.lift.lessons import MOMENTS_PER_PERSON, lessons
from workflow_scripts.pose.lift.practice import dances, movers

PARENTS = np.maximum(SMPL24.parents, 0)


def people(standing: bool, seed: int = 2) -> np.ndarray:
    return movers(np.random.default_rng(seed), 20, 60, standing)


@pytest.mark.parametrize("standing", [True, False])
def test_movers_have_our_bones_and_move_smoothly(standing: bool) -> None:
    body = people(standing)
    assert body.shape == (20, 60, 24, 3)
    lengths = np.linalg.norm(body - body[:, :, PARENTS], axis=-1)
    np.testing.assert_allclose(lengths, np.broadcast_to(SMPL24.rest_lengths, lengths.shape), atol=2e-3)
    # Metres a frame; an arm that changes its mind may flip.
    assert np.percentile(np.linalg.norm(np.diff(body, axis=1), axis=-1), 99) < 0.15
    assert np.ptp(body, axis=1).mean() > 0.05


@pytest.mark.parametrize("standing", [True, False])
def test_knees_bend_forward(standing: bool) -> None:
    body = people(standing)
    across = body[:, :, SMPL24.index("left_hip")] - body[:, :, SMPL24.index("right_hip")]
    for side in ("left", "right"):
        hip, knee, ankle = (body[:, :, SMPL24.index(f"{side}_{joint}")] for joint in ("hip", "knee", "ankle"))
        bent = np.linalg.norm(hip - ankle, axis=-1) < 0.75
        assert bent.any()
        # From the thigh to the shin it goes backwards: about the axis that points to the left.
        turn = (np.cross(knee - hip, ankle - knee) * across).sum(axis=-1)
        assert (turn[bent] > 0).mean() > 0.97


def test_those_who_stand_have_a_foot_on_the_floor() -> None:
    body = people(standing=True)
    ankles = body[:, :, [SMPL24.index("left_ankle"), SMPL24.index("right_ankle")], 1]
    # Both feet on one level for most of the time: that level is the floor.
    assert (np.abs(np.diff(ankles, axis=-1)) < 0.01).mean() > 0.5


def test_practice_and_lessons_depend_on_the_seed_alone() -> None:
    for make in (lambda rng: dances(rng, 3, 60), lambda rng: movers(rng, 3, 60, True), lambda rng: lessons(rng, 4)[0]):
        first, again, other = (make(np.random.default_rng(seed)) for seed in (1, 1, 2))
        np.testing.assert_array_equal(first, again)
        assert not np.array_equal(first, other)


def test_lessons_show_what_is_asked() -> None:
    shown, asked = lessons(np.random.default_rng(3), 60)
    assert shown.shape == (60 * MOMENTS_PER_PERSON, FEATURES)
    assert asked.shape == (60 * MOMENTS_PER_PERSON, 24, 3)
    assert np.isfinite(shown).all()
    assert np.isfinite(asked).all()
    now = shown.reshape(-1, len(MOMENTS), len(LANDMARKS), 3)[:, MOMENTS.index(0.0)]
    joints = [SMPL24.index(name) for name in LANDMARKS if name in SMPL24.joints]
    marks = [k for k, name in enumerate(LANDMARKS) if name in SMPL24.joints]
    seen = now[:, marks, 2] > 0.5
    assert 0.9 < seen.mean() < 1
    across = np.linalg.norm(now[:, marks, :2] - asked[:, joints, :2], axis=-1)[seen]
    assert np.median(across) < 0.06  # noise, and what size and distance do
    assert not now[..., :2][:, :, 0][(now[..., 2] == 0).all(axis=1)].any()


def test_people_face_everywhere_but_the_camera_most() -> None:
    _, asked = lessons(np.random.default_rng(4), 120)
    across = asked[:, SMPL24.index("left_hip")] - asked[:, SMPL24.index("right_hip")]
    to_camera = across[:, 0] > 0  # the left side on the right of the picture
    assert 0.55 < to_camera.mean() < 0.9


def test_turning_is_what_it_is_elsewhere() -> None:
    # lessons relies on `turned` with one angle per frame for all joints.
    body = people(standing=True)[:1]
    np.testing.assert_allclose(turned(turned(body, 0.5), -0.5), body, atol=1e-12)
