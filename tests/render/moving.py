"""Motion and sound for tests of render: a body that slides and swings its knees, clicks at known times."""

from pathlib import Path

import av
import numpy as np
import soundfile

from workflow_scripts.motion.pose_file import Person, PoseClip, PoseFile, write_poses
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.render.scene import Dancer, Scene
from workflow_scripts.render.settings import RenderSettings

RATE = 22050


def walking(frames: int, metres: float = 1.0) -> np.ndarray:
    """The rest pose that slides `metres` to its left and swings its knees."""
    world = np.repeat(SMPL24.rest_positions[None], frames, axis=0)
    world[:, :, 0] += np.linspace(0, metres, frames)[:, None]
    world[:, SMPL24.index("left_knee"), 2] += 0.2 * np.abs(np.sin(np.arange(frames) / 3))
    return world


def turning(frames: int, metres: float = 0.0) -> np.ndarray:
    """The rest pose that turns about y, raises an arm and wanders `metres` towards the camera and back."""
    world = np.repeat(SMPL24.rest_positions[None], frames, axis=0)
    share = np.arange(frames) / max(frames - 1, 1)
    for joint in ("left_elbow", "left_wrist", "left_hand"):
        shoulder = SMPL24.rest_positions[SMPL24.index("left_shoulder")]
        length = SMPL24.rest_positions[SMPL24.index(joint), 0] - shoulder[0]
        world[:, SMPL24.index(joint)] = shoulder + length * np.stack(
            [np.cos(np.pi / 2 * share), np.sin(np.pi / 2 * share), 0 * share], axis=1
        )
    angle = 2 * np.pi * share
    x, z = world[..., 0].copy(), world[..., 2].copy()
    world[..., 0] = np.cos(angle)[:, None] * x + np.sin(angle)[:, None] * z
    world[..., 2] = -np.sin(angle)[:, None] * x + np.cos(angle)[:, None] * z
    world[..., 2] += metres * np.sin(angle)[:, None]
    return world


def scene(
    *worlds: np.ndarray, seconds: float = 1.0, audio: Path | None = None, beats: tuple[float, ...] = (), fps: float = 30
) -> Scene:
    """Dancers A, B, C, ... of a song."""
    dancers = tuple(Dancer(world, chr(ord("A") + number)) for number, world in enumerate(worlds))
    return Scene(dancers, fps, seconds, "A song", audio, np.array(beats), np.array(beats[:1]))


def small(**changes: object) -> RenderSettings:
    """Settings of small, fast pictures."""
    return RenderSettings.model_validate({"width": 320, "height": 240, "quality": "draft"} | changes)


def clicks(path: Path, times: np.ndarray, seconds: float, rate: int = RATE) -> Path:
    """Write a WAV file with a short click at each of some times."""
    samples = np.zeros(round(seconds * rate))
    for time in times:
        samples[round(time * rate) : round(time * rate) + 40] = 0.8
    soundfile.write(path, samples, rate, subtype="PCM_16")
    return path


def write_dance(path: Path, world: np.ndarray, fps: float = 30.0) -> Path:
    """Write a pose file with one clip."""
    root = world[:, 0].copy()
    clip = PoseClip(0, len(world) / fps, people=[Person(world - root[:, None], root)])
    write_poses(path, PoseFile(fps, "test", "test", {"0000": clip}))
    return path


def frames_of(path: Path) -> np.ndarray:
    """Return the frames (T, H, W, 3) of a video as its tags say they are to be shown."""
    with av.open(str(path)) as container:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]).astype(int)
