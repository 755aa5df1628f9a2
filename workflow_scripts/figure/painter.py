"""Painting one frame after the other: background, floor shadow, figure. Buffers are made once."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workflow_scripts.figure import raster, room, shading
from workflow_scripts.figure.anatomy import HAIR, HEAD, HEAD_SIZE, SHIRT, SHOE, SKIN, SOLE, TROUSERS
from workflow_scripts.figure.appearance import PATTERNS, Appearance
from workflow_scripts.figure.body import Body
from workflow_scripts.figure.camera import Camera
from workflow_scripts.motion.skeleton import Floats

Frame = npt.NDArray[np.uint8]
LAMP_MAP_CELLS, LAMP_MAP_SPAN = 320, 2.6  # the lamp's depth map: cells across and metres across


@dataclass(frozen=True)
class Lamp:
    """The light. `direction` (3,) points to the lamp; colours are linear RGB: lamp, from all around, at the rim."""

    direction: tuple[float, float, float] = (0.45, 0.75, 0.55)
    key: tuple[float, float, float] = (1.10, 1.03, 0.94)
    ambient: tuple[float, float, float] = (0.50, 0.53, 0.58)
    rim: tuple[float, float, float] = (0.9, 0.95, 1.0)

    @property
    def unit(self) -> Floats:
        """The direction with length 1."""
        return np.asarray(self.direction) / np.linalg.norm(self.direction)


@dataclass(frozen=True)
class Glow:
    """Coloured light that a picture adds: `amount` of `light` (H, W, 3) everywhere, and rings on the floor.

    `ring` (R, 3) is the light at steps of room.SHADOW_CELL / 2 from `centre` (x, z), metres.
    """

    light: Floats
    amount: float
    ring: Floats
    centre: Floats


class FigurePainter:
    """Paints a body over pictures of one camera."""

    def __init__(self, body: Body, camera: Camera, lamp: Lamp) -> None:
        """Make the buffers; two samples a pixel each way."""
        self._body, self._camera = body, camera
        mesh = body.mesh
        # One row per vertex of what shading needs: position and normal (of each frame), rest position, openness.
        self._surface = np.zeros((len(mesh.vertices), 10), np.float32)
        self._surface[:, 6:9], self._surface[:, 9] = mesh.vertices, mesh.openness
        self._screen = np.empty(mesh.vertices.shape, np.float32)
        self._depth = np.zeros((2 * camera.height, 2 * camera.width), np.float32)
        self._owner = np.full(self._depth.shape, -1, np.int32)
        self._lamp_depth = np.zeros((LAMP_MAP_CELLS, LAMP_MAP_CELLS), np.float32)
        self._lamp_owner = np.empty(self._lamp_depth.shape, np.int32)
        self._lamp_view = np.zeros((5, 3))
        self._lamp_view[:3] = _axes_along(-lamp.unit)
        self._lamp_view[4] = LAMP_MAP_CELLS / (LAMP_MAP_SPAN * mesh.scale)
        self._lights = np.array([*lamp.unit, *lamp.key, *lamp.ambient, *lamp.rim])
        self._palette, self._marks = _palette(body.look), _marks(body)
        self._table = shading.tone_table()
        self._shadow = np.ones((room.SHADOW_CELLS, room.SHADOW_CELLS), np.float32)
        self._lamp = lamp.unit
        self._radii = room.CAPSULE_RADII * mesh.scale * body.look.width

    def paint_floor(
        self,
        frame: Frame,
        index: int,
        place: room.Room,
        glow: Glow | None = None,
    ) -> None:
        """Lay the shadow of frame `index`, and the rings of `glow` if given, on the floor of `place`."""
        joints = self._body.world[index]
        # The grid's middle goes where the shadow of the body's middle falls.
        reach = 0.5 * room.SHADOW_CELL * room.SHADOW_CELLS
        corner = joints[0, ::2] - self._lamp[::2] * joints[0, 1] / self._lamp[1] - reach
        room.floor_shadow(joints, room.CAPSULE_ENDS, self._radii, self._lamp, corner, self._shadow)
        low, high = corner, corner + 2 * reach
        if glow is not None:
            ring_reach = len(glow.ring) * room.SHADOW_CELL / 2
            low = np.minimum(low, glow.centre - ring_reach)
            high = np.maximum(high, glow.centre + ring_reach)
        else:
            glow = Glow(place.light, 0.0, np.zeros((0, 3)), corner)
        room.paint_floor(
            frame, self._floor_box(low, high), place.light, glow.light, glow.amount, place.x, place.z, self._shadow,
            corner, glow.ring, glow.centre, self._table,
        )  # fmt: skip

    def _floor_box(self, low: Floats, high: Floats) -> tuple[int, int, int, int]:
        """Return the box of pixels around the floor between two corners (x, z)."""
        camera = self._camera
        corners = np.array([(x, 0.0, z) for x in (low[0], high[0]) for z in (low[1], high[1])])
        if (camera.to_camera(corners)[:, 2] < 0.3).any():
            return 0, 0, camera.width, camera.height
        return raster.pixel_box(camera.project(corners), camera.width, camera.height, 1)

    def paint(self, frame: Frame, index: int) -> None:
        """Paint frame `index` of the dance over `frame`, (H, W, 3) u8 RGB."""
        body, mesh, camera = self._body, self._body.mesh, self._camera
        surface, screen = self._surface, self._screen
        raster.skin(mesh.vertices, mesh.normals, mesh.bones, mesh.weights, body.transforms[index], surface)
        self._lamp_view[3] = body.world[index, 0]
        raster.project_flat(surface, self._lamp_view, LAMP_MAP_CELLS, screen)
        self._lamp_depth[:] = 0
        raster.draw(screen, mesh.faces, self._lamp_depth, self._lamp_owner)

        raster.project(surface, camera.position, camera.axes, 2 * camera.focal, camera.width, camera.height, screen)
        wide = raster.pixel_box(screen, 2 * camera.width, 2 * camera.height, 2)
        box = (wide[0] // 2, wide[1] // 2, (wide[2] + 1) // 2, (wide[3] + 1) // 2)
        part = (slice(2 * box[1], 2 * box[3]), slice(2 * box[0], 2 * box[2]))
        self._depth[part] = 0
        self._owner[part] = -1
        raster.draw(screen, mesh.faces, self._depth, self._owner)
        shading.shade(
            frame, box, self._owner, self._depth, screen, mesh.faces, mesh.material, surface, self._palette,
            self._marks, self._lights, camera.position, self._lamp_depth, self._lamp_view, self._table,
        )  # fmt: skip


def tonemapped(light: Floats, glow: Floats | None = None, amount: float = 0.0) -> Frame:
    """Return light + amount * glow (H, W, 3) as an 8-bit picture."""
    picture = np.empty(light.shape, np.uint8)
    room.tonemap_into(light, light if glow is None else glow, amount, shading.tone_table(), picture)
    return picture


def _axes_along(direction: Floats) -> Floats:
    """Return right, up, forward (3, 3) rows of a view along `direction`."""
    right = np.cross(direction, (0.0, 1.0, 0.0))
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(right, direction), direction])


def _palette(look: Appearance) -> Floats:
    """Return colour and gloss (M, 4) of each material."""
    palette = np.zeros((7, 4))
    palette[SKIN] = *look.skin, 0.10
    palette[HEAD] = *look.skin, 0.12
    palette[HAIR] = *look.hair, 0.20
    palette[SHIRT] = *look.shirt, 0.04
    palette[TROUSERS] = *look.trousers, 0.05
    palette[SHOE] = *look.shoe, 0.15
    palette[SOLE] = 0.75, 0.75, 0.75, 0.05
    return palette


def _marks(body: Body) -> Floats:
    """Return where the painted details lie, see `shading.shade`."""
    mesh = body.mesh
    return np.array(
        [
            *mesh.head_centre,
            mesh.scale * HEAD_SIZE,
            mesh.neck_height,
            PATTERNS.index(body.look.pattern),
            mesh.hem_height,
        ]
    )
