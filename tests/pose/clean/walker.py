"""Somebody who walks across the picture and in depth, filmed: when and where each foot stands is known exactly."""

import numpy as np
from pose.synthetic import CAMERA_DISTANCE, CAMERA_HEIGHT

from workflow_scripts.motion.camera import Camera
from workflow_scripts.motion.feet import two_bone
from workflow_scripts.motion.skeleton import SMPL24

FPS = 30.0
CAMERA = Camera.assumed(480, 640)
STEP_S = 0.5  # one foot stands, the other goes
LIFT = 0.15
FORWARD = np.array([0.0, 0.0, 1.0])


def to_camera(world):
    return world * [1, -1, -1] + [0, CAMERA_HEIGHT, CAMERA_DISTANCE]


def walk(steps=8, stride=(0.15, 0.0)):
    """Return world joints (T, 24, 3) and contacts (T, 2): feet go one after the other, straight up, over and down.

    Args:
        stride: metres by which every step of both feet takes the body, x and z.
    """
    frames = round(STEP_S * FPS)
    stride = np.array([stride[0], 0.0, stride[1]])
    ankles = np.zeros((steps * frames, 2, 3))
    contacts = np.ones((steps * frames, 2), dtype=bool)
    place = SMPL24.rest_positions[[7, 8]] - stride * steps / 4
    for step in range(steps):
        foot, now = step % 2, slice(step * frames, (step + 1) * frames)
        ankles[now] = place
        share = np.linspace(0, 1, frames + 2)[1:-1]
        # The foot stands for the outer thirds of its step.
        go = np.clip((share - 1 / 3) * 3, 0, 1)
        goes = (go > 0) & (go < 1)
        ankles[now, foot] += (go * go * (3 - 2 * go))[:, None] * stride
        ankles[now, foot, 1] += LIFT * np.sin(np.pi * go)
        contacts[now, foot] = ~goes
        place[foot] += stride
    root = ankles.mean(axis=1) * [1, 0, 1] + [0, 0.90, 0]
    kernel = np.hanning(17) / np.hanning(17).sum()
    for axis in (0, 2):
        root[:, axis] = np.convolve(np.pad(root[:, axis], 8, mode="edge"), kernel, mode="valid")
    world = SMPL24.rest_positions - SMPL24.rest_positions[0] + root[:, None]
    forward = np.broadcast_to(FORWARD, (len(world), 3))
    for side, (hip, knee, ankle, toe) in enumerate(((1, 4, 7, 10), (2, 5, 8, 11))):
        foot = SMPL24.rest_positions[toe] - SMPL24.rest_positions[ankle]
        world[:, knee], world[:, ankle] = two_bone(
            world[:, hip], world[:, knee], world[:, ankle], ankles[:, side], forward
        )
        world[:, toe] = world[:, ankle] + foot
    return world, contacts


def wobble(frames, size, seconds, rng):
    """Return a smooth error (frames, 3) in metres of standard deviation `size` that varies over `seconds`."""
    noise = rng.normal(size=(frames + 200, 3))
    width = max(round(seconds * FPS), 1)
    kernel = np.hanning(2 * width + 1)
    smooth = np.stack([np.convolve(axis, kernel, mode="same") for axis in noise.T], axis=1)[100:-100]
    return size * smooth / smooth.std(axis=0)
