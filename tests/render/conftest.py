"""What is drawn, without drawing it; and sounds to draw it to."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.render.motion_files import BEATS, RATE
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.render import hearing
from workflow_scripts.render import show as drawing
from workflow_scripts.render.scene import Scene
from workflow_scripts.render.settings import RenderSettings
from workflow_scripts.workflow.media import read_audio, run_ffmpeg


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Scene, RenderSettings, Floats | None]]:
    """What would be drawn, with its sound (N, 2), instead of drawing it."""
    scenes: list[tuple[Scene, RenderSettings, Floats | None]] = []

    def show(target: Path, scene: Scene, settings: RenderSettings, progress: bool = False) -> None:
        scenes.append((scene, settings, read_audio(scene.audio)[0] if scene.audio else None))

    monkeypatch.setattr(drawing, "show", show)
    monkeypatch.setattr(hearing, "heard_beats", lambda audio: (BEATS, np.empty(0)))  # hearing takes long to begin with
    return scenes


@pytest.fixture(scope="session")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds of clicks, two a second, the first at 0.5 s: as mp3, m4a, WAV of another rate, and in a video."""
    folder = tmp_path_factory.mktemp("sounds")
    samples = np.zeros(4 * RATE)
    for beat in np.arange(0.5, 4, 0.5):
        first = round(beat * RATE)
        samples[first : first + 800] = 0.8 * np.sin(np.arange(800) / 4) * np.exp(-np.arange(800) / 200)
    soundfile.write(folder / "song.wav", samples, RATE)
    for name in ("song.mp3", "song.m4a", "song.ogg"):
        run_ffmpeg(["-i", folder / "song.wav", folder / name], folder / name)
    picture = ["-f", "lavfi", "-i", "color=s=64x48:d=4"]
    run_ffmpeg([*picture, "-i", folder / "song.wav", "-shortest", folder / "clip 1:2.mp4"], folder)
    (folder / "text.mp3").write_text("no sound")
    run_ffmpeg([*picture, folder / "silent.mp4"], folder)
    return folder
