"""A rendered dance: size, length, sound, a body that is never cut off, and light on the beats."""

import json
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from workflow_scripts.figure.body import extent
from workflow_scripts.motion.music_file import MusicFile, write_features
from workflow_scripts.motion.pose_file import Person, PoseClip, PoseFile, write_poses
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.render.dance import render
from workflow_scripts.render.hearing import heard_beats
from workflow_scripts.render.frame_rate import at_rate
from workflow_scripts.render.staging import FRAME, Stage, choose_style
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.media import probe, read_audio

RATE, SECONDS, BEATS = 22050, 1.0, np.array([0.2, 0.5, 0.8])
CONFIG = {"width": 320, "height": 240, "quality": "draft", "title": "Tést <song> & " + "x" * 200, "subtitle": "motion graph"}


def walking(frames: int, metres: float = 1.0) -> np.ndarray:
    """The rest pose that slides `metres` to its left and swings its knees."""
    world = np.repeat(SMPL24.rest_positions[None], frames, axis=0)
    world[:, :, 0] += np.linspace(0, metres, frames)[:, None]
    world[:, SMPL24.index("left_knee"), 2] += 0.2 * np.abs(np.sin(np.arange(frames) / 3))
    return world


def write_inputs(folder: Path, fps: float = 30.0, frames: int = 30) -> tuple[Path, Path, Path]:
    world = walking(frames)
    root = world[:, 0].copy()
    clip = PoseClip(0, frames / fps, people=[Person(world - root[:, None], root)])
    dance, rhythm, song = folder / "dance.h5", folder / "rhythm.h5", folder / "song.wav"
    write_poses(dance, PoseFile(fps, "test", "test", {"0000": clip}))
    features = {"beats": BEATS, "downbeats": BEATS[:1], "tempo": np.array(150.0)}
    write_features(rhythm, MusicFile("rhythm", 30.0, "test", {"0000": features}))
    time = np.arange(int(RATE * SECONDS)) / RATE
    soundfile.write(song, 0.5 * np.sin(2 * np.pi * 440 * time)[:, None].repeat(2, 1), RATE, subtype="PCM_16")
    return dance, song, rhythm


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("show")
    dance, song, rhythm = write_inputs(folder)
    output = folder / "out" / "song_0.mp4"
    command = [
        sys.executable,
        "-m",
        "workflow_scripts.render.dance",
        "--dance",
        dance,
        "--audio",
        song,
        "--rhythm",
        rhythm,
    ]
    done = subprocess.run(
        [*command, "--config", json.dumps(CONFIG), "--output", output], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return output


def frames_of(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]).astype(int)


def test_size_rate_length_and_sound(video: Path) -> None:
    info = probe(video)
    assert info.video is not None
    assert (info.video.width, info.video.height, info.video.codec) == (320, 240, "h264")
    assert info.video.fps == pytest.approx(30)
    assert len(frames_of(video)) == 30
    with av.open(str(video)) as container:
        sound = container.streams.audio[0]
        assert float(sound.duration * sound.time_base) == pytest.approx(SECONDS, abs=0.1)
        assert sound.codec_context.name == "aac"
        heard = np.concatenate([block.to_ndarray()[0] for block in container.decode(sound)])
    middle = heard[len(heard) // 4 : -len(heard) // 4]
    pitch = np.argmax(np.abs(np.fft.rfft(middle))) * RATE / len(middle)
    assert pitch == pytest.approx(440, abs=5)  # it is the song that sounds
    assert info.duration_s == pytest.approx(SECONDS, abs=0.1)
    assert list(video.parent.iterdir()) == [video]


def test_the_dancer_moves_and_the_beat_lights_the_room(video: Path) -> None:
    frames = frames_of(video)
    moved = np.abs(np.diff(frames[:, 60:200], axis=0)).max(axis=-1) > 25
    assert (moved.mean(axis=(1, 2)) > 0.001).mean() > 0.9
    # A corner of the wall, far from the dancer: brighter just after a beat than just before the next.
    wall = frames[:, 45:75, 10:60].mean(axis=(1, 2, 3))
    after = [wall[round(beat * 30) + 1] for beat in BEATS]
    before = [wall[round(beat * 30) - 1] for beat in BEATS]
    assert (np.array(after) > np.array(before) + 0.5).all()


def test_equal_input_gives_equal_frames(video: Path, tmp_path: Path) -> None:
    dance, song, rhythm = write_inputs(tmp_path)
    again = tmp_path / "again.mp4"
    render(dance, song, rhythm, CONFIG, again)
    np.testing.assert_array_equal(frames_of(again), frames_of(video))


@pytest.mark.parametrize("metres", [0.0, 2.0, 12.0])
def test_the_whole_path_stays_in_its_frame(metres: float) -> None:
    world = walking(60, metres)
    stage = Stage(world, 30.0, (320, 180), choose_style("x", "night"))
    share = stage.camera.project(extent(world)) / [320, 180]
    assert (share >= np.array(FRAME[:2]) - 1e-6).all()
    assert (share <= np.array(FRAME[2:]) + 1e-6).all()


def test_glow_decays_between_beats() -> None:
    stage = Stage(walking(60), 30.0, (160, 90), choose_style("x", "night"))
    none = np.empty(0)
    amounts = [stage.light_up(0, time, np.array([0.5, 1.0]), none)[1].amount for time in (0.0, 0.5, 0.7, 0.95, 1.0)]
    assert amounts[0] == 0
    assert amounts[1] == amounts[4] > 0.6
    assert amounts[1] > amounts[2] > amounts[3]
    assert stage.light_up(0, 0.5, np.array([0.5]), np.array([0.5]))[1].amount == 1


def test_other_frame_rates_keep_the_timing(tmp_path: Path) -> None:
    slow = at_rate(walking(90), 60.0, 30.0)
    np.testing.assert_allclose(slow, walking(90)[::2], atol=1e-9)
    fast = at_rate(walking(16), 15.0, 30.0)
    np.testing.assert_allclose(fast[1], (walking(16)[0] + walking(16)[1]) / 2)
    dance, song, rhythm = write_inputs(tmp_path, fps=60.0, frames=30)  # half a second of dance for one of song
    render(dance, song, rhythm, CONFIG, tmp_path / "v.mp4")
    assert len(frames_of(tmp_path / "v.mp4")) == 30


def test_equal_models_look_equal_and_others_differ() -> None:
    assert choose_style("seq2seq", "night") == choose_style("seq2seq", "night")
    looks = {choose_style(name, "night").appearance for name in ("seq2seq", "motion graph", "replay", "diffusion")}
    assert len(looks) == 4


def test_bad_input_is_explained(tmp_path: Path) -> None:
    dance, song, rhythm = write_inputs(tmp_path)
    with pytest.raises(UserError, match="style"):
        render(dance, song, rhythm, CONFIG | {"style": "moon"}, tmp_path / "v.mp4")
    soundfile.write(song, np.zeros((0, 2)), RATE)
    with pytest.raises(UserError, match="empty"):
        render(dance, song, rhythm, CONFIG, tmp_path / "v.mp4")
    write_poses(dance, PoseFile(30.0, "test", "test", {"0000": PoseClip(0, 1, verdict="no person")}))
    with pytest.raises(UserError, match="0000"):
        render(dance, song, rhythm, CONFIG, tmp_path / "v.mp4")
    assert not (tmp_path / "v.mp4").exists()
    assert read_audio(write_inputs(tmp_path)[1])[1] == RATE


def test_without_a_rhythm_the_beats_are_heard(tmp_path: Path) -> None:
    """A generated sound has beats of its own, and none in a file."""
    dance, sound, _ = write_inputs(tmp_path)
    clicks = np.zeros(4 * RATE)
    for beat in np.arange(0.25, 4.0, 0.5):
        clicks[round(beat * RATE) : round(beat * RATE) + 200] = 0.5
    soundfile.write(sound, clicks, RATE)
    beats, downbeats = heard_beats(sound)
    assert len(downbeats) == 0
    assert len(beats) >= 5
    assert np.abs(beats % 0.5 - 0.25).max() < 0.07
    small = CONFIG | {"width": 160, "height": 120}
    render(dance, sound, None, small, tmp_path / "v.mp4")
    wall = frames_of(tmp_path / "v.mp4")[:, 22:37, 5:30].mean(axis=(1, 2, 3))
    on, off = np.round(beats * 30).astype(int) + 1, np.round(beats * 30).astype(int) - 2
    assert (wall[on] > wall[off] + 0.5).all()


@pytest.mark.parametrize("seconds", [1 / RATE, 0.1, 2.0])
def test_silence_has_no_beats(tmp_path: Path, seconds: float) -> None:
    soundfile.write(tmp_path / "silence.wav", np.zeros(round(seconds * RATE)), RATE)
    assert [len(times) for times in heard_beats(tmp_path / "silence.wav")] == [0, 0]


def test_any_clip_of_a_pose_file_by_the_same_dancer(tmp_path: Path) -> None:
    """The same dance looks the same whatever is written above it, where a performer is named."""
    dance, sound, rhythm = write_inputs(tmp_path)
    world = walking(30)[::-1]
    clips = {name: PoseClip(0, 1, people=[Person(moves - moves[:, :1], moves[:, 0])]) for name, moves in
             {"0000": world, "0003": walking(30)}.items()}  # fmt: skip
    write_poses(tmp_path / "poses.h5", PoseFile(30.0, "test", "test", clips))
    named = CONFIG | {"width": 160, "height": 120, "performer": "motion graph", "subtitle": ""}
    render(dance, sound, None, named, tmp_path / "first.mp4")
    render(tmp_path / "poses.h5", sound, None, named, tmp_path / "third.mp4", "0003")
    render(tmp_path / "poses.h5", sound, None, named | {"performer": "other"}, tmp_path / "other.mp4", "0003")
    first, third, other = (frames_of(tmp_path / f"{name}.mp4") for name in ("first", "third", "other"))
    np.testing.assert_array_equal(first, third)
    assert (first != other).any()
    with pytest.raises(UserError, match="no clip 0007"):
        render(tmp_path / "poses.h5", sound, None, named, tmp_path / "v.mp4", "0007")
    with pytest.raises(UserError, match="no beats of clip 0003"):
        render(tmp_path / "poses.h5", sound, rhythm, named, tmp_path / "v.mp4", "0003")
