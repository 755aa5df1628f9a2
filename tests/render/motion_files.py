"""Motion files that tests write, and the scenes the plain command makes of them."""

from pathlib import Path

import numpy as np
from motion.strangers import dance
from motion.walkers import walker

from workflow_scripts.motion.foreign import JointMotion, KeypointMotion
from workflow_scripts.motion.formats import deepmimic, videopose3d
from workflow_scripts.motion.placement import joints_of
from workflow_scripts.motion.pose_file import Person, PoseClip, PoseFile, write_poses
from workflow_scripts.motion.skeletons import BODY25, H36M17
from workflow_scripts.render import hearing
from workflow_scripts.render.animate import Wishes, animate
from workflow_scripts.render.performances import Choice
from workflow_scripts.render.scene import Scene
from workflow_scripts.render.settings import RenderSettings

SMALL = RenderSettings(width=320, height=240, quality="draft")
HEARD = hearing.heard_beats
BEATS = np.array([0.5, 1.0, 1.5])
PLAIN, ALL = Wishes(), Choice()
FRAMES, RATE = 60, 22050


def person(frames: int = FRAMES, x: float = 0.0) -> Person:
    world = dance()[:frames] + np.array([x, 0.0, 0.0])
    return Person(world - world[:, :1], world[:, 0].copy())


def write_ours(path: Path, fps: float = 30.0) -> None:
    clips = {
        "0000": PoseClip(0, 2, 0.1, "nobody is seen"),
        "0001": PoseClip(2, 4, people=[person(), person(x=1.5)]),
        "0002": PoseClip(4, 5, people=[person(30)]),
    }
    write_poses(path, PoseFile(fps, "x", "test", clips))


def seen(frames: int = FRAMES) -> KeypointMotion:
    people = walker(frames, 300, 30)
    return KeypointMotion(BODY25, people[..., :2], people[..., 2], 30.0)


def write_videopose3d(path: Path, frames: int = FRAMES) -> None:
    videopose3d.write(path, JointMotion(H36M17, joints_of(dance()[:frames], H36M17), 30.0))


def write_deepmimic(path: Path) -> None:
    rest = np.tile(deepmimic.HUMANOID.rest_positions, (FRAMES, 1, 1))
    deepmimic.write(path, JointMotion(deepmimic.HUMANOID, rest, 60.0))


def scene_of(shown: list, inputs: list[Path], wishes: Wishes = PLAIN, choice: Choice = ALL, fps: int = 30) -> Scene:
    """The scene of motion files; `shown` is the fixture."""
    animate(inputs, inputs[0].parent / "out.mp4", choice, wishes, SMALL.model_copy(update={"fps": fps}))
    scene: Scene = shown[-1][0]
    return scene
