"""Lines lie where the joints are, the nearer over the farther, in the colours of their sides."""

import numpy as np
import pytest

from workflow_scripts.figure.camera import Camera
from workflow_scripts.figure.scene_painter import Spot
from workflow_scripts.figure.skeleton_painter import MIDDLE, SHADOW, LineBody, SkeletonPainter, display
from workflow_scripts.motion.skeleton import SMPL24, Skeleton
from workflow_scripts.motion.skeletons import COCO17

SIZE, ACCENT = (320, 240), (0.12, 0.72, 1.0)
REST = SMPL24.rest_positions
CAMERA = Camera.look_at(np.array([0.0, 1.2, 3.5]), np.array([0.0, 0.9, 0.0]), SIZE, 34.0)
DARK = Spot(np.zeros(2), np.zeros((0, 3)), np.zeros(3))
# Two joints, to be laid anywhere.
STICK = Skeleton("stick", ("start", "end"), (-1, 0), (), ())


def painted(
    joints: np.ndarray, skeleton: Skeleton = SMPL24, camera: Camera = CAMERA, spot: Spot = DARK, accent=ACCENT
) -> np.ndarray:
    picture = np.zeros((camera.height, camera.width, 3), np.uint8)
    SkeletonPainter([LineBody(lambda _: joints, skeleton, accent)]).paint(picture, 0, camera, [spot])
    return picture.astype(int)


def bright(picture: np.ndarray) -> np.ndarray:
    return picture.max(axis=-1) > 120


def alone(joints: np.ndarray, *kept: int) -> np.ndarray:
    """The joints with all others unknown: nothing lies over what is looked at."""
    return np.where(np.isin(np.arange(len(joints)), kept)[:, None], joints, np.nan)


@pytest.mark.parametrize("azimuth", [0, 40, 120, 250])
def test_joints_and_the_middles_of_bones_lie_on_the_lines(azimuth: int) -> None:
    camera = Camera.framing(REST, SIZE, azimuth)
    places = camera.project(REST)
    for joint, parent in enumerate(SMPL24.parents[1:], 1):
        picture = bright(painted(alone(REST, joint, parent), camera=camera))
        # The head is a disc, whose edge ends at the neck.
        for share in (0.0, 0.5) if SMPL24.joints[joint] == "head" else (0.0, 0.5, 1.0):
            x, y = (1 - share) * places[joint] + share * places[parent]
            assert picture[int(y), int(x)], SMPL24.joints[joint]


def test_nothing_bright_lies_away_from_the_bones() -> None:
    rows, columns = np.nonzero(bright(painted(REST)))
    pixels = np.stack([columns, rows], axis=1) + 0.5
    places = CAMERA.project(REST)
    near = np.full(len(pixels), np.inf)
    for joint, parent in enumerate(SMPL24.parents):
        start, along = places[parent], places[joint] - places[parent]
        share = np.clip(((pixels - start) @ along) / max(along @ along, 1e-9), 0, 1)[:, None]
        near = np.minimum(near, np.linalg.norm(pixels - start - share * along, axis=1))
    head = np.linalg.norm(pixels - places[SMPL24.index("head")], axis=1)
    scale = CAMERA.focal / 3.5
    assert ((near < 0.035 * scale + 1) | (head < 0.10 * scale + 1)).all()


def test_left_has_the_accent_and_right_is_paler() -> None:
    picture = painted(REST)
    left, right = (CAMERA.project(REST[[SMPL24.index(f"{side}_elbow")]])[0].astype(int) for side in ("left", "right"))
    assert left[0] > right[0]  # it faces us
    assert picture[left[1], left[0]].tolist() == list(display(ACCENT))
    assert picture[right[1], right[0]].min() > picture[left[1], left[0]].min() + 60
    spine = CAMERA.project(REST[[SMPL24.index("spine2")]])[0].astype(int)
    assert picture[spine[1], spine[0]].tolist() == list(MIDDLE)


def test_nearer_lines_are_thicker_and_lie_over_farther_ones() -> None:
    thick = []
    for depth in (1.5, -2.0):
        lines = bright(painted(np.array([[-0.3, 0.9, depth], [0.3, 0.9, depth]]), STICK))
        thick.append(lines[:, SIZE[0] // 2].sum())
    assert thick[0] > 1.8 * thick[1]
    middle, upright = np.array([0, 0.9, 0]), np.array([[0, 0.5, 0], [0, 1.3, 0.0]])
    seen_at_the_middle = [CAMERA.position + share * (middle - CAMERA.position) for share in (0.85, 1.15)]
    crossing = [place + np.array([[-0.4, 0, 0], [0.4, 0, 0]]) for place in seen_at_the_middle]
    pair = Skeleton("pair", ("a", "b", "c", "d"), (-1, 0, -1, 2), ((0, 2), (1, 3)), ())
    x, y = CAMERA.project(middle).astype(int)
    for line, front in zip(crossing, (True, False), strict=True):
        picture = painted(np.concatenate([line, upright]), pair)
        assert (picture[y, x].tolist() == list(display(ACCENT))) == front


def test_edges_are_smooth() -> None:
    lines = painted(np.array([[-0.5, 0.6, 0.0], [0.5, 1.3, 0.0]]), STICK)
    inside = lines[60:180, 60:260]
    shades = {tuple(colour) for colour in inside.reshape(-1, 3).tolist()}
    assert len(shades) > 30


def test_unknown_joints_are_left_out() -> None:
    holes = REST.copy()
    elbow, wrist = SMPL24.index("left_elbow"), SMPL24.index("left_wrist")
    holes[elbow] = np.nan
    picture, whole = painted(holes), painted(REST)
    x, y = CAMERA.project(REST[[elbow]])[0].astype(int)
    assert bright(whole)[y, x]
    assert not bright(picture)[y, x]
    x, y = CAMERA.project(REST[[wrist]])[0].astype(int)
    assert bright(picture)[y, x]  # it is known, if not what it hangs on
    assert not bright(painted(np.full((24, 3), np.nan))).any()


def test_joints_of_the_picture_alone_and_of_other_skeletons() -> None:
    flat = np.random.default_rng(2).uniform([-0.8, 0.1, 0], [0.8, 1.7, 1e-9], (17, 3))
    flat[:, 2] = 0
    for joint, (x, y) in enumerate(CAMERA.project(flat).astype(int)):
        assert bright(painted(alone(flat, joint), COCO17))[y, x]


def test_the_shadow_lies_straight_below() -> None:
    high = np.array([[-0.3, 1.5, 0.0], [0.3, 1.5, 0.0]])
    dark = (painted(high, STICK) == SHADOW).all(axis=-1)
    rows, columns = np.nonzero(dark)
    assert dark.sum() > 100
    below = CAMERA.project(high * [1, 0, 1])
    assert np.abs(rows + 0.5 - below[:, 1].mean()).max() < 5
    assert abs(columns.min() - below[0, 0]) < 5
    assert abs(columns.max() - below[1, 0]) < 5


def test_rings_are_drawn_at_their_radius() -> None:
    from workflow_scripts.figure.room import SHADOW_CELL

    ring = np.zeros((80, 3))
    ring[48] = 0.0, 0.9, 0.0
    lit = painted(np.full((2, 3), np.nan), STICK, spot=Spot(np.array([0.1, 0.2]), ring, np.zeros(3)))
    green = lit[..., 1] > lit[..., 0] + 60
    angles = np.linspace(0, 2 * np.pi, 12)
    radius = 48 * SHADOW_CELL / 2
    around = np.stack([0.1 + radius * np.cos(angles), 0 * angles, 0.2 + radius * np.sin(angles)], axis=1)
    inside = [(x, y) for x, y in CAMERA.project(around).astype(int) if 0 <= x < SIZE[0] and 0 <= y < SIZE[1]]
    assert len(inside) > 6
    assert all(green[y, x] for x, y in inside)
    x, y = CAMERA.project(np.array([0.1, 0.0, 0.2])).astype(int)
    assert not green[y, x]


def test_the_floor_goes_along_with_the_camera() -> None:
    """What a painter keeps for a camera that stands still it does not keep for another."""
    nobody = LineBody(lambda _: np.full((2, 3), np.nan), STICK, ACCENT)
    other = Camera.look_at(np.array([2.0, 1.6, 3.0]), np.array([0.0, 0.9, 0.0]), SIZE, 34.0)
    painter, pictures = SkeletonPainter([nobody]), []
    for camera in (CAMERA, other, CAMERA):
        picture = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
        painter.paint(picture, 0, camera, [])
        pictures.append(picture.copy())
    assert (pictures[0] != pictures[1]).any()
    np.testing.assert_array_equal(pictures[0], pictures[2])
    # A crossing of the grid's lines is lighter than the floor beside it.
    x, y = CAMERA.project(np.array([0.5, 0.0, 0.5])).astype(int)
    around = pictures[0][y - 3 : y + 4, x - 3 : x + 4].sum(axis=-1)
    assert around.max() > around.min() + 10
