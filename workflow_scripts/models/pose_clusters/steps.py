"""Motion cut at the beats of its music into steps, and what each looks like to the body that dances it."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from workflow_scripts.models.pieces.body import normalised
from workflow_scripts.models.pieces.grid import beat_grid
from workflow_scripts.motion.between_frames import at_frames
from workflow_scripts.motion.dataset_file import DatasetClip
from workflow_scripts.motion.kinematics import facing_angle, mean_joint_speed, turned
from workflow_scripts.motion.music_file import Music
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import SMPL24, Floats

Ints = npt.NDArray[np.int64]
_FLOOR = np.array([1.0, 0.0, 1.0])


@dataclass
class Steps:
    """A table of N steps of clips; every column has N entries.

    Attributes:
        clip: number of the clip the step lies in.
        start, end: where it begins and ends, in (fractional) frames of its clip.
        follows: the step that comes directly before it in the same clip, -1 for none.
        speed: mean joint speed, m/s.
        genre: number of its genre.
    """

    clip: Ints
    start: Floats
    end: Floats
    follows: Ints
    speed: Floats
    genre: Ints

    def __len__(self) -> int:
        """Return N."""
        return len(self.clip)

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return the columns by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def step_grid(music: Music, seconds: float, beats: int) -> Floats:
    """Return the bounds of steps of `beats` beats, seconds: the first at or before 0, the last at or after `seconds`.

    A step begins on the first downbeat of the grid (a part of a song knows those before it too). Where beats are
    missing, or there are none, see `beat_grid`.
    """
    grid = beat_grid(music.beats, seconds, music.tempo)
    downbeats = music.downbeats[music.downbeats >= grid[0] - 1e-6]
    downbeat = int(np.abs(grid - downbeats[0]).argmin()) if len(downbeats) else 0
    before = -downbeat % beats
    after = -(len(grid) - 1 + before) % beats
    early = grid[0] - (grid[1] - grid[0]) * np.arange(before, 0, -1)
    late = grid[-1] + (grid[-1] - grid[-2]) * np.arange(1, after + 1)
    return np.concatenate([early, grid, late])[::beats]


def cut_steps(clips: list[DatasetClip], motions: list[Person], fps: float, beats: int) -> tuple[Steps, list[str]]:
    """Cut clips into steps. What comes before the first whole step and after the last is left out.

    A clip without a whole step is one step from its first frame to its last.

    Args:
        clips: whose music gives beats and genre.
        motions: the motion of each clip, `normalised`, at least two frames.
        fps: frames per second of the motions.
        beats: per step.

    Returns:
        The steps, clip by clip, and the names of the genres that `Steps.genre` numbers.
    """
    genres = sorted({clip.genre for clip in clips})
    rows: list[tuple[int, float, float, int, float, int]] = []
    for number, (clip, motion) in enumerate(zip(clips, motions, strict=True)):
        last = len(motion.root) - 1
        grid = step_grid(clip.music, last / fps, beats) * fps
        whole = np.flatnonzero((grid[:-1] >= 0) & (grid[1:] <= last + 1e-6))
        bounds = [(float(grid[k]), min(float(grid[k + 1]), float(last))) for k in whole]
        way = np.concatenate([[0.0], np.cumsum(mean_joint_speed(motion.world, fps))])
        for order, (start, end) in enumerate(bounds or [(0.0, float(last))]):
            moved = float(np.diff(np.interp([start, end], np.arange(len(way)), way))[0])
            before = len(rows) - 1 if order else -1
            rows.append((number, start, end, before, moved / (end - start), genres.index(clip.genre)))
    numbers, starts, ends, follows, speeds, kinds = (np.array(column) for column in zip(*rows, strict=True))
    return Steps(numbers, starts, ends, follows, speeds, kinds), genres


def normalised_clip(motion: Person, fps: float) -> Person:
    """Return a motion `normalised`; a single frame is doubled, so that it can be cut."""
    if len(motion.root) < 2:
        motion = Person(np.repeat(motion.positions, 2, axis=0), np.repeat(motion.root, 2, axis=0))
    return normalised(motion, fps)


def bodies(clips: list[DatasetClip], fps: float) -> list[Person]:
    """Return the motions of clips on the body of the rest pose."""
    return [normalised_clip(clip.motion, fps) for clip in clips]


def shapes(motion: Person, starts: Floats, ends: Floats, poses: int) -> Floats:
    """Return what steps of a motion look like, (N, poses, 24, 3) metres, float32, whatever their tempo.

    The poses lie evenly in a step. Joints are relative to the point on the floor under the root of their pose, turned
    so that the body faces +z on average over the step: where it was danced, and in which direction, does not matter.

    Args:
        motion: `normalised`.
        starts, ends: (N,) frames.
        poses: per step.
    """
    shares = (np.arange(poses) + 0.5) / poses
    frames = (starts[:, None] + (ends - starts)[:, None] * shares).ravel()
    world = at_frames(motion.world, np.clip(frames, 0, len(motion.root) - 1)).reshape(-1, poses, SMPL24.size, 3)
    facing = facing_angle(world)
    heading = np.arctan2(np.sin(facing).sum(axis=1), np.cos(facing).sum(axis=1))
    body = world - world[:, :, :1] * _FLOOR
    return turned(body, -heading[:, None, None]).astype(np.float32)


def step_shapes(steps: Steps, motions: list[Person], poses: int) -> Floats:
    """Return the `shapes` of all steps of a table, (N, poses, 24, 3)."""
    result = np.empty((len(steps), poses, SMPL24.size, 3), dtype=np.float32)
    for number, motion in enumerate(motions):
        rows = steps.clip == number
        result[rows] = shapes(motion, steps.start[rows], steps.end[rows], poses)
    return result
