"""The frames of a scene: everybody in place, lights, camera, words."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from workflow_scripts.render.cameras import Cameras, choose_cameras
from workflow_scripts.render.captions import (
    Column,
    caption_columns,
    caption_layer,
    caption_lines,
    title_layer,
    title_lines,
)
from workflow_scripts.render.colours import yuv420
from workflow_scripts.render.drawing import Drawing
from workflow_scripts.render.layers import Frame
from workflow_scripts.render.layout import Layout
from workflow_scripts.render.lights import Lights
from workflow_scripts.render.looks import choose_looks
from workflow_scripts.render.painters import painter_maker
from workflow_scripts.render.scene import Scene
from workflow_scripts.render.settings import RenderSettings
from workflow_scripts.render.staging import Staged, stage
from workflow_scripts.render.strip import Strip, loudness
from workflow_scripts.workflow.errors import UserError

# Of the played part of the strip, where its colour would be only one dancer's.
NEUTRAL = (206, 212, 232)
DOT = "\N{BLACK CIRCLE}"
Painting = Callable[[int, Frame], None]


class Pictures:
    """The frames of a scene; `size` is their width and height, pixels."""

    def __init__(self, scene: Scene, settings: RenderSettings, subject: Path) -> None:
        """Set the stage.

        Args:
            scene: who dances what.
            settings: how it is drawn.
            subject: the file that messages name.

        Raises:
            UserError, MediaError: see `show`.
        """
        if scene.frames < 1:
            raise UserError(f"{scene.audio or subject}: the song is empty")
        if not scene.dancers or any(not len(dancer.world) for dancer in scene.dancers):
            raise UserError(f"{subject}: a dancer is missing, or has no motion")
        width, height = settings.size
        several = len(scene.dancers) > 1
        captions = [dancer.caption for dancer in scene.dancers]
        if several and settings.camera == "orbit":
            # They change sides: the words are a legend of their colours.
            captions = [f"{DOT} {caption}" for caption in captions]
        lines = title_lines(scene.title, Layout(width, height))
        layout = Layout(width, height, len(lines), several=several)
        staged = stage(scene.dancers, scene.frames)
        cameras, columns = _seen(staged, scene, settings, layout)
        if (needed := caption_lines(captions, columns, layout)) > layout.caption_lines:
            layout = replace(layout, caption_lines=needed)
            cameras, columns = _seen(staged, scene, settings, layout)
        self._cameras = cameras
        looks = choose_looks([dancer.performer or dancer.caption for dancer in scene.dancers])
        steady = settings.quality == "draft"
        self._lights = Lights(staged, looks, scene.fps, scene.beats, scene.downbeats, steady)
        seen_by = [self._cameras.at(index) for index in range(0, scene.frames, max(scene.frames // 36, 1))]
        self._painter = painter_maker(settings, staged, looks, seen_by, subject)
        self._words = [
            title_layer(lines, layout),
            caption_layer(captions, columns, [look.display for look in looks], layout),
        ]
        across = layout.strip[2] - layout.strip[0]
        loud = loudness(scene.audio, across, scene.seconds) if scene.audio else np.zeros(across)
        accent = NEUTRAL if several else looks[0].display
        self._strip = Strip(loud, scene.seconds, scene.beats, scene.downbeats, layout, accent)
        self._fps, self.size = scene.fps, settings.size

    def painting(self) -> Painting:
        """Return what paints frames: called with a number and a picture (H, W, 3) u8 RGB. For one thread."""
        painter = self._painter()

        def paint(index: int, picture: Frame) -> None:
            painter.paint(picture, index, self._cameras.at(index), self._lights.at(index))
            for words in self._words:
                words.paint(picture)
            self._strip.paint(picture, index / self._fps)

        return paint

    def drawing(self) -> Drawing:
        """Return the same in the colours of a video, see `yuv420`."""
        paint = self.painting()
        picture = np.empty((self.size[1], self.size[0], 3), np.uint8)

        def draw(index: int, out: Frame) -> None:
            paint(index, picture)
            yuv420(picture, out)

        return draw


def _seen(
    staged: Sequence[Staged], scene: Scene, settings: RenderSettings, layout: Layout
) -> tuple[Cameras, list[Column]]:
    """Return the cameras, and where captions stand: above places that stay in the picture, else evenly."""
    cameras = choose_cameras(settings.camera, staged, scene.frames, scene.fps, layout)
    # Where places do not stay, the colours say who is who.
    middles = np.array([(one.middle[0], 1.0, one.middle[1]) for one in staged])
    centres = cameras.first.project(middles)[:, 0] if settings.camera == "fixed" else None
    return cameras, caption_columns(len(staged), layout, centres)
