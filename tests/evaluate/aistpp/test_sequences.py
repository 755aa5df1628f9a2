"""What is read of a miniature AIST++, and of joints that are not what they have to be."""

from pathlib import Path

import numpy as np
import pytest
from tiny_aistpp import CASES, IGNORED, NO_SPLIT, TRAIN, captured, write_tiny_aistpp

from workflow_scripts.evaluate.aistpp.sequences import (
    Case,
    Sequences,
    check_joints,
    joint_files,
    on_our_body,
    read_sequences,
    smpl_joints,
)
from workflow_scripts.motion.alignment import pa_mpjpe
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.workflow.errors import UserError

SECONDS = 2.0


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_aistpp(tmp_path_factory.mktemp("aist") / "aistpp", SECONDS)


@pytest.fixture(scope="module")
def sequences(root: Path) -> Sequences:
    return read_sequences(root)


def test_cases_are_validation_and_test_and_the_pool_is_all_but_the_ignored(root: Path, sequences: Sequences) -> None:
    assert [case.sequence for case in sequences.cases] == sorted(CASES)
    assert sequences.cases[1] == Case("gBR_sBM_cAll_d04_mBR0_ch02", "mBR0", 1)
    assert [case.number for case in sequences.cases] == [0, 1, 2, 3] * 2
    # Sequences in no split cannot be learnt from, but are what dances are compared with, as in published tables.
    assert set(sequences.files) == {*CASES, *TRAIN, *NO_SPLIT}
    assert not set(sequences.files) & set(IGNORED)
    assert read_sequences(root / "motions") == sequences


@pytest.mark.parametrize(
    ("gone", "message"),
    [
        ("splits", "needs splits/crossmodal_train.txt"),
        ("ignore_list.txt", "needs ignore_list.txt"),
        ("motions", "has no motions/"),
    ],
)
def test_what_is_missing_is_named(root: Path, tmp_path: Path, gone: str, message: str) -> None:
    for path in root.iterdir():
        if path.name != gone:
            (tmp_path / path.name).symlink_to(path)
    with pytest.raises(UserError, match=message):
        read_sequences(tmp_path)


def test_our_body_dances_what_was_captured(sequences: Sequences) -> None:
    world = on_our_body(sequences)(CASES[0])
    assert world.shape == (round(SECONDS * 60), 24, 3)
    assert pa_mpjpe(world, captured(CASES[0], SECONDS)).mean() < 0.03


def save(folder: Path, names: list[str], change: float = 1.0, flat: bool = False) -> Path:
    folder.mkdir()
    for number, name in enumerate(names):
        world = change * captured(name, SECONDS)
        world = world.reshape(len(world), 72) if flat else world
        if number % 2:
            np.savez(folder / f"{name}.npz", joints=world)
        else:
            np.save(folder / f"{name}.npy", world.astype(np.float32))
    return folder


@pytest.mark.parametrize("flat", [False, True])
def test_joints_are_read_in_both_shapes_and_both_kinds_of_files(
    tmp_path: Path, sequences: Sequences, flat: bool
) -> None:
    files = joint_files(save(tmp_path / "joints", [*CASES, *TRAIN, *IGNORED], flat=flat), sequences)
    assert set(files) == {*CASES, *TRAIN}
    read = smpl_joints(files)
    for name in CASES[:2]:
        np.testing.assert_allclose(read(name), captured(name, SECONDS), atol=1e-6)


def test_a_case_without_joints_is_named(tmp_path: Path, sequences: Sequences) -> None:
    with pytest.raises(UserError, match=rf"no joints of {sorted(CASES)[-1]} \(1 of 8 cases"):
        joint_files(save(tmp_path / "joints", sorted(CASES)[:-1]), sequences)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((5, 17, 3)), r"holds \(5, 17, 3\); needed is one array of joints"),
        (np.zeros((0, 24, 3)), "has no frames"),
        (np.full((5, 24, 3), np.nan), "values that are no numbers"),
        (np.array(["a"]), "needed is one array of joints"),
        (np.array([None]), "Python objects"),
    ],
)
def test_files_that_hold_no_joints_are_named(tmp_path: Path, array: Floats, message: str) -> None:
    path = tmp_path / "a.npy"
    np.save(path, array)
    with pytest.raises(UserError, match=message) as caught:
        smpl_joints({"a": path})("a")
    assert str(path) in str(caught.value)


def z_up(world: Floats) -> Floats:
    return world[..., [0, 2, 1]]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda world: 100 * world, "have to be in metres"),
        (lambda world: world[::2], "joints have 60 a second"),
        (z_up, "y has to point up"),
    ],
)
def test_joints_of_another_unit_rate_or_axis_are_refused(sequences: Sequences, wrong: object, message: str) -> None:
    ours = on_our_body(sequences)
    good = [(name, captured(name, SECONDS)) for name in CASES]
    check_joints(good, ours, Path("joints"))
    assert callable(wrong)
    with pytest.raises(UserError, match=message):
        check_joints([(name, wrong(world)) for name, world in good], ours, Path("joints"))
