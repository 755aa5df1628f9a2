"""Forms of motion are told from what is in a file, whatever it is called; anything else is one clear line."""

import json
import pickle
import shutil
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from motion.melody import save_compact, save_published
from motion.moving_body import rigid_dance
from motion.walkers import walker

from workflow_scripts.motion.foreign import JointMotion, KeypointMotion
from workflow_scripts.motion.formats import aistpp, bvh, deepmimic, learn2dance, openpose, smpl, videopose3d
from workflow_scripts.motion.formats.recognition import KINDS, POSES, recognise
from workflow_scripts.motion.formats.registry import read_motion
from workflow_scripts.motion.placement import joints_of
from workflow_scripts.motion.pose_file import Person, PoseClip, PoseFile, write_poses
from workflow_scripts.motion.skeletons import BODY25, H36M17
from workflow_scripts.workflow.errors import UserError

DANCE = rigid_dance(20)
AT_60 = rigid_dance(20, fps=60.0)


def write_ours(path: Path) -> None:
    root = DANCE.joints[:, 0]
    clip = PoseClip(0, 1, people=[Person(DANCE.joints - root[:, None], root)])
    write_poses(path, PoseFile(30.0, "x", "test", {"0000": clip}))


def seen() -> KeypointMotion:
    person = walker(20, 300, 30)
    return KeypointMotion(BODY25, person[..., :2], person[..., 2], 30.0)


def write_videopose3d(path: Path) -> None:
    videopose3d.write(path, JointMotion(H36M17, joints_of(DANCE.joints, H36M17), 30.0))


def write_generated_poses(path: Path) -> None:
    np.savez(path, poses=np.zeros((9, 15, 2)))


def write_deepmimic(path: Path) -> None:
    deepmimic.write(path, JointMotion(deepmimic.HUMANOID, np.tile(deepmimic.HUMANOID.rest_positions, (20, 1, 1)), 60.0))


def pickled(**arrays: np.ndarray) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(pickle.dumps(arrays))

    return write


def amass(path: Path) -> None:
    objects = np.array("neutral", dtype=object)
    np.savez(path, poses=np.zeros((9, 156)), trans=np.zeros((9, 3)), mocap_framerate=120.0, gender=objects)


POSES_72, TRANS = np.zeros((9, 72)), np.zeros((9, 3))
# Kind, what writes it, and the suffix it needs to be written (np.savez appends one).
FORMS: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "ours": (POSES, write_ours, ".h5"),
    "videopose3d": ("videopose3d", write_videopose3d, ".npy"),
    "videopose3d archive": ("videopose3d", lambda path: np.savez_compressed(path, x=np.ones((9, 17, 3))), ".npz"),
    "learn2dance": ("learn2dance", lambda path: learn2dance.write(path, seen()), ".npz"),
    "learn2dance generated": ("learn2dance", write_generated_poses, ".npz"),
    "edge": ("edge", lambda path: smpl.write(path, DANCE), ".npz"),
    "edge pickle": ("edge", pickled(smpl_poses=POSES_72, smpl_trans=TRANS, full_pose=np.zeros((9, 24, 3))), ".pkl"),
    "edge training": ("edge", pickled(q=POSES_72, pos=TRANS), ".pkl"),
    "aistpp": ("aistpp", lambda path: aistpp.write(path, AT_60), ".npz"),
    "aistpp pickle": ("aistpp", pickled(smpl_poses=POSES_72, smpl_trans=TRANS, smpl_scaling=np.ones(1)), ".pkl"),
    "aistpp keypoints": ("aistpp", pickled(keypoints3d=np.zeros((9, 17, 3))), ".pkl"),
    "smpl": ("smpl", pickled(smpl_poses=POSES_72, smpl_trans=TRANS), ".pkl"),
    "amass": ("smpl", amass, ".npz"),
    "bvh": ("bvh", lambda path: bvh.write(path, DANCE), ".bvh"),
    "deepmimic": ("deepmimic", write_deepmimic, ".txt"),
    "dance with melody": ("dance_with_melody", lambda path: save_compact(path.parent).rename(path), ".npz"),
}


def written(folder: Path, form: str) -> tuple[str, Path]:
    kind, write, suffix = FORMS[form]
    path = folder / f"motion{suffix}"
    write(path)
    return kind, path


def test_every_kind_is_tried_here() -> None:
    assert {kind for kind, _, _ in FORMS.values()} | {"openpose"} == set(KINDS)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["", "dance", "dance.npz", "dance.pkl", "dance.bvh", "dance.mp4", "däns e:1.h5"])
def test_a_form_is_told_and_read_under_any_name(tmp_path: Path, form: str, name: str) -> None:
    kind, path = written(tmp_path, form)
    if name:
        path = path.rename(path.with_name(name))
    assert recognise(path) == kind
    if kind != POSES:
        motion = read_motion(kind, path, 25.0)
        assert len(motion.joints if isinstance(motion, JointMotion) else motion.keypoints) in (9, 20, 150)


def test_folders_are_told_by_what_lies_in_them(tmp_path: Path) -> None:
    openpose.write(tmp_path / "frames", seen())
    assert recognise(tmp_path / "frames") == "openpose"
    published = save_published(tmp_path)
    assert recognise(published) == recognise(published / "skeletons.json") == "dance_with_melody"


def objects(path: Path) -> None:
    array = np.empty((), dtype=object)
    array[()] = {"S1": np.zeros((5, 17, 3))}
    np.savez(path, positions_3d=array)


class Command:
    """What an evil pickle holds."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (print, ("it was run",))


def half_of(form: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        folder = path.parent / "whole"
        folder.mkdir()
        content = written(folder, form)[1].read_bytes()
        path.write_bytes(content[: len(content) // 2])
        shutil.rmtree(folder)

    return write


def other_hdf5(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.attrs["format"] = "playlist2dance/music"


def picture(path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (4, 4)).save(path, "PNG")


def other_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")


WRONG: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "missing": ("a.npy", lambda path: None, "there is no such file or folder"),
    "empty": ("a.npy", lambda path: path.write_bytes(b""), "is empty"),
    "text": ("a.txt", lambda path: path.write_text("step left\nstep right\n"), "a text that begins 'step left step r"),
    "text as pickle": ("a.pkl", lambda path: path.write_text("no pickle"), "a text that begins 'no pickle'"),
    "picture": ("a.npy", picture, "a picture; no motion that is known here. Known are pose file"),
    "video": ("a.mp4", lambda path: path.write_bytes(b"\0\0\0\x20ftypisom" + bytes(40)), "a video .its poses have to"),
    "sound": ("a.wav", lambda path: path.write_bytes(b"RIFF\0\0\0\0WAVEfmt "), r"a sound \(give it as --audio\)"),
    "noise": ("a.bin", lambda path: path.write_bytes(bytes(range(128, 256))), "a file of an unknown kind"),
    "half an archive": ("a.npz", half_of("edge"), "not a readable NumPy file"),
    "half an array": ("a.npy", half_of("videopose3d"), "not a readable NumPy file .an array of shape"),
    "half a pose file": ("a.h5", half_of("ours"), "a broken HDF5 file"),
    "half a pickle": ("a.pkl", half_of("edge pickle"), "not read as a pickle|no pickle, or a broken one"),
    "half a JSON": ("a.txt", half_of("deepmimic"), "broken JSON"),
    "shape": ("a.npz", lambda path: np.savez(path, a=np.zeros((3, 4))), r"arrays a \(3, 4\); no motion"),
    "nearly": ("a.npy", lambda path: np.save(path, np.zeros((9, 16, 3))), r"arrays \(9, 16, 3\); no motion"),
    "two": (
        "a.npz",
        lambda path: np.savez(path, a=np.zeros((9, 17, 3)), b=np.ones(2)),
        r"arrays a \(9, 17, 3\), b \(2,\)",
    ),
    "objects": ("a.npz", objects, "no arrays of numbers"),
    "objects alone": ("a.npy", lambda path: np.save(path, np.array([{}, {}])), "no arrays of numbers"),
    "another zip": ("a.npz", other_zip, "not a readable NumPy file"),
    "evil": ("a.pkl", lambda path: path.write_bytes(pickle.dumps({"q": Command()})), "which is not data"),
    "a list": ("a.pkl", lambda path: path.write_bytes(pickle.dumps([1])), "holds a list"),
    "other pickle": ("a.pkl", pickled(loss=np.zeros(4)), r"arrays loss \(4,\); no motion"),
    "other HDF5": ("a.h5", other_hdf5, "an HDF5 file of the format playlist2dance/music"),
    "other JSON": ("a.json", lambda path: path.write_text(json.dumps({"a": 1, "b": 2})), "JSON with a, b; no motion"),
    "one frame": ("a.json", lambda path: path.write_text('{"people": []}'), "give the folder it lies in"),
    "folder": ("a", lambda path: path.mkdir(), "a folder with neither OpenPose's frames nor skeletons.json"),
    "many": (
        "a.npz",
        lambda path: np.savez(path, **{f"a{k}": np.zeros(k) for k in range(50)}),
        "a5 .5,. and 44 more; no motion",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_anything_else_is_one_line_that_names_the_file_and_what_was_found(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file, write, reason = WRONG[name]
    write(tmp_path / file)
    with pytest.raises(UserError, match=reason) as error:
        recognise(tmp_path / file)
    assert str(error.value).startswith(f"{tmp_path / file}: ")
    assert "\n" not in str(error.value)
    assert capsys.readouterr().out == ""  # nothing was run


def test_only_headers_are_read(tmp_path: Path) -> None:
    """A small archive that unpacks to 100 MB is told at once, without the memory."""
    np.savez_compressed(tmp_path / "a.npz", joints=np.zeros((250_000, 17, 3), np.float64))
    tracemalloc.start()
    assert recognise(tmp_path / "a.npz") == "videopose3d"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5e6
