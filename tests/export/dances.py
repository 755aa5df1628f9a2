"""Dances to export: demo choreography, captured motion where there is some, and what dancers seldom do."""

import os
from pathlib import Path

import numpy as np
import pytest
from motion.moving_body import OFFSETS, axis_angles, bending_dance, root_path

from workflow_scripts.demo.choreography import choreograph
from workflow_scripts.export.piece import Piece
from workflow_scripts.motion.formats.registry import read_motion
from workflow_scripts.motion.pose_file import Person, PoseClip, PoseFile, write_poses
from workflow_scripts.motion.retarget import to_smpl24
from workflow_scripts.motion.rotations import forward_kinematics, matrices_of_axis_angles
from workflow_scripts.motion.skeleton import SMPL24, Floats

FPS = 30.0


def demo(seconds: float = 4.0, genre: str = "disco", seed: int = 1) -> Floats:
    return choreograph(np.arange(0.5, seconds + 1, 0.5), seconds, genre, seed)


def piece(world: Floats | None = None, fps: float = FPS) -> Piece:
    made = {"model": "motion_graph", "source": "song01"}
    return Piece(demo() if world is None else world, fps, "motion graph", made)


def turning(frames: int, turns: Floats) -> Floats:
    """A moving body (T, 24, 3) whose pelvis has the given rotation vectors (T, 3), radians."""
    vectors = axis_angles(frames, seed=3)
    vectors[:, 0] = turns
    root = root_path(frames) - [0, 0.5, 0]
    return forward_kinematics(matrices_of_axis_angles(vectors), OFFSETS, root, SMPL24.parents)


def spin(frames: int = 60) -> Floats:
    """Three turns a second about the vertical."""
    return turning(frames, np.arange(frames)[:, None] / FPS * 6 * np.pi * np.array([0, 1.0, 0]))


def floor_work(frames: int = 90) -> Floats:
    """Rolls over the floor, lying across the line of the roll: forward, then on the back."""
    angle = np.concatenate([np.linspace(0, 2 * np.pi, frames // 2), np.linspace(0, -np.pi / 2, frames - frames // 2)])
    return turning(frames, angle[:, None] * np.array([1.0, 0.2, 0.1]))


MADE = {
    "demo": demo,
    "another demo": lambda: demo(4.0, "house", 5),
    "a trunk that bends": lambda: bending_dance(60).joints,
    "a spin": spin,
    "on the floor": floor_work,
}
CAPTURED = {
    "rokoko": ("bvh", "bvh/jesse_dance.bvh", 100),
    "bandai": ("bvh", "bvh/dataset-1_dance-short_normal_001.bvh", 30),
    "cha-cha": ("dance_with_melody", "dance_with_melody/motion/DANCE_C_2.npz", 25),
    "rumba": ("dance_with_melody", "dance_with_melody/motion/DANCE_R_9.npz", 25),
}


def captured(name: str) -> tuple[Floats, float]:
    """World joints of captured motion on our body, and its rate; skips where there is no such data."""
    kind, path, fps = CAPTURED[name]
    file = Path(os.environ.get("PLAYLIST2DANCE_DATA", "/nowhere")) / path
    if not file.exists():
        pytest.skip("PLAYLIST2DANCE_DATA names no folder of real data")
    motion = read_motion(kind, file, fps)
    return to_smpl24(motion).world.astype(np.float64), motion.fps


def pose_file(path: Path, world: Floats | None = None, fps: float = FPS) -> Path:
    """Write a dance as the stage generate does, with a second clip in which nobody is."""
    joints = demo() if world is None else world
    root = joints[:, 0]
    person = Person((joints - root[:, None]).astype(np.float32), root.astype(np.float32))
    clips = {"0000": PoseClip(0, len(joints) / fps, people=[person]), "0001": PoseClip(0, 1, verdict="nobody seen")}
    made = {"model": "motion_graph", "seed": 1, "sample": 0, "checkpoint": "abc"}
    write_poses(path, PoseFile(fps, "song01", "motion_graph", clips, provenance=made))
    return path
