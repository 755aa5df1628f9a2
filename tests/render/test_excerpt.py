"""The middle of a scene: motion, beats and sound stay in step."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.render.moving import clicks, frames_of, walking, write_dance
from workflow_scripts.render.dance import render
from workflow_scripts.render.excerpt import middle_of
from workflow_scripts.render.scene import Dancer, Scene
from workflow_scripts.workflow.errors import UserError

RATE = 44100


def scene(tmp_path: Path, frames: int = 300) -> Scene:
    """Ten seconds; frame n has every joint at n, and the sound is a click at every second."""
    world = np.broadcast_to(np.arange(frames, dtype=np.float64)[:, None, None], (frames, 24, 3))
    sound = np.zeros((10 * RATE, 2))
    sound[::RATE] = 0.9
    soundfile.write(tmp_path / "song.wav", sound, RATE)
    return Scene(
        (Dancer(world, "a"),), 30, 10.0, "song", tmp_path / "song.wav", np.arange(0, 10, 0.5), np.arange(0.0, 10, 2)
    )


def test_all_is_of_the_same_time(tmp_path: Path) -> None:
    with middle_of(scene(tmp_path), 4.0) as part:
        assert part.seconds == 4
        assert part.frames == 120
        assert [part.dancers[0].world[frame, 0, 0] for frame in (0, -1)] == [90, 209]  # from second 3 to 7
        assert part.beats == pytest.approx(np.arange(0, 4, 0.5))
        assert part.downbeats == pytest.approx([1, 3])
        assert part.audio is not None
        heard, rate = soundfile.read(part.audio)
        assert (len(heard), rate) == (4 * RATE, RATE)
        clicks = np.flatnonzero(np.abs(heard[:, 0]) > 0.3) / RATE
        assert clicks == pytest.approx([0, 1, 2, 3], abs=1e-3)
        sound = part.audio
    assert not sound.exists()


def test_a_shorter_scene_is_shown_whole(tmp_path: Path) -> None:
    whole = scene(tmp_path)
    with middle_of(whole, 10.0) as part:
        assert part is whole


def test_who_ended_before_stands_still(tmp_path: Path) -> None:
    with middle_of(scene(tmp_path, frames=30), 4.0) as part:
        assert part.dancers[0].world[:, 0, 0].tolist() == [29]


@pytest.mark.parametrize("seconds", [0, -1, "all"])
def test_a_part_that_is_none_is_said(tmp_path: Path, seconds: object) -> None:
    config = {"title": "", "subtitle": "", "middle_s": seconds}
    with pytest.raises(UserError, match="middle_s has to be a number of seconds"):
        render([tmp_path / "song_0.h5"], tmp_path / "song.wav", None, config, tmp_path / "song_0.mp4")


def test_without_words_two_files_of_one_motion_give_one_video(tmp_path: Path) -> None:
    """Neither the dancer, nor the light, nor what the file says of itself tells whose dance it is."""
    song = clicks(tmp_path / "song.wav", np.arange(0.25, 2, 0.5), 2.0)
    config = {"title": "", "subtitle": "", "middle_s": 0.5, "quality": "draft", "width": 320, "height": 240}
    videos = []
    for model in ("motion_graph", "seq2seq"):
        (tmp_path / model).mkdir()
        dance = write_dance(tmp_path / model / "song_0.h5", walking(60))
        render([dance], song, None, config, tmp_path / model / "song_0.mp4")
        videos.append((tmp_path / model / "song_0.mp4").read_bytes())
    assert videos[0] == videos[1]
    assert len(frames_of(tmp_path / "seq2seq" / "song_0.mp4")) == 15
