"""One frame of a whole scene: room, the beat's light, shadows, and every dancer in it, from any camera."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from workflow_scripts.figure import floor, shading
from workflow_scripts.figure.backdrop import Backdrop, Spot
from workflow_scripts.figure.body import Body
from workflow_scripts.figure.camera import Camera
from workflow_scripts.figure.painter import DRAFT, FULL, BodyPainter, Box, Frame, Lamp, LampView, floor_box
from workflow_scripts.figure.room import SHADOW_CELL, RoomStyle
from workflow_scripts.figure.tone import tone_table
from workflow_scripts.motion.skeleton import Floats

__all__ = ["Quality", "ScenePainter", "Spot"]

Quality = Literal["draft", "full"]
# How much the floor mirrors: the wall, and (in full quality) the dancers.
GLOSS, BODY_GLOSS = 0.35, 0.75
# The beat's light on the dancers: at their rim, and from the rings below.
RIM_LIGHT, RING_LIGHT = 1.6, 0.5
FAINTEST = 0.002


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
                and is seen from inside only; see `backdrop.wall_around`. Otherwise it is flat, and cameras must look
                towards -z.
        """
        self._lamp = lamp
        fineness = FULL if quality == "full" else DRAFT
        self._mirrors = quality == "full"
        self._backdrop = Backdrop(style, wall_z, lit, round_wall, GLOSS, self._mirrors)
        self._painters = [BodyPainter(body, fineness) for body in bodies]
        self._lamp_view = LampView(lamp, len(bodies), fineness.lamp_cells)
        cell = SHADOW_CELL / 2 if quality == "full" else SHADOW_CELL
        self._shadows = [floor.FloorShadow(lamp.unit, body.mesh.scale, body.look.width, cell) for body in bodies]
        self._table = tone_table()
        self._layer = self._scratch = np.zeros((0, 0, 4), np.float32)

    def paint(self, frame: Frame, index: int, camera: Camera, spots: Sequence[Spot]) -> None:
        """Paint the whole picture.

        Args:
            frame: (H, W, 3) u8 RGB, all of it is overwritten.
            index: the frame of every body's dance.
            camera: upright. The room is worked out anew when it is another one than in the frame before.
            spots: lights: one for each body in their order (its colour falls on that body's rim), then those that
                belong to nobody; or none at all.
        """
        self._backdrop.paint(frame, camera, spots)
        lights = [self._lights(spots[n] if n < len(spots) else None) for n in range(len(self._painters))]
        for number, (painter, shadow) in enumerate(zip(self._painters, self._shadows, strict=True)):
            painter.pose(index, self._lamp_view, number)
            shadow.cast(painter.body.world[index])
        # Bodies shade each other: light is worked out when the lamp has seen all of them.
        for painter, colours in zip(self._painters, lights, strict=True):
            painter.light(camera, colours, self._lamp_view)
        # From the farthest to the nearest: each is blended over those behind it.
        away = [camera.to_camera(painter.body.world[index, 0])[2] for painter in self._painters]
        order = np.argsort([-distance for distance in away], kind="stable")
        self._paint_floor(frame, camera, spots, [int(n) for n in order], lights)
        for number in order:
            self._painters[number].paint(frame, camera, lights[number], self._lamp_view)

    def _lights(self, spot: Spot | None) -> Floats:
        lamp = self._lamp
        rim, below = np.asarray(lamp.rim), np.zeros(3)
        if spot is not None:
            rim = rim + RIM_LIGHT * np.asarray(spot.halo)
            if len(spot.ring):
                below = RING_LIGHT * np.asarray(spot.ring).max(axis=0)
        return np.array([*lamp.unit, *lamp.key, *lamp.ambient, *rim, *below])

    def _paint_floor(
        self, frame: Frame, camera: Camera, spots: Sequence[Spot], order: Sequence[int], lights: Sequence[Floats]
    ) -> None:
        boxes = [floor_box(camera, shadow.corner, shadow.end) for shadow in self._shadows]
        centres = np.zeros((len(spots), 3))
        rings = np.zeros((len(spots), max((len(spot.ring) for spot in spots), default=0) + 1, 3))
        for number, spot in enumerate(spots):
            # Only as far as it can be seen: within its reach the floor is painted again.
            seen = np.flatnonzero(np.asarray(spot.ring).reshape(-1, 3).max(axis=1) > FAINTEST)
            count = min(int(seen[-1]) + 2, len(spot.ring)) if len(seen) else 0
            reach = max(count - 1.01, 0) * SHADOW_CELL / 2
            centres[number] = *spot.centre, reach
            rings[number, :count] = spot.ring[:count]
            boxes.append(floor_box(camera, np.asarray(spot.centre) - reach, np.asarray(spot.centre) + reach))
        if self._mirrors:
            boxes += [painter.mirror_box(camera) for painter in self._painters]
        boxes = [box for box in boxes if box[0] < box[2] and box[1] < box[3]]
        if not boxes:
            return
        low, high = np.min(boxes, axis=0), np.max(boxes, axis=0)
        box = (int(low[0]), int(low[1]), int(high[2]), int(high[3]))
        mirrored = self._mirror(camera, box, order, lights) if self._mirrors else np.zeros((0, 0, 4), np.float32)
        backdrop = self._backdrop
        maps, places = floor.packed(self._shadows)
        floor.paint_floor(
            frame, box, camera.position, camera.axes, camera.focal, backdrop.light, backdrop.share, backdrop.glow,
            maps, places, rings, centres, mirrored, self._table,
        )  # fmt: skip

    def _mirror(self, camera: Camera, box: Box, order: Sequence[int], lights: Sequence[Floats]) -> Floats:
        """Return the dancers' mirror image over `box`, (h, w, 4), a little blurred: no floor is quite flat."""
        if self._layer.shape[:2] != (camera.height, camera.width):
            self._layer = np.empty((camera.height, camera.width, 4), np.float32)
            self._scratch = np.empty_like(self._layer)
        shape = (slice(0, box[3] - box[1]), slice(0, box[2] - box[0]))
        layer = self._layer[shape]
        layer[:] = 0
        for number in order:
            self._painters[number].paint_mirrored(layer, box[:2], camera, lights[number], BODY_GLOSS)
        shading.blur(layer, max(1, round(camera.height / 480)), self._scratch[shape])
        return layer
