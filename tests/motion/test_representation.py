import numpy as np
import pytest

from workflow_scripts.motion.kinematics import bone_lengths, turned
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.representation import to_person, to_vectors, width
from workflow_scripts.motion.skeleton import SMPL24

FPS = 30.0


def walking_body(frames: int = 40) -> Person:
    """The rest body, turning about y while its root walks a circle of 0.5 m: everything known in closed form."""
    time = np.arange(frames) / FPS
    rest = np.broadcast_to(SMPL24.rest_positions - SMPL24.rest_positions[0], (frames, 24, 3))
    positions = turned(rest, time[:, None])
    root = np.stack([0.5 * np.cos(time), 0.9 + 0.05 * np.sin(5 * time), 0.5 * np.sin(time)], axis=-1)
    return Person(positions.astype(np.float32), root.astype(np.float32))


def test_round_trip_restores_positions_and_path() -> None:
    body = walking_body()
    back = to_person(to_vectors(body, FPS), FPS, start=(0.5, 0.0))
    np.testing.assert_allclose(back.positions, body.positions, atol=1e-5)
    np.testing.assert_allclose(back.root, body.root, atol=1e-5)


def test_columns_mean_what_they_say() -> None:
    body = walking_body()
    vectors = to_vectors(body, FPS)
    assert vectors.shape == (40, width()) == (40, 72)
    assert vectors.dtype == np.float32
    np.testing.assert_array_equal(vectors[:, :3], body.positions[:, SMPL24.index("left_hip")])
    np.testing.assert_array_equal(vectors[:, -3], body.root[:, 1])
    # On a circle of 0.5 m at 1 rad/s the root moves at 0.5 m/s.
    np.testing.assert_allclose(np.linalg.norm(vectors[:, -2:], axis=1), 0.5, rtol=1e-3)


def test_bones_get_their_rest_lengths_back() -> None:
    vectors = to_vectors(walking_body(), FPS)
    vectors[:, :-3] *= np.linspace(0.7, 1.3, 40)[:, None]
    body = to_person(vectors, FPS)
    for frame in body.positions:
        np.testing.assert_allclose(bone_lengths(frame[None]), SMPL24.rest_lengths, atol=1e-5)


@pytest.mark.parametrize("frames", [1, 2])
def test_very_short_motion(frames: int) -> None:
    body = walking_body(frames)
    np.testing.assert_allclose(to_person(to_vectors(body, FPS), FPS, start=(0.5, 0.0)).root, body.root, atol=1e-5)
