"""A part of a scene: what a shorter video shows."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.render.any_sound import decode
from workflow_scripts.render.scene import Scene


@contextmanager
def middle_of(scene: Scene, seconds: float) -> Iterator[Scene]:
    """Yield the middle of a scene: motion, beats and, in a passing file, sound; a shorter scene as it is.

    It begins with a frame, so that all three stay in step.

    Raises:
        MediaError: the sound is unreadable.
    """
    if seconds >= scene.seconds:
        yield scene
        return
    first = round((scene.seconds - seconds) / 2 * scene.fps)
    start, last = first / scene.fps, first + round(seconds * scene.fps)
    with tempfile.TemporaryDirectory() as folder:
        sound = Path(folder) / "sound.wav" if scene.audio else None
        if scene.audio and sound:
            decode(scene.audio, sound, start, seconds)
        yield replace(
            scene,
            # One who ended before stands still throughout.
            dancers=tuple(
                replace(dancer, world=dancer.world[min(first, len(dancer.world) - 1) : last])
                for dancer in scene.dancers
            ),
            seconds=seconds,
            audio=sound,
            beats=_within(scene.beats, start, seconds),
            downbeats=_within(scene.downbeats, start, seconds),
        )


def _within(times: Floats, start: float, seconds: float) -> Floats:
    return times[(times >= start) & (times < start + seconds)] - start
