"""The motions of the protocol: 40 cases, and all sequences as the pool to compare with, on our body or on SMPL's."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from workflow_scripts.motion.foreign import JointMotion
from workflow_scripts.motion.formats.aistpp import RATE, SUFFIXES, parsed_name
from workflow_scripts.motion.formats.aistpp_lists import IGNORE_LIST, data_folders, read_lists
from workflow_scripts.motion.formats.array_file import load_arrays
from workflow_scripts.motion.formats.registry import read_motion
from workflow_scripts.motion.retarget import to_smpl24
from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.workflow.errors import UserError

CASE_SPLITS = ("validation", "test")
CASES = 40  # of the complete data set
POOL = 1320  # the same: 1,365 published files, less the 45 of the ignore list
JOINT_SUFFIXES = (".npy", ".npz")
LEG_M = (0.5, 1.2)  # from hip to ankle of any grown dancer
_LEG = [SMPL24.index(name) for name in ("left_hip", "left_knee", "left_ankle")]
_HEAD, _ANKLES = SMPL24.index("head"), [SMPL24.index(name) for name in ("left_ankle", "right_ankle")]
SHORTEST_SHARE = 0.75  # joints at 30 frames/s have half the frames of their motion

Joints = Callable[[str], Floats]


@dataclass(frozen=True)
class Case:
    """One dance to be made: the sequence it stands beside, its music, and which of the music's cases it is (from 0)."""

    sequence: str
    song: str
    number: int


@dataclass(frozen=True)
class Sequences:
    """The sequences of one copy of the data set, without those on the ignore list.

    Attributes:
        files: {name: its file}.
        cases: those of the cross-modal validation and test splits, by name.
    """

    files: dict[str, Path]
    cases: list[Case]


def read_sequences(source: Path) -> Sequences:
    """Look what there is in the data set's folder.

    Args:
        source: the folder with motions/, splits/ and ignore_list.txt.

    Raises:
        UserError: one of them is missing, or holds nothing of use.
    """
    root, folder = data_folders(source)
    lists = read_lists(root)
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES) if folder.is_dir() else []
    if folder.name != "motions" or not found:
        raise UserError(f"{source}: has no motions/ with the rotations of AIST++ (gBR_sBM_cAll_d04_mBR0_ch01.pkl, ...)")
    if not lists.splits or not lists.ignored:
        what = "splits/crossmodal_train.txt, _val.txt and _test.txt" if not lists.splits else IGNORE_LIST
        raise UserError(f"{root}: the protocol needs {what}, which belong to AIST++'s annotations; put them there")
    files = {path.stem: path for path in found if parsed_name(path.stem) and path.stem not in lists.ignored}
    cases, number = [], Counter[str]()
    for name in files:
        parsed = parsed_name(name)
        if parsed and lists.splits.get(name) in CASE_SPLITS:
            cases.append(Case(name, parsed.music, number[parsed.music]))
            number[parsed.music] += 1
    if len(cases) < 2:
        raise UserError(f"{source}: {len(cases)} sequences of the cross-modal validation and test splits; needed are 2")
    return Sequences(files, cases)


def on_our_body(sequences: Sequences) -> Joints:
    """Return a reader of sequences by name: world joints (T, 24, 3), 60 frames/s, on the body all our motion has."""

    def read(name: str) -> Floats:
        motion = read_motion("aistpp", sequences.files[name], RATE)
        assert isinstance(motion, JointMotion)  # motions/ hold rotations, not pictures
        return to_smpl24(motion).world

    return read


def joint_files(folder: Path, sequences: Sequences) -> dict[str, Path]:
    """Return {sequence: file} of a folder of SMPL joints, without those on the ignore list, by name.

    Raises:
        UserError: there are none, or a case has none.
    """
    found = sorted(path for path in folder.iterdir() if path.suffix in JOINT_SUFFIXES) if folder.is_dir() else []
    files = {path.stem: path for path in found if path.stem in sequences.files}
    missing = [case.sequence for case in sequences.cases if case.sequence not in files]
    if missing:
        raise UserError(
            f"{folder}: no joints of {missing[0]} ({len(missing)} of {len(sequences.cases)} cases have none);"
            " needed is a file <sequence>.npy or .npz of each sequence"
        )
    return files


def smpl_joints(files: dict[str, Path]) -> Joints:
    """Return a reader of SMPL joints by name: (T, 24, 3), 60 frames/s, y up, metres; files hold that or (T, 72)."""

    def read(name: str) -> Floats:
        path = files[name]
        try:
            arrays = list(load_arrays(path).values())
        except ValueError as error:
            raise UserError(f"{path}: not a readable array ({error})") from error
        if len(arrays) != 1 or arrays[0].dtype.kind not in "fiu" or arrays[0].shape[1:] not in ((24, 3), (72,)):
            shapes = ", ".join(str(array.shape) for array in arrays)
            raise UserError(f"{path}: holds {shapes or 'nothing'}; needed is one array of joints (T, 24, 3) or (T, 72)")
        joints = arrays[0].reshape(len(arrays[0]), 24, 3).astype(np.float64)
        if not len(joints) or not np.isfinite(joints).all():
            raise UserError(f"{path}: has no frames, or values that are no numbers (NaN or infinity)")
        return joints

    return read


def check_joints(joints: Sequence[tuple[str, Floats]], ours: Joints, folder: Path) -> None:
    """Look whether joints are in metres, y up and at 60 frames/s, by legs, heads and the length of the motion.

    Raises:
        UserError: they are not; the scores would be numbers of nothing.
    """
    heights = []
    for name, world in joints:
        leg = np.linalg.norm(np.diff(world[:, _LEG], axis=1), axis=-1).sum(axis=1).mean()
        if not LEG_M[0] <= leg <= LEG_M[1]:
            raise UserError(f"{folder}: the legs of {name} are {leg:.3g} m long; joints have to be in metres")
        if len(world) < SHORTEST_SHARE * (frames := len(ours(name))):
            raise UserError(f"{folder}: {name} has {len(world)} frames, its motion {frames}; joints have 60 a second")
        heights.append(world[:, _HEAD, 1] - world[:, _ANKLES, 1].mean(axis=1))
    if np.median(np.concatenate(heights)) < LEG_M[0]:
        raise UserError(f"{folder}: heads are not above feet; y has to point up")
