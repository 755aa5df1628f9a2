"""How far lifted joints are from the truth, with the lifter as the workflow trains it."""

import os
from pathlib import Path

import numpy as np
import pytest
from pose.filmed import as_seen, camera_at, dance, lens
from scipy.ndimage import gaussian_filter1d

from workflow_scripts.motion.alignment import LIMBS, pa_mpjpe
from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.motion.skeletons import DWM23, POINTS
from workflow_scripts.pose.config import PoseConfig
from workflow_scripts.pose.lift.landmarks import LANDMARKS, landmarks_on
from workflow_scripts.pose.lift.lifter import Lifter
from workflow_scripts.pose.lift.lifting import lift

DATA = Path(os.environ.get("PLAYLIST2DANCE_DATA", "")) / "dance_with_melody" / "motion"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def trained() -> Lifter:
    from workflow_scripts.pose.train_lifter import train

    return train(seed=0)


def error(lifter: Lifter, marks: Floats, limbs: Floats, azimuth: float, fps: float) -> float:
    """PA-MPJPE, metres, of the cleaned motion made of noisy keypoints."""
    camera = camera_at(azimuth, distance=4.0)
    person, _ = lift(as_seen(marks, camera, 3.0, fps=fps), lifter, PoseConfig(), lens(camera))
    return float(pa_mpjpe(person.positions[:, LIMBS], limbs).mean())


def markers_as_landmarks(world: Floats) -> Floats:
    """The landmarks (T, 19, 3) of the 23 markers; nose and ears by the markers on both sides of the head."""
    at = {name: world[:, joint] for joint, name in enumerate(DWM23.joints)}
    middle = (at["left_temple"] + at["right_temple"]) / 2
    across = at["left_temple"] - at["right_temple"]
    across = across / np.linalg.norm(across, axis=1, keepdims=True)
    up = middle - (at["left_shoulder"] + at["right_shoulder"]) / 2
    up = up - across * (up * across).sum(axis=1, keepdims=True)
    up = up / np.linalg.norm(up, axis=1, keepdims=True)
    axes = np.stack([across, up, np.cross(across, up)], axis=1)
    for name in ("nose", "left_ear", "right_ear"):
        at[name] = middle + (np.array(POINTS[name]) - np.array(POINTS["left_temple"]) * [0, 1, 1]) @ axes
    at |= {f"{side}_big_toe": at[f"{side}_toe"] for side in ("left", "right")}
    return np.stack([at[name] for name in LANDMARKS], axis=1)


@pytest.mark.parametrize("genre", ["disco", "hiphop", "house"])
def test_demo_dances_of_unseen_seeds(trained: Lifter, genre: str) -> None:
    world = dance(10.0, seed=1234, genre=genre)
    marks = landmarks_on(world, np.radians(15) * np.sin(np.arange(len(world)) / 20))
    errors = [error(trained, marks, world[:, LIMBS], azimuth, 30.0) for azimuth in (0, 45, 120)]
    assert np.mean(errors) < 0.045


@pytest.mark.skipif(not DATA.is_dir(), reason="PLAYLIST2DANCE_DATA names no folder of real data")
@pytest.mark.parametrize("dance_name", ["DANCE_C_4", "DANCE_R_2", "DANCE_T_5", "DANCE_W_11", "DANCE_W_33"])
def test_motion_capture_of_ballroom_dances(trained: Lifter, dance_name: str) -> None:
    with np.load(DATA / f"{dance_name}.npz") as file:
        world = (file["skeletons"] + file["center"][:, None]).astype(float)[:500] / 100
    path = gaussian_filter1d(world.mean(axis=1), 40, axis=0, mode="nearest") * [1, 0, 1]
    world -= path[:, None]  # the camera follows the couple about the hall
    limbs = world[:, [DWM23.index(SMPL24.joints[joint]) for joint in LIMBS]]
    errors = [error(trained, markers_as_landmarks(world), limbs, azimuth, 25.0) for azimuth in (0, 90)]
    assert np.mean(errors) < 0.1
