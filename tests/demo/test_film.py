"""Films of dances: length, size, sound, a body inside the picture, and joints where the camera says they are."""

from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from workflow_scripts.demo.choreography import choreograph
from workflow_scripts.demo.film import Look, film
from workflow_scripts.figure.camera import Camera
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.workflow.media import probe

SECONDS = 2.0


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Camera, np.ndarray]:
    folder = tmp_path_factory.mktemp("film")
    world = choreograph(np.arange(0.25, 3.5, 0.5), SECONDS, "disco", 4)
    song = folder / "song.wav"
    time = np.arange(int(44100 * SECONDS)) / 44100
    soundfile.write(song, 0.4 * np.sin(2 * np.pi * 330 * time)[:, None].repeat(2, 1), 44100, subtype="PCM_16")
    camera = film(folder / "v.mp4", world, song, Look.from_seed(4))
    return folder / "v.mp4", camera, world


def frames_of(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])


def test_size_rate_length_and_sound(filmed: tuple[Path, Camera, np.ndarray]) -> None:
    path, camera, world = filmed
    info = probe(path)
    assert info.video is not None
    assert (info.video.width, info.video.height) == (480, 640) == (camera.width, camera.height)
    assert info.video.fps == pytest.approx(30)
    assert (info.audio_rate, info.audio_channels) == (44100, 2)
    with av.open(str(path)) as container:
        sound = container.streams.audio[0]
        assert float(sound.duration * sound.time_base) == pytest.approx(SECONDS, abs=0.05)
    assert len(frames_of(path)) == len(world) == 60


def test_the_moving_part_of_the_picture_is_the_dancer(filmed: tuple[Path, Camera, np.ndarray]) -> None:
    path, camera, world = filmed
    frames = frames_of(path)[::10].astype(np.int16)
    still = np.median(frames, axis=0)
    joints = camera.project(world)[::10]
    for index in (1, 3, 5):
        rows, columns = np.nonzero(np.abs(frames[index] - still).max(axis=-1) > 60)
        assert len(rows) > 200
        # Nothing reaches the picture's border: the body is never cut off.
        assert 2 < rows.min() < rows.max() < 637
        assert 2 < columns.min() < columns.max() < 477
        low, high = joints[index].min(axis=0) - 90, joints[index].max(axis=0) + 60
        inside = (columns > low[0]) & (columns < high[0]) & (rows > low[1]) & (rows < high[1])
        assert inside.mean() > 0.5  # the rest is where the still picture had the body


def test_a_pose_detector_finds_the_joints_where_they_are(filmed: tuple[Path, Camera, np.ndarray]) -> None:
    mediapipe = pytest.importorskip("mediapipe")
    path, camera, world = filmed
    names = [f"{side}_{joint}" for joint in ("shoulder", "hip", "knee", "ankle") for side in ("left", "right")]
    theirs = [11, 12, 23, 24, 25, 26, 27, 28]
    truth = camera.project(world)[:, [SMPL24.index(name) for name in names]]
    torso = np.linalg.norm(truth[:, 0] - truth[:, 3], axis=-1)
    hits = []
    with mediapipe.solutions.pose.Pose(model_complexity=1) as detector:
        for index, frame in enumerate(frames_of(path)[::6]):
            found = detector.process(frame).pose_landmarks
            assert found is not None, f"nobody found in frame {6 * index}"
            points = np.array([(mark.x * 480, mark.y * 640) for mark in found.landmark])[theirs]
            hits.append(np.linalg.norm(points - truth[6 * index], axis=-1) < 0.2 * torso[6 * index])
    assert np.mean(hits) > 0.95


def test_equal_input_gives_equal_films(filmed: tuple[Path, Camera, np.ndarray], tmp_path: Path) -> None:
    _, _, world = filmed
    for name in ("a", "b"):
        film(tmp_path / f"{name}.mp4", world[:5], None, Look.from_seed(4), size=(240, 320))
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_seeds_give_different_looks_and_keep_them() -> None:
    looks = [Look.from_seed(seed) for seed in range(12)]
    assert looks == [Look.from_seed(seed) for seed in range(12)]
    assert len({look.appearance for look in looks}) > 8
    assert all(abs(look.azimuth) <= 22 for look in looks)
    assert len({look.room for look in looks}) > 2
