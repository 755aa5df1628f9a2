"""The lifter: a small network that says where a body's joints are in space from where they are in the picture.

Two residual blocks after Martinez et al., "A simple yet effective baseline for 3D human pose estimation", ICCV 2017,
that see a few moments at once. It is applied with numpy alone; `train_lifter` makes the weights.
"""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.pose.lift.landmarks import FEATURES
from workflow_scripts.workflow.errors import broken_file
from workflow_scripts.workflow.files import atomic_path

Array = npt.NDArray[np.float32]
WIDTH, BLOCKS = 256, 2
_BATCH = 4096
# Weights and biases by layer: the first, two for each block, the last.
LAYERS = {
    "first": (FEATURES, WIDTH),
    **{f"block{block}.{half}": (WIDTH, WIDTH) for block in range(BLOCKS) for half in (0, 1)},
    "last": (WIDTH, SMPL24.size * 3),
}


@dataclass(frozen=True)
class Lifter:
    """Trained weights: for each of `LAYERS` "<layer>.weight" (in, out) and "<layer>.bias" (out,), float32."""

    weights: Mapping[str, Array]

    def __call__(self, features: Floats) -> Floats:
        """Return joints (N, 24, 3), metres about the middle of the hips in the frame of a camera that looks at it.

        Args:
            features: (N, FEATURES) of `landmarks.features`.
        """
        shown = features.astype(np.float32)
        parts = [network(self.weights, shown[start : start + _BATCH]) for start in range(0, len(shown), _BATCH)]
        return np.concatenate([np.zeros((0, SMPL24.size, 3)), *parts])


def network(weights: Mapping[str, Any], features: Any) -> Any:
    """Return (N, 24, 3) of features (N, FEATURES); the arrays are numpy's or torch's."""
    hidden = _layer(weights, "first", features).clip(min=0)
    for block in range(BLOCKS):
        inner = _layer(weights, f"block{block}.0", hidden).clip(min=0)
        hidden = hidden + _layer(weights, f"block{block}.1", inner).clip(min=0)
    return _layer(weights, "last", hidden).reshape(-1, SMPL24.size, 3)


def _layer(weights: Mapping[str, Any], name: str, values: Any) -> Any:
    return values @ weights[f"{name}.weight"] + weights[f"{name}.bias"]


def write_lifter(target: Path, lifter: Lifter) -> None:
    """Write the weights atomically as .npz (equal weights, equal bytes)."""
    with atomic_path(target) as path, path.open("wb") as file:
        arrays: dict[str, Any] = dict(lifter.weights)
        np.savez(file, **arrays)


def read_lifter(path: Path) -> Lifter:
    """Read weights.

    Raises:
        BrokenFileError: not the weights of this network; the file has been deleted.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            weights = {name: np.asarray(file[name], dtype=np.float32) for name in file.files}
    except FileNotFoundError:
        raise
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
        raise broken_file(path, f"not a readable lifter ({error})") from error
    shapes = {name: values.shape for name, values in weights.items()}
    expected = {f"{name}.weight": shape for name, shape in LAYERS.items()}
    if shapes != expected | {f"{name}.bias": shape[1:] for name, shape in LAYERS.items()}:
        raise broken_file(path, "not the weights of this lifter")
    return Lifter(weights)
