"""The painter of a style: the shaded human of `figure`, or lines."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from workflow_scripts.figure.backdrop import wall_around
from workflow_scripts.figure.camera import Camera
from workflow_scripts.figure.painter import Lamp
from workflow_scripts.figure.room import STYLES
from workflow_scripts.figure.scene_painter import ScenePainter, Spot
from workflow_scripts.figure.skeleton_painter import LineBody, SkeletonPainter
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.render.bodies import staged_body
from workflow_scripts.render.layers import Frame
from workflow_scripts.render.looks import Look
from workflow_scripts.render.settings import RenderSettings
from workflow_scripts.render.staging import Staged, chunks
from workflow_scripts.workflow.errors import UserError

WALL_DISTANCE = 1.6  # metres behind the hindmost place that is danced in
LAMP = Lamp(direction=(0.45, 0.75, 0.6), key=(1.00, 0.94, 0.87), ambient=(0.36, 0.38, 0.46))


class Painter(Protocol):
    """Paints frames. Each thread has its own."""

    def paint(self, frame: Frame, index: int, camera: Camera, spots: Sequence[Spot]) -> None:
        """Paint the whole picture `frame` (H, W, 3) u8 RGB: frame `index` of the video, seen by `camera`."""


def painter_maker(
    settings: RenderSettings, staged: Sequence[Staged], looks: Sequence[Look], cameras: Sequence[Camera], subject: Path
) -> Callable[[], Painter]:
    """Return what makes a painter of these dancers.

    Args:
        cameras: some of those the dance is seen by, from all sides that it is seen from.
        subject: the file that messages name.

    Raises:
        UserError: the style or the room cannot be had.
    """
    low, high = (np.array([getattr(one, corner) for one in staged]) for corner in ("low", "high"))
    low, high = low.min(axis=0), high.max(axis=0)
    middle = (float(low[0] + high[0]) / 2, float(low[2] + high[2]) / 2)
    if settings.style == "skeleton":
        lines = [LineBody(one.joint, one.dancer.skeleton, look.accent) for one, look in zip(staged, looks, strict=True)]
        return lambda: SkeletonPainter(lines, middle)
    if settings.room not in STYLES:
        raise UserError(f"render: there is no room {settings.room!r}; choose one of {', '.join(sorted(STYLES))}")
    for one in staged:
        _check(one, subject)
    coarse = settings.quality == "draft"
    bodies = [staged_body(one, look.appearance, coarse) for one, look in zip(staged, looks, strict=True)]
    around = settings.camera == "orbit"
    back = float(np.hypot(*(high - low)[::2])) / 2 if around else middle[1] - float(low[2])
    wall_z = middle[1] - back - WALL_DISTANCE
    if around:
        wall_z = wall_around(cameras, middle, back + WALL_DISTANCE)
    style = STYLES[settings.room]
    return lambda: ScenePainter(bodies, style, wall_z, middle, LAMP, settings.quality, round_wall=around)


def _check(one: Staged, subject: Path) -> None:
    skeleton, world = one.dancer.skeleton, one.dancer.world
    if skeleton != SMPL24:
        raise UserError(
            f"{subject}: a figure needs the joints of smpl24, not of {skeleton.name}; draw it as a skeleton"
        )
    for start, stop in chunks(len(world)):
        if not np.isfinite(world[start:stop]).all():
            raise UserError(f"{subject}: joints are missing, and a figure needs all of them; draw it as a skeleton")
