import numpy as np
import pytest

from workflow_scripts.motion.camera import Camera, translation, translation_at_depth


@pytest.fixture
def scene():
    rng = np.random.default_rng(7)
    camera = Camera.assumed(640, 360)
    body = rng.normal(scale=0.4, size=(50, 12, 3))
    place = np.stack([rng.uniform(-1, 1, 50), rng.uniform(-0.5, 0.5, 50), rng.uniform(2, 6, 50)], axis=1)
    return camera, body, place, camera.project(body + place[:, None])


def test_projection_by_hand():
    camera = Camera.assumed(640, 360)
    assert camera.focal == 768
    # One metre to the right and half a metre down at four metres: 192 px right and 96 px down of the middle.
    np.testing.assert_allclose(camera.project(np.array([1.0, 0.5, 4.0])), [320 + 192, 180 + 96])


def test_place_is_recovered_to_less_than_a_millimetre(scene):
    camera, body, place, pixels = scene
    found = translation(body, camera.normalised(pixels), np.ones((50, 12)))
    assert np.abs(found - place).max() < 1e-3


def test_joints_without_weight_do_not_matter(scene):
    camera, body, place, pixels = scene
    weights = np.ones((50, 12))
    weights[:, :3] = 0
    pixels[:, :3] += 500
    found = translation(body, camera.normalised(pixels), weights)
    assert np.abs(found - place).max() < 1e-3


def test_place_at_a_known_depth(scene):
    camera, body, place, pixels = scene
    found = translation_at_depth(body, camera.normalised(pixels), np.ones((50, 12)), place[:, 2])
    assert np.abs(found - place).max() < 1e-9


def test_no_weight_at_all_stays_finite(scene):
    camera, body, _, pixels = scene
    rays, nothing = camera.normalised(pixels), np.zeros((50, 12))
    assert np.isfinite(translation(body, rays, nothing)).all()
    assert np.isfinite(translation_at_depth(body, rays, nothing, np.ones(50))).all()
