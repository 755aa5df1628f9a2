"""What every dance is, whatever the model: as long as the song, finite, in one piece, on firm bones, on the floor."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from workflow_scripts.generate.settings import FRAME, SONG
from workflow_scripts.models.base import DanceModel
from workflow_scripts.motion.feet import above_floor, lock_feet
from workflow_scripts.motion.joining import joined
from workflow_scripts.motion.kinematics import facing_angle, turned, with_bone_lengths
from workflow_scripts.motion.music_file import Music
from workflow_scripts.motion.parts import PART
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import SMPL24, Floats

# The end of one interval that the model is shown before the next.
SHOWN_S = 2.0
_FLOOR = np.array([1.0, 0.0, 1.0])


def danced(
    model: DanceModel,
    music: Music,
    rng: np.random.Generator,
    seed_motion: Person | None = None,
    genre: str | None = None,
    length: str | float = SONG,
) -> Person:
    """Return a dance as long as the music, with constant bones, no joint below the floor and feet that do not slide.

    Args:
        model: which dances on the spot, facing +z on the whole.
        music: T >= 1 frames of features, and beats.
        rng: the only source of chance.
        seed_motion: what the dance goes on from without a jump, with the bones of the rest pose, at the music's rate;
            None to begin freely.
        genre: one of the model's, or None to follow the music.
        length: "song", danced at once; "frame", step by step; or the seconds of the intervals in which it is danced.

    Returns:
        positions (T, 24, 3) and root (T, 3), float32.

    Raises:
        ValueError: the model returned another length or numbers that are not finite (a defect of the model).
    """
    before, angle, place = None, 0.0, np.zeros(3)
    if seed_motion is not None:
        # The model's world is that of a dancer who starts at the origin and faces +z.
        angle = float(facing_angle(seed_motion.positions[-1]))
        place = seed_motion.root[-1] * _FLOOR
        world = above_floor(turned(seed_motion.world - place, -angle), music.fps)
        before = _person(world)
    if isinstance(length, str):
        dance = _piece(model, music, before, rng, genre, length == FRAME)
    else:
        dance = _in_intervals(model, music, before, rng, genre, max(round(length * music.fps), 1))
    world = lock_feet(dance.world, music.fps)
    del dance  # an hour of it is 30 MB
    if before is not None:
        # Locked feet are elsewhere than those it went on from.
        world = above_floor(joined(_person(world), before, music.fps).world, music.fps)
        for part in _parts(len(world)):
            world[part] = turned(world[part], angle) + place
    return _person(world)


def _in_intervals(
    model: DanceModel, music: Music, before: Person | None, rng: np.random.Generator, genre: str | None, step: int
) -> Person:
    """Return a dance made in intervals of `step` frames, each going on from the last; the last is up to half as long
    again, or shorter by half."""
    frames = len(music.features)
    starts = step * np.arange(max(round(frames / step), 1))
    stops = [*starts[1:], frames]
    dance = Person(np.empty((frames, SMPL24.size, 3), np.float32), np.empty((frames, 3), np.float32))
    shown = max(round(SHOWN_S * music.fps), 2)
    memory: dict[str, Any] = {}
    for start, stop, own in zip(starts, stops, rng.spawn(len(starts)), strict=True):
        if start:
            before = dance.part(slice(max(start - shown, 0), start))
        piece = _piece(model, music.part(slice(start, stop)), before, own, genre, False, memory)
        dance.positions[start:stop], dance.root[start:stop] = piece.positions, piece.root
    return dance


def _piece(
    model: DanceModel,
    music: Music,
    before: Person | None,
    rng: np.random.Generator,
    genre: str | None,
    stepwise: bool,
    memory: dict[str, Any] | None = None,
) -> Person:
    """Return what the model makes of some music, checked, on the rest pose's bones, and joined to what was before."""
    frames = len(music.features)
    made = model.generate(music, frames / music.fps, before, rng, genre, stepwise, memory)
    if not len(made.root) == len(made.positions) == frames or not _finite(made):
        raise ValueError(f"the model danced {len(made.root)} frames for {frames}, or numbers that are not finite")
    positions = np.empty(made.positions.shape, np.float32)
    for part in _parts(frames):
        relative = made.positions[part] - made.positions[part, :1]
        positions[part] = with_bone_lengths(relative, SMPL24.rest_lengths)
    dance = Person(positions, (made.root + made.positions[:, 0]).astype(np.float32))
    return dance if before is None else joined(dance, before, music.fps)


def _finite(motion: Person) -> bool:
    parts = (motion.root, *(motion.positions[part] for part in _parts(len(motion.root))))
    return all(bool(np.isfinite(part).all()) for part in parts)


def _parts(frames: int) -> Iterator[slice]:
    return (slice(first, first + PART) for first in range(0, frames, PART))


def _person(world: Floats) -> Person:
    """Take apart world joints (T, 24, 3), which become the positions."""
    root = world[:, 0].astype(np.float32)
    world = world.astype(np.float32, copy=False)
    world -= root[:, None]
    return Person(world, root)
