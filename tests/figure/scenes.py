"""Small scenes for picture tests."""

from dataclasses import replace

import numpy as np

from tests.figure.dancer import swinging
from workflow_scripts.figure.appearance import Appearance
from workflow_scripts.figure.body import Body, extent, make_body
from workflow_scripts.figure.camera import Camera
from workflow_scripts.figure.painter import Lamp
from workflow_scripts.figure.room import SHADOW_CELL, STYLES
from workflow_scripts.figure.scene_painter import Quality, ScenePainter, Spot

LAMP = Lamp(direction=(0.45, 0.75, 0.6), key=(1.00, 0.94, 0.87), ambient=(0.36, 0.38, 0.46))
CLEAR = Appearance(
    shirt=(0.8, 0.02, 0.02), trousers=(0.02, 0.02, 0.8), skin=(0.1, 0.7, 0.1), shoe=(0.7, 0.02, 0.7), sleeve=0.5
)
WALL_Z = -2.0


def clear_body(coarse: bool = True) -> Body:
    """The swinging dancer in red shirt, blue trousers, violet shoes and green skin, to tell limbs apart."""
    return make_body(swinging(), CLEAR, coarse)


def moved(body: Body, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Body:
    """The same body elsewhere."""
    shift, transforms = np.array([x, y, z]), body.transforms.copy()
    transforms[..., 3] += shift.astype(np.float32)
    return replace(body, transforms=transforms, world=body.world + shift)


def front(*bodies: Body, size: tuple[int, int] = (240, 320), elevation: float = 10.0) -> Camera:
    """A camera from in front that holds them all."""
    return Camera.framing(np.concatenate([extent(body.world) for body in bodies]), size, elevation=elevation)


def around(turn: float, size: tuple[int, int] = (240, 320)) -> Camera:
    """A camera four metres from the origin, `turn` degrees from the front."""
    angle = np.deg2rad(turn)
    return Camera.look_at(np.array([4 * np.sin(angle), 1.4, 4 * np.cos(angle)]), np.array([0, 0.9, 0]), size)


def spot(
    x: float = 0.0, z: float = 0.0, colour: tuple[float, float, float] = (0.1, 0.6, 1.0), halo: float = 0.2
) -> Spot:
    """A ring of 60 cm and a halo."""
    radius = np.arange(60) * SHADOW_CELL / 2
    ring = np.exp(-(((radius - 0.6) / 0.03) ** 2))[:, None] * np.array(colour)
    return Spot(np.array([x, z]), ring, halo * np.array(colour))


def painter(
    *bodies: Body, quality: Quality = "draft", room: str = "night", round_wall: bool = False, wall_z: float = WALL_Z
) -> ScenePainter:
    """A painter of these bodies."""
    return ScenePainter(bodies, STYLES[room], wall_z, (0.0, 0.0), LAMP, quality, round_wall)


def picture(of: ScenePainter, index: int, camera: Camera, *spots: Spot) -> np.ndarray:
    """One picture (H, W, 3) u8."""
    frame = np.full((camera.height, camera.width, 3), 7, np.uint8)
    of.paint(frame, index, camera, spots)
    return frame
