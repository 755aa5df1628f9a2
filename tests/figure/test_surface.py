"""Meshes of solids whose volume and area are known."""

import numpy as np
import pytest

from workflow_scripts.figure.surface import Ellipsoid, Tube, Union, triangulate


def volume(vertices: np.ndarray, faces: np.ndarray) -> float:
    a, b, c = vertices[faces].transpose(1, 0, 2)
    return float((a * np.cross(b, c)).sum() / 6)


def test_ball_has_the_volume_of_a_ball() -> None:
    vertices, faces = triangulate(Union([Ellipsoid(np.array([0.1, 0.2, 0.3]), np.full(3, 0.1))]), 0.01)
    np.testing.assert_allclose(np.linalg.norm(vertices - [0.1, 0.2, 0.3], axis=1), 0.1, atol=2e-4)
    assert volume(vertices, faces) == pytest.approx(4 / 3 * np.pi * 0.1**3, rel=0.02)  # positive: faces look outward


def test_turned_ellipsoid_and_capsule_have_their_volumes() -> None:
    angle = 0.7
    axes = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    ellipsoid = Union([Ellipsoid(np.zeros(3), np.array([0.12, 0.06, 0.08]), axes)])
    assert volume(*triangulate(ellipsoid, 0.008)) == pytest.approx(4 / 3 * np.pi * 0.12 * 0.06 * 0.08, rel=0.02)
    assert ellipsoid.distance(0.12 * axes[:, 0][None])[0] == pytest.approx(0, abs=1e-9)
    capsule = Union([Tube(np.array([[0, 0, 0], [0.2, 0, 0.0], [0.3, 0, 0]]), np.full(3, 0.05))])
    assert volume(*triangulate(capsule, 0.008)) == pytest.approx(np.pi * 0.05**2 * (0.3 + 4 / 3 * 0.05), rel=0.02)


def test_mesh_is_closed() -> None:
    union = Union(
        [Ellipsoid(np.zeros(3), np.full(3, 0.1)), Tube(np.array([[0, 0, 0], [0.3, 0.1, 0]]), np.array([0.05, 0.02]))]
    )
    _, faces = triangulate(union, 0.012)
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    there = {tuple(edge) for edge in edges.tolist()}
    assert len(there) == len(edges)
    assert there == {(b, a) for a, b in there}


def test_smooth_union_fills_the_crease_and_keeps_far_surfaces() -> None:
    balls = [Ellipsoid(np.array([x, 0, 0]), np.full(3, 0.1), blend=0.05) for x in (-0.09, 0.09)]
    both = Union(balls)
    crease, far = np.array([[0.0, 0.055, 0]]), np.array([[0.25, 0.1, 0]])
    alone = min(Union([ball]).distance(crease)[0] for ball in balls)
    # Two equal distances under a quadratic smooth minimum of width k lose k / 4.
    assert both.distance(crease)[0] == pytest.approx(alone - 0.05 / 4)
    assert both.distance(far)[0] == pytest.approx(Union(balls[1:]).distance(far)[0])


def test_tube_knows_where_along_it_a_point_lies() -> None:
    tube = Union([Tube(np.array([[0, 0, 0], [1.0, 0, 0], [1, 1, 0]]), np.full(3, 0.1))])
    distances, places = tube.members(np.array([[0.25, 0.3, 0], [1.2, 0.5, 0]]))
    np.testing.assert_allclose(distances[:, 0], [0.2, 0.1])
    np.testing.assert_allclose(places[:, 0], [0.25, 1.5])
