"""Film a dance: a clothed figure in a room, seen by a still camera, with the song as its sound."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from workflow_scripts.figure.appearance import Appearance
from workflow_scripts.figure.body import extent, make_body
from workflow_scripts.figure.camera import Camera
from workflow_scripts.figure.painter import FigurePainter, Lamp, tonemapped
from workflow_scripts.figure.room import STYLES, make_room
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.workflow.media import video_writer

# The wall stands this far (metres) behind the hindmost place the dancer reaches.
WALL_DISTANCE = 1.1


@dataclass(frozen=True)
class Look:
    """How a dance is filmed.

    Attributes:
        appearance: the dancer's body and clothes.
        room: a key of `figure.room.STYLES`.
        azimuth, elevation: degrees; 0 films from +z (the front), positive azimuth from the dancer's left.
        margin: share of the picture's width and height left free around the whole dance, on each side.
        lamp: direction and colour of the light.
    """

    appearance: Appearance = field(default_factory=Appearance)
    room: str = "studio"
    azimuth: float = 0.0
    elevation: float = 4.0
    margin: float = 0.03
    lamp: Lamp = field(default_factory=Lamp)

    @classmethod
    def from_seed(cls, seed: int) -> "Look":
        """Draw a look: azimuth within 22 degrees of the front, a camera at the height of hip to head."""
        rng = np.random.default_rng([seed, 2])
        side = float(rng.choice([-1.0, 1.0]))
        warmth = float(rng.uniform(-0.06, 0.06))
        return cls(
            appearance=Appearance.random(rng),
            room=str(rng.choice(sorted(STYLES))),
            azimuth=float(rng.uniform(-22, 22)),
            elevation=float(rng.uniform(1, 8)),
            margin=float(rng.uniform(0.02, 0.05)),
            lamp=Lamp(
                direction=(side * float(rng.uniform(0.25, 0.55)), 0.75, float(rng.uniform(0.4, 0.65))),
                key=(1.08 + warmth, 1.03, 0.96 - warmth),
            ),
        )


def film(
    target: Path,
    world_joints: Floats,
    audio_wav: Path | None,
    look: Look,
    fps: float = 30.0,
    size: tuple[int, int] = (480, 640),
) -> Camera:
    """Film a dance to an MP4 (H.264, AAC) that appears atomically at `target`.

    Args:
        world_joints: (T, 24, 3) smpl24 joints in metres, y up, floor y = 0.
        audio_wav: the song; cut or padded to T / fps seconds. None films without sound.
        look: dancer, room, camera and light.
        fps: frames per second of the joints and of the film.
        size: (width, height) in pixels, both even.

    Returns:
        The camera, which does not move: `camera.project(world_joints)` are the joints in the picture. The whole body
        stays in the picture throughout.
    """
    width, height = size
    reach = extent(np.asarray(world_joints, dtype=np.float64))
    frame = (look.margin, look.margin, 1 - look.margin, 1 - look.margin)
    camera = Camera.framing(reach, size, azimuth=look.azimuth, elevation=look.elevation, frame=frame)
    centre = (float(np.median(reach[..., 0])), float(np.median(reach[..., 2])))
    room = make_room(camera, STYLES[look.room], float(reach[..., 2].min()) - WALL_DISTANCE, centre)
    background = tonemapped(room.light)
    painter = FigurePainter(make_body(world_joints, look.appearance), camera, look.lamp)
    picture = background.copy()
    with video_writer(target, width, height, fps, audio=audio_wav) as sink:
        for index in range(len(world_joints)):
            picture[:] = background
            painter.paint_floor(picture, index, room)
            painter.paint(picture, index)
            sink.write(picture)
    return camera
