"""The rasteriser against a ray tracer written here, in plain numpy, from the solids' own equations."""

import numpy as np
import pytest

from workflow_scripts.figure import raster
from workflow_scripts.figure.camera import Camera
from workflow_scripts.figure.surface import Ellipsoid, Tube, Union, triangulate

CAMERA = Camera.look_at(np.array([0.5, 1.1, 1.6]), np.array([0.0, 0.9, 0.0]), (160, 120))


def drawn(*unions: Union) -> tuple[np.ndarray, np.ndarray]:
    """Depth (H, W) along the viewing direction (inf: nothing) and which union is seen, at one sample a pixel."""
    vertices, faces, count = [], [], []
    for union in unions:
        points, triangles = triangulate(union, 0.01)
        faces.append(triangles + sum(len(v) for v in vertices))
        vertices.append(points)
        count.append(len(triangles))
    points = np.concatenate(vertices).astype(np.float32)
    screen = np.empty_like(points)
    raster.project(points, CAMERA.position, CAMERA.axes, CAMERA.focal, CAMERA.width / 2, CAMERA.height / 2, screen)
    depth = np.zeros((CAMERA.height, CAMERA.width), np.float32)
    owner = np.full(depth.shape, -1, np.int32)
    raster.draw(screen, np.concatenate(faces), depth, owner)
    with np.errstate(divide="ignore"):
        return 1 / depth, np.searchsorted(np.cumsum(count), owner, side="right")


def traced_ball(centre: np.ndarray, radius: float) -> np.ndarray:
    """Depth of a ball: the nearer root of |o + t d - c|^2 = r^2, with d of length 1 along the viewing direction."""
    rays, offset = CAMERA.rays(), CAMERA.position - centre
    a, b, c = (rays**2).sum(-1), rays @ offset, offset @ offset - radius**2
    root = b * b - a * c
    return np.where(root >= 0, (-b - np.sqrt(np.maximum(root, 0))) / a, np.inf)


def traced_capsule(start: np.ndarray, end: np.ndarray, radius: float) -> np.ndarray:
    """Depth of a capsule: the nearest of its two balls and its cylinder's side."""
    rays, axis = CAMERA.rays(), end - start
    length = np.linalg.norm(axis)
    axis = axis / length
    offset = CAMERA.position - start
    flat, flat_offset = rays - (rays @ axis)[..., None] * axis, offset - (offset @ axis) * axis
    a, b, c = (flat**2).sum(-1), flat @ flat_offset, flat_offset @ flat_offset - radius**2
    root = b * b - a * c
    side = np.where(root >= 0, (-b - np.sqrt(np.maximum(root, 0))) / a, np.inf)
    along = (offset + np.where(np.isfinite(side), side, 0)[..., None] * rays) @ axis
    side = np.where((along >= 0) & (along <= length), side, np.inf)
    return np.minimum(side, np.minimum(traced_ball(start, radius), traced_ball(end, radius)))


def assert_same(depth: np.ndarray, truth: np.ndarray) -> None:
    seen, true = np.isfinite(depth), np.isfinite(truth)
    assert true.sum() > 500
    assert (seen != true).sum() < 0.02 * true.sum()  # a chord instead of an arc: only rim pixels may differ
    both = seen & true
    error = np.abs(depth[both] - truth[both])
    assert np.median(error) < 1e-3
    assert np.quantile(error, 0.98) < 8e-3


def test_ball() -> None:
    centre = np.array([0.05, 0.95, 0.1])
    depth, _ = drawn(Union([Ellipsoid(centre, np.full(3, 0.2))]))
    assert_same(depth, traced_ball(centre, 0.2))


def test_capsule() -> None:
    start, end = np.array([-0.3, 0.7, 0.0]), np.array([0.2, 1.1, 0.3])
    depth, _ = drawn(Union([Tube(np.stack([start, end]), np.array([0.12, 0.12]))]))
    assert_same(depth, traced_capsule(start, end, 0.12))


def test_the_nearer_of_two_is_seen() -> None:
    near, far = np.array([0.2, 1.0, 0.5]), np.array([-0.1, 0.9, -0.2])
    depth, which = drawn(Union([Ellipsoid(far, np.full(3, 0.3))]), Union([Ellipsoid(near, np.full(3, 0.15))]))
    truths = np.stack([traced_ball(far, 0.3), traced_ball(near, 0.15)])
    true = np.isfinite(truths.min(axis=0)) & np.isfinite(depth)
    assert set(np.unique(which[true])) == {0, 1}
    assert (which == truths.argmin(axis=0))[true].mean() > 0.99


def test_triangle_covers_the_samples_inside_it_once() -> None:
    # Two triangles that share an edge: every sample of the square is drawn, none outside.
    screen = np.array([[2, 3, 1], [10, 3, 1], [10, 9, 1], [2, 9, 1]], np.float32)
    faces = np.array([[0, 2, 1], [0, 3, 2]], np.int32)
    depth, owner = np.zeros((12, 14), np.float32), np.full((12, 14), -1, np.int32)
    raster.draw(screen, faces, depth, owner)
    expected = np.zeros((12, 14), bool)
    expected[3:9, 2:10] = True
    np.testing.assert_array_equal(owner >= 0, expected)
    np.testing.assert_allclose(depth[expected], 1)
    depth[:], owner[:] = 0, -1
    raster.draw(screen, faces[:, ::-1].copy(), depth, owner)
    assert (owner == -1).all()  # seen from behind


@pytest.mark.parametrize("far", [1e3, -1e3])
def test_triangles_outside_the_picture_do_no_harm(far: float) -> None:
    screen = np.array([[far, far, 1], [far + 50, far, 1], [far, far + 50, 1]], np.float32)
    depth, owner = np.zeros((8, 8), np.float32), np.full((8, 8), -1, np.int32)
    raster.draw(screen, np.array([[0, 2, 1]], np.int32), depth, owner)
    assert (owner == -1).all()
