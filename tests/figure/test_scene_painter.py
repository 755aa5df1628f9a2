"""Whole scenes: limbs where joints are, who hides whom, mirror image, light of the beat, cameras that move."""

import numpy as np
import pytest

from tests.figure.scenes import LAMP, WALL_Z, around, clear_body, front, moved, painter, picture, spot
from workflow_scripts.figure.appearance import Appearance
from workflow_scripts.figure.backdrop import wall_around
from workflow_scripts.figure.body import Body, make_body
from workflow_scripts.figure.camera import Camera
from workflow_scripts.figure.room import STYLES
from workflow_scripts.figure.scene_painter import Quality, ScenePainter
from workflow_scripts.motion.skeleton import SMPL24

YELLOW_SHIRT = Appearance(shirt=(0.8, 0.7, 0.02))
RED, GREEN, BLUE, VIOLET = (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 0, 1)
# Seen from in front, these joints lie behind cloth or skin of this colour.
COLOURS = {
    "spine3": RED, "left_shoulder": RED, "left_elbow": GREEN, "right_elbow": GREEN, "left_wrist": GREEN,
    "right_wrist": GREEN, "left_knee": BLUE, "right_knee": BLUE, "left_foot": VIOLET, "right_foot": VIOLET,
}  # fmt: skip


@pytest.fixture(scope="module")
def body() -> Body:
    return clear_body()


def coloured(pixel: np.ndarray, colour: tuple[int, int, int]) -> bool:
    strong, weak = pixel[np.array(colour) == 1].astype(int), pixel[np.array(colour) == 0].astype(int)
    return bool(strong.min() > weak.max() + 25)


@pytest.mark.parametrize("quality", ["draft", "full"])
def test_projected_joints_lie_on_their_limbs(body: Body, quality: Quality) -> None:
    camera = front(body)
    for index in (0, 7, 11):
        frame = picture(painter(body, quality=quality), index, camera)
        for joint, colour in COLOURS.items():
            place = body.world[index, SMPL24.index(joint)] + [0, 0.035 if "foot" in joint else 0, 0]  # over the sole
            x, y = camera.project(place).astype(int)
            assert coloured(frame[y, x], colour), f"{joint} of frame {index}: {frame[y, x]}"


def test_the_face_is_in_front(body: Body) -> None:
    head = body.world[0, SMPL24.index("head")] + [0, 0.05, 0]
    skin = []
    for side in (1, -1):
        camera = Camera.look_at(head + np.array([0, 0, side * 1.2]), head, (120, 120), field_of_view=16)
        frame = picture(painter(body, round_wall=True), 0, camera)
        middle = frame[30:90, 40:80].reshape(-1, 3)
        skin.append(np.mean([coloured(pixel, GREEN) for pixel in middle]))
    assert skin[0] > 0.6
    assert skin[1] < 0.2


@pytest.mark.parametrize("quality", ["draft", "full"])
def test_the_nearer_dancer_hides_the_farther_in_whatever_order_they_come(body: Body, quality: Quality) -> None:
    near, far = moved(body, z=0.6), moved(make_body(body.world, YELLOW_SHIRT, coarse=True), z=-0.6)
    camera = front(near, far, elevation=4)
    chest = camera.project(near.world[0, SMPL24.index("spine3")]).astype(int)
    frames = [picture(painter(*pair, quality=quality), 0, camera) for pair in ((near, far), (far, near))]
    assert coloured(frames[0][chest[1], chest[0]], RED)
    np.testing.assert_array_equal(*frames)
    behind = picture(painter(far, quality=quality), 0, camera)
    assert coloured(behind[chest[1], chest[0]], (1, 1, 0))


def test_all_dancers_throw_a_shadow(body: Body) -> None:
    pair = moved(body, x=-0.9), moved(body, x=0.9)
    camera = front(*pair, size=(400, 240), elevation=25)
    empty = picture(ScenePainter([], STYLES["studio"], WALL_Z, (0, 0), LAMP, "draft"), 0, camera).astype(int)
    frame = picture(painter(*pair, room="studio"), 0, camera).astype(int)
    for dancer in pair:
        pelvis = dancer.world[0, 0]
        place = pelvis - np.array(LAMP.direction) * pelvis[1] / LAMP.direction[1]
        x, y = camera.project(place).astype(int)
        assert (empty - frame)[y, x].min() > 20


def test_full_quality_mirrors_the_shoes_in_the_floor(body: Body) -> None:
    camera = front(body, elevation=8)
    shoe = body.world[0, SMPL24.index("left_foot")] + np.array([0, 0.02, 0.02])
    below = camera.project(shoe * [1, -1, 1]).astype(int) + np.array([0, 4])
    violet = {}
    for quality in ("draft", "full"):
        empty = picture(ScenePainter([], STYLES["night"], WALL_Z, (0, 0), LAMP, quality), 0, camera)
        frame = picture(painter(body, quality=quality), 0, camera)
        red, green, blue = frame[below[1], below[0]].astype(int) - empty[below[1], below[0]]
        violet[quality] = min(red, blue) - green
    assert violet["full"] > 8, violet
    assert abs(violet["draft"]) < 4


def test_equal_scenes_give_equal_bytes_whatever_was_painted_before(body: Body) -> None:
    camera = front(body)
    first = picture(painter(body, quality="full"), 5, camera, spot())
    again = painter(body, quality="full")
    for index, halo in ((0, 0.0), (9, 0.3), (10, 0.2)):
        picture(again, index, camera, spot(x=0.1, halo=halo))
    np.testing.assert_array_equal(picture(again, 5, camera, spot()), first)
    assert (picture(again, 0, camera, spot()) != first).any(axis=-1).mean() > 0.01


@pytest.mark.parametrize("quality", ["draft", "full"])
def test_a_camera_that_came_back_shows_what_one_that_stayed_shows(body: Body, quality: Quality) -> None:
    camera = front(body)
    stayed, moving = painter(body, quality=quality), painter(body, quality=quality)
    for index in (0, 1, 2):
        still = picture(stayed, index, camera, spot(halo=0.1 * index))
    picture(moving, 1, front(body, elevation=20), spot())
    np.testing.assert_array_equal(picture(moving, 2, camera, spot(halo=0.2)), still)


def test_the_halo_lies_on_the_wall_behind_its_spot(body: Body) -> None:
    camera = front(moved(body, x=-1.0), moved(body, x=1.0), size=(320, 200))
    of = painter(body)
    dark, lit = (picture(of, 0, camera, spot(x=-1.0, halo=halo)).astype(int) for halo in (0.0, 0.3))
    gain = (lit - dark).sum(axis=-1)
    near, far = (camera.project(np.array([x, 1.6, WALL_Z])).astype(int) for x in (-1.0, 1.6))
    assert gain[near[1], near[0]] > 60
    assert gain[near[1], near[0]] > 2 * max(gain[far[1], far[0]], 1)
    floor = camera.project(np.array([1.5, 0.0, 0.5])).astype(int)
    assert gain[floor[1], floor[0]] == 0  # in a draft the floor does not mirror halos


def test_rings_lie_at_their_radius_around_their_centre(body: Body) -> None:
    camera = around(0, (320, 240))
    of = ScenePainter([], STYLES["night"], WALL_Z, (0, 0), LAMP, "draft")
    gain = picture(of, 0, camera, spot(x=0.2, z=0.1, halo=0.0)).astype(int) - picture(of, 0, camera)
    rows, columns = np.nonzero(gain.max(axis=-1) > 12)
    rays = camera.rays()[rows, columns]
    places = camera.position + rays * (-camera.position[1] / rays[:, 1])[:, None]
    radius = np.hypot(places[:, 0] - 0.2, places[:, 2] - 0.1)
    assert len(radius) > 100
    assert np.abs(radius - 0.6).max() < 0.09


def test_a_round_wall_is_behind_the_dancer_from_all_sides(body: Body) -> None:
    cameras = [around(turn) for turn in range(0, 360, 60)]
    wall = wall_around(cameras, (0.0, 0.0), 2.0)
    assert wall <= -2.0
    of = painter(body, round_wall=True, wall_z=wall)
    tops = []
    for camera in cameras:
        frame = picture(of, 0, camera, spot()).astype(int)
        # The halo is in the middle, behind the dancer, wherever the camera stands.
        assert frame[40, 110:130, 2].mean() > frame[40, [2, 3, -3, -4], 2].mean() + 10
        # No jump in the wall but thin seams: what neighbours at two pixels differ by.
        tops.append(np.abs(np.diff(frame[5, ::2, 2])).max())
    assert max(tops) < 12


def test_following_room_does_not_swim(body: Body) -> None:
    """The same place on the floor keeps its brightness when the camera moves a little."""
    of = ScenePainter([], STYLES["studio"], WALL_Z, (0, 0), LAMP, "draft")
    places = np.stack([np.linspace(-0.6, 0.6, 40), np.zeros(40), np.linspace(0.3, 0.9, 40)], axis=-1)
    values = []
    for turn in (0.0, 0.7):
        camera = around(turn, (640, 480))
        x, y = camera.project(places).astype(int).T
        values.append(picture(of, 0, camera)[y, x].astype(int))
    assert np.abs(values[0] - values[1]).mean() < 5
