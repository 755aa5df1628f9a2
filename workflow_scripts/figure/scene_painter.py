"""One frame of a whole scene: room, the beat's light, shadows, and every dancer in it, from any camera."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from workflow_scripts.figure.backdrop import Backdrop, Spot
from workflow_scripts.figure.body import Body
from workflow_scripts.figure.camera import Camera
from workflow_scripts.figure.painter import FigurePainter, Frame, Glow, Lamp, tonemapped
from workflow_scripts.figure.room import Room, RoomStyle, make_room
from workflow_scripts.motion.skeleton import Floats

Quality = Literal["draft", "full"]


class ScenePainter:
    """Paints the frames of one scene. Its buffers are its own: one painter for each thread or process."""

    def __init__(
        self,
        bodies: Sequence[Body],
        style: RoomStyle,
        wall_z: float,
        lit: tuple[float, float],
        lamp: Lamp,
        quality: Quality,
        round_wall: bool = False,
    ) -> None:
        """Set up a scene.

        Args:
            bodies: who dances.
            style: the room's colours.
            wall_z: where the wall stands, metres.
            lit: x and z of the place that is lit best.
            lamp: the light.
            quality: "draft" is fast; "full" has smoother edges, reflections and softer shadows.
            round_wall: for cameras that look from all sides: the wall goes around `lit` at the distance of `wall_z`,
                and is seen from inside only. Otherwise it is flat, and cameras must look towards -z.
        """
        self._bodies, self._style, self._wall_z, self._lit, self._lamp = bodies, style, wall_z, lit, lamp
        self._camera: Camera | None = None
        self._painters: list[FigurePainter] = []
        self._room: Room

    def paint(self, frame: Frame, index: int, camera: Camera, spots: Sequence[Spot]) -> None:
        """Paint the whole picture `frame` (H, W, 3) u8 RGB: frame `index` of every body, seen by `camera`."""
        if camera is not self._camera:
            self._camera = camera
            self._room = make_room(camera, self._style, self._wall_z, self._lit)
            self._painters = [FigurePainter(body, camera, self._lamp) for body in self._bodies]
        frame[:] = tonemapped(self._room.light)
        for painter, spot in zip(self._painters, spots, strict=False):
            painter.paint_floor(
                frame, index, self._room, Glow(self._room.light, 0.0, np.asarray(spot.ring), np.asarray(spot.centre))
            )
        order = np.argsort([-camera.to_camera(body.world[index, 0])[2] for body in self._bodies])
        for number in order:
            self._painters[number].paint(frame, index)
