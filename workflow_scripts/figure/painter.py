"""Painting one body: skinned, seen by the lamp, seen by a camera, shaded. Buffers are made once and kept."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workflow_scripts.figure import raster, room, shading
from workflow_scripts.figure.anatomy import HEAD_SIZE
from workflow_scripts.figure.appearance import PATTERNS
from workflow_scripts.figure.body import Body
from workflow_scripts.figure.camera import Camera
from workflow_scripts.figure.details import finishes
from workflow_scripts.figure.tone import tone_table
from workflow_scripts.motion.skeleton import Floats

Frame = npt.NDArray[np.uint8]
Box = tuple[int, int, int, int]
Numbers = npt.NDArray[np.int32]
LAMP_MAP_SPAN = 2.6  # metres across the lamp's depth map of a body of 1.72 m
MIRROR = np.array([1.0, -1.0, 1.0])


@dataclass(frozen=True)
class Fineness:
    """How finely a body is painted.

    Attributes:
        samples: of a pixel, along each side. per_pixel: light is worked out in every pixel, not only at vertices.
        lamp_cells: across the lamp's depth map. soft: cells that shadows on bodies are softened over, each way.
    """

    samples: int
    per_pixel: bool
    lamp_cells: int
    soft: int


DRAFT = Fineness(samples=2, per_pixel=False, lamp_cells=256, soft=1)
FULL = Fineness(samples=3, per_pixel=True, lamp_cells=448, soft=2)


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


class LampView:
    """What the lamp sees of several bodies: depth maps (K, N, N) f32 and how they were taken, (K, 5, 3)."""

    def __init__(self, lamp: Lamp, bodies: int, cells: int) -> None:
        """Make the maps."""
        self.depth = np.zeros((bodies, cells, cells), np.float32)
        self._owner = np.empty((cells, cells), np.int32)
        self.views = np.zeros((bodies, 5, 3))
        self.views[:, :3] = _axes_along(-lamp.unit)

    def take(self, number: int, surface: Floats, screen: Floats, faces: Numbers, middle: Floats, scale: float) -> None:
        """Take the map of body `number` around `middle` (3,)."""
        cells = self.depth.shape[1]
        self.views[number, 3], self.views[number, 4] = middle, cells / (LAMP_MAP_SPAN * scale)
        raster.project_flat(surface, self.views[number], cells, screen)
        self.depth[number] = 0
        raster.draw(screen, faces, self.depth[number], self._owner)


class BodyPainter:
    """Paints one body for any camera."""

    def __init__(self, body: Body, fineness: Fineness) -> None:
        """Make the buffers."""
        self.body, self._fineness = body, fineness
        mesh = body.mesh
        self.surface = np.zeros((len(mesh.vertices), shading.COLUMNS), np.float32)
        self.surface[:, 6:9], self.surface[:, 9] = mesh.vertices, mesh.openness
        self.screen = np.empty(mesh.vertices.shape, np.float32)
        self._inward = np.ascontiguousarray(mesh.faces[:, ::-1])
        self._depth, self._owner = np.zeros(0, np.float32), np.zeros(0, np.int32)
        self._palette, self._marks = finishes(body.look), _marks(body)
        self._table = tone_table()

    def pose(self, index: int, lamp_view: LampView, number: int) -> None:
        """Bring the body into its pose of frame `index`, and take its map (number `number`) from the lamp."""
        body, mesh = self.body, self.body.mesh
        raster.skin(mesh.vertices, mesh.normals, mesh.bones, mesh.weights, body.transforms[index], self.surface)
        lamp_view.take(number, self.surface, self.screen, mesh.faces, body.world[index, 0], mesh.scale)

    def light(self, camera: Camera, lights: Floats, lamp_view: LampView) -> None:
        """Work light on the vertices out, as `paint_mirrored` and a painter that is not per pixel need it."""
        shading.light_vertices(
            self.surface, lights, camera.position, lamp_view.depth, lamp_view.views, self._fineness.soft
        )

    def paint(self, frame: Frame, camera: Camera, lights: Floats, lamp_view: LampView) -> None:
        """Paint the body over `frame`, (H, W, 3) u8 RGB; `lights` as in `shading.shade`."""
        mesh, samples = self.body.mesh, self._fineness.samples
        box = self._draw(camera, camera.position, camera.axes, samples, mesh.faces)
        if box is None:
            return
        owner, depth = self._buffers(box, samples)
        shading.shade(
            frame, box, samples, owner, depth, self.screen, mesh.faces, mesh.material, self.surface,
            self._fineness.per_pixel, self._palette, self._marks, lights, camera.position, lamp_view.depth,
            lamp_view.views, self._fineness.soft, self._table,
        )  # fmt: skip

    def mirror_box(self, camera: Camera) -> Box:
        """Return the pixels that the body's mirror image in the floor can touch."""
        raster.project(
            self.surface, camera.position * MIRROR, camera.axes * MIRROR, camera.focal, camera.width / 2,
            camera.height / 2, self.screen,
        )  # fmt: skip
        return raster.pixel_box(self.screen, camera.width, camera.height, 4)

    def paint_mirrored(
        self, layer: Floats, corner: tuple[int, int], camera: Camera, lights: Floats, gloss: float
    ) -> None:
        """Paint the body's mirror image into `layer`, see `shading.shade_mirrored`."""
        mesh = self.body.mesh
        box = self._draw(camera, camera.position * MIRROR, camera.axes * MIRROR, 1, self._inward)
        if box is None:
            return
        owner, _ = self._buffers(box, 1)
        shading.shade_mirrored(
            layer, corner, box, owner, self.screen, self._inward, mesh.material, self.surface, self._palette,
            self._marks, lights, camera.axes, camera.focal, (camera.width, camera.height), gloss,
        )  # fmt: skip

    def _draw(self, camera: Camera, position: Floats, axes: Floats, samples: int, faces: Numbers) -> Box | None:
        """Fill the buffers over the box of pixels that is returned; None: the body is out of the picture."""
        width, height = samples * camera.width, samples * camera.height
        raster.project(self.surface, position, axes, samples * camera.focal, width / 2, height / 2, self.screen)
        wide = raster.pixel_box(self.screen, width, height, samples)
        box = (wide[0] // samples, wide[1] // samples, -(-wide[2] // samples), -(-wide[3] // samples))
        if box[0] >= box[2] or box[1] >= box[3]:
            return None
        self.screen[:, :2] -= np.array([samples * box[0], samples * box[1]], np.float32)
        owner, depth = self._buffers(box, samples)
        depth[:], owner[:] = 0, -1
        raster.draw(self.screen, faces, depth, owner)
        return box

    def _buffers(self, box: Box, samples: int) -> tuple[Numbers, Floats]:
        """Return owner and depth over a box, from memory that grows when it must."""
        shape = (samples * (box[3] - box[1]), samples * (box[2] - box[0]))
        size = shape[0] * shape[1]
        if size > len(self._depth):
            self._depth, self._owner = np.empty(size, np.float32), np.empty(size, np.int32)
        return self._owner[:size].reshape(shape), self._depth[:size].reshape(shape)


class FigurePainter:
    """Paints a body over pictures of one camera."""

    def __init__(self, body: Body, camera: Camera, lamp: Lamp) -> None:
        """Make the buffers."""
        self._body, self._camera, self._lamp = body, camera, lamp.unit
        self._painter, self._lamp_view = BodyPainter(body, DRAFT), LampView(lamp, 1, DRAFT.lamp_cells)
        self._lights = np.array([*lamp.unit, *lamp.key, *lamp.ambient, *lamp.rim, 0, 0, 0])
        self._table = tone_table()
        self._shadow = np.ones((room.SHADOW_CELLS, room.SHADOW_CELLS), np.float32)
        self._radii = room.CAPSULE_RADII * body.mesh.scale * body.look.width

    def paint_floor(self, frame: Frame, index: int, place: room.Room) -> None:
        """Lay the shadow of frame `index` on the floor of `place`."""
        joints = self._body.world[index]
        # The grid's middle goes where the shadow of the body's middle falls.
        reach = 0.5 * room.SHADOW_CELL * room.SHADOW_CELLS
        corner = joints[0, ::2] - self._lamp[::2] * joints[0, 1] / self._lamp[1] - reach
        room.floor_shadow(joints, room.CAPSULE_ENDS, self._radii, self._lamp, corner, self._shadow)
        box = floor_box(self._camera, corner, corner + 2 * reach)
        room.paint_floor(frame, box, place.light, place.x, place.z, self._shadow, corner, self._table)

    def paint(self, frame: Frame, index: int) -> None:
        """Paint frame `index` of the dance over `frame`, (H, W, 3) u8 RGB."""
        self._painter.pose(index, self._lamp_view, 0)
        self._painter.light(self._camera, self._lights, self._lamp_view)
        self._painter.paint(frame, self._camera, self._lights, self._lamp_view)


def tonemapped(light: Floats) -> Frame:
    """Return light (H, W, 3) as an 8-bit picture."""
    picture = np.empty(light.shape, np.uint8)
    room.tonemap_into(light, tone_table(), picture)
    return picture


def floor_box(camera: Camera, low: Floats, high: Floats) -> Box:
    """Return the box of pixels around the floor between two corners (x, z), metres."""
    corners = np.array([(x, 0.0, z) for x in (low[0], high[0]) for z in (low[1], high[1])])
    if (camera.to_camera(corners)[:, 2] < 0.3).any():
        return 0, 0, camera.width, camera.height
    return raster.pixel_box(camera.project(corners), camera.width, camera.height, 1)


def _axes_along(direction: Floats) -> Floats:
    """Return right, up, forward (3, 3) rows of a view along `direction`."""
    right = np.cross(direction, (0.0, 1.0, 0.0))
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(right, direction), direction])


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
