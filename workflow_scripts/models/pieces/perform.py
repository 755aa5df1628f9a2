"""From placed units to one continuous motion: time warps inside runs, offsets that decay after joins."""

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from scipy.interpolate import CubicSpline, PchipInterpolator

from workflow_scripts.motion.joining import quintic_decay
from workflow_scripts.motion.kinematics import facing_angle, turned, with_bone_lengths
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import SMPL24, Floats

STEP_S = 1 / 120  # over which velocities at a join are measured
# A dancer far from the origin or turned away drifts back, slowly enough for foot locking to hide it.
RETURN_RATE = 0.45  # 1/s, of the distance
FREE_DISTANCE = 0.3  # metres from the origin within which nothing pulls
TURN_RATE = 0.35  # rad/s at most
_FLOOR = np.array([1.0, 0.0, 1.0])


@dataclass(frozen=True)
class Placement:
    """A unit and the beats of the grid at which it starts and ends."""

    unit: int
    first: int
    last: int


class Cuts(Protocol):
    """A table of pieces of clips, such as `Units`: clip, bounds in (fractional) frames, the piece before it or -1."""

    clip: npt.NDArray[Any]
    start: Floats
    end: Floats
    follows: npt.NDArray[Any]


@dataclass
class Run:
    """Consecutive units of one clip, placed in time and space.

    Attributes:
        spline: (25, 3) root and root-relative joints over the clip's frames.
        warp: song time (s) to clip frame, monotone.
        progress: song time (s) to 0..1, the share of all movement so far: the body turns and drifts as it moves, and
            rests where it rests.
        start_s, end_s: of the run in the song.
        angle: by which the clip is turned about y at the start, and `turn` by how much more at the end.
        origin: clip root at the start, on the floor; `target`: where it goes; `shift`: drift of the root until the end.
        join_s: from when on it is seen; later than `start_s` only after a seed.
        offset, velocity: (25, 3) of the previous run against this one at `join_s`.
    """

    spline: CubicSpline
    warp: PchipInterpolator
    progress: PchipInterpolator
    start_s: float
    end_s: float
    join_s: float
    angle: float = 0.0
    turn: float = 0.0
    origin: Floats = field(default_factory=lambda: np.zeros(3))
    target: Floats = field(default_factory=lambda: np.zeros(3))
    shift: Floats = field(default_factory=lambda: np.zeros(3))
    offset: Floats = field(default_factory=lambda: np.zeros((25, 3)))
    velocity: Floats = field(default_factory=lambda: np.zeros((25, 3)))

    def at(self, times: Floats) -> Floats:
        """Return (T, 25, 3): root and root-relative joints in the dance's world at song times."""
        body = self.spline(self.warp(times))
        progress = self.progress(np.clip(times, self.start_s, self.end_s))
        body[:, 0] -= self.origin
        body = turned(body, (self.angle + self.turn * progress)[:, None])
        body[:, 0] += self.target + self.shift * progress[:, None]
        return body + quintic_decay(self.offset, self.velocity, times - self.join_s)


@dataclass
class Seed:
    """The end of a given motion, from which a dance starts at time 0; it goes on straight."""

    last: Floats
    velocity: Floats

    @classmethod
    def of(cls, motion: Person, fps: float) -> "Seed":
        """Take the last two frames of `motion`."""
        body = np.concatenate([motion.root[-2:, None], motion.positions[-2:]], axis=1).astype(np.float64)
        velocity = (body[-1] - body[0]) * fps if len(body) > 1 else np.zeros_like(body[-1])
        # The dance's first frame comes one frame after the seed's last.
        return cls(body[-1] + velocity / fps, velocity)

    def at(self, times: Floats) -> Floats:
        """Return (T, 25, 3), as `Run.at`."""
        return self.last + times[:, None, None] * self.velocity


def perform(
    path: list[Placement],
    grid: Floats,
    units: Cuts,
    clips: list[Person],
    times: Floats,
    seed: Seed | None = None,
) -> Person:
    """Turn placements into motion sampled at `times`.

    Joins keep heading and place; what differs otherwise decays over `motion.joining.BLEND_S`.

    Args:
        path: placements that cover the grid.
        grid: (K,) beats, seconds.
        units: the table the placements refer to.
        clips: their motions.
        times: (T,) ascending, seconds, within the grid.
        seed: what to start from, at the time 0; None to start on the spot.

    Returns:
        Float32, with the bones of the rest pose; of an hour's dance nothing else is held than the result.
    """
    # A frame that no run covers must not pass for motion.
    positions = np.full((len(times), SMPL24.size, 3), np.nan, np.float32)
    root = np.full((len(times), 3), np.nan, np.float32)
    previous: Run | Seed | None = seed
    for first, last in _runs(path, units):
        run = _run(path[first:last], grid, units, clips)
        _connect(run, previous)
        inside = slice(int(np.searchsorted(times, run.start_s)), int(np.searchsorted(times, run.end_s, side="right")))
        body = run.at(times[inside])
        positions[inside] = with_bone_lengths(body[:, 1:] - body[:, 1:2], SMPL24.rest_lengths)
        root[inside] = body[:, 0] + body[:, 1]
        previous = run
    return Person(positions, root)


def _runs(path: list[Placement], units: Cuts) -> list[tuple[int, int]]:
    """Return the bounds of maximal sequences of placements that continue each other in the training motion."""
    breaks = [place for place in range(1, len(path)) if units.follows[path[place].unit] != path[place - 1].unit]
    return list(zip([0, *breaks], [*breaks, len(path)], strict=True))


def _run(path: list[Placement], grid: Floats, units: Cuts, clips: list[Person]) -> Run:
    knots = grid[[path[0].first, *(placement.last for placement in path)]]
    frames = np.array([units.start[path[0].unit], *(units.end[placement.unit] for placement in path)])
    motion = clips[int(units.clip[path[0].unit])]
    low, high = max(int(frames[0]) - 3, 0), min(int(np.ceil(frames[-1])) + 4, len(motion.root))
    body = np.concatenate([motion.root[low:high, None], motion.positions[low:high]], axis=1)
    spline, warp = CubicSpline(np.arange(low, high), body), PchipInterpolator(knots, frames)
    fine = np.linspace(knots[0], knots[-1], max(round((knots[-1] - knots[0]) / STEP_S / 4), 8))
    sampled = spline(warp(fine))
    speed = np.linalg.norm(np.diff(sampled[:, 1:] + sampled[:, :1], axis=0), axis=-1).mean(axis=-1)
    # Squared: most where the body is fastest. A little everywhere keeps a motionless unit defined.
    moved = np.concatenate([[0.0], np.cumsum(speed**2 + 1e-9)])
    progress = PchipInterpolator(fine, moved / moved[-1])
    return Run(spline, warp, progress, knots[0], knots[-1], max(knots[0], 0.0))


def _connect(run: Run, previous: "Run | Seed | None") -> None:
    """Turn and move `run` so that it continues `previous` at `join_s`, and let it drift home."""
    after = run.join_s + np.array([0.0, STEP_S])
    start = run.at(after)
    run.origin = start[0, 0] * _FLOOR
    if previous is not None:
        before = previous.at(run.join_s - np.array([STEP_S, 0.0]))
        run.angle = float(facing_angle(before[1, 1:]) - facing_angle(start[0, 1:]))
        run.angle = float(np.arctan2(np.sin(run.angle), np.cos(run.angle)))
        run.target = before[1, 0] * _FLOOR
    seconds = run.end_s - run.start_s
    run.turn = float(-np.sign(run.angle) * min(abs(run.angle), TURN_RATE * seconds))
    end = run.at(np.array([run.end_s]))[0, 0] * _FLOOR
    distance = float(np.linalg.norm(end))
    if distance > FREE_DISTANCE:
        run.shift = -end * (1 - FREE_DISTANCE / distance) * min(RETURN_RATE * seconds, 1.0)
    if previous is not None:
        start = run.at(after)
        run.offset = before[1] - start[0]
        run.velocity = (before[1] - before[0] - start[1] + start[0]) / STEP_S
        run.offset[0] *= 1 - _FLOOR
