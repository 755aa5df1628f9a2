"""Which form of motion a file or folder holds, told by what is in it: names and suffixes may be wrong.

Nothing of a stranger's file is run, and of .npy and .npz files only headers are read.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from workflow_scripts.motion.formats.array_file import array_shapes, read_arrays
from workflow_scripts.motion.formats.dance_with_melody import MOTION
from workflow_scripts.motion.formats.openpose import holds_frames
from workflow_scripts.motion.formats.registry import MODULES
from workflow_scripts.motion.pose_file import FORMAT
from workflow_scripts.motion.skeletons import DWM23, H36M17
from workflow_scripts.workflow.errors import UserError

POSES = "poses"  # our own pose file; the other kinds are those of `registry.MODULES`
# What each kind is called, and what it is known by.
KINDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        POSES: ("pose file", "HDF5 with the format playlist2dance/pose"),
        "videopose3d": ("VideoPose3D", "one array (T, 17, 3)"),
        "learn2dance": ("learn2dance", "poses (T, 15, 2)"),
        "edge": ("EDGE", "full_pose (T, 24, 3), or q and pos"),
        "aistpp": ("AIST++", "smpl_poses and smpl_scaling, or keypoints3d (T, 17, 3)"),
        "smpl": ("SMPL", "poses and trans, or smpl_poses and smpl_trans"),
        "dance_with_melody": ("Dance with Melody", "skeletons (T, 23, 3) and center"),
        "bvh": ("BVH", "text that begins with HIERARCHY"),
        "deepmimic": ("DeepMimic", "JSON with Frames"),
        "openpose": ("OpenPose", "a folder of *_keypoints.json"),
    }
)
assert set(KINDS) == {POSES, *MODULES}

_HDF5, _NPY, _ZIP = b"\x89HDF\r\n\x1a\n", b"\x93NUMPY", b"PK"
_PICKLES = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"(dp", b"}q")  # of protocols 2 to 5, 0 and 1
_PICKLE_SUFFIXES = (".pkl", ".pickle")
_VIDEO = "a video (its poses have to be estimated first, see docs/poses.md)"
# What else is given by mistake: (place in the file, bytes there, what it is).
_OTHERS = (
    (0, b"\x89PNG", "a picture"),
    (0, b"\xff\xd8\xff", "a picture"),
    (0, b"GIF8", "a picture"),
    (4, b"ftyp", _VIDEO),
    (0, b"\x1aE\xdf\xa3", _VIDEO),
    (8, b"AVI ", _VIDEO),
    (8, b"WAVE", "a sound (give it as --audio)"),
    (0, b"ID3", "a sound (give it as --audio)"),
    (0, b"OggS", "a sound (give it as --audio)"),
    (0, b"fLaC", "a sound (give it as --audio)"),
    (0, b"glTF", "a glTF scene"),
    (0, b"\x1f\x8b", "a compressed file (unpack it first)"),
)
_HEAD = 512  # bytes
_LARGEST_JSON = 2**28  # bytes
_NAMED = 6  # arrays that a message names


def recognise(path: Path) -> str:
    """Return the kind of motion, one of `KINDS`.

    Args:
        path: a file, or a folder where the form has one.

    Raises:
        UserError: no motion of a known kind, or a broken file; one line that begins with the path, says what was found
            and what is known.
    """
    if path.is_dir():
        return _of_folder(path)
    if not path.is_file():
        raise UserError(f"{path}: there is no such file or folder")
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from error
    if not head:
        raise UserError(f"{path}: is empty")
    if head.startswith(_HDF5):
        return _of_hdf5(path)
    if head.startswith((_NPY, _ZIP)):
        return _of_arrays(path)
    if head.startswith(_PICKLES) or (path.suffix.lower() in _PICKLE_SUFFIXES and _text(head) is None):
        return _of_pickle(path)
    text = _text(head)
    if text is not None and text.lstrip().startswith("HIERARCHY"):
        return "bvh"
    if text is not None and text.lstrip().startswith("{"):
        return _of_json(path)
    raise _unknown(path, _other(head, text))


def _of_folder(path: Path) -> str:
    if (path / MOTION).is_file():
        return "dance_with_melody"
    if holds_frames(path):
        return "openpose"
    raise _unknown(path, f"a folder with neither OpenPose's frames nor {MOTION}")


def _of_hdf5(path: Path) -> str:
    import h5py

    try:
        with h5py.File(path, "r") as file:
            form = file.attrs.get("format", "")
    except (OSError, KeyError, RuntimeError, TypeError, ValueError) as error:  # h5py's, for all kinds of damage
        raise UserError(f"{path}: a broken HDF5 file ({str(error).splitlines()[0][:120]})") from error
    if form == FORMAT:
        return POSES
    raise _unknown(path, f"an HDF5 file of the format {str(form)[:60]}" if form else "an HDF5 file of another program")


def _of_arrays(path: Path) -> str:
    try:
        shapes = array_shapes(path)
    except ValueError as error:
        raise UserError(f"{path}: not a readable NumPy file ({error})") from error
    kind = _by_names(shapes)
    if kind is None and len(shapes) == 1 and next(iter(shapes.values()))[1:] == (H36M17.size, 3):
        kind = "videopose3d"
    if kind is None:
        raise _unknown(path, _listed({name: str(shape) for name, shape in shapes.items()}))
    return kind


def _of_pickle(path: Path) -> str:
    content = read_arrays(path)
    kind = _by_names({name: value.shape for name, value in content.items() if isinstance(value, np.ndarray)})
    if kind is None:
        described = {name: str(getattr(value, "shape", type(value).__name__)) for name, value in content.items()}
        raise _unknown(path, _listed(described))
    return kind


def _by_names(shapes: Mapping[str, tuple[int, ...]]) -> str | None:
    """Return the kind by the names of the arrays, and by their shapes where two have the same."""
    names = set(shapes)
    if "full_pose" in names or {"q", "pos"} <= names:
        return "edge"
    if names & {"keypoints3d", "keypoints3d_optim"} or {"smpl_poses", "smpl_scaling"} <= names:
        return "aistpp"
    if {"smpl_poses", "smpl_trans"} <= names or {"poses", "trans"} <= names:
        return "smpl"
    if "poses" in names and shapes["poses"][2:] == (2,):
        return "learn2dance"
    if {"skeletons", "center"} <= names and shapes["skeletons"][1:] == (DWM23.size, 3):
        return "dance_with_melody"
    return None


def _of_json(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST_JSON:
            raise UserError(f"{path}: larger than {_LARGEST_JSON // 2**20} MB: too large for a text of motion")
        content: Any = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path}: broken JSON ({str(error).splitlines()[0][:120]})") from error
    keys = list(content)
    if "Frames" in keys:
        return "deepmimic"
    if "skeletons" in keys and "center" in keys:
        return "dance_with_melody"
    if "people" in keys:
        raise _unknown(path, "one frame of OpenPose: give the folder it lies in")
    raise _unknown(path, f"JSON with {', '.join(keys[:_NAMED])[:120] or 'nothing'}")


def _text(head: bytes) -> str | None:
    """Return the beginning of a text, None if it is none."""
    try:
        # The last character may be cut.
        text = head.decode("utf-8-sig", errors="strict" if len(head) < _HEAD else "ignore")
    except UnicodeDecodeError:
        return None
    return text if all(character.isprintable() or character.isspace() for character in text) else None


def _other(head: bytes, text: str | None) -> str:
    for place, mark, what in _OTHERS:
        if head[place : place + len(mark)] == mark:
            return what
    if text is None:
        return "a file of an unknown kind"
    return f"a text that begins {' '.join(text.split())[:40]!r}"


def _listed(arrays: Mapping[str, str]) -> str:
    if not arrays:
        return "no arrays of numbers"
    shown = [f"{name} {shape}".strip()[:60] for name, shape in list(arrays.items())[:_NAMED]]
    return "arrays " + ", ".join(shown) + (f" and {len(arrays) - _NAMED} more" if len(arrays) > _NAMED else "")


def _unknown(path: Path, found: str) -> UserError:
    known = "; ".join(f"{title}: {mark}" for title, mark in KINDS.values())
    return UserError(f"{path}: {found}; no motion that is known here. Known are {known}")
