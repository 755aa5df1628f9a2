"""Pictures: where the figure and its shadow fall, and that equal input gives equal bytes."""

import numpy as np
import pytest

from tests.figure.dancer import swinging
from workflow_scripts.figure.appearance import Appearance
from workflow_scripts.figure.body import Body, extent, make_body
from workflow_scripts.figure.camera import Camera
from workflow_scripts.figure.painter import (
    DRAFT,
    FULL,
    BodyPainter,
    FigurePainter,
    Fineness,
    Lamp,
    LampView,
    tonemapped,
)
from workflow_scripts.figure.room import STYLES, Room, make_room
from workflow_scripts.motion.skeleton import SMPL24

SIZE = (240, 320)
Scene = tuple[Body, Camera, Room]


@pytest.fixture(scope="module")
def scene() -> Scene:
    body = make_body(swinging(), Appearance())
    camera = Camera.framing(extent(body.world), SIZE)
    return body, camera, make_room(camera, STYLES["studio"], -1.5)


def painted(scene: Scene, frame: int, background: np.ndarray) -> np.ndarray:
    body, camera, _ = scene
    picture = background.copy()
    FigurePainter(body, camera, Lamp()).paint(picture, frame)
    return picture


def test_the_figure_covers_its_joints_and_nothing_outside_its_extent(scene: Scene) -> None:
    body, camera, _ = scene
    for frame in (0, 11):
        green = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
        green[..., 1] = 255
        touched = (painted(scene, frame, green) != green).any(axis=-1)
        for joint in camera.project(body.world[frame]).astype(int):
            assert touched[joint[1], joint[0]]
        rows, columns = np.nonzero(touched)
        corners = camera.project(extent(body.world[frame : frame + 1])[0])
        assert columns.min() >= corners[:, 0].min() - 1
        assert columns.max() <= corners[:, 0].max() + 1
        assert rows.min() >= corners[:, 1].min() - 1
        assert rows.max() <= corners[:, 1].max() + 1
        assert 0.04 < touched.mean() < 0.4


def test_clothes_are_where_they_belong(scene: Scene) -> None:
    body, camera, _ = scene
    red_shirt = Appearance(shirt=(0.8, 0.02, 0.02), trousers=(0.02, 0.02, 0.8), skin=(0.5, 0.4, 0.3))
    body = make_body(body.world, red_shirt)
    picture = painted((body, camera, scene[2]), 0, np.zeros((SIZE[1], SIZE[0], 3), np.uint8)).astype(int)
    chest, knee = camera.project(body.world[0][[SMPL24.index("spine3"), SMPL24.index("left_knee")]]).astype(int)
    assert picture[chest[1], chest[0], 0] > picture[chest[1], chest[0], 2] + 80
    assert picture[knee[1], knee[0], 2] > picture[knee[1], knee[0], 0] + 80


def test_the_face_looks_out_of_the_head(scene: Scene) -> None:
    """Eyes, brows and mouth are darker than the skin around them, and only in front."""
    body, _, _ = scene
    head = body.world[0, SMPL24.index("head")] + [0, 0.07, 0]
    dark = []
    for side in (1, -1):
        camera = Camera.look_at(head + np.array([0, 0, side * 0.8]), head, (200, 200), field_of_view=20)
        bald = make_body(body.world, Appearance(hair=(0.8, 0.52, 0.38)))
        picture = painted((bald, camera, scene[2]), 0, np.full((200, 200, 3), 255, np.uint8))
        dark.append(int((picture.max(axis=-1) < 120).sum()))
    assert dark[0] > 50
    assert dark[1] < dark[0] / 3  # under the chin it is dark from behind too


@pytest.mark.parametrize("fineness", [DRAFT, FULL])
def test_edges_are_smooth(scene: Scene, fineness: Fineness) -> None:
    body, camera, _ = scene
    painter, view, lights = BodyPainter(body, fineness), LampView(Lamp(), 1, fineness.lamp_cells), np.zeros(15)
    painter.pose(3, view, 0)
    painter.light(camera, lights, view)
    black = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    white = np.full_like(black, 255)
    for picture in (black, white):
        painter.paint(picture, camera, lights, view)
    # What shines through, in samples of a pixel: none on the figure, all beside it, every step between on its edge.
    through = (white.astype(int) - black)[..., 0] / 255 * fineness.samples**2
    assert {round(value) for value in np.unique(through)} == set(range(fineness.samples**2 + 1))
    assert np.abs(through - np.round(through)).max() < 0.05


def test_shadow_lies_on_the_floor_opposite_the_lamp(scene: Scene) -> None:
    body, camera, room = scene
    background = tonemapped(room.light)
    centres = {}
    for side in (0.6, -0.6):
        picture = background.copy()
        painter = FigurePainter(body, camera, Lamp(direction=(side, 0.75, 0.1)))
        painter.paint_floor(picture, 0, room)
        darker = (background.astype(int) - picture).max(axis=-1) > 3
        assert darker.sum() > 100
        assert not darker[~room.floor].any()
        assert (picture <= background).all()
        centres[side] = room.x[darker].mean()
    assert centres[0.6] < 0 < centres[-0.6]


def test_equal_input_gives_equal_bytes(scene: Scene) -> None:
    body, camera, room = scene
    background = tonemapped(room.light)
    again = (make_body(body.world, body.look), camera, room)
    first, second = painted(scene, 5, background), painted(again, 5, background)
    assert first.tobytes() == second.tobytes()
    # A painter's buffers keep nothing of the frames before.
    painter = FigurePainter(body, camera, Lamp())
    for frame in (0, 9):
        painter.paint(background.copy(), frame)
    third = background.copy()
    painter.paint(third, 5)
    assert third.tobytes() == first.tobytes()


def test_frames_differ(scene: Scene) -> None:
    background = tonemapped(scene[2].light)
    assert (painted(scene, 0, background) != painted(scene, 11, background)).any(axis=-1).mean() > 0.01
