"""What a network is told of a dance: the pose, and the time to and from the accents, finer than frames of a video.

Condition frames come every `hop` samples of the sound; frame f is of the middle of its samples, the first of which is
f * hop.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from workflow_scripts.models.scales import MAX_FEATURE
from workflow_scripts.motion.accents import accents
from workflow_scripts.motion.kinematics import facing_angle, mean_joint_speed, turned
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import SMPL24, Floats

# The ends of what moves; the joints between them follow.
JOINTS = ("head", "left_elbow", "right_elbow", "left_wrist", "right_wrist",
          "left_knee", "right_knee", "left_ankle", "right_ankle")  # fmt: skip
# Joints in the body's own heading, height of the pelvis, mean joint speed.
POSE = 3 * len(JOINTS) + 2
# Phase between accents (two harmonics: beat and half beat) and how near the last and the next accent are at each of
# `NEAR_S`, how long it is from one to the other.
NEAR_S = (0.03, 0.1, 0.3)
TIMING = 4 + 2 * len(NEAR_S) + 1
# Whether anybody is known at all comes first.
COLUMNS = 1 + POSE + TIMING
# Metres, or metres per second: what moves less in all of the training dances is not blown up.
LEAST_STD = 0.02
LONGEST_S = 2.0


@dataclass
class Conditioning:
    """How dances become condition frames.

    Attributes:
        rate, hop: samples per second of the sound, and per condition frame.
        mean, std: (POSE,) of the training dances.
    """

    rate: int
    hop: int
    mean: Tensor
    std: Tensor

    @classmethod
    def of(cls, people: Iterable[Person], fps: float, rate: int, hop: int) -> Self:
        """Take the statistics of the training dances; frames in which nobody is known do not count."""
        known = [_poses(person, run, fps) for person in people for run in person.runs() if run.stop > run.start]
        rows = np.concatenate([*known, np.zeros((0, POSE))])
        if not len(rows):
            return cls(rate, hop, torch.zeros(POSE), torch.ones(POSE))
        mean, std = rows.mean(axis=0), np.maximum(rows.std(axis=0), LEAST_STD)
        return cls(rate, hop, torch.from_numpy(mean).float(), torch.from_numpy(std).float())

    def state(self) -> dict[str, Any]:
        """Return the attributes by name: `Conditioning(**state)` is the way back."""
        return dict(vars(self))

    def frames(self, person: Person, fps: float, count: int) -> Tensor:
        """Return the first `count` condition frames (count, COLUMNS) of a dance, zeros where nobody is known.

        Args:
            person: the dance, from the first sample on; it may end before the sound does.
            fps: frames per second of the dance.
            count: how many.
        """
        times = frame_times(count, self.rate, self.hop)
        result = np.zeros((count, COLUMNS), np.float32)
        beats = accents(person, fps)
        for run in person.runs():
            inside = np.flatnonzero((times >= run.start / fps) & (times < run.stop / fps))
            if not len(inside):
                continue
            now = times[inside]
            poses = (_poses(person, run, fps) - self.mean.numpy()) / self.std.numpy()
            at = np.arange(run.start, run.stop) / fps
            result[inside, 0] = 1.0
            for column in range(POSE):
                result[inside, 1 + column] = np.interp(now, at, poses[:, column]).clip(-MAX_FEATURE, MAX_FEATURE)
            # Each stretch has its own: nothing is known of what was danced between two of them.
            own = beats[(beats >= run.start / fps) & (beats < run.stop / fps)]
            result[inside, 1 + POSE :] = timing(now, own)
        return torch.from_numpy(result)


def frame_times(count: int, rate: int, hop: int) -> Floats:
    """Return the times (count,) of condition frames, seconds."""
    times: Floats = (np.arange(count) + 0.5) * hop / rate
    return times


def timing(times: Floats, beats: Floats) -> Floats:
    """Return where times lie among accents, (N, TIMING) in [-1, 1].

    Args:
        times: (N,) seconds.
        beats: (K,) seconds, ascending.

    Returns:
        cosine and sine of the phase from one accent to the next and of its double, exp(-t / s) of the time since the
        last and of that to the next for each s of `NEAR_S`, and the time between both over `LONGEST_S`; zeros where
        there is no accent on that side.
    """
    edges = np.concatenate([[-np.inf], beats, [np.inf]])
    place = np.searchsorted(beats, times, side="right")
    since, until = times - edges[place], edges[place + 1] - times
    between = since + until
    inner = np.isfinite(between)
    phase = np.where(inner, np.divide(since, between, where=inner, out=np.zeros_like(since)), 0.0)
    columns = [f(2 * math.pi * harmonic * phase) * inner for harmonic in (1, 2) for f in (np.cos, np.sin)]
    columns += [np.exp(-side / near) for side in (since, until) for near in NEAR_S]
    columns.append(np.where(inner, np.minimum(between, LONGEST_S), 0.0) / LONGEST_S)
    return np.stack(columns, axis=1)


def _poses(person: Person, run: slice, fps: float) -> Floats:
    """Return what the body does in a stretch, (T, POSE): metres and metres per second."""
    positions = np.asarray(person.positions[run], np.float64)
    own = turned(positions, -facing_angle(positions)[:, None])
    chosen = own[:, [SMPL24.index(joint) for joint in JOINTS]].reshape(len(own), -1)
    speed = np.zeros(len(own))
    if len(own) > 1:
        # Of a frame: the mean of the steps to and from it.
        steps = mean_joint_speed(person.world[run], fps)
        speed = (np.concatenate([steps[:1], steps]) + np.concatenate([steps, steps[-1:]])) / 2
    return np.concatenate([chosen, np.asarray(person.root)[run, 1:2], speed[:, None]], axis=1)
