"""MediaPipe itself, on a second of real footage (skipped where that is absent)."""

import itertools
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from workflow_scripts.motion.camera import Camera
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.pose.backends.mediapipe import MediaPipeBackend
from workflow_scripts.pose.clean.motion import clean_motion
from workflow_scripts.pose.config import PoseConfig
from workflow_scripts.pose.footage import decode_frames


@pytest.fixture(scope="module")
def backend():
    return MediaPipeBackend()


def tracks(backend, pictures):
    return next(backend.tracks([pictures]))


@pytest.fixture(scope="module")
def footage():
    folder = os.environ.get("PLAYLIST2DANCE_DATA")
    path = Path(folder or "", "videos", "musepose_dance.mp4")
    if not folder or not path.is_file():
        pytest.skip("PLAYLIST2DANCE_DATA does not name the folder of real data")
    return [frame[::2, ::2].copy() for frame in itertools.islice(decode_frames(path), 24)]


def test_a_real_person_is_found_upright_left_at_left(backend, footage, capfd):
    (track,) = tracks(backend, footage)
    assert capfd.readouterr().err == ""
    assert track.found.all()
    height, width = footage[0].shape[:2]
    assert np.abs(track.keypoints[..., 0] / width - 0.5).max() < 0.5
    assert track.keypoints[:, SMPL24.index("head"), 1].max() < track.keypoints[:, 0, 1].min()
    person, quality = clean_motion(track, Camera.assumed(width, height), 24.0, PoseConfig())
    assert quality.score > 0.8
    x, y, z = np.moveaxis(person.world, -1, 0)
    left_shoulder, right_shoulder = SMPL24.index("left_shoulder"), SMPL24.index("right_shoulder")
    assert (x[:, left_shoulder] - x[:, right_shoulder] > 0.2).all()
    assert (y[:, SMPL24.index("head")] > 1.3).all()
    assert np.abs(y[:, [10, 11]].min(axis=1)).max() < 0.15
    assert (z[:, SMPL24.index("left_foot")] > z[:, SMPL24.index("left_ankle")]).all()


def test_clips_do_not_depend_on_each_other(backend, footage):
    (first,) = tracks(backend, footage[:8])
    tracks(backend, footage[8:16])
    (again,) = tracks(backend, footage[:8])
    for name in ("keypoints", "confidence", "joints"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))


def test_nobody_no_track(backend, capfd):
    noise = np.random.default_rng(0).integers(0, 255, (3, 120, 160, 3), dtype=np.uint8)
    assert tracks(backend, noise) == []
    assert tracks(backend, []) == []
    assert capfd.readouterr().err == ""


def test_an_error_in_the_frames_shows_what_was_held_back(backend, capfd):
    def failing():
        yield np.zeros((64, 64, 3), dtype=np.uint8)
        os.write(2, b"native complaint\n")
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        tracks(backend, failing())
    assert "native complaint" in capfd.readouterr().err


def test_the_name_says_version_and_weights(backend):
    assert backend.name.startswith("mediapipe 0.10.21 full ")
    assert len(backend.name.split()[-1]) == 12


def test_the_same_numbers_as_mediapipes_own_loop(backend, footage):
    import mediapipe

    frames = footage[:10]
    with mediapipe.solutions.pose.Pose(smooth_landmarks=False) as pose:
        results = [pose.process(frame) for frame in frames]
    size = frames[0].shape[1::-1]
    pixels = [[(mark.x, mark.y) for mark in one.pose_landmarks.landmark] for one in results] * np.array(size)
    metres = np.array([[(m.x, m.y, m.z) for m in one.pose_world_landmarks.landmark] for one in results])
    (track,) = tracks(backend, frames)
    for landmark, joint in ((25, "left_knee"), (16, "right_wrist")):
        np.testing.assert_array_equal(track.keypoints[:, SMPL24.index(joint)], pixels[:, landmark])
        np.testing.assert_array_equal(track.joints[:, SMPL24.index(joint)], metres[:, landmark])


def test_it_works_in_the_thread_it_is_called_in():
    """And loads no library for drawing, which would be half of its start."""
    script = """
import os, sys
import numpy as np
from workflow_scripts.pose.backends.mediapipe import MediaPipeBackend
backend = MediaPipeBackend()
assert "matplotlib" not in sys.modules, "matplotlib"
def pictures():
    for _ in range(3):
        threads = len(os.listdir("/proc/self/task"))
        yield np.zeros((64, 64, 3), np.uint8)
    print(threads)
next(backend.tracks([pictures()]))
import matplotlib.pyplot  # the real one is still to be had
"""
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) <= 3
