"""The plain command: any motion file becomes a scene of the right dancers, at the right speed, to the right sound."""

import logging
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from motion.melody import save_compact, save_published
from motion.moving_body import rigid_dance
from motion.strangers import dance
from motion.walkers import walker
from PIL import Image

from workflow_scripts.motion.foreign import JointMotion, KeypointMotion
from workflow_scripts.motion.formats import aistpp, bvh, deepmimic, learn2dance, openpose, smpl, videopose3d
from workflow_scripts.motion.formats.learn2dance import SKELETON as LEARN2DANCE
from workflow_scripts.motion.kinematics import facing_angle, turned
from workflow_scripts.motion.placement import joints_of
from workflow_scripts.motion.pose_file import Person, PoseClip, PoseFile, write_poses
from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.motion.skeletons import BODY25, COCO17, H36M17
from workflow_scripts.render import animate as command
from workflow_scripts.render import gif, hearing
from workflow_scripts.render import show as drawing
from workflow_scripts.render.animate import Wishes, animate
from workflow_scripts.render.performances import Choice
from workflow_scripts.render.pictures import Pictures
from workflow_scripts.render.scene import Scene
from workflow_scripts.render.settings import RenderSettings
from workflow_scripts.render.staging import stage
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.media import MediaError, probe, read_audio, run_ffmpeg

SMALL = RenderSettings(width=320, height=240, quality="draft")
HEARD = hearing.heard_beats
BEATS = np.array([0.5, 1.0, 1.5])
PLAIN, ALL = Wishes(), Choice()
FRAMES, RATE = 60, 22050


def person(frames: int = FRAMES, x: float = 0.0) -> Person:
    world = dance()[:frames] + np.array([x, 0.0, 0.0])
    return Person(world - world[:, :1], world[:, 0].copy())


def write_ours(path: Path, fps: float = 30.0) -> None:
    clips = {
        "0000": PoseClip(0, 2, 0.1, "nobody is seen"),
        "0001": PoseClip(2, 4, people=[person(), person(x=1.5)]),
        "0002": PoseClip(4, 5, people=[person(30)]),
    }
    write_poses(path, PoseFile(fps, "x", "test", clips))


def seen(frames: int = FRAMES) -> KeypointMotion:
    people = walker(frames, 300, 30)
    return KeypointMotion(BODY25, people[..., :2], people[..., 2], 30.0)


def write_videopose3d(path: Path, frames: int = FRAMES) -> None:
    videopose3d.write(path, JointMotion(H36M17, joints_of(dance()[:frames], H36M17), 30.0))


def write_deepmimic(path: Path) -> None:
    rest = np.tile(deepmimic.HUMANOID.rest_positions, (FRAMES, 1, 1))
    deepmimic.write(path, JointMotion(deepmimic.HUMANOID, rest, 60.0))


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Scene, RenderSettings, Floats | None]]:
    """What would be drawn, with its sound (N, 2), instead of drawing it."""
    scenes: list[tuple[Scene, RenderSettings, Floats | None]] = []

    def show(target: Path, scene: Scene, settings: RenderSettings, progress: bool = False) -> None:
        scenes.append((scene, settings, read_audio(scene.audio)[0] if scene.audio else None))

    monkeypatch.setattr(drawing, "show", show)
    monkeypatch.setattr(hearing, "heard_beats", lambda audio: (BEATS, np.empty(0)))  # hearing takes long to begin with
    return scenes


def scene_of(shown: list, inputs: list[Path], wishes: Wishes = PLAIN, choice: Choice = ALL, fps: int = 30) -> Scene:
    """The scene of motion files; `shown` is the fixture."""
    animate(inputs, inputs[0].parent / "out.mp4", choice, wishes, SMALL.model_copy(update={"fps": fps}))
    scene: Scene = shown[-1][0]
    return scene


# What writes a motion, the number of seconds it lasts, and whether it has joints in the picture only.
FORMS: dict[str, tuple[str, Callable[[Path], object], float, bool]] = {
    "ours": (
        "a.h5",
        lambda path: write_poses(path, PoseFile(30, "", "", {"0000": PoseClip(0, 2, people=[person()])})),
        2,
        False,
    ),
    "videopose3d": ("a.npy", write_videopose3d, 2, False),
    "learn2dance": ("a.npz", lambda path: learn2dance.write(path, seen()), 2, True),
    "edge": ("a.npz", lambda path: smpl.write(path, rigid_dance(FRAMES)), 2, False),
    "aistpp": ("a.npz", lambda path: aistpp.write(path, rigid_dance(FRAMES, fps=60.0)), 1, False),
    "bvh": ("a.bvh", lambda path: bvh.write(path, rigid_dance(FRAMES, fps=120.0)), 0.5, False),
    "deepmimic": ("a.txt", write_deepmimic, 1, False),
    "melody": ("b.npz", lambda path: save_compact(path.parent).rename(path), 6.16, False),
    "melody folder": ("DANCE_W_30", lambda path: save_published(path.parent), 6.16, False),
    "openpose": ("frames", lambda path: openpose.write(path, seen()), 2, True),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("fps", [30, 60])
def test_every_form_stands_upright_on_the_floor_for_as_long_as_it_lasts(
    tmp_path: Path, shown: list, form: str, fps: int
) -> None:
    name, write, seconds, flat = FORMS[form]
    write(tmp_path / name)
    scene = scene_of(shown, [tmp_path / name], fps=fps)
    (dancer,) = scene.dancers
    assert (scene.fps, dancer.caption) == (fps, Path(name).stem)
    assert scene.seconds == pytest.approx(seconds, abs=0.51 / fps)
    assert len(dancer.world) == scene.frames
    assert shown[-1][1].style == ("skeleton" if flat else "figure")
    skeleton, world = dancer.skeleton, dancer.world
    ankles = [skeleton.index(f"{side}_ankle") for side in ("left", "right")]
    head = skeleton.index("nose" if flat else "head")
    assert 1.2 < np.median(world[:, head, 1] - world[:, ankles, 1].min(axis=1)) < 1.75
    assert -0.05 < np.percentile(world[..., 1].min(axis=1), 10) < 0.12


@pytest.mark.parametrize("form", [form for form in FORMS if not FORMS[form][3]])
def test_a_skeleton_is_drawn_as_the_file_has_it(tmp_path: Path, shown: list, form: str) -> None:
    name, write, _, _ = FORMS[form]
    write(tmp_path / name)
    dancer = scene_of(shown, [tmp_path / name], Wishes(style="skeleton")).dancers[0]
    sizes = {"videopose3d": 17, "deepmimic": 18, "melody": 23, "melody folder": 23}
    assert dancer.world.shape[1:] == (dancer.skeleton.size, 3)
    assert dancer.skeleton.size == sizes.get(form, dancer.skeleton.size if form == "bvh" else 24)


def test_the_joints_of_a_videopose3d_file_are_those_of_the_scene(tmp_path: Path, shown: list) -> None:
    write_videopose3d(tmp_path / "a.npy")
    dancer = scene_of(shown, [tmp_path / "a.npy"], Wishes(style="skeleton")).dancers[0]
    saved = np.load(tmp_path / "a.npy") * np.array([1, -1, -1])  # the camera's frame: y down, z away
    moved = dancer.world - saved
    np.testing.assert_allclose(moved, np.broadcast_to(moved[:1, :1], moved.shape), atol=1e-5)  # up or down only
    assert np.abs(moved[..., [0, 2]]).max() < 1e-6


def test_motion_in_a_world_is_turned_to_the_camera_and_motion_before_a_camera_is_not(
    tmp_path: Path, shown: list
) -> None:
    away = turned(dance()[:FRAMES], 2.0)
    bvh.write(tmp_path / "a.bvh", JointMotion(SMPL24, away, 30.0))
    videopose3d.write(tmp_path / "a.npy", JointMotion(H36M17, joints_of(away, H36M17), 30.0))
    joints = joints_of(away, H36M17)
    np.save(tmp_path / "b.npy", np.stack([joints[..., 0], -joints[..., 2], joints[..., 1]], axis=-1))  # z up: a world
    for name, angle in (("a.bvh", 0.0), ("a.npy", 2.0), ("b.npy", 0.0)):
        world = scene_of(shown, [tmp_path / name]).dancers[0].world
        facing = facing_angle(world) - facing_angle(dance()[:FRAMES])
        own = np.angle(np.mean(np.exp(1j * facing_angle(dance()[:FRAMES]))))
        assert np.angle(np.mean(np.exp(1j * facing))) == pytest.approx(angle - (own if not angle else 0), abs=0.05)


def test_rates_that_files_do_not_state_can_be_given(tmp_path: Path, shown: list) -> None:
    write_videopose3d(tmp_path / "a.npy")
    aistpp.write(tmp_path / "b.npz", rigid_dance(FRAMES, fps=60.0))
    write_ours(tmp_path / "c.h5")
    for name, usual in (("a.npy", 2.0), ("b.npz", 1.0), ("c.h5", 2.0)):
        assert scene_of(shown, [tmp_path / name]).seconds == pytest.approx(usual)
        half = scene_of(shown, [tmp_path / name], choice=Choice(fps=FRAMES / 4))
        assert half.seconds == pytest.approx(4.0)
        assert len(half.dancers[0].world) == 120


def test_what_was_recognised_is_said_in_one_line(tmp_path: Path, shown: list, caplog: pytest.LogCaptureFixture) -> None:
    write_videopose3d(tmp_path / "a.npy")
    aistpp.write(tmp_path / "b.npz", rigid_dance(FRAMES, fps=60.0))
    write_ours(tmp_path / "c.h5")
    with caplog.at_level(logging.INFO, logger="workflow_scripts.render"):
        scene_of(shown, [tmp_path / name for name in ("a.npy", "b.npz", "c.h5")])
    assert [message.removeprefix(f"{tmp_path}/") for message in caplog.messages] == [
        "a.npy: VideoPose3D, 17 joints, 60 frames at 30/s (-y up, metres),"
        " which the file does not state (--source-fps does)",
        "b.npz: AIST++, 24 joints, 60 frames at 60/s",
        "c.h5: clip 0001, 2 of 2 people, 60 frames at 30/s",
    ]


def test_several_files_dance_side_by_side(tmp_path: Path, shown: list) -> None:
    write_videopose3d(tmp_path / "long.npy", 90)
    (tmp_path / "more").mkdir()
    aistpp.write(tmp_path / "more" / "long.npz", rigid_dance(FRAMES, fps=60.0))
    write_ours(tmp_path / "ours.h5")
    inputs = [tmp_path / "long.npy", tmp_path / "more" / "long.npz", tmp_path / "ours.h5"]
    scene = scene_of(shown, inputs)
    parent = tmp_path.name
    assert [one.caption for one in scene.dancers] == [f"{parent}/long", "more/long", "ours · 0", "ours · 1"]
    assert [len(one.world) for one in scene.dancers] == [90, 30, 60, 60]
    assert scene.seconds == pytest.approx(3.0)
    scene = scene_of(shown, inputs, Wishes(captions=("truth", "b", "c", "d")))
    assert [one.caption for one in scene.dancers] == ["truth", "b", "c", "d"]
    with pytest.raises(UserError, match=r"2 captions for 4 dancers: .*/long, more/long, ours · 0, ours · 1"):
        scene_of(shown, inputs, Wishes(captions=("truth", "b")))


def test_clip_and_person_choose_from_a_pose_file(tmp_path: Path, shown: list) -> None:
    write_ours(tmp_path / "a.h5")
    path = [tmp_path / "a.h5"]
    assert scene_of(shown, path, choice=Choice(clip="0002")).seconds == pytest.approx(1.0)
    (second,) = scene_of(shown, path, choice=Choice(person=1)).dancers
    assert second.caption == "a · 1"
    np.testing.assert_allclose(second.world, person(x=1.5).world, atol=1e-6)
    for choice, reason in (
        (Choice(clip="0000"), r"clip 0000 has nobody in it \(nobody is seen\); there is somebody in 0001, 0002"),
        (Choice(clip="0007"), "clip 0007 is not there; there is somebody in 0001, 0002"),
        (Choice(person=2), "clip 0001 has no person 2; there are 2, counted from 0"),
    ):
        with pytest.raises(UserError, match=f"a.h5: {reason}"):
            scene_of(shown, path, choice=choice)
    write_poses(tmp_path / "b.h5", PoseFile(30, "", "", {"0000": PoseClip(0, 2, 0.1, "nobody is seen")}))
    with pytest.raises(UserError, match=r"b.h5: nobody is in any clip \(nobody is seen\)"):
        scene_of(shown, [tmp_path / "b.h5"])


def test_a_pose_file_that_is_damaged_within_is_one_line(tmp_path: Path, shown: list) -> None:
    write_ours(tmp_path / "a.h5")
    content = (tmp_path / "a.h5").read_bytes()
    nodes = [match.start() for match in re.finditer(b"SNOD", content)]
    assert len(nodes) > 5
    for place in nodes:
        (tmp_path / "b.h5").write_bytes(content[:place] + b"none" + content[place + 4 :])
        with pytest.raises(UserError, match=r"b\.h5: (a damaged|a broken|not a readable).*") as error:
            scene_of(shown, [tmp_path / "b.h5"])
        assert "\n" not in str(error.value)


def test_clip_and_person_of_no_pose_file_are_an_error(tmp_path: Path, shown: list) -> None:
    write_videopose3d(tmp_path / "a.npy")
    for choice in (Choice(clip="0000"), Choice(person=0)):
        with pytest.raises(UserError, match=r"--clip and --person choose from pose files; a.npy is none"):
            scene_of(shown, [tmp_path / "a.npy"], choice=choice)


def test_the_kind_can_be_forced(tmp_path: Path, shown: list) -> None:
    aistpp.write(tmp_path / "a.npz", rigid_dance(FRAMES, fps=60.0))
    assert scene_of(shown, [tmp_path / "a.npz"], choice=Choice(kind="smpl")).seconds == pytest.approx(2.0)
    with pytest.raises(UserError, match=r"a.npz: no BVH file"):
        scene_of(shown, [tmp_path / "a.npz"], choice=Choice(kind="bvh"))


def test_a_figure_needs_joints_in_space_and_limbs(tmp_path: Path, shown: list) -> None:
    learn2dance.write(tmp_path / "a.npz", seen())
    with pytest.raises(UserError, match=r"a.npz: its joints are known in the picture only.*--style skeleton"):
        scene_of(shown, [tmp_path / "a.npz"], Wishes(style="figure"))
    tail = replace(SMPL24, name="odd", joints=tuple(f"bone{k}" for k in range(24)), pairs=(), feet=(), rest=())
    bvh.write(tmp_path / "a.bvh", JointMotion(tail, rigid_dance(FRAMES).joints, 30.0))
    with pytest.raises(UserError, match=r"a.bvh: the skeleton has no .* recognised; --style skeleton draws it"):
        scene_of(shown, [tmp_path / "a.bvh"])
    assert len(scene_of(shown, [tmp_path / "a.bvh"], Wishes(style="skeleton")).dancers) == 1


def test_unknown_joints_are_filled_for_a_figure_and_left_out_of_a_skeleton(tmp_path: Path, shown: list) -> None:
    joints = joints_of(dance()[:FRAMES], COCO17) * 100
    joints[10:14, COCO17.index("left_wrist")] = np.nan
    np.savez(tmp_path / "a.npz", keypoints3d=joints)
    figure = scene_of(shown, [tmp_path / "a.npz"]).dancers[0].world
    assert np.isfinite(figure).all()
    lines = scene_of(shown, [tmp_path / "a.npz"], Wishes(style="skeleton"), fps=60).dancers[0].world
    assert np.isnan(lines[10:14, COCO17.index("left_wrist")]).all()
    assert np.isfinite(lines).all(axis=(1, 2)).sum() == FRAMES - 4


def test_flat_joints_keep_their_places(tmp_path: Path, shown: list) -> None:
    learn2dance.write(tmp_path / "a.npz", seen())
    dancer = scene_of(shown, [tmp_path / "a.npz"]).dancers[0]
    assert dancer.skeleton == LEARN2DANCE
    drawn, pixels = dancer.world, seen().keypoints[:, :15]
    assert (drawn[..., 2] == 0).all()
    factor = np.ptp(drawn[0, :, 1]) / np.ptp(pixels[0, :, 1])
    np.testing.assert_allclose(drawn[..., 0] - drawn[0, 0, 0], factor * (pixels[..., 0] - pixels[0, 0, 0]), atol=1e-6)
    np.testing.assert_allclose(drawn[..., 1] - drawn[0, 0, 1], -factor * (pixels[..., 1] - pixels[0, 0, 1]), atol=1e-6)


def test_a_part_of_the_motion_can_be_asked_for(tmp_path: Path, shown: list) -> None:
    write_ours(tmp_path / "a.h5")
    choice = Choice(person=0)
    (whole,) = scene_of(shown, [tmp_path / "a.h5"], choice=choice).dancers
    scene = scene_of(shown, [tmp_path / "a.h5"], Wishes(start=0.5, seconds=1.0), choice)
    np.testing.assert_array_equal(scene.dancers[0].world, whole.world[15:45])
    assert scene.seconds == pytest.approx(1.0)
    assert scene_of(shown, [tmp_path / "a.h5"], Wishes(seconds=99.0), choice).seconds == pytest.approx(2.0)
    with pytest.raises(UserError, match=r"a.h5: ends at 2.00 s, before --start 2"):
        scene_of(shown, [tmp_path / "a.h5"], Wishes(start=2.0), choice)


@pytest.fixture(scope="module")
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


@pytest.mark.parametrize("name", ["song.wav", "song.mp3", "song.m4a", "song.ogg", "clip 1:2.mp4"])
def test_any_sound_is_heard_from_the_motions_first_moment_to_its_last(
    tmp_path: Path, shown: list, sounds: Path, name: str
) -> None:
    write_ours(tmp_path / "a.h5")
    scene = scene_of(shown, [tmp_path / "a.h5"], Wishes(audio=sounds / name))
    heard = shown[-1][2]
    assert heard is not None
    assert heard.shape == (2 * 44100, 2)
    loud = np.flatnonzero(np.abs(heard[:, 0]) > 0.2) / 44100
    assert loud[0] == pytest.approx(0.5, abs=0.03)
    assert scene.title == Path(name).stem
    np.testing.assert_array_equal(scene.beats, BEATS)
    assert scene.seconds == pytest.approx(2.0)


def test_the_beats_are_those_of_the_part_that_is_heard(
    tmp_path: Path, shown: list, sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "heard_beats", HEARD)
    write_videopose3d(tmp_path / "a.npy", 90)
    scene = scene_of(shown, [tmp_path / "a.npy"], Wishes(audio=sounds / "song.mp3", audio_start=0.8))
    assert len(scene.beats) >= 3
    assert np.abs(scene.beats[:, None] - np.arange(0.2, 3.3, 0.5)).min(axis=1).max() < 0.07


def test_motion_may_begin_later_in_the_sound_and_outlast_it(tmp_path: Path, shown: list, sounds: Path) -> None:
    write_videopose3d(tmp_path / "a.npy", 150)
    wishes = Wishes(audio=sounds / "song.wav", audio_start=1.3, start=1.0, title="")
    scene = scene_of(shown, [tmp_path / "a.npy"], wishes)
    heard = shown[-1][2]
    assert heard is not None
    assert scene.seconds == pytest.approx(4.0)
    assert heard.shape == (4 * 44100, 2)
    loud = np.flatnonzero(np.abs(heard[:, 0]) > 0.2) / 44100
    assert loud[0] == pytest.approx(0.2, abs=0.01)  # the click at 2.5 s
    assert loud[-1] < 1.3
    assert (heard[round(1.75 * 44100) :] == 0).all()
    assert scene.title == ""


@pytest.mark.parametrize(
    ("name", "start", "reason"),
    [
        ("none.mp3", 0.0, "there is no such sound file"),
        ("text.mp3", 0.0, "not a readable audio or video file"),
        ("silent.mp4", 0.0, "holds no sound"),
        ("song.wav", 5.0, "ends at 4.0 s, before the 5 s"),
    ],
)
def test_sounds_that_cannot_be_used_are_said(
    tmp_path: Path, shown: list, sounds: Path, name: str, start: float, reason: str
) -> None:
    write_ours(tmp_path / "a.h5")
    with pytest.raises(MediaError, match=reason) as error:
        scene_of(shown, [tmp_path / "a.h5"], Wishes(audio=sounds / name, audio_start=start))
    assert str(error.value).startswith(str(sounds / name))
    assert not shown


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> None:
    monkeypatch.setattr(sys, "argv", ["animate", *map(str, arguments)])
    command.main()


def test_options_may_stand_anywhere(tmp_path: Path, shown: list, monkeypatch: pytest.MonkeyPatch) -> None:
    write_ours(tmp_path / "a.h5")
    write_videopose3d(tmp_path / "b.npy")
    a, b, out = tmp_path / "a.h5", tmp_path / "b.npy", tmp_path / "out.mp4"
    options = ["--fps", 60, "--style", "skeleton", "--quality", "draft", "--format", "square", "--camera", "orbit"]
    for arguments in ([a, b, out, *options], [*options, a, b, out], [a, *options, b, out], [a, b, *options, out]):
        run(monkeypatch, *arguments, "--title", "T", "--captions", "x", "y", "z")
        scene, settings, _ = shown[-1]
        assert [one.caption for one in scene.dancers] == ["x", "y", "z"]
        assert (scene.title, scene.fps) == ("T", 60)
        assert (settings.style, settings.quality, settings.camera) == ("skeleton", "draft", "orbit")
        assert settings.size == (1080, 1080)
    run(monkeypatch, a, out, "--clip", "2")
    assert shown[-1][0].seconds == pytest.approx(1.0)


def test_captions_that_took_the_output_are_noticed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        run(monkeypatch, "a.h5", "b.h5", "--captions", "one", "two", "out.mp4")
    assert "--captions took out.mp4 for a name: put --captions behind OUTPUT" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["a.h5", "out.avi"], r"out.avi: written are .mp4, .gif, .png"),
        (["a.h5", "b.npy"], r"b.npy: written are .mp4"),
        (["a.h5", "out"], "out: written are"),
        (["out.mp4", "out.mp4"], "out.mp4: is read, and would be overwritten"),
        (["none.npy", "out.mp4"], "none.npy: there is no such file or folder"),
        (["a.h5", "out.mp4", "--source-fps", "0"], "--source-fps has to be 1 to 1000, not 0"),
        (["a.h5", "out.mp4", "--start", "-1"], "--start and --audio-start have to be 0 or more"),
        (["a.h5", "out.mp4", "--seconds", "0"], "--seconds more than 0"),
        (["a.h5", "out.mp4", "--start", "nan"], "--start and --audio-start have to be 0 or more.* numbers"),
        (["a.h5", "out.mp4", "--audio-start", "inf"], "--start and --audio-start have to be 0 or more.* numbers"),
        (["a.h5", "out.mp4", "--seconds", "inf"], "--seconds more than 0, and all of them numbers"),
        (["a.h5", "out.mp4", "--seconds", "nan"], "--seconds more than 0, and all of them numbers"),
        (["a.h5", "a.h5/out.mp4"], r"a.h5/out.mp4: cannot be made, .*a.h5 is a file"),
        (["a.h5", "/proc/none/out.gif"], "/proc/none/out.gif: cannot be made"),
        (["a.h5", "out.mp4", "--width", "321"], "--width: .*multiple of 2"),
        (["a.h5", "out.mp4", "--room", "moon"], "--room: .*moon"),
    ],
)
def test_mistakes_on_the_command_line_are_said_before_anything_is_drawn(
    tmp_path: Path, shown: list, monkeypatch: pytest.MonkeyPatch, arguments: list[str], reason: str
) -> None:
    write_ours(tmp_path / "a.h5")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=reason):
        run(monkeypatch, *arguments)
    assert not shown
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.h5"]


@pytest.mark.parametrize("name", ["out.mp4", "out.gif", "out.png"])
def test_an_output_that_is_a_folder_is_said(tmp_path: Path, shown: list, name: str) -> None:
    (tmp_path / name).mkdir()
    write_ours(tmp_path / "a.h5")
    with pytest.raises(UserError, match=rf"{name}: is a directory; name a file in it"):
        animate([tmp_path / "a.h5"], tmp_path / name, ALL, PLAIN, SMALL)
    assert not shown


def test_no_more_is_drawn_for_a_gif_than_it_shows(
    tmp_path: Path, shown: list, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made: list[tuple[Path, Path]] = []
    monkeypatch.setattr(gif, "make_gif", lambda video, output: made.append((video, output)))
    write_videopose3d(tmp_path / "a.npy")
    for length, rate, seconds in ((60, 2.0, 20.0), (60, 3.0, 20.0), (60, 4.0, 15.0)):
        with caplog.at_level(logging.INFO, logger="workflow_scripts.render"):
            animate([tmp_path / "a.npy"], tmp_path / "a.gif", Choice(fps=rate), PLAIN, SMALL)
        assert shown[-1][0].seconds == pytest.approx(seconds)
        assert len(made) == len(shown)
        said = [message for message in caplog.messages if "--start chooses which" in message]
        assert len(said) == (length / rate > 20.0)
        caplog.clear()


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
