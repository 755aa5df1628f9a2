import numpy as np
import pytest
from pose.synthetic import CAMERA_DISTANCE, FPS, HEIGHT, WIDTH, dancer

from workflow_scripts.motion.camera import Camera
from workflow_scripts.pose.clean.trajectory import trajectory

CAMERA = Camera.assumed(WIDTH, HEIGHT)


def seen_at(true, keypoints, window=1.0):
    body = true.seen - true.seen[:, :1]
    return trajectory(body, keypoints, np.ones(keypoints.shape[:2]), CAMERA, FPS, window)


def test_a_body_stands_where_its_rays_meet():
    true = dancer()
    np.testing.assert_allclose(seen_at(true, true.pixels, 0.0), true.seen[:, 0], atol=1e-6)
    assert np.linalg.norm(seen_at(true, true.pixels) - true.seen[:, 0], axis=-1).max() < 0.01


def test_depth_is_smoothed_and_the_place_in_the_picture_kept():
    true = dancer()
    middle = true.pixels.mean(axis=1, keepdims=True)
    flicker = np.random.default_rng(1).normal(1, 0.03, size=(len(middle), 1, 1))
    place = seen_at(true, middle + (true.pixels - middle) * flicker)
    wild = seen_at(true, middle + (true.pixels - middle) * flicker, 0.0)
    assert np.abs(place[:, 2] - true.seen[:, 0, 2]).mean() < 0.4 * np.abs(wild[:, 2] - true.seen[:, 0, 2]).mean()
    shown, wanted = CAMERA.project(place), CAMERA.project(true.seen[:, 0])
    assert np.abs(shown - wanted).max() < 12  # 3 % of a body of 400 px


def test_nobody_stands_in_the_camera():
    true = dancer(30)
    huge = (true.pixels - [WIDTH / 2, HEIGHT / 2]) * 40 + [WIDTH / 2, HEIGHT / 2]
    assert (seen_at(true, huge)[:, 2] >= 0.5).all()


@pytest.mark.parametrize("frames", [1, 2, 5])
def test_short_stretches(frames):
    place = seen_at(dancer(frames), dancer(frames).pixels)
    assert place.shape == (frames, 3)
    assert place[:, 2] == pytest.approx(CAMERA_DISTANCE, abs=0.3)
