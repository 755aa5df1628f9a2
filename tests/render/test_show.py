"""Videos of scenes: size, length, sound to the sample, light on the beats, equal bytes, little memory."""

import json
import subprocess
import sys
import tracemalloc
from dataclasses import replace
from pathlib import Path

import av
import h5py
import numpy as np
import pytest
import soundfile
import yaml

from tests.render.moving import RATE, clicks, frames_of, scene, small, turning, walking, write_dance
from workflow_scripts.figure.room import STYLES
from workflow_scripts.motion.music_file import MusicFile, write_features
from workflow_scripts.motion.pose_file import PoseClip, PoseFile, write_poses
from workflow_scripts.motion.skeletons import COCO17
from workflow_scripts.render import hearing
from workflow_scripts.render.dance import render
from workflow_scripts.render.hearing import heard_beats
from workflow_scripts.render.pictures import Pictures
from workflow_scripts.render.scene import Dancer, Scene
from workflow_scripts.render.show import show
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.media import MediaError, probe

BEATS = np.array([0.2, 0.5, 0.8])
CONFIG = {"width": 320, "height": 240, "quality": "full", "title": "Tést <song> & " + "x" * 200, "subtitle": "a model"}


def write_inputs(folder: Path, fps: float = 30.0, frames: int = 30) -> tuple[Path, Path, Path]:
    dance, rhythm, song = folder / "dance.h5", folder / "rhythm.h5", folder / "song.wav"
    write_dance(dance, walking(frames), fps)
    features = {"beats": BEATS, "downbeats": BEATS[:1], "tempo": np.array(150.0)}
    write_features(rhythm, MusicFile("rhythm", 30.0, "test", {"0000": features}))
    time = np.arange(RATE) / RATE
    soundfile.write(song, 0.5 * np.sin(2 * np.pi * 440 * time)[:, None].repeat(2, 1), RATE, subtype="PCM_16")
    return dance, song, rhythm


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("show")
    dance, song, rhythm = write_inputs(folder)
    output = folder / "out" / "song_0.mp4"
    command = [sys.executable, "-m", "workflow_scripts.render.dance", "--dance", dance, "--audio", song]
    command += ["--rhythm", rhythm, "--config", json.dumps(CONFIG), "--threads", "2", "--output", output]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1].startswith("30 frames in ")
    return output


def test_a_strangers_files_are_left_alone(tmp_path: Path) -> None:
    dance, song, rhythm = write_inputs(tmp_path)
    before = song.read_bytes()
    for dances, beats in (([song], rhythm), ([dance], song)):
        with pytest.raises(UserError, match="not a readable"):
            render(dances, song, beats, CONFIG, tmp_path / "v.mp4")
        assert song.read_bytes() == before
    broken = tmp_path / "broken.h5"
    broken.write_bytes(b"")
    with pytest.raises(UserError, match="run the same command again"):
        render([dance], song, broken, CONFIG, tmp_path / "v.mp4", heal=True)
    assert not broken.exists()


def test_size_rate_length_and_sound(video: Path) -> None:
    info = probe(video)
    assert info.video is not None
    assert (info.video.width, info.video.height, info.video.codec) == (320, 240, "h264")
    assert info.video.fps == pytest.approx(30)
    assert len(frames_of(video)) == 30
    with av.open(str(video)) as container:
        sound = container.streams.audio[0]
        assert float(sound.duration * sound.time_base) == pytest.approx(1.0, abs=0.1)
        assert sound.codec_context.name == "aac"
        heard = np.concatenate([block.to_ndarray()[0] for block in container.decode(sound)])
    middle = heard[len(heard) // 4 : -len(heard) // 4]
    pitch = np.argmax(np.abs(np.fft.rfft(middle))) * RATE / len(middle)
    assert pitch == pytest.approx(440, abs=5)  # it is the song that sounds
    assert info.duration_s == pytest.approx(1.0, abs=0.1)
    assert list(video.parent.iterdir()) == [video]


@pytest.mark.parametrize(("quality", "profile"), [("draft", "Constrained Baseline"), ("full", "High")])
def test_browsers_can_play_it_and_show_the_right_colours(tmp_path: Path, quality: str, profile: str) -> None:
    video = tmp_path / "v.mp4"
    show(video, scene(walking(5), seconds=0.2), small(style="skeleton", quality=quality))
    data = video.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")  # the index comes first
    with av.open(str(video)) as container:
        context = container.streams.video[0].codec_context
        assert context.pix_fmt == "yuv420p"
        assert context.profile == profile
        assert (context.color_range, context.colorspace) == (1, 1)  # AVCOL_RANGE_MPEG, AVCOL_SPC_BT709
        assert (context.color_primaries, context.color_trc) == (1, 1)


def test_decoded_colours_are_the_painted_ones(tmp_path: Path) -> None:
    picture = scene(walking(3), seconds=0.1)
    show(tmp_path / "v.mp4", picture, small(room="clay"))
    painted = np.empty((240, 320, 3), np.uint8)
    Pictures(picture, small(room="clay"), tmp_path).painting()(0, painted)
    wall = (slice(60, 90), slice(20, 60))
    with av.open(str(tmp_path / "v.mp4")) as container:
        frame = next(container.decode(video=0))
    # Back to RGB by BT.709 as the tags say.
    y, u, v = (plane.astype(float) for plane in planes(frame))
    y, u, v = (y - 16) * 255 / 219, (u - 128) * 255 / 224, (v - 128) * 255 / 224
    shown = np.stack([y + 1.5748 * v, y - 0.1873 * u - 0.4681 * v, y + 1.8556 * u], axis=-1)
    np.testing.assert_allclose(shown[wall].mean(axis=(0, 1)), painted[wall].mean(axis=(0, 1)), atol=2.5)
    red, _, blue = painted[wall].mean(axis=(0, 1))
    assert red > blue + 20  # a coloured wall: grey would prove nothing


def planes(frame: av.VideoFrame) -> list[np.ndarray]:
    whole = frame.to_ndarray()  # (3/2 H, W)
    height, width = whole.shape[0] * 2 // 3, whole.shape[1]
    y, rest = whole[:height], whole[height:].ravel()
    halves = [part.reshape(height // 2, width // 2) for part in np.split(rest, 2)]
    return [y, *(np.repeat(np.repeat(half, 2, axis=0), 2, axis=1) for half in halves)]


def test_the_dancer_moves_and_the_beat_lights_the_room(video: Path) -> None:
    frames = frames_of(video)
    moved = np.abs(np.diff(frames[:, 60:200], axis=0)).max(axis=-1) > 25
    assert (moved.mean(axis=(1, 2)) > 0.001).mean() > 0.9
    # A corner of the wall, far from the dancer: brighter just after a beat than just before the next.
    wall = frames[:, 45:75, 10:60].mean(axis=(1, 2, 3))
    after = [wall[round(beat * 30) + 1] for beat in BEATS]
    before = [wall[round(beat * 30) - 1] for beat in BEATS]
    assert (np.array(after) > np.array(before) + 0.5).all()


@pytest.mark.parametrize("fps", [30, 60])
@pytest.mark.parametrize("rate", [44100, 22050])
def test_sound_and_picture_are_together(tmp_path: Path, fps: int, rate: int) -> None:
    """A click at a second of the WAV is heard at that second of the video, at the frame that shows that second."""
    times = np.array([0.0, 1.0, 2.0, 2.5])
    song = clicks(tmp_path / "song.wav", times, 3.0, rate)
    show(tmp_path / "v.mp4", scene(walking(5), seconds=3.0, audio=song, fps=fps), small(style="skeleton", fps=fps))
    with av.open(str(tmp_path / "v.mp4")) as container:
        shown = [float(frame.time) for frame in container.decode(video=0)]
    np.testing.assert_allclose(shown, np.arange(3 * fps) / fps, atol=1e-6)
    with av.open(str(tmp_path / "v.mp4")) as container:
        blocks = list(container.decode(audio=0))
        heard = np.concatenate([np.abs(block.to_ndarray()).max(axis=0) for block in blocks])
        start = float(blocks[0].time)
    assert abs(start) < 1e-3
    assert len(heard) / rate + start == pytest.approx(3.0, abs=0.05)
    for time in times:
        near = np.abs(np.arange(len(heard)) / rate + start - time) < 0.2
        loud = np.flatnonzero(near & (heard > 0.4))
        assert loud[0] / rate + start == pytest.approx(time, abs=1e-3)


def test_the_video_is_as_long_as_asked_and_the_last_pose_is_held(tmp_path: Path) -> None:
    song = clicks(tmp_path / "song.wav", np.array([0.1]), 0.5)
    show(tmp_path / "v.mp4", scene(walking(10), seconds=1.0, audio=song), small())
    frames = frames_of(tmp_path / "v.mp4")
    assert len(frames) == 30
    body = frames[:, 60:190, 40:280]
    still = np.abs(np.diff(body, axis=0)).mean(axis=(1, 2, 3))
    assert still[15:].max() < 0.3 < still[:8].min()
    show(tmp_path / "w.mp4", scene(walking(90), seconds=0.5), small())  # a silent one, shorter than its dance
    assert len(frames_of(tmp_path / "w.mp4")) == 15
    assert probe(tmp_path / "w.mp4").audio_rate is None


@pytest.mark.parametrize("settings", [{}, {"style": "skeleton", "camera": "following"}, {"camera": "orbit"}])
def test_bytes_depend_on_the_scene_alone(tmp_path: Path, settings: dict[str, str]) -> None:
    song = clicks(tmp_path / "song.wav", np.array([0.1, 0.4]), 0.5)
    shown = scene(turning(10), walking(15), seconds=0.5, audio=song, beats=(0.1, 0.4))
    for threads in (1, 3):
        show(tmp_path / f"{threads}.mp4", shown, small(**settings), threads=threads)
    assert (tmp_path / "1.mp4").read_bytes() == (tmp_path / "3.mp4").read_bytes()


def test_every_dancer_is_in_its_place(tmp_path: Path) -> None:
    """What is left of the middle between two dancers changes with the one on the left alone."""
    still = walking(2, 0.0)
    moved = still.copy()
    moved[:, 20:, 1] += 0.35  # wrists and hands
    pictures = []
    for right in (still, moved):
        picture = np.empty((240, 320, 3), np.uint8)
        shown = Pictures(scene(np.concatenate([still, moved]), np.concatenate([right, moved])), small(), tmp_path)
        shown.painting()(0, picture)
        pictures.append(picture.astype(int))
    changed = np.abs(pictures[0] - pictures[1]).max(axis=-1) > 12
    columns = np.flatnonzero(changed.any(axis=0))
    assert columns.min() > 160
    assert len(columns) > 10


@pytest.mark.parametrize("settings", [{"camera": "following"}, {"style": "skeleton", "camera": "orbit"}])
def test_memory_does_not_grow_with_the_song(tmp_path: Path, settings: dict[str, str]) -> None:
    """What is held beside the motion itself: a few numbers for each frame, not its points, bones or samples.

    That frames are not drawn further ahead than needed is tested in test_drawing.
    """
    peaks, lengths = [], (20, 80)
    for seconds in (lengths[0], *lengths):  # once to compile
        song = clicks(tmp_path / "song.wav", np.array([0.1]), seconds, 8000)
        shown = scene(np.tile(turning(30), (seconds, 1, 1)).astype(np.float32), seconds=float(seconds), audio=song)
        tracemalloc.start()
        draw = Pictures(shown, small(**settings), tmp_path).drawing()
        for index in range(0, shown.frames, 290):
            draw(index, np.empty(320 * 240 * 3 // 2, np.uint8))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] - peaks[1] < 400 * 30 * (lengths[1] - lengths[0])  # bytes for each frame


def test_60_frames_move_at_every_one(tmp_path: Path) -> None:
    dance, song, rhythm = write_inputs(tmp_path)
    render([dance], song, rhythm, CONFIG | {"fps": 60}, tmp_path / "v.mp4")
    frames = frames_of(tmp_path / "v.mp4")
    assert len(frames) == 60
    body = np.abs(np.diff(frames[:57, 60:180, 60:260], axis=0)).mean(axis=(1, 2, 3))
    assert body.min() > 0.15 * np.median(body)


def test_names_that_no_program_takes_are_written_as_they_are_drawn(tmp_path: Path) -> None:
    named = scene(walking(2), seconds=0.1)
    dancers = (Dancer(walking(2), "a\udce9\0b\n"),)
    show(tmp_path / "v.mp4", replace(named, title="x\0\ud800 y", dancers=dancers), small(style="skeleton"))
    with av.open(str(tmp_path / "v.mp4")) as container:
        assert (container.metadata["title"], container.metadata["artist"]) == ("x y", "ab")


def test_other_frame_rates_keep_the_timing(tmp_path: Path) -> None:
    dance, song, rhythm = write_inputs(tmp_path, fps=60.0, frames=30)  # half a second of dance for one of song
    with h5py.File(rhythm, "a") as file:
        del file["clips/0000/beats"], file["clips/0000/downbeats"]
        file["clips/0000/beats"] = file["clips/0000/downbeats"] = np.array([0.0])  # the stage's light is soon steady
    render([dance], song, rhythm, CONFIG | {"style": "skeleton"}, tmp_path / "v.mp4")
    frames = frames_of(tmp_path / "v.mp4")
    assert len(frames) == 30
    moved = (np.abs(np.diff(frames[:, 60:200].astype(int), axis=0)).max(axis=-1) > 60).mean(axis=(1, 2))
    assert moved[:14].min() > 0.001
    assert moved[16:].max() < 0.1 * moved[:14].min()


def test_bad_input_is_explained(tmp_path: Path) -> None:
    dance, song, rhythm = write_inputs(tmp_path)
    target = tmp_path / "v.mp4"
    with pytest.raises(UserError, match=r"render.style: input should be 'figure' or 'skeleton', not 'moon'"):
        render([dance], song, rhythm, CONFIG | {"style": "moon", "fps": 25}, target)
    with pytest.raises(UserError, match="there is no room 'moon'; choose one of clay"):
        render([dance], song, rhythm, CONFIG | {"room": "moon"}, target)
    for config in ({}, [], {"title": "a"}, "words"):
        with pytest.raises(UserError, match="--config: needed are a title and a subtitle"):
            render([dance], song, rhythm, config, target)  # type: ignore[arg-type]
    for threads in (-1, 0):
        with pytest.raises(UserError, match=f"--threads has to be 1 or more, not {threads}"):
            render([dance], song, rhythm, CONFIG, target, threads=threads)
    with pytest.raises(UserError, match="is a directory"):
        render([dance], song, rhythm, CONFIG, tmp_path)
    with pytest.raises(UserError, match="2 dances, and 1 subtitles"):
        render([dance, dance], song, rhythm, CONFIG, target)
    soundfile.write(song, np.zeros((0, 2)), RATE)
    with pytest.raises(UserError, match="empty"):
        render([dance], song, rhythm, CONFIG, target)
    song.write_bytes(b"no sound")
    with pytest.raises(MediaError, match="not a readable WAV"):
        render([dance], song, rhythm, CONFIG, target)
    write_poses(dance, PoseFile(30.0, "test", "test", {"0000": PoseClip(0, 1, verdict="no person")}))
    with pytest.raises(UserError, match="0000"):
        render([dance], song, rhythm, CONFIG, target)
    holes = walking(5)
    holes[2, 3] = np.nan
    with pytest.raises(UserError, match="joints are missing, and a figure needs all"):
        show(target, scene(holes), small())
    others = Dancer(np.zeros((5, 17, 3)), "x", skeleton=COCO17)
    with pytest.raises(UserError, match=r"needs the joints of smpl24, not of coco17; draw it as a skeleton"):
        show(target, Scene((others,), 30, 1.0, "t", None, np.empty(0), np.empty(0)), small())
    with pytest.raises(UserError, match="nobody is seen"):
        show(target, scene(np.full((5, 24, 3), np.nan)), small(style="skeleton"))
    with pytest.raises(UserError, match="a dancer is missing"):
        show(target, scene(), small())
    assert not target.exists()


def test_without_a_rhythm_the_beats_are_heard(tmp_path: Path) -> None:
    """A generated sound has beats of its own, and none in a file."""
    dance, sound, _ = write_inputs(tmp_path)
    clicks(sound, np.arange(0.25, 4.0, 0.5), 4.0)
    beats, downbeats = heard_beats(sound)
    assert len(downbeats) == 0
    assert len(beats) >= 5
    assert np.abs(beats % 0.5 - 0.25).max() < 0.07
    render([dance], sound, None, CONFIG, tmp_path / "v.mp4")
    wall = frames_of(tmp_path / "v.mp4")[:, 45:75, 10:60].mean(axis=(1, 2, 3))
    on, off = np.round(beats * 30).astype(int) + 1, np.round(beats * 30).astype(int) - 2
    assert (wall[on] > wall[off] + 0.5).all()


@pytest.mark.parametrize("rate", [8000, RATE])
def test_beats_of_a_long_sound_are_heard_in_windows_and_go_on_across_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rate: int
) -> None:
    monkeypatch.setattr(hearing, "WINDOW_S", 12.0)
    monkeypatch.setattr(hearing, "TWICE_S", 6.0)
    times = np.arange(0.25, 40.0, 0.47)
    beats, _ = heard_beats(clicks(tmp_path / "song.wav", times, 40.0, rate))
    beats = beats[beats < 38.5]  # the tracker guesses at the very end, of a whole sound too
    assert np.abs(beats[:, None] - times).min(axis=1).max() < 0.07
    np.testing.assert_allclose(np.diff(beats), 0.47, atol=0.05)  # none is missing or comes twice where windows meet
    assert beats[-1] - beats[0] > 36


def test_memory_of_hearing_does_not_grow_with_the_song(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing, "WINDOW_S", 12.0)
    monkeypatch.setattr(hearing, "TWICE_S", 6.0)
    peaks = []
    for seconds in (20, 20, 120):  # once to load
        song = clicks(tmp_path / "song.wav", np.arange(0.25, seconds, 0.5), seconds, 8000)
        tracemalloc.start()
        heard_beats(song)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] - peaks[1] < 1e6  # a hundred seconds of sound at 22050/s are 9 MB, their spectra 70 MB


def test_a_window_is_a_few_minutes_at_most() -> None:
    assert 4 * hearing.TWICE_S < hearing.WINDOW_S <= 180


@pytest.mark.parametrize("seconds", [1 / RATE, 0.1, 2.0])
def test_silence_has_no_beats(tmp_path: Path, seconds: float) -> None:
    soundfile.write(tmp_path / "silence.wav", np.zeros(round(seconds * RATE)), RATE)
    assert [len(times) for times in heard_beats(tmp_path / "silence.wav")] == [0, 0]


def test_any_clip_of_a_pose_file_by_the_same_dancer(tmp_path: Path) -> None:
    """The same dance looks the same whatever is written above it, where a performer is named."""
    from workflow_scripts.motion.pose_file import Person

    dance, sound, rhythm = write_inputs(tmp_path)
    world = walking(30)[::-1]
    clips = {name: PoseClip(0, 1, people=[Person(moves - moves[:, :1], moves[:, 0])]) for name, moves in
             {"0000": world, "0003": walking(30)}.items()}  # fmt: skip
    poses = tmp_path / "poses.h5"
    write_poses(poses, PoseFile(30.0, "test", "test", clips))
    named = CONFIG | {"performer": "motion graph", "subtitle": ""}
    render([dance], sound, None, named, tmp_path / "first.mp4")
    render([poses], sound, None, named, tmp_path / "third.mp4", "0003")
    render([poses], sound, None, named | {"performer": "other"}, tmp_path / "other.mp4", "0003")
    first, third, other = (frames_of(tmp_path / f"{name}.mp4") for name in ("first", "third", "other"))
    np.testing.assert_array_equal(first, third)
    assert (first != other).any()
    with pytest.raises(UserError, match="no clip 0007"):
        render([poses], sound, None, named, tmp_path / "v.mp4", "0007")
    with pytest.raises(UserError, match="no beats of clip 0003"):
        render([poses], sound, rhythm, named, tmp_path / "v.mp4", "0003")


def test_the_rooms_of_the_configuration_are_those_there_are() -> None:
    schema = yaml.safe_load((Path(__file__).parents[2] / "config" / "schema.yaml").read_text())
    assert schema["properties"]["render"]["properties"]["room"]["enum"] == sorted(STYLES)
