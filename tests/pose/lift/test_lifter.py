from pathlib import Path

import numpy as np
import pytest

from workflow_scripts.pose.lift.landmarks import FEATURES
from workflow_scripts.pose.lift.lifter import Lifter, network, read_lifter, write_lifter
from workflow_scripts.pose.train_lifter import train
from workflow_scripts.workflow.errors import BrokenFileError


def test_weights_written_are_the_weights_read(tmp_path: Path, lifter: Lifter) -> None:
    write_lifter(tmp_path / "a.npz", lifter)
    again = read_lifter(tmp_path / "a.npz")
    shown = np.random.default_rng(0).normal(size=(7, FEATURES))
    np.testing.assert_array_equal(lifter(shown), again(shown))
    write_lifter(tmp_path / "b.npz", again)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_one_by_one_is_the_same_as_all_at_once(lifter: Lifter) -> None:
    shown = np.random.default_rng(0).normal(size=(5000, FEATURES))
    joints = lifter(shown)
    assert joints.shape == (5000, 24, 3)
    np.testing.assert_allclose(joints[4321], lifter(shown[4321:4322])[0], atol=1e-5)
    assert lifter(shown[:0]).shape == (0, 24, 3)


def test_numpy_applies_what_torch_has_trained(lifter: Lifter) -> None:
    import torch

    shown = np.random.default_rng(0).normal(size=(9, FEATURES)).astype(np.float32)
    weights = {name: torch.from_numpy(values) for name, values in lifter.weights.items()}
    np.testing.assert_allclose(network(weights, torch.from_numpy(shown)).numpy(), lifter(shown), atol=1e-5)


def test_the_same_seed_trains_the_same_weights() -> None:
    first, again, other = (train(seed, people=6, steps=3) for seed in (0, 0, 1))
    assert all(np.array_equal(values, again.weights[name]) for name, values in first.weights.items())
    assert not np.array_equal(first.weights["first.weight"], other.weights["first.weight"])


def test_files_that_are_no_lifter_are_deleted_and_said(tmp_path: Path, lifter: Lifter) -> None:
    path = tmp_path / "a.npz"
    path.write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(BrokenFileError, match="not a readable lifter"):
        read_lifter(path)
    assert not path.exists()
    write_lifter(path, Lifter({name: values for name, values in lifter.weights.items() if name != "last.bias"}))
    with pytest.raises(BrokenFileError, match="not the weights of this lifter"):
        read_lifter(path)
    np.savez(path, **{name: np.array([{}], dtype=object) for name in lifter.weights})
    with pytest.raises(BrokenFileError, match="not a readable lifter"):
        read_lifter(path)
