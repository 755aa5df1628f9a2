import numpy as np
import pytest

from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.pose.backends.blazepose import LANDMARKS, WEIGHTS, confidence_of, joints_of

# The 33 landmarks of a person in T-pose facing the viewer of this table: x to the person's left, y up, z forward,
# centimetres, placed by hand on a body with the proportions of the rest pose (ears over the atlas, knuckles 8.5 cm
# beyond the wrists, heels 6 cm behind and toe tips 19 cm before the ankles, hips marked 2 cm under their joints).
SIDES = {
    "eye_inner": (2, 164, 9),
    "eye": (3, 164, 9),
    "eye_outer": (4, 164, 8),
    "ear": (7, 159, 2),
    "mouth": (2, 156, 9),
    "shoulder": (17.5, 140, 0),
    "elbow": (46, 140, 0),
    "wrist": (71.5, 140, 0),
    "pinky": (79, 140, -3),
    "index": (81, 140, 3),
    "thumb": (77, 140, 4),
    "hip": (9.5, 90.5, 0),
    "knee": (9.5, 50, 0),
    "ankle": (9.5, 8.5, 0),
    "heel": (9.5, 2, -6),
    "toe": (9.5, 2, 19),
}
# MediaPipe's order: nose, left eye (inner, middle, outer), right eye, ears, mouth, then pairs left, right.
PAIRS = ["ear", "mouth", "shoulder", "elbow", "wrist", "pinky", "index", "thumb", "hip", "knee", "ankle", "heel", "toe"]


def person():
    landmarks = [(0, 160, 12)]
    landmarks += [SIDES[name] for name in ("eye_inner", "eye", "eye_outer")]
    landmarks += [(-x, y, z) for x, y, z in (SIDES[name] for name in ("eye_inner", "eye", "eye_outer"))]
    for name in PAIRS:
        x, y, z = SIDES[name]
        landmarks += [(x, y, z), (-x, y, z)]
    assert len(landmarks) == LANDMARKS
    return np.array(landmarks) / 100


def test_rest_person_gives_rest_joints():
    joints = joints_of(person())
    for name, joint, rest in zip(SMPL24.joints, joints, SMPL24.rest_positions, strict=True):
        # The head joint's height on a skull is a matter of definition; only its direction from the neck counts.
        tolerance = 0.06 if name == "head" else 0.006
        assert np.abs(joint - rest).max() < tolerance, name
    head, neck = joints[SMPL24.index("head")], joints[SMPL24.index("neck")]
    rest = SMPL24.rest_positions[SMPL24.index("head")] - SMPL24.rest_positions[SMPL24.index("neck")]
    cosine = (head - neck) @ rest / np.linalg.norm(head - neck) / np.linalg.norm(rest)
    assert np.degrees(np.arccos(cosine)) < 5


@pytest.mark.parametrize(
    ("joint", "landmark"), [("left_wrist", 15), ("right_wrist", 16), ("left_knee", 25), ("right_ankle", 28)]
)
def test_seen_joints_are_their_landmarks(joint, landmark):
    landmarks = np.random.default_rng(0).normal(size=(4, LANDMARKS, 2))
    np.testing.assert_array_equal(joints_of(landmarks)[:, SMPL24.index(joint)], landmarks[:, landmark])


def test_the_map_follows_translation_and_turning():
    np.testing.assert_allclose(WEIGHTS.sum(axis=1), 1)
    landmarks = person()
    turn = np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1.0]])
    np.testing.assert_allclose(joints_of(landmarks @ turn.T + 3), joints_of(landmarks) @ turn.T + 3, atol=1e-12)


def test_confidence_is_that_of_the_landmarks_used():
    visibility = np.ones(LANDMARKS)
    visibility[15] = 0.2  # left wrist
    confidence = confidence_of(visibility)
    assert confidence[SMPL24.index("left_wrist")] == pytest.approx(0.2)
    assert np.delete(confidence, SMPL24.index("left_wrist")) == pytest.approx(1.0)
    assert confidence_of(np.zeros(LANDMARKS)).max() == 0
