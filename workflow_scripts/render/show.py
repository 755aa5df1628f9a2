"""Turn a scene into a video: dancers on a stage whose light follows the beat."""

import os
from pathlib import Path

from workflow_scripts.render.captions import printable
from workflow_scripts.render.drawing import drawn
from workflow_scripts.render.pictures import Pictures
from workflow_scripts.render.progress import progress_of, silence
from workflow_scripts.render.scene import Scene
from workflow_scripts.render.settings import RenderSettings
from workflow_scripts.workflow.media import video_writer

# Encoding is a good part of the work: x264's quickest preset makes larger files in about half of the next one's time.
PRESETS, CRF = {"full": "superfast", "draft": "ultrafast"}, 22
# The encoder's, always: each number of them gives other bytes. Two keep up with as many cores as draw.
ENCODER_THREADS = 2
# Each thread that draws has buffers of its own, and two encode what some of them draw.
MOST_THREADS = 8
KEYFRAME_S = 2  # a player that is told to go somewhere finds a frame to start from this near


def show(
    target: Path, scene: Scene, settings: RenderSettings, progress: bool = False, threads: int | None = None
) -> None:
    """Write a scene as an MP4 (H.264, and AAC where it has sound) that appears atomically.

    Its bytes depend on scene and settings alone, not on the number of threads. It takes little more memory for an hour
    than for a minute: frames are drawn and encoded one after the other.

    Args:
        target: the MP4.
        scene: who dances what to which sound; its `fps` is the video's.
        settings: how it is drawn.
        progress: tell on stderr how far it is.
        threads: how many draw; None: as many as this process may use cores.

    Raises:
        UserError: the scene cannot be drawn: it has no frame or nobody in it, or not what the style needs.
        MediaError: the song is unreadable.
    """
    pictures = Pictures(scene, settings, target)
    width, height = settings.size
    # As they stand in the picture: a NUL or half a surrogate pair cannot be handed to a program.
    artist = ", ".join(printable(dancer.caption) for dancer in scene.dancers)
    names = {"title": printable(scene.title), "artist": artist}
    threads = threads or min(_cores(), MOST_THREADS)
    with (
        progress_of(scene.frames) if progress else silence() as advance,
        video_writer(
            target, width, height, scene.fps, scene.audio, PRESETS[settings.quality], CRF, names, ENCODER_THREADS,
            "yuv420p", round(KEYFRAME_S * scene.fps),
        ) as sink,
    ):  # fmt: skip
        for frame in drawn(pictures.drawing, scene.frames, width * height * 3 // 2, min(threads, scene.frames)):
            sink.write(frame)
            advance()


def _cores() -> int:
    """Return how many cores this process may use; systems but Linux do not say, and have them all."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
