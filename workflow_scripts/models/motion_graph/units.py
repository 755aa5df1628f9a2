"""Units of motion: what lies between two moments at which a dancer (nearly) comes to rest.

Cutting there, and not at the music's beats, is what makes a re-arranged dance follow another song: real dancers do not
stop on every beat of their own song, so units cut at beats have no accent to place.
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d
from scipy.signal import peak_prominences

from workflow_scripts.models.pieces.tables import together
from workflow_scripts.motion.dataset_file import DatasetClip
from workflow_scripts.motion.kinematics import SPEED_SMOOTHING_S, kinematic_minima, mean_joint_speed
from workflow_scripts.motion.music_file import Music
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import Floats

Ints = npt.NDArray[np.int64]
MIN_PROMINENCE = 0.05  # of the mean speed
LEAST_PROMINENCE = 1e-3  # m/s: less is rounding, not rest


@dataclass
class Units:
    """A table of N units; every column has N entries.

    Attributes:
        clip: number of the clip the unit lies in.
        start, end: where it begins and ends, in (fractional) frames of its clip.
        follows: the unit that comes directly before it in the same clip, -1 for none.
        speed: mean joint speed, m/s.
        start_phase, end_phase: place in the bar of its own song, radians; NaN where no downbeats are known.
        tempo: of its own song, beats per minute, 0 when unknown.
        genre: number of its genre.
    """

    clip: Ints
    start: Floats
    end: Floats
    follows: Ints
    speed: Floats
    start_phase: Floats
    end_phase: Floats
    tempo: Floats
    genre: Ints

    def __len__(self) -> int:
        """Return N."""
        return len(self.clip)

    def only(self, chosen: npt.NDArray[np.bool_]) -> "Units":
        """Return the units of which `chosen` (N,) is true; what followed a unit that is not follows none."""
        place = np.append(np.where(chosen, np.cumsum(chosen) - 1, -1), -1)
        kept = Units(**{name: column[chosen] for name, column in self.columns().items()})
        kept.follows = place[kept.follows]
        return kept

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return the columns by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def cut_frames(world: Floats, fps: float, min_unit_s: float) -> Floats:
    """Return where to cut motion, in fractional frames: its kinematic minima, at least `min_unit_s` apart.

    Of minima that are closer the slower ones stay. Dips of less than `MIN_PROMINENCE` of the mean speed do not count:
    the slightest time warp would move or remove them.
    """
    minima = kinematic_minima(world, fps)
    if not len(minima):
        return np.empty(0)
    speed = gaussian_filter1d(mean_joint_speed(world, fps), SPEED_SMOOTHING_S * fps)
    minima = minima[peak_prominences(-speed, minima)[0] >= max(MIN_PROMINENCE * speed.mean(), LEAST_PROMINENCE)]
    kept: list[int] = []
    for frame in minima[np.argsort(speed[minima], kind="stable")]:
        if all(abs(frame - other) >= min_unit_s * fps for other in kept):
            kept.append(int(frame))
    # Speed number t is that between the frames t and t + 1.
    return np.sort(np.asarray(kept, dtype=np.float64)) + 0.5


def bar_phase(times: Floats, downbeats: Floats) -> Floats:
    """Return the place in the bar, radians, of each time (seconds); NaN where fewer than two downbeats are known."""
    if len(downbeats) < 2:
        return np.full(len(times), np.nan)
    bar = float(np.median(np.diff(downbeats)))
    bars = np.interp(times, downbeats, np.arange(len(downbeats)))
    bars = np.where(times < downbeats[0], (times - downbeats[0]) / bar, bars)
    bars = np.where(times > downbeats[-1], len(downbeats) - 1 + (times - downbeats[-1]) / bar, bars)
    return 2 * np.pi * (bars % 1.0)


def cut_units(
    clips: list[DatasetClip], motions: list[Person], fps: float, min_unit_s: float, max_unit_s: float
) -> tuple[Units, list[str]]:
    """Cut clips into units.

    Args:
        clips: whose music gives bar phases, tempo and genre.
        motions: the motion of each clip, `normalised`.
        fps: frames per second of the motions.
        min_unit_s, max_unit_s: bounds of a unit's duration, seconds.

    Returns:
        The units, and the names of the genres that `Units.genre` numbers.
    """
    tables = [
        cut_clip(clip.music, motion, fps, min_unit_s, max_unit_s) for clip, motion in zip(clips, motions, strict=True)
    ]
    columns, genres = together(tables, [clip.genre for clip in clips])
    return Units(**columns), genres


def cut_clip(music: Music, motion: Person, fps: float, min_unit_s: float, max_unit_s: float) -> Units:
    """Cut one clip into units, of clip 0 and genre 0; arguments as `cut_units`."""
    cuts = cut_frames(motion.world, fps, min_unit_s)
    start, end = cuts[:-1], cuts[1:]
    fits = end - start <= max_unit_s * fps
    previous = np.where(np.concatenate([[False], fits[:-1]]), np.cumsum(fits) - 2, -1) if len(fits) else fits
    start, end = start[fits], end[fits]
    way = np.concatenate([[0.0], np.cumsum(mean_joint_speed(motion.world, fps))]) / fps
    frames = np.arange(len(way))
    return Units(
        clip=np.zeros(len(start), dtype=np.int64),
        start=start,
        end=end,
        follows=previous[fits].astype(np.int64),
        speed=(np.interp(end, frames, way) - np.interp(start, frames, way)) / (end - start) * fps,
        start_phase=bar_phase(start / fps, music.downbeats),
        end_phase=bar_phase(end / fps, music.downbeats),
        tempo=np.full(len(start), music.tempo),
        genre=np.zeros(len(start), dtype=np.int64),
    )
