"""Whatever the camera and the format, nobody is ever cut off, and cameras move smoothly."""

import numpy as np
import pytest

from tests.render.moving import turning, walking
from workflow_scripts.render.cameras import ORBIT_S, choose_cameras
from workflow_scripts.render.layout import Layout
from workflow_scripts.render.scene import Dancer
from workflow_scripts.render.settings import FORMATS
from workflow_scripts.render.staging import stage

FPS, FRAMES = 30.0, 240
WORLDS = {
    1: [walking(FRAMES, 6.0)],
    2: [turning(FRAMES, 1.5), walking(FRAMES, 3.0)],
    5: [turning(FRAMES), walking(FRAMES), turning(FRAMES, 0.8), walking(40, 2.0), turning(FRAMES)],
}


def shares(kind: str, count: int, layout: Layout) -> np.ndarray:
    """Where in the picture (shares of its width and height) all dancers reach in every frame."""
    staged = stage([Dancer(world, "x") for world in WORLDS[count]], FRAMES)
    cameras = choose_cameras(kind, staged, FRAMES, FPS, layout)
    points = np.concatenate([one.reach(0, FRAMES) for one in staged], axis=1)
    seen = [cameras.at(index).project(points[index]) for index in range(FRAMES)]
    assert all((cameras.at(index).to_camera(points[index])[:, 2] > 0.5).all() for index in range(FRAMES))
    return np.array(seen) / [layout.width, layout.height]


@pytest.mark.parametrize("count", WORLDS)
@pytest.mark.parametrize("shape", FORMATS)
@pytest.mark.parametrize("kind", ["fixed", "following", "orbit"])
def test_nobody_is_cut_off(kind: str, shape: str, count: int) -> None:
    layout = Layout(*FORMATS[shape], several=count > 1)
    share = shares(kind, count, layout)
    left, top, right, bottom = layout.frame
    assert (share >= np.array([left, top]) - 1e-4).all()
    assert (share <= np.array([right, bottom]) + 1e-4).all()
    if kind == "fixed":  # and the frame is used
        reach = np.ptp(share, axis=(0, 1)) / [right - left, bottom - top]
        assert reach.max() == pytest.approx(1, abs=0.01)


def test_following_is_nearer_than_standing_still_and_smooth() -> None:
    layout = Layout(640, 360)
    staged = stage([Dancer(WORLDS[1][0], "x")], FRAMES)
    fixed, following = (choose_cameras(kind, staged, FRAMES, FPS, layout) for kind in ("fixed", "following"))
    places = np.array([following.at(index).position for index in range(FRAMES)])
    distance = [np.abs(camera.position[2]) for camera in (fixed.at(0), following.at(FRAMES // 2))]
    assert distance[1] < 0.75 * distance[0]
    assert np.ptp(places[:, 0]) > 3.0
    speed = np.diff(places, axis=0) * FPS
    assert np.abs(np.diff(speed, axis=0) * FPS).max() < 6.0  # metres per second squared
    assert fixed.at(0) is fixed.at(7)  # painters keep what they made for a camera


def test_orbit_goes_once_around_at_one_distance() -> None:
    layout, frames = Layout(640, 360), round(ORBIT_S * FPS)
    staged = stage([Dancer(world, "x") for world in WORLDS[2]], FRAMES)
    cameras = choose_cameras("orbit", staged, frames, FPS, layout)
    centre = (np.min([one.low for one in staged], axis=0) + np.max([one.high for one in staged], axis=0))[::2] / 2
    away = np.array([cameras.at(index).position[::2] - centre for index in range(frames + 1)])
    radius = np.linalg.norm(away, axis=1)
    np.testing.assert_allclose(radius, radius[0], rtol=1e-9)
    np.testing.assert_allclose(away[-1], away[0], atol=1e-6)
    angle = np.unwrap(np.arctan2(away[:, 0], away[:, 1]))
    assert angle[0] == pytest.approx(0, abs=1e-9)
    np.testing.assert_allclose(np.diff(angle), 2 * np.pi / frames, rtol=1e-6)


def test_unknown_joints_do_not_move_the_camera() -> None:
    world = walking(60, 0.0)
    holes = world.copy()
    holes[10:20, 20:] = np.nan
    holes[30] = np.nan
    layout = Layout(640, 360)
    for kind in ("fixed", "following", "orbit"):
        whole, with_holes = (
            choose_cameras(kind, stage([Dancer(one, "x")], 60), 60, FPS, layout) for one in (world, holes)
        )
        for index in (0, 15, 30):
            np.testing.assert_allclose(with_holes.at(index).position, whole.at(index).position, atol=0.05)
