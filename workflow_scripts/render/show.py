"""Turn a dance and its song into a video: the dancer on a stage whose light follows the beat."""

from pathlib import Path

import numpy as np

from workflow_scripts.figure.body import make_body
from workflow_scripts.figure.painter import FigurePainter
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.render.captions import Strip, draw_title
from workflow_scripts.render.staging import Stage, choose_style
from workflow_scripts.workflow.media import MediaError, read_audio, video_writer

FPS = 30.0
DEFAULT_ROOM = "night"
# Encoding is half of the work: "superfast" takes half the time of "veryfast" for files 1.5 times as large.
PRESET, CRF = "superfast", 22


def show(
    target: Path,
    world: Floats,
    audio: Path,
    beats: Floats,
    downbeats: Floats,
    size: tuple[int, int],
    title: str,
    subtitle: str,
    room: str = DEFAULT_ROOM,
    performer: str | None = None,
) -> None:
    """Write the video (H.264 and AAC, 30 frames/s), as long as the song; it appears atomically.

    Args:
        world: (T, 24, 3) joints at FPS, metres, floor y = 0. After its end the dancer holds the last pose.
        audio: the song, a WAV file.
        beats, downbeats: seconds.
        size: (width, height), both even.
        title, subtitle: shown at the top.
        room: a key of `figure.room.STYLES`.
        performer: chooses dancer and colour; None: the subtitle does.

    Raises:
        MediaError: the song is empty or unreadable.
    """
    samples, rate = read_audio(audio, mono=True)
    frames = round(len(samples) / rate * FPS)
    if frames < 1:
        raise MediaError(f"{audio}: the song is empty")
    duration = len(samples) / rate
    world = np.asarray(world, dtype=np.float64)[np.minimum(np.arange(frames), len(world) - 1)]
    style = choose_style(performer or subtitle, room)
    accent = _display_colour(style.accent)
    stage = Stage(world, FPS, size, style)
    for background in stage.pictures:
        draw_title(background, title, subtitle, accent)
    strip = Strip(samples, duration, beats, downbeats, size, accent)
    painter = FigurePainter(make_body(world, style.appearance), stage.camera, stage.lamp)
    picture = stage.pictures[0].copy()
    names = {"title": title, "artist": subtitle}
    with video_writer(target, *size, FPS, audio=audio, preset=PRESET, crf=CRF, metadata=names) as sink:
        for index in range(frames):
            background, glow = stage.light_up(index, index / FPS, beats, downbeats)
            picture[:] = background
            painter.paint_floor(picture, index, stage.room, glow)
            painter.paint(picture, index)
            strip.paint(picture, index / FPS)
            sink.write(picture)


def at_rate(world: Floats, fps: float, rate: float) -> Floats:
    """Resample joints (T, 24, 3) from `fps` to `rate` frames/s, linearly; the first frame keeps its time."""
    if fps == rate:
        return world
    times = np.arange(round(len(world) * rate / fps)) * fps / rate
    low = np.minimum(times.astype(int), len(world) - 1)
    high = np.minimum(low + 1, len(world) - 1)
    share = (times - low)[:, None, None]
    return world[low] * (1 - share) + world[high] * share


def _display_colour(linear: tuple[float, float, float]) -> tuple[int, int, int]:
    """Return a pale display colour of the hue of a linear one, for text."""
    red, green, blue = (round(255 * (0.25 + 0.75 * part) ** (1 / 2.2)) for part in linear)
    return red, green, blue
