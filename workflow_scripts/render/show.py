"""Turn a scene into a video: dancers on a stage whose light follows the beat."""

from pathlib import Path

import numpy as np

from workflow_scripts.figure.body import make_body
from workflow_scripts.figure.painter import FigurePainter
from workflow_scripts.render.captions import Strip, draw_title
from workflow_scripts.render.scene import Scene
from workflow_scripts.render.settings import RenderSettings
from workflow_scripts.render.staging import Stage, choose_style
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.media import read_audio, video_writer

# Encoding is half of the work: "superfast" takes half the time of "veryfast" for files 1.5 times as large.
PRESET, CRF = "superfast", 22


def show(target: Path, scene: Scene, settings: RenderSettings, progress: bool = False) -> None:
    """Write a scene as an MP4 (H.264, and AAC where it has sound) that appears atomically.

    Args:
        target: the MP4.
        scene: who dances what to which sound; its `fps` is the video's.
        settings: how it is drawn.
        progress: tell on stderr how far it is.

    Raises:
        UserError: the scene lasts no frame or has nobody in it.
        MediaError: the song is unreadable.
    """
    if scene.frames < 1:
        raise UserError(f"{scene.audio or target}: the song is empty")
    if not scene.dancers:
        raise UserError(f"{target}: nobody dances in it")
    dancer = scene.dancers[0]
    world = np.asarray(dancer.world, dtype=np.float64)[np.minimum(np.arange(scene.frames), len(dancer.world) - 1)]
    style = choose_style(dancer.performer or dancer.caption, settings.room)
    accent = _display_colour(style.accent)
    stage = Stage(world, scene.fps, settings.size, style)
    for background in stage.pictures:
        draw_title(background, scene.title, dancer.caption, accent)
    samples = read_audio(scene.audio, mono=True)[0] if scene.audio else np.zeros(1)
    strip = Strip(samples, scene.seconds, scene.beats, scene.downbeats, settings.size, accent)
    painter = FigurePainter(make_body(world, style.appearance), stage.camera, stage.lamp)
    picture = stage.pictures[0].copy()
    names = {"title": scene.title, "artist": dancer.caption}
    with video_writer(
        target, *settings.size, scene.fps, audio=scene.audio, preset=PRESET, crf=CRF, metadata=names
    ) as sink:
        for index in range(scene.frames):
            background, glow = stage.light_up(index, index / scene.fps, scene.beats, scene.downbeats)
            picture[:] = background
            painter.paint_floor(picture, index, stage.room, glow)
            painter.paint(picture, index)
            strip.paint(picture, index / scene.fps)
            sink.write(picture)


def _display_colour(linear: tuple[float, float, float]) -> tuple[int, int, int]:
    """Return a pale display colour of the hue of a linear one, for text."""
    red, green, blue = (round(255 * (0.25 + 0.75 * part) ** (1 / 2.2)) for part in linear)
    return red, green, blue
