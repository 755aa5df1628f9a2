"""The plain command as a whole: real files, and the videos, pictures and GIFs that it writes."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from motion.moving_body import rigid_dance
from PIL import Image

from tests.render.motion_files import ALL, BEATS, PLAIN, SMALL, seen, write_videopose3d
from workflow_scripts.motion.formats import aistpp, learn2dance
from workflow_scripts.motion.kinematics import facing_angle
from workflow_scripts.motion.skeletons import H36M17
from workflow_scripts.render import hearing
from workflow_scripts.render import show as drawing
from workflow_scripts.render.animate import Wishes, animate
from workflow_scripts.render.performances import Choice
from workflow_scripts.render.pictures import Pictures
from workflow_scripts.render.scene import Scene
from workflow_scripts.render.settings import RenderSettings
from workflow_scripts.render.staging import stage
from workflow_scripts.workflow.media import probe

DATA = Path(os.environ.get("PLAYLIST2DANCE_DATA", ""))
REAL = {
    "bvh/dab.bvh": 11.3,
    "bvh/jesse_dance.bvh": 10.07,
    "bvh/dataset-1_dance-short_normal_001.bvh": 63.37,
    "deepmimic/humanoid3d_dance_a.txt": 1.63,
    "dance_with_melody/motion/DANCE_C_2.npz": 76.0,
    "dance_with_melody/original_layout/DANCE_C_8": 51.08,
    "tiktok/openpose_json": 2.0,
}


@pytest.mark.skipif(not (DATA / "bvh").is_dir(), reason="PLAYLIST2DANCE_DATA names no folder of real data")
@pytest.mark.parametrize("name", REAL)
def test_real_files_stand_upright_on_the_floor_and_face_the_camera(tmp_path: Path, shown: list, name: str) -> None:
    animate([DATA / name], tmp_path / "out.mp4", ALL, PLAIN, SMALL)
    scene, settings, _ = shown[-1]
    assert scene.seconds == pytest.approx(REAL[name], abs=0.04)
    (dancer,) = scene.dancers
    skeleton, world = dancer.skeleton, dancer.world
    ankles = [skeleton.index(f"{side}_ankle") for side in ("left", "right")]
    assert 1.1 < np.nanmedian(world[:, skeleton.index("neck"), 1] - np.nanmin(world[:, ankles, 1], axis=1)) < 1.5
    assert -0.05 < np.nanpercentile(np.nanmin(world[..., 1], axis=1), 10) < 0.1
    if settings.style == "figure":
        mean = np.mean(np.exp(1j * facing_angle(world)))
        assert abs(mean) < 0.4 or abs(np.angle(mean)) < 0.2  # or faces everywhere


def drawn(path: Path) -> np.ndarray:
    """Pictures (T, H, W, 3) of a video as they are seen."""
    with av.open(str(path)) as container:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]).astype(int)


def test_joints_are_drawn_where_the_file_has_them(
    tmp_path: Path, sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A whole video: a VideoPose3D file at 50 frames/s with an MP3, as a skeleton at 60."""
    scenes: list[tuple[Scene, RenderSettings]] = []
    real = drawing.show

    def show(target: Path, scene: Scene, settings: RenderSettings, progress: bool = False) -> None:
        scenes.append((scene, settings))
        real(target, scene, settings, progress)

    monkeypatch.setattr(drawing, "show", show)
    monkeypatch.setattr(hearing, "heard_beats", lambda audio: (BEATS, np.empty(0)))
    write_videopose3d(tmp_path / "a.npy", 25)
    inputs, output = [tmp_path / "a.npy", tmp_path / "a.npy"], tmp_path / "out" / "a.mp4"
    settings = RenderSettings(width=640, height=360, quality="draft", fps=60)
    wishes = Wishes(style="skeleton", audio=sounds / "song.mp3", captions=("one", "two"))
    animate(inputs, output, Choice(fps=50.0), wishes, settings)
    info = probe(output)
    assert info.video is not None
    assert (info.video.width, info.video.height, info.video.fps) == (640, 360, 60)
    assert info.audio_rate == 44100
    assert info.duration_s == pytest.approx(0.5, abs=0.03)
    assert [path.name for path in output.parent.iterdir()] == ["a.mp4"]
    pictures = drawn(output)
    assert len(pictures) == 30

    ((scene, settings),) = scenes
    cameras = Pictures(replace(scene, audio=None), settings, output)._cameras
    saved = np.load(tmp_path / "a.npy") * np.array([1.0, -1.0, -1.0])
    for place, dancer in zip(stage(scene.dancers, scene.frames), scene.dancers, strict=True):
        lift = (dancer.world[0] - saved[0])[0] + place.shift
        for frame, own in ((0, 0), (6, 5), (24, 20)):  # times that both rates have
            points = cameras.at(frame).project(saved[own] + lift)
            assert (points > 5).all()
            bright = pictures[frame].max(axis=-1)
            for joint, parent in enumerate(H36M17.parents):
                for share in (0.0, 0.3, 0.7) if parent >= 0 else (0.0,):
                    x, y = np.round(points[joint] * (1 - share) + points[max(parent, 0)] * share).astype(int)
                    assert bright[y - 1 : y + 2, x - 1 : x + 2].max() > 110, (H36M17.joints[joint], share)


def test_a_picture_or_a_gif_is_written_instead_of_a_video(tmp_path: Path) -> None:
    learn2dance.write(tmp_path / "a.npz", seen(30))
    for name in ("a.gif", "a.PNG"):
        animate([tmp_path / "a.npz"], tmp_path / "out" / name, ALL, PLAIN, SMALL)
    with Image.open(tmp_path / "out" / "a.gif") as gif:
        assert (gif.format, gif.size, gif.n_frames) == ("GIF", (320, 240), 15)
    with Image.open(tmp_path / "out" / "a.PNG") as sheet:
        assert sheet.format == "PNG"
        assert sheet.width > 3 * 320
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.PNG", "a.gif"]


def test_the_command_draws_a_figure_on_the_floor(tmp_path: Path) -> None:
    """As a user runs it: a dancer in the middle of the picture, upright, and one line that says what the file was."""
    aistpp.write(tmp_path / "a.npz", rigid_dance(20, fps=60.0))
    options = ["--width", "320", "--height", "240", "--quality", "draft"]
    done = subprocess.run(
        [sys.executable, "-m", "workflow_scripts.render.animate", "a.npz", "a.mp4", *options],
        cwd=tmp_path,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "a.npz: AIST++, 24 joints, 20 frames at 60/s\n")
    pictures = drawn(tmp_path / "a.mp4")
    assert len(pictures) == 10
    assert probe(tmp_path / "a.mp4").audio_rate is None
    # What stands out against the dark wall is the body: taller than wide, in the middle.
    around = pictures[0][40:180]
    unlike = np.abs(around - np.median(around, axis=1, keepdims=True)).max(axis=-1)
    rows, columns = np.nonzero(unlike > 60)
    assert 100 < np.median(columns) < 220
    assert np.ptp(rows) > 80


def test_a_file_that_is_no_motion_ends_the_command_with_one_line(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", a=np.zeros((3, 4)))
    done = subprocess.run(
        [sys.executable, "-m", "workflow_scripts.render.animate", tmp_path / "a.npz", tmp_path / "a.mp4"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {tmp_path / 'a.npz'}: arrays a (3, 4); no motion that is known here. Known")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "a.mp4").exists()
