"""The plain command: any motion file becomes a scene of the right dancers, at the right speed, to the right sound."""

import logging
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from motion.melody import save_compact, save_published
from motion.moving_body import rigid_dance
from motion.strangers import dance

from tests.render.motion_files import (
    BEATS,
    FRAMES,
    HEARD,
    person,
    scene_of,
    seen,
    write_deepmimic,
    write_ours,
    write_videopose3d,
)
from workflow_scripts.motion.foreign import JointMotion
from workflow_scripts.motion.formats import aistpp, bvh, learn2dance, openpose, smpl, videopose3d
from workflow_scripts.motion.formats.learn2dance import SKELETON as LEARN2DANCE
from workflow_scripts.motion.kinematics import facing_angle, turned
from workflow_scripts.motion.placement import joints_of
from workflow_scripts.motion.pose_file import PoseClip, PoseFile, write_poses
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.motion.skeletons import COCO17, H36M17
from workflow_scripts.render import hearing
from workflow_scripts.render.animate import Wishes
from workflow_scripts.render.performances import Choice
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.media import MediaError

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
