"""A dance in both layouts of "Dance with Melody", made of the demo's choreography."""

import json

import numpy as np
from motion.strangers import dance

from workflow_scripts.motion.placement import joints_of
from workflow_scripts.motion.skeletons import DWM23

START, END = 50, 204  # 6.16 s of music at 25 frames per second; the motion has 150 frames
FRAMES = 150


def markers(climb=0.0):
    """World markers (150, 23, 3) metres on a floor that climbs by so much."""
    joints = joints_of(dance("disco", 1, 5.0), DWM23)
    joints[..., 1] += climb * np.linspace(0, 1, len(joints))[:, None]
    return joints


def split(world):
    """What the files hold: (skeletons, center), centimetres."""
    centre = world.mean(axis=1) * 100
    return world * 100 - centre[:, None], centre


def save_compact(folder, name="DANCE_C_2", world=None, **changes):
    skeletons, centre = split(markers() if world is None else world)
    arrays = {
        "skeletons": skeletons.astype(np.float32),
        "center": centre.astype(np.float32),
        "fps": 25.0,
        "start_position": START,
        "end_position": END,
        "audio_start_s": 0.33,
    }
    (folder / "motion").mkdir(parents=True, exist_ok=True)
    (folder / "audio").mkdir(exist_ok=True)
    (folder / "audio" / f"{name}.mp3").write_bytes(b"sound")
    path = folder / "motion" / f"{name}.npz"
    np.savez(path, **{key: value for key, value in (arrays | changes).items() if value is not None})
    return path


def save_published(folder, name="DANCE_W_30", world=None):
    skeletons, centre = split(markers() if world is None else world)
    path = folder / name
    path.mkdir(parents=True)
    (path / "config.json").write_text(json.dumps({"start_position": START, "end_position": END}))
    content = {"length": len(centre), "center": centre.tolist(), "skeletons": skeletons.tolist()}
    (path / "skeletons.json").write_text(json.dumps(content))
    (path / "audio.mp3").write_bytes(b"the whole song")
    return path
