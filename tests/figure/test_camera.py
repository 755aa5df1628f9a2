"""Projection against values worked out by hand, and framing against its promise."""

import numpy as np
import pytest

from workflow_scripts.figure.camera import Camera


def test_projects_by_similar_triangles() -> None:
    # 90 degrees over 100 pixels of height: focal length 50 px. The wall z = 0 is 4 m away: 12.5 px per metre.
    camera = Camera.look_at(np.array([0.0, 1.0, 4.0]), np.array([0.0, 1.0, 0.0]), (200, 100), field_of_view=90)
    points = np.array([[0.0, 1, 0], [1, 1, 0], [0, 2, 0], [-2, 0, 0], [1, 1, 2]])
    expected = [[100, 50], [112.5, 50], [100, 37.5], [75, 62.5], [125, 50]]
    np.testing.assert_allclose(camera.project(points), expected, atol=1e-9)
    np.testing.assert_allclose(camera.to_camera(points[1]), [1, 0, 4], atol=1e-12)


def test_a_camera_on_the_left_sees_the_left_hand_nearer() -> None:
    points = np.array([[0.7, 1.0, 0.0], [-0.7, 1.0, 0.0]])
    camera = Camera.framing(points, (480, 640), azimuth=60)
    assert camera.position[0] > 1
    left, right = camera.to_camera(points)
    assert left[2] < right[2]
    assert left[0] > right[0]  # seen from the front, the dancer's left is on the right of the picture


def test_rays_hit_the_pixels_they_are_named_after() -> None:
    camera = Camera.look_at(np.array([1.0, 1.5, 3.0]), np.array([0.2, 0.9, -0.5]), (64, 48))
    hits = camera.project(camera.position + 2.7 * camera.rays())
    columns, rows = np.meshgrid(np.arange(64) + 0.5, np.arange(48) + 0.5)
    np.testing.assert_allclose(hits, np.stack([columns, rows], axis=-1), atol=1e-9)


@pytest.mark.parametrize(("azimuth", "elevation"), [(0, 0), (25, 8), (-70, 20), (180, 3)])
def test_framing_holds_all_points_and_wastes_no_room(azimuth: float, elevation: float) -> None:
    rng = np.random.default_rng(3)
    points = rng.normal(size=(200, 3)) * [0.8, 0.9, 0.6] + [4, 1, -2]
    camera = Camera.framing(points, (480, 640), azimuth, elevation, frame=(0.1, 0.2, 0.95, 0.9))
    share = camera.project(points) / [480, 640]
    assert (camera.to_camera(points)[:, 2] > 0).all()
    assert (share >= np.array([0.1, 0.2]) - 1e-9).all()
    assert (share <= np.array([0.95, 0.9]) + 1e-9).all()
    spread = np.ptp(share, axis=0)
    assert np.isclose(spread, [0.85, 0.7]).any()


def test_framing_keeps_its_distance_from_a_single_point() -> None:
    camera = Camera.framing(np.zeros((1, 3)), (480, 640), nearest=2.5)
    assert np.linalg.norm(camera.position) == pytest.approx(2.5)
    np.testing.assert_allclose(camera.project(np.zeros(3)), [240, 320], atol=1e-6)
