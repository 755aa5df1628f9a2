"""The data set "Dance with Melody" (Tang, Jia, Mao, ACM Multimedia 2018): 23 markers of one dancer and the song.

As published, a folder for each dance:

    config.json      {"start_position": 485, "end_position": 1762}, frames at 25 per second of the song
    skeletons.json   {"length": T, "center": (T, 3), "skeletons": (T, 23, 3)}, centimetres, y up
    audio.mp3        the whole song

or compact, an .npz file for each dance with the same arrays, `start_position`, `end_position` and `audio_start_s`.
`skeletons` is relative to `center`, the place in the world.

There are 0.1 to 2 % fewer frames than the stretch of the song has at 25 per second; spread evenly over it the motion
has the tempo of the music. The rate is therefore frames over seconds of music, another one for each dance.

The floor is not level: the ground under the standing foot climbs by up to half a metre within a dance, in steps. It is
levelled here, since the dancers never leave the floor for long.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from workflow_scripts.motion.foreign import JointMotion
from workflow_scripts.motion.formats.array_file import is_archive, load_arrays
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.motion.skeletons import DWM23
from workflow_scripts.motion.smoothing import smooth
from workflow_scripts.workflow.errors import UserError

STATED_FPS = 25.0
CONFIG, MOTION, AUDIO = "config.json", "skeletons.json", "audio.mp3"
_FLOOR_WINDOW_S = 1.0
_FLOOR_PERCENTILE = 30
_FEET = [DWM23.index(f"{side}_{end}") for side in ("left", "right") for end in ("heel", "toe")]
_UNREADABLE = (OSError, ValueError, KeyError, TypeError, EOFError, MemoryError, RecursionError, OverflowError)


@dataclass(frozen=True)
class Dance:
    """One dance as the file has it.

    Attributes:
        markers: (T, 23, 3) metres in the world, y up, the floor as recorded.
        start_position, end_position: the stretch of the song, in frames of 1/25 s.
        audio_start_s: where the dance begins in the audio file that lies with it, seconds.
    """

    markers: Floats
    start_position: int
    end_position: int
    audio_start_s: float

    @property
    def fps(self) -> float:
        """Frames per second of music."""
        return len(self.markers) * STATED_FPS / (self.end_position - self.start_position)


def read(path: Path, fps: float) -> JointMotion:
    """Read one dance, its floor levelled to y = 0; `fps` is not used, the music states the rate.

    Args:
        path: an .npz file of the compact layout, or a folder of the published one (or its skeletons.json).
        fps: not used.

    Raises:
        UserError: the file cannot be read, or is not of this layout.
    """
    dance = read_dance(path)
    return JointMotion(DWM23, _level(dance.markers, dance.fps), dance.fps)


def read_dance(path: Path) -> Dance:
    """Read one dance as it is; see `read`."""
    try:
        return _dance(*_compact(path)) if is_archive(path) else _dance(*_published(path))
    except _UNREADABLE as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise UserError(f"{path}: no readable dance of Dance with Melody ({reason})") from error


def read_window(path: Path) -> tuple[float, float]:
    """Return where in its audio file a dance begins and how long it lasts, seconds, without reading its markers.

    Raises:
        UserError: as `read`.
    """
    try:
        facts = _compact_facts(path) if is_archive(path) else _published_facts(path)
    except _UNREADABLE as error:
        raise UserError(f"{path}: no readable dance of Dance with Melody ({error})") from error
    start, end, audio_start = facts
    return audio_start, (end - start) / STATED_FPS


def _compact(path: Path) -> tuple[Mapping[str, Any], tuple[int, int, float]]:
    return load_arrays(path, ("skeletons", "center")), _compact_facts(path)


def _compact_facts(path: Path) -> tuple[int, int, float]:
    facts = load_arrays(path, ("start_position", "end_position", "audio_start_s"))
    return int(facts["start_position"]), int(facts["end_position"]), float(facts["audio_start_s"])


def _published(path: Path) -> tuple[Mapping[str, Any], tuple[int, int, float]]:
    folder = path if path.is_dir() else path.parent
    return json.loads((folder / MOTION).read_text(encoding="utf-8")), _published_facts(path)


def _published_facts(path: Path) -> tuple[int, int, float]:
    folder = path if path.is_dir() else path.parent
    config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    start, end = int(config["start_position"]), int(config["end_position"])
    return start, end, start / STATED_FPS  # the whole song lies with it


def _dance(arrays: Mapping[str, Any], facts: tuple[int, int, float]) -> Dance:
    skeletons, centre = (np.asarray(arrays[name], dtype=np.float64) for name in ("skeletons", "center"))
    start, end, audio_start = facts
    if skeletons.ndim != 3 or skeletons.shape[1:] != (DWM23.size, 3) or centre.shape != (len(skeletons), 3):
        raise ValueError(f"skeletons {skeletons.shape} and center {centre.shape}; needed are (T, 23, 3) and (T, 3)")
    if not len(skeletons) or end <= start or not 0 <= audio_start < np.inf:
        raise ValueError(f"{len(skeletons)} frames from {start} to {end}")
    return Dance((skeletons + centre[:, None]) / 100, start, end, audio_start)


def _level(markers: Floats, fps: float) -> Floats:
    """Return the markers (T, 23, 3) over a level floor y = 0: the lowest foot stands most of the time."""
    from scipy.ndimage import percentile_filter

    heights = markers[:, _FEET, 1]
    lowest = (heights - np.median(heights - heights.min(axis=1, keepdims=True), axis=0)).min(axis=1)
    frames = 2 * round(_FLOOR_WINDOW_S * fps / 2) + 1
    floor = smooth(percentile_filter(lowest, _FLOOR_PERCENTILE, frames, mode="nearest"), _FLOOR_WINDOW_S, fps, order=1)
    result = markers.copy()
    result[..., 1] -= floor[:, None]
    return result
